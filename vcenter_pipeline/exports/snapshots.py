"""Snapshots: whose each is, and how many a virtual machine has.

`vmware_all_snapshots_info` lists the snapshots of a whole vCenter and names a virtual machine by its name and the
last part of its folder's path.
"""

from datetime import datetime
from typing import NamedTuple

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.joins import (
    filled,
    joined,
    no_rows,
    of_rows,
    only_rows,
    repeated,
    replaced,
    whole,
    without_collection,
)

_FOLDER_BEFORE_LAST = "(?s)^.*/"


class _Owners(NamedTuple):
    """Whose snapshots they are."""

    rows: Array
    """The row of each snapshot's virtual machine; null where it is not known."""
    keys: Array
    matches: Array
    """How it was found: one of `vocabulary.SNAPSHOT_MATCHES`."""


def build_snapshots(snapshots: pa.Table, machines: pa.Table) -> pa.Table:
    """Give snapshots with the virtual machine that each belongs to, and how that was found."""
    owners = _owners(snapshots, machines)
    table = replaced(without_collection(snapshots), "virtual_machine_key", owners.keys)
    table = filled(table, "vm_name", of_rows(machines, "name", owners.rows))
    return table.append_column("vm_match", owners.matches)


def _owners(snapshots: pa.Table, machines: pa.Table) -> _Owners:
    given = whole(snapshots, "virtual_machine_key")
    wanted, known = joined(snapshots, "vcenter", "vm_name"), joined(machines, "vcenter", "name")
    by_key = only_rows(given, whole(machines, "virtual_machine_key"))
    by_name = pc.coalesce(only_rows(wanted, known), _rows_by_folder(snapshots, machines, wanted, known))
    is_given = pc.is_valid(given)
    rows = pc.if_else(is_given, by_key, by_name)
    by_its_name = pc.if_else(pc.is_in(wanted, value_set=known, skip_nulls=True), "ambiguous name", "unknown name")
    matches = pc.if_else(is_given, "key", pc.if_else(pc.is_valid(rows), "name", by_its_name))
    return _Owners(rows, pc.coalesce(given, of_rows(machines, "virtual_machine_key", rows)), matches)


def _rows_by_folder(snapshots: pa.Table, machines: pa.Table, wanted: Array, known: Array) -> Array:
    """Find virtual machines among several of one name, where the folder of each of them is known."""
    several = repeated(known.filter(pc.is_in(known, value_set=wanted, skip_nulls=True)))
    if not len(several):
        return no_rows(len(wanted))
    is_among = pc.is_in(known, value_set=several)
    among, numbers = machines.select(["vcenter", "name", "folder"]).filter(is_among), pc.indices_nonzero(is_among)
    last = pc.replace_substring_regex(pc.utf8_rtrim(whole(among, "folder"), "/"), _FOLDER_BEFORE_LAST, "")
    among = replaced(among, "folder", last)
    without_folder = joined(among.filter(pc.is_null(last)), "vcenter", "name")
    found = only_rows(joined(snapshots, "vcenter", "vm_name", "vm_folder"), joined(among, "vcenter", "name", "folder"))
    found = pc.if_else(pc.is_in(wanted, value_set=without_folder), None, found)
    result: Array = numbers.cast(pa.int32()).take(found)
    return result


