"""Changes of virtual machines, hosts and datastores, under the keys that these have now.

A change bears the key that the object had when two collections were compared. The object may have another one since:
a host was renamed, or a later report tells the instance uuid of a virtual machine that had only a moid. Joined by the
old key, its history would end there.
"""

from types import MappingProxyType
from typing import Final, NamedTuple

import pyarrow as pa

from vcenter_pipeline.exports.chunks import pc
from vcenter_pipeline.exports.dates import to_days
from vcenter_pipeline.exports.joins import joined, of_rows, only_rows, whole

_ONLY_IN_THE_DATABASE: Final = ("kind", "object_key")


class _Changed(NamedTuple):
    """What a table of changes is about: a core table, which is also the word for its kind, and its key."""

    kind: str
    key: str


CHANGED: Final = MappingProxyType(
    {
        "fact_vm_change": _Changed("virtual_machines", "virtual_machine_key"),
        "fact_esxi_host_change": _Changed("esxi_hosts", "esxi_host_key"),
        "fact_datastore_change": _Changed("datastores", "datastore_key"),
    }
)
"""By published table."""


def build_changes(name: str, changes: pa.Table, current: pa.Table) -> pa.Table:
    """Give the changes of one kind of object, with the keys of the current objects that they are of.

    The moid decides, which a vCenter never gives to another object. What has none, is gone, or shares its moid with
    another object keeps the key of its time.

    Args:
        name: the published table.
        changes: all `object_changes`.
        current: the current objects of that kind.
    """
    kind, key = CHANGED[name]
    rows = changes.filter(pc.equal(changes["kind"], kind))
    found = only_rows(joined(rows, "vcenter", "moid"), joined(current, "vcenter", "moid"))
    keys = pc.coalesce(of_rows(current, key, found), whole(rows, "object_key"))
    table = rows.drop_columns(list(_ONLY_IN_THE_DATABASE)).append_column(key, keys)
    return table.append_column("changed_on", to_days(whole(rows, "collected_at")))
