"""What formats produce: one frozen record per thing that a report names.

A record knows nothing of its source, its report or its keys; `tables` adds those.
Named tuples, because a column of 100,000 records is then one `zip(*records)` away.
None means that the report does not say; it never means zero, false or empty.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple


class VmNic(NamedTuple):
    """One address of one network adapter; an adapter without addresses has one record without."""

    mac_address: str
    """Lower case, separated by colons."""
    address: str | None
    prefix_length: int | None
    family: str | None
    """`ipv4` or `ipv6`."""


class VmDatastore(NamedTuple):
    """One datastore that holds files of the virtual machine."""

    name: str | None
    url: str | None
    """`/vmfs/volumes/x`, without scheme and without a slash at the end."""


class VmAttribute(NamedTuple):
    """One tag or custom attribute of a virtual machine."""

    kind: str
    """`tag` or `custom_attribute`."""
    category: str | None
    """A tag's category; null for a custom attribute."""
    name: str
    value: str | None
    """A custom attribute's value; null for a tag."""


class VirtualMachine(NamedTuple):
    """One virtual machine as one report describes it.

    Sources: `community.vmware.vmware_vm_info`; the vSphere API type `VirtualMachine`.
    """

    name: str | None
    moid: str | None
    instance_uuid: str | None
    bios_uuid: str | None
    power_state: str | None
    guest_os: str | None
    cpu_count: int | None
    memory_mib: int | None
    storage_bytes: int | None
    primary_ip: str | None
    nic_count: int | None
    esxi_host: str | None
    cluster: str | None
    datacenter: str | None
    folder: str | None
    resource_pool: str | None
    is_template: bool | None
    is_system: bool | None
    annotation: str | None
    nics: tuple[VmNic, ...]
    datastores: tuple[VmDatastore, ...]
    attributes: tuple[VmAttribute, ...]


class TriggeredAlarm(NamedTuple):
    """One alarm that stands on one entity.

    Source: the vSphere API type `AlarmState`, with the name and description of its `AlarmInfo`.
    """

    alarm_name: str | None
    description: str | None
    alarm_moid: str | None
    entity_type: str | None
    """The vSphere type without prefix: `VirtualMachine`, `HostSystem`, `Datastore` …"""
    entity_name: str | None
    entity_moid: str | None
    overall_status: str | None
    triggered_at: datetime | None
    is_acknowledged: bool | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None


class RejectedRow(NamedTuple):
    """One row of a report that did not pass, and why."""

    table: str
    """The table that it would have gone to."""
    position: str
    """Where in the report: `virtual_machines[3]`."""
    reason: str
    """One sentence."""
    content: str | None
    """What was read of the row, as JSON: only keys that are read anyway, and no free text."""


Kind = Literal["virtual_machines", "triggered_alarms"]
"""What a report can say something about, named after the table that holds it."""


class Batch(NamedTuple):
    """Records of one kind from one list of a report, in the order of the report.

    A long list comes as several batches. An empty list comes as one batch without records: the report
    speaks of that kind and names nothing.
    """

    kind: Kind
    shape: str
    """What was recognised, in the word of the Ansible module: `vmware_vm_info`."""
    path: str
    """Where the list stands: `virtual_machines`, `results[2].virtual_machines`; empty for the whole document."""
    indexes: Sequence[int]
    """Where each record stands in that list, counted from 0; as long as `records`."""
    records: Sequence[VirtualMachine] | Sequence[TriggeredAlarm]
    rejected: Sequence[RejectedRow]
    """Rows of this stretch of the list that could not become a record."""
    paths: Sequence[str] = ()
    """Where the list of each record stands, when they come from several; else empty."""

    def position(self, number: int) -> str:
        """Say where in the report a record stands: `results[2].virtual_machines[0]`."""
        return f"{self.paths[number] if self.paths else self.path}[{self.indexes[number]}]"
