"""Alarms: the virtual machine that each stands on, and the names that other rows know."""

from collections.abc import Iterable

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.joins import filled, joined, of_rows, only_rows, whole

_NAMED = ["vcenter", "moid", "name"]


def place_alarms(alarms: pa.Table, machines: pa.Table, others: Iterable[pa.Table]) -> pa.Table:
    """Give the alarms with the key of the virtual machine that each stands on.

    Args:
        alarms: alarms, or episodes of alarms.
        machines: the current virtual machines.
        others: current tables of other entities, which may know the name of one that an alarm knows by its moid.
    """
    table, keys = alarms, _machine_keys(alarms, machines)
    if _is_any_open(table, "entity_name", "entity_moid"):
        entities = pa.concat_tables([one.select(_NAMED) for one in (machines, *others)])
        rows = only_rows(joined(table, "vcenter", "entity_moid"), joined(entities, "vcenter", "moid"))
        table = filled(table, "entity_name", of_rows(entities, "name", rows))
    if _is_any_open(table, "alarm_name", "alarm_moid"):
        key = ["vcenter", "alarm_moid", "alarm_name"]
        named = table.select(key).drop_null().group_by(key).aggregate([])
        rows = only_rows(joined(table, "vcenter", "alarm_moid"), joined(named, "vcenter", "alarm_moid"))
        table = filled(table, "alarm_name", of_rows(named, "alarm_name", rows))
    return table.append_column("virtual_machine_key", keys)


def _is_any_open(table: pa.Table, name: str, moid: str) -> bool:
    return bool(pc.any(pc.and_(pc.is_null(table[name]), pc.is_valid(table[moid]))).as_py())


def _machine_keys(alarms: pa.Table, machines: pa.Table) -> Array:
    """Give the key of the virtual machine that each alarm stands on.

    The moid decides. Without one the name does, but only where one virtual machine of that vCenter bears
    it: names are not unique, and an alarm on the wrong machine is worse than one on none.
    """
    stands_on_machine = pc.equal(whole(alarms, "entity_type"), "VirtualMachine")
    if not pc.any(stands_on_machine).as_py():
        return pa.nulls(alarms.num_rows, pa.string())
    by_moid = joined(alarms, "vcenter", "entity_moid")
    by_name = pc.if_else(pc.is_null(whole(alarms, "entity_moid")), joined(alarms, "vcenter", "entity_name"), None)
    rows = pc.coalesce(
        only_rows(pc.if_else(stands_on_machine, by_moid, None), joined(machines, "vcenter", "moid")),
        only_rows(pc.if_else(stands_on_machine, by_name, None), joined(machines, "vcenter", "name")),
    )
    return of_rows(machines, "virtual_machine_key", rows)
