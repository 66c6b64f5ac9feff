"""A source over time, from its daily numbers: the newest ones, and the last days as a table with small lines.

Dagster plots the numbers of an asset that has partitions either by partition, one point a source, or by event, with
the events of all sources in one line. Neither shows one source over time. So its page holds the days as text: a line
of block characters, from the least to the most, is small in an event, and readable in a light and in a dark theme.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import dagster as dg
import pyarrow as pa

from vcenter_pipeline.exports.chunks import pc

TREND: Final = "Trend"

_DAYS: Final = 30
_FORGOTTEN: Final = timedelta(days=365)
"""A vCenter of which nothing was told for so long is taken for gone."""
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_LEVEL: Final = "▄"
_UNKNOWN: Final = "·"
_GIB: Final = 1 / 1024
_TIB: Final = 1 / 1024**4


class _Number(NamedTuple):
    label: str
    column: str
    list_column: str
    """What is known wherever a list of its kind was collected that day."""
    scale: float = 1
    is_in_trend: bool = True


_OF_MACHINES: Final = "virtual_machine_count"
_OF_HOSTS: Final = "esxi_host_count"
_OF_DATASTORES: Final = "datastore_count"
_OF_ALARMS: Final = "alarm_count"
_OF_SNAPSHOTS: Final = "snapshot_count"
_NUMBERS: Final = (
    _Number("VMs", "virtual_machine_count", _OF_MACHINES),
    _Number("VMs on", "powered_on_count", _OF_MACHINES),
    _Number("VMs off", "powered_off_count", _OF_MACHINES),
    _Number("VMs suspended", "suspended_count", _OF_MACHINES, is_in_trend=False),
    _Number("vCPUs", "vcpu_count", _OF_MACHINES),
    _Number("Memory of VMs, GiB", "vm_memory_mib", _OF_MACHINES, _GIB),
    _Number("Disks of VMs, TiB", "vm_storage_bytes", _OF_MACHINES, _TIB),
    _Number("Snapshots", "snapshot_count", _OF_SNAPSHOTS),
    _Number("Hosts", "esxi_host_count", _OF_HOSTS),
    _Number("CPU cores of hosts", "cpu_core_count", _OF_HOSTS, is_in_trend=False),
    _Number("Memory of hosts, GiB", "host_memory_mib", _OF_HOSTS, _GIB, is_in_trend=False),
    _Number("Clusters", "cluster_count", "cluster_count", is_in_trend=False),
    _Number("Datastores", "datastore_count", _OF_DATASTORES),
    _Number("Datastores total, TiB", "capacity_bytes", _OF_DATASTORES, _TIB, is_in_trend=False),
    _Number("Datastores free, TiB", "free_bytes", _OF_DATASTORES, _TIB),
    _Number("Red alarms", "critical_alarm_count", _OF_ALARMS),
    _Number("Yellow alarms", "warning_alarm_count", _OF_ALARMS),
    _Number("Unacknowledged alarms", "unacknowledged_alarm_count", _OF_ALARMS, is_in_trend=False),
)

_Days = Mapping[str, Sequence[Mapping[str, Any]]]


def source_trend(days: pa.Table) -> dict[str, Any]:
    """Give the newest numbers of a source, and its last days as Markdown.

    A number counts until a newer list of its kind is there, so that a weekly list of hosts is no gap of six days. The
    vCenters of a source are added up; where one of them does not tell a number, the sum is not known.

    Args:
        days: the rows of `fact_source_daily` of one source.
    """
    newest = pc.max(days["collected_on"]).as_py()
    if newest is None:
        return {}
    rows = days.filter(pc.greater(days["collected_on"], pa.scalar(newest - _FORGOTTEN, pa.date32()))).to_pylist()
    by_vcenter: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["collected_on"]):
        by_vcenter.setdefault(row["vcenter"], []).append(row)
    first = max(newest - timedelta(days=_DAYS - 1), pc.min(days["collected_on"]).as_py())
    shown = [first + timedelta(days=number) for number in range((newest - first).days + 1)]
    lines = {number: [_as_of(number, by_vcenter, on) for on in shown] for number in _NUMBERS}
    found: dict[str, Any] = {number.label: line[-1] for number, line in lines.items() if line[-1] is not None}
    if len(shown) > 1:
        found = {TREND: dg.MetadataValue.md("\n".join(_table(lines, shown))), **found}
    return found


def _as_of(number: _Number, by_vcenter: _Days, on: date) -> float | None:
    """Give the sum of what each vCenter's newest list of that day or before tells."""
    values = []
    for rows in by_vcenter.values():
        told = (row for row in reversed(rows) if row["collected_on"] <= on and row[number.list_column] is not None)
        if row := next(told, None):
            values.append(row[number.column])
    if not values or None in values:
        return None
    total = sum(values)
    return total if number.scale == 1 else round(total * number.scale, 2)


def _table(lines: Mapping[_Number, Sequence[float | None]], shown: Sequence[date]) -> Iterator[str]:
    """Give the lines of the table, as short as can be: the UI shows at once only what is below 1,000 characters."""
    yield f"|{shown[0]} to {shown[-1]}|newest|change|a day a block|"
    yield "|-|-:|-:|-|"
    for number, line in lines.items():
        known = [value for value in line if value is not None]
        if known and number.is_in_trend:
            change = round(known[-1] - known[0], 2)
            yield f"|{number.label}|{known[-1]:,}|{f'{change:+,}' if change else '0'}|{_line(line, known)}|"


def _line(line: Sequence[float | None], known: Sequence[float]) -> str:
    least, most = min(known), max(known)
    if least == most:
        return "".join(_UNKNOWN if value is None else _LEVEL for value in line)
    steps = (len(_BLOCKS) - 1) / (most - least)
    return "".join(_UNKNOWN if value is None else _BLOCKS[round((value - least) * steps)] for value in line)