def count_snapshots(machines: pa.Table, snapshots: pa.Table, collections: pa.Table, vcenters: pa.Table) -> pa.Table:
    """Give virtual machines with the number and the oldest of their snapshots, where their own report does not say.

    Only a list of all snapshots of the vCenter that is at least as new as the virtual machine can say. One that it
    does not name has none, unless another virtual machine has its name.
    """
    if not machines["snapshot_count"].null_count and not machines["oldest_snapshot_at"].null_count:
        return machines
    since = _listed_at(machines, snapshots, collections, vcenters)
    if not since:
        return machines
    told = pa.table({"vcenter": list(since), "listed_at": pa.array(since.values(), pa.timestamp("us"))})
    listed_at = _at(told, whole(machines, "vcenter"))
    is_told = pc.greater_equal(listed_at, whole(machines, "collected_at"))
    counted = _counted(machines, snapshots.filter(_is_since(snapshots, told)))
    names = joined(machines, "vcenter", "name")
    has_own_name = pc.and_(pc.is_valid(names), pc.invert(pc.is_in(names, value_set=repeated(names))))
    rows = pc.index_in(whole(machines, "virtual_machine_key"), value_set=whole(counted, "key"), skip_nulls=True)
    count = pc.coalesce(of_rows(counted, "count", rows), pc.if_else(has_own_name, pa.scalar(0, pa.int64()), None))
    count = pc.if_else(is_told, count, None)
    machines = filled(machines, "snapshot_count", count)
    is_same = pc.equal(whole(machines, "snapshot_count"), count)
    return filled(machines, "oldest_snapshot_at", pc.if_else(is_same, of_rows(counted, "oldest_at", rows), None))


def _listed_at(
    machines: pa.Table, snapshots: pa.Table, collections: pa.Table, vcenters: pa.Table
) -> dict[str, datetime]:
    """Give when all snapshots of a vCenter were listed last, by vCenter.

    A collection bears the name under which its report knows the vCenter. Its rows bear the one under which all tables
    know it, but a list without snapshots has no rows.
    """
    is_list = pc.and_(pc.equal(collections["kind"], "vm_snapshots"), collections["is_complete"])
    lists = collections.filter(is_list).select(["report", "collection", "vcenter", "collected_at"]).to_pylist()
    if not lists:
        return {}
    distinct = snapshots.select(["report", "collection", "vcenter"]).group_by(["report", "collection", "vcenter"])
    by_rows = {(row["report"], row["collection"]): row["vcenter"] for row in distinct.aggregate([]).to_pylist()}
    known = pc.unique(whole(machines, "vcenter")).to_pylist()
    names: dict[str | None, str] = {name.lower(): name for name in known}
    for row in vcenters.select(["host_name", "vcenter"]).to_pylist():
        if row["host_name"]:
            names.setdefault(row["host_name"].lower(), row["vcenter"])
    if len(known) == 1:
        names[None] = known[0]
    found: dict[str, datetime] = {}
    for row in lists:
        vcenter = by_rows.get((row["report"], row["collection"])) or names.get(
            row["vcenter"] and row["vcenter"].lower()
        )
        if vcenter is not None:
            found[vcenter] = max(row["collected_at"], found.get(vcenter, row["collected_at"]))
    return found


def _at(told: pa.Table, vcenters: Array) -> Array:
    return of_rows(told, "listed_at", pc.index_in(vcenters, value_set=whole(told, "vcenter")))


def _is_since(snapshots: pa.Table, told: pa.Table) -> Array:
    """Say which snapshots the list names, or what was read later; what was known before it may be gone."""
    result: Array = pc.greater_equal(whole(snapshots, "collected_at"), _at(told, whole(snapshots, "vcenter")))
    return result


def _counted(machines: pa.Table, snapshots: pa.Table) -> pa.Table:
    """Give key, count and time of the oldest of each virtual machine that has snapshots.

    A snapshot may be told by two reports. The oldest is unknown as soon as the time of one of them is.
    """
    taken = whole(snapshots, "created_at")
    by_name = pc.binary_join_element_wise(
        pc.fill_null(whole(snapshots, "name"), ""), pc.fill_null(taken.cast(pa.string()), ""), "/"
    )
    table = pa.table(
        {
            "key": _owners(snapshots, machines).keys,
            "snapshot": pc.coalesce(whole(snapshots, "snapshot_id").cast(pa.string()), by_name),
            "taken_at": taken,
            "has_time": pc.is_valid(taken),
        }
    )
    counted = table.group_by("key").aggregate(
        [("snapshot", "count_distinct"), ("taken_at", "min"), ("has_time", "min")]
    )
    oldest = pc.if_else(whole(counted, "has_time_min"), whole(counted, "taken_at_min"), None)
    return pa.table(
        {
            "key": whole(counted, "key"),
            "count": whole(counted, "snapshot_count_distinct"),
            "oldest_at": oldest,
        }
    )
