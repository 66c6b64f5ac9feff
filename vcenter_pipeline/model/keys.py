"""What tells the objects of one vCenter apart, in the words of one report.

A key begins with the source, and with the vCenter where the report names one. It holds for the rows of one report:
another report may know the same machine by another name, and `current` finds out that they are one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import (
    Cluster,
    Datacenter,
    Datastore,
    EsxiHost,
    NamedSnapshot,
    ResourcePool,
    TriggeredAlarm,
    VCenter,
    VirtualMachine,
    VmSnapshot,
)

NAME_MARK: Final = "name/"
"""Stands before a name that is all that is known of a virtual machine."""


def to_key_prefix(client: str, environment: str, vcenter: str | None) -> str:
    """Give what every key of a vCenter begins with; none is named where the source has only one."""
    return f"{client}/{environment}:" if vcenter is None else f"{client}/{environment}:{vcenter}:"


def virtual_machine_identity(record: VirtualMachine) -> str | None:
    """Give the instance uuid, else the moid, else the BIOS uuid with the name."""
    identity = record.instance_uuid or record.moid
    if identity is None and record.bios_uuid and record.name:
        identity = f"{record.bios_uuid}/{record.name}"
    return identity


def alarm_identity(record: TriggeredAlarm) -> str | None:
    """Give the identity of an alarm on an entity.

    vSphere's own key is made of the two moids. A report without moids has only names, which two
    entities may share; the time of triggering tells those apart.
    """
    alarm = record.alarm_moid or record.alarm_name
    if record.entity_moid:
        entity = record.entity_moid
    elif record.entity_name:
        when = record.triggered_at.isoformat() if record.triggered_at else ""
        entity = f"{record.entity_type or ''}/{record.entity_name}/{when}"
    else:
        return None
    return alarm and f"{alarm}/{entity}"


def snapshot_identity(record: VmSnapshot | NamedSnapshot) -> str:
    """Give what tells the snapshots of one virtual machine apart: vSphere's number, else the name and the time."""
    if record.snapshot_id is not None:
        return str(record.snapshot_id)
    return f"{record.name or ''}/{record.created_at.isoformat() if record.created_at else ''}"


def named_snapshot_identity(record: NamedSnapshot) -> str | None:
    """Give the name and folder of the virtual machine, the number and the time.

    Two virtual machines may share a name and the name of their folder; the time tells most of their snapshots apart.
    """
    if record.vm_name is None:
        return None
    when = record.created_at.isoformat() if record.created_at else ""
    return f"{NAME_MARK}{record.vm_folder or ''}/{record.vm_name}/{snapshot_identity(record)}/{when}"


def host_identity(record: EsxiHost) -> str | None:
    """Give the name, which vCenter keeps unique without regard to case, else the moid."""
    return (record.name and record.name.lower()) or record.moid


def cluster_identity(record: Cluster) -> str | None:
    """Give the moid, else the datacenter and the name: two datacenters may have clusters of one name."""
    return record.moid or _in_datacenter(record.datacenter, record.name)


def datastore_identity(record: Datastore) -> str | None:
    """Give the URL, else the moid, else the datacenter and the name."""
    return record.url or record.moid or _in_datacenter(record.datacenter, record.name)


def resource_pool_identity(record: ResourcePool) -> str | None:
    """Give the moid, else the owner and the name."""
    return record.moid or _in_datacenter(record.owner, record.name)


def datacenter_identity(record: Datacenter) -> str | None:
    """Give the moid, else the name."""
    return record.moid or record.name


def vcenter_identity(record: VCenter) -> str | None:
    """Give the instance uuid, else the host name."""
    return record.instance_uuid or record.host_name


def _in_datacenter(datacenter: str | None, name: str | None) -> str | None:
    return f"{datacenter}/{name}" if datacenter and name else name


IDENTITIES: Final[Mapping[Kind, Callable[[Any], str | None]]] = MappingProxyType(
    {
        "virtual_machines": virtual_machine_identity,
        "triggered_alarms": alarm_identity,
        "vm_snapshots": named_snapshot_identity,
        "esxi_hosts": host_identity,
        "clusters": cluster_identity,
        "datastores": datastore_identity,
        "resource_pools": resource_pool_identity,
        "datacenters": datacenter_identity,
        "vcenters": vcenter_identity,
    },
)
"""By kind; None where a record cannot be told apart."""
