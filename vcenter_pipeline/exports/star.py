"""Current core tables -> the tables that Power BI reads; pure, Arrow in and Arrow out.

Rows come out sorted by their key, so that the same input gives the same bytes in every file.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import pyarrow as pa

from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.contract import TABLE_NAMES, conform
from vcenter_pipeline.model.columns import published_table

_SAME_ROWS: Final = {
    "dim_virtual_machine": "virtual_machines",
    "bridge_vm_nic": "vm_nics",
    "bridge_vm_datastore": "vm_datastores",
    "bridge_vm_attribute": "vm_attributes",
    "fact_report": "reports",
    "fact_rejected_row": "rejected_rows",
}
Chunked: TypeAlias = "pa.ChunkedArray[Any]"

_SEPARATOR: Final = "\x00"
"""No name can hold it, so joined names are equal only when their parts are."""


def build_star(client: str, environment: str, core: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Give every published table of one source.

    Args:
        client: the source's client.
        environment: the source's environment.
        core: the current rows of the tables of the database, by name, in their declared columns:
            `virtual_machines`, `vm_nics`, `vm_datastores`, `vm_attributes`, `triggered_alarms` of the newest
            report that speaks of them; `reports` and `rejected_rows` of all that are kept.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    return {name: build_table(name, client, environment, core) for name in TABLE_NAMES}


def build_table(name: str, client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    """Give one published table of one source; of `core` only what it is made from is looked at.

    Raises:
        ValueError: a table has other columns than the model declares.
    """
    if name == "dim_source":
        table = _dim_source(client, environment, core)
    elif name == "fact_triggered_alarm":
        table = _fact_triggered_alarm(core["triggered_alarms"], core["virtual_machines"])
    else:
        table = core[_SAME_ROWS[name]]
    return _sorted(name, conform(name, table))


def _sorted(name: str, table: pa.Table) -> pa.Table:
    """Give the rows by their key; the report, which nearly all rows share, decides last.

    Rows that come sorted are not copied: that is most of the cost. So does the database give virtual machines.
    """
    key = sorted(published_table(name).key, key="report".__eq__)
    first = table[key[0]]
    if not first.null_count and pc.all(pc.less(first[:-1], first[1:])).as_py() is not False:
        return table
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in key])
    return table if pc.all(pc.less(order[:-1], order[1:])).as_py() is not False else table.take(order)


def _dim_source(client: str, environment: str, core: Mapping[str, pa.Table]) -> pa.Table:
    """Give the one row of the source.

    A source whose reports never spoke of alarms has a null count of alarms; one whose newest report says
    that none stands has 0.
    """
    reports = core["reports"]
    row: dict[str, object] = {
        "source": f"{client}/{environment}",
        "client": client,
        "environment": environment,
        "report_count": pc.sum(pc.equal(reports["status"], "ingested"), min_count=0).as_py(),
        "rejected_row_count": pc.sum(reports["rejected_row_count"], min_count=0).as_py(),
    }
    for thing in ("virtual_machine", "triggered_alarm"):
        rows = core[f"{thing}s"]
        speaking = reports.filter(pc.is_valid(reports[f"{thing}_count"]))
        moments = [pc.max(table["collected_at"]).as_py() for table in (speaking, rows)]
        row[f"{thing}s_collected_at"] = max((moment for moment in moments if moment is not None), default=None)
        row[f"{thing}_count"] = rows.num_rows if rows.num_rows or speaking.num_rows else None
    return pa.Table.from_pylist([row], schema=published_table("dim_source").arrow_schema)


def _fact_triggered_alarm(alarms: pa.Table, machines: pa.Table) -> pa.Table:
    """Give the alarms with the key of the virtual machine that each stands on.

    The moid decides. Without one the name does, but only where one virtual machine of that vCenter bears
    it: names are not unique, and an alarm on the wrong machine is worse than one on none.
    """
    if not alarms.num_rows:
        return alarms.append_column("virtual_machine_key", pa.chunked_array([], pa.string()))
    stands_on_machine = pc.equal(alarms["entity_type"], "VirtualMachine")
    by_moid = _joined(alarms, "entity_moid")
    by_name = pc.if_else(pc.is_null(alarms["entity_moid"]), _joined(alarms, "entity_name"), None)
    keys = pc.coalesce(
        _looked_up(pc.if_else(stands_on_machine, by_moid, None), _joined(machines, "moid"), machines),
        _looked_up(pc.if_else(stands_on_machine, by_name, None), _joined(machines, "name"), machines),
    )
    return alarms.append_column("virtual_machine_key", keys)


def _joined(table: pa.Table, column: str) -> Chunked:
    joined: Chunked = pc.binary_join_element_wise(table["vcenter"], table[column], _SEPARATOR)
    return joined


def _looked_up(wanted: Chunked, known: Chunked, machines: pa.Table) -> Chunked:
    """Give the key of the only machine that is known as wanted; null where there is none, or more than one."""
    counted = known.value_counts()
    repeated = counted.filter(pc.greater(counted.field("counts"), 1)).field("values")
    wanted = pc.if_else(pc.is_in(wanted, value_set=repeated), None, wanted)
    return machines["virtual_machine_key"].take(pc.index_in(wanted, value_set=known, skip_nulls=True))
