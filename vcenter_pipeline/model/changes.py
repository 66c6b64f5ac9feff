"""How one state of virtual machines, hosts or datastores differs from the one before.

What only one of the two tells is no change: unknown is not another value. Left out is what changes by itself, such as
free space, the time of the last boot and the colour of an object, which its alarms tell better.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import pc, values_of
from vcenter_pipeline.model.free_text import MASK
from vcenter_pipeline.model.matching import State, find_same, with_told

DATASTORES: Final = "datastores"
"""The column with the names of its datastores that a virtual machine has in a state, besides those of its table."""
_URLS: Final = "datastore_urls"
"""Another one with their URLs: a datastore may be renamed under its machines."""

WATCHED: Final[Mapping[Kind, Mapping[str, str]]] = MappingProxyType(
    {
        "virtual_machines": {
            "name": "name",
            "power_state": "power",
            "esxi_host": "place",
            "esxi_host_moid": "place",
            "cluster": "place",
            "datacenter": "place",
            "folder": "place",
            "resource_pool": "place",
            DATASTORES: "place",
            "cpu_count": "size",
            "cores_per_socket": "size",
            "memory_mib": "size",
            "storage_bytes": "size",
            "disk_count": "size",
            "hardware_version": "hardware",
            "tools_status": "tools",
            "tools_version_status": "tools",
            "tools_version": "tools",
            "guest_os": "guest",
            "guest_hostname": "guest",
            "primary_ip": "network",
            "nic_count": "network",
            "snapshot_count": "snapshots",
            "is_consolidation_needed": "snapshots",
            "is_template": "state",
            "connection_state": "state",
            "moid": "state",
            "annotation": "notes",
        },
        "esxi_hosts": {
            "name": "name",
            "cluster": "place",
            "datacenter": "place",
            "power_state": "power",
            "connection_state": "state",
            "is_in_maintenance": "state",
            "version": "version",
            "build": "version",
            "cpu_core_count": "size",
            "memory_mib": "size",
        },
        "datastores": {
            "name": "name",
            "datacenter": "place",
            "datastore_cluster": "place",
            "capacity_bytes": "size",
            "type": "hardware",
            "is_accessible": "state",
            "maintenance_mode": "state",
        },
    }
)
"""Columns that are compared, by kind, with the aspect that each is of; their order is that of the changes."""

_FOLLOWS: Final = MappingProxyType({"tools_status": "power_state"})
"""Columns whose change goes without saying where the other one has changed: Tools do not run in what is off."""
_STANDS_IN: Final = MappingProxyType({"esxi_host_moid": "esxi_host"})
"""Columns that are compared only where the other one is not known on both sides."""

Row = tuple[Any, ...]


class Comparison(NamedTuple):
    """What the rows of one comparison have in common."""

    client: str
    environment: str
    vcenter: str
    report: str
    collected_at: datetime
    previous_at: datetime | None


class Change(NamedTuple):
    """One difference."""

    row: int
    """Of the object: in the state now, or before for what was removed."""
    column: str | None
    aspect: str
    old: Any
    new: Any


def find_changes(kind: Kind, now: State, before: State, filling: Sequence[State], shared: Comparison) -> list[Row]:
    """Give the changes as rows of `object_changes`, object by object in the order of the keys; removed ones last.

    Args:
        kind: one of `WATCHED`.
        now: the newer state.
        before: the older one.
        filling: still older ones, which count where `before` does not tell, in that order.
        shared: what all rows have in common.
    """
    same = find_same(kind, now, before)
    older = with_told(kind, before, filling)
    added = [Change(row, None, "existence", None, None) for row, other in enumerate(same) if other is None]
    changed = _changed(kind, now.table, older.table, same)
    kept = set(same)
    removed = [Change(row, None, "existence", None, None) for row in range(before.table.num_rows) if row not in kept]
    order = {name: number for number, name in enumerate((None, *WATCHED[kind]))}
    identities, moids, names = now.identities(kind), values_of(now.table, "moid"), values_of(now.table, "name")
    found = [
        (
            "added" if change.column is None else "changed",
            change,
            identities[change.row],
            names[change.row],
            moids[change.row],
        )
        for change in sorted([*added, *changed], key=lambda one: (identities[one.row], order[one.column]))
    ]
    identities, moids, names = before.identities(kind), values_of(older.table, "moid"), values_of(older.table, "name")
    found += [
        ("removed", change, identities[change.row], names[change.row], moids[change.row])
        for change in sorted(removed, key=lambda one: identities[one.row])
    ]
    columns = [column.name for column in core_table("object_changes").columns]
    rows = []
    for number, (what, change, identity, name, moid) in enumerate(found, 1):
        values = shared._asdict() | {
            "kind": kind,
            "change_number": number,
            "object_key": identity,
            "name": name,
            "moid": moid,
            "change": what,
            "aspect": change.aspect,
            "column_name": change.column,
            "old_value": _to_text(change.old),
            "new_value": _to_text(change.new),
            "difference": _difference(change.old, change.new),
        }
        rows.append(tuple(values[column] for column in columns))
    return rows


def _changed(kind: Kind, now: pa.Table, older: pa.Table, same: Sequence[int | None]) -> Iterator[Change]:
    rows: Any = pa.array(same, pa.int64())
    differs: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for name, aspect in WATCHED[kind].items():
        if name not in now.column_names or name not in older.column_names:
            continue
        new = _known(name, now[name].combine_chunks())
        old = _known(name, older[name].combine_chunks()).take(rows)
        told[name] = pc.and_(pc.is_valid(new), pc.is_valid(old))
        found = pc.fill_null(pc.not_equal(new, old), fill_value=False)
        if name in _FOLLOWS and _FOLLOWS[name] in differs:
            found = pc.and_not(found, differs[_FOLLOWS[name]])
        if name == "folder":
            found = pc.and_not(found, _is_part(new, old))
        if name in _STANDS_IN and _STANDS_IN[name] in told:
            found = pc.and_not(found, told[_STANDS_IN[name]])
        if name == DATASTORES and _URLS in now.column_names and _URLS in older.column_names:
            found = pc.and_not(found, _are_equal(_URLS, now, older, rows))
        differs[name] = found
        for row in pc.indices_nonzero(found).to_pylist():
            yield Change(row, name, aspect, old[row].as_py(), new[row].as_py())


def _is_part(new: Any, old: Any) -> Any:  # noqa: ANN401 - Arrow arrays
    """Say where one of two folders is the last part of the other: some shapes tell only that of its path."""
    pairs = zip(new.to_pylist(), old.to_pylist(), strict=True)
    return pa.array([bool(a and b and (a.endswith(f"/{b}") or b.endswith(f"/{a}"))) for a, b in pairs], pa.bool_())


def _are_equal(name: str, now: pa.Table, older: pa.Table, rows: Any) -> Any:  # noqa: ANN401 - Arrow arrays
    equal = pc.equal(now[name].combine_chunks(), older[name].combine_chunks().take(rows))
    return pc.fill_null(equal, fill_value=False)


def _known(name: str, column: Any) -> Any:  # noqa: ANN401 - an Arrow array of any type
    """Give the column with null for a masked note: what was told before masking began is no other note."""
    return pc.if_else(pc.equal(column, MASK), None, column) if name == "annotation" else column


def _to_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _difference(old: object, new: object) -> int | None:
    if isinstance(old, bool) or not isinstance(old, int) or not isinstance(new, int):
        return None
    return new - old


def with_datastores(machines: pa.Table, files: pa.Table) -> pa.Table:
    """Give virtual machines with the names of their datastores, sorted, in one text, and with their URLs likewise.

    Both are null where none is told, and the URLs also where that of any is not.
    """
    told = files.filter(pc.or_(pc.is_valid(files["datastore_name"]), pc.is_valid(files["datastore_url"])))
    owners, urls = told["virtual_machine_key"].combine_chunks(), told["datastore_url"].combine_chunks()
    names = pc.coalesce(told["datastore_name"].combine_chunks(), urls)
    if len(owners.unique()) < len(owners):
        owners, names, urls = _joined(owners, names, urls)
    rows = pc.index_in(machines["virtual_machine_key"], value_set=owners)
    machines = machines.append_column(DATASTORES, names.take(rows))
    return machines.append_column(_URLS, urls.take(rows))


def _joined(owners: Any, names: Any, urls: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - Arrow arrays
    """Put the files of each machine together: its key, the sorted names, the sorted URLs if all are told."""
    found: dict[str, set[tuple[str, str | None]]] = {}
    for owner, name, url in zip(owners.to_pylist(), names.to_pylist(), urls.to_pylist(), strict=True):
        found.setdefault(owner, set()).add((name, url))
    all_names, all_urls = [], []
    for of_machine in found.values():
        known = sorted(url for _, url in of_machine if url is not None)
        all_names.append(", ".join(sorted({name for name, _ in of_machine})))
        all_urls.append(", ".join(known) if len(known) == len(of_machine) else None)
    return pa.array(found, pa.string()), pa.array(all_names, pa.string()), pa.array(all_urls, pa.string())
