"""Changes of virtual machines, hosts and datastores, under the keys that these have now.

A change bears the key that the object had when two collections were compared. The object may have another one since:
a host was renamed, or a later report tells the instance uuid of a virtual machine that had only a moid. Joined by the
old key, its history would end there.
"""

from types import MappingProxyType
from typing import Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc
from vcenter_pipeline.exports.dates import to_days
from vcenter_pipeline.exports.joins import joined, of_rows, only_rows, whole

_ONLY_IN_THE_DATABASE: Final = ("kind", "object_key")


class _Changed(NamedTuple):
    """What a table of changes is about."""

    kind: str
    """The core table, which is also the word for the kind."""
    key: str
    lasting: str | None
    """What an object keeps for life, and its key is made of where it is known."""


CHANGED: Final = MappingProxyType(
    {
        "fact_vm_change": _Changed("virtual_machines", "virtual_machine_key", "instance_uuid"),
        "fact_esxi_host_change": _Changed("esxi_hosts", "esxi_host_key", None),
        "fact_datastore_change": _Changed("datastores", "datastore_key", "url"),
    }
)
"""By published table."""


def build_changes(name: str, changes: pa.Table, current: pa.Table) -> pa.Table:
    """Give the changes of one kind of object, with the keys of the current objects that they are of.

    The moid decides, but not where what the two keep for life differs: a vCenter that is installed anew counts its
    moids from the start. What has no moid, is gone, or shares its moid with another object keeps the key of its time.

    Args:
        name: the published table.
        changes: all `object_changes`.
        current: the current objects of that kind.
    """
    kind, key, lasting = CHANGED[name]
    rows = changes.filter(pc.equal(changes["kind"], kind))
    found = only_rows(joined(rows, "vcenter", "moid"), joined(current, "vcenter", "moid"))
    own = whole(rows, "object_key")
    if lasting is not None:
        may_be = pc.or_(_ends_with(own, whole(rows, "moid")), pc.is_null(of_rows(current, lasting, found)))
        found = pc.if_else(may_be, found, None)
    keys = pc.coalesce(of_rows(current, key, found), own)
    table = rows.drop_columns(list(_ONLY_IN_THE_DATABASE)).append_column(key, keys)
    return table.append_column("changed_on", to_days(whole(rows, "collected_at")))


def _ends_with(keys: Array, identities: Array) -> Array:
    """Say where a key is made of this identity."""
    pairs = zip(keys.to_pylist(), identities.to_pylist(), strict=True)
    return pa.array(
        [key is not None and identity is not None and key.endswith(f":{identity}") for key, identity in pairs],
        pa.bool_(),
    )
