"""Read a dynamic inventory of virtual machines: `ansible-inventory --list` of VMware's inventory plugins.

`_meta.hostvars` (in YAML `hosts`) maps an inventory name to variables. The inventory name is made by a template of
the admin's, so that only the variables say what the machine is called. Beside the properties of the machine stand
the variables of the inventory's groups and custom attributes by their own names: one of them may be a password, and
nothing tells which, so none is read. vmware.vmware keeps custom attributes apart, under `customValue`.

Source: plugins/inventory/vmware_vm_inventory.py of community.vmware and plugins/inventory/vms.py of vmware.vmware;
real output of community.vmware 5.10.
"""

from collections.abc import Iterator
from typing import Final

from vcenter_pipeline.formats.alarms.vsphere_alarms import has_alarms, to_alarms
from vcenter_pipeline.formats.machines.vm_values import to_datacenter_of, to_folder
from vcenter_pipeline.formats.machines.vsphere_vm import content_of, parse_properties, to_own_moid, to_own_name
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.formats.values.property_set import to_first, to_property, to_reference_moid
from vcenter_pipeline.formats.values.vsphere_kinds import MACHINE, to_type_of_variables
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Record, VirtualMachine
from vcenter_pipeline.model.units import to_address, to_name

_KEYS: Final = frozenset({"hostvars", "hosts"})
_ALONE: Final = "domain-s"
"""How the id of a compute resource begins that is no cluster; one of a cluster is `domain-c8`."""


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is the variables of a virtual machine of a vCenter, and not of any other computer."""
    if around.key not in _KEYS:
        return Sureness.NO
    found = to_type_of_variables(item)
    if found is None and _is_moid_of_machine(item):
        found = MACHINE
    return Sureness.SURE if found == MACHINE else Sureness.NO


def _is_moid_of_machine(item: Item) -> bool:
    """Say whether the plugin of vmware.vmware wrote it, which always adds `moid` and `path`."""
    moid = to_property(item, "moid")
    return isinstance(moid, str) and moid.startswith("vm-") and isinstance(to_property(item, "path"), str)


def parse_variables(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn the variables of one machine into a record.

    Raises:
        ValueError: a value of the machine cannot be meant, or nothing says which machine it is.
    """
    record = parse_properties(item, spoilt)
    if record.name is None and record.moid is None and record.instance_uuid is None:
        spoilt.clear()
        message = "nothing says which virtual machine this is: add name and config.instanceUuid to the properties"
        raise ValueError(message)
    folder = to_first(item, to_folder, "path")
    datacenter = to_datacenter_of(folder)
    return record._replace(
        primary_ip=record.primary_ip or _to_ansible_host(item),
        esxi_host=to_first(item, to_name, "esxi_host.name"),
        esxi_host_moid=record.esxi_host_moid or to_first(item, to_reference_moid, "esxi_host.moid"),
        cluster=_to_cluster(item),
        folder=None if datacenter is None else folder,
        datacenter=datacenter,
    )


def _to_cluster(item: Item) -> str | None:
    """Give the cluster; for a host that stands alone the plugin writes its `ComputeResource`, named like the host."""
    moid = to_first(item, to_reference_moid, "cluster.moid")
    is_host = moid is not None and moid.startswith(_ALONE)
    return None if is_host else to_first(item, to_name, "cluster.name")


def _to_ansible_host(item: Item) -> str | None:
    """Give the address by which Ansible reaches the machine: the guest's, unless the admin put another there."""
    try:
        address = to_address(to_property(item, "ansible_host"))
    except ValueError:
        return None
    return None if address is None else address[0]


def to_alarms_of(item: Item, around: Surroundings) -> Iterator[tuple[Kind, Record]]:  # noqa: ARG001 - the signature of `Shape.also`
    """Give the alarms of one machine.

    Raises:
        ValueError: an alarm cannot be read; all others were given before.
    """
    return to_alarms(item, MACHINE, to_own_moid(item), to_own_name(item))


SHAPE: Final = Shape(
    name="vmware_vm_inventory",
    kind="virtual_machines",
    meaning="virtual machines of a dynamic inventory",
    forms=frozenset({"mapping"}),
    sureness=lambda item, around: Sureness.NO if has_alarms(item) else to_sureness(item, around),
    parse=parse_variables,
    content_of=content_of,
    written_by=(
        "ansible-inventory --list, with plugin: community.vmware.vmware_vm_inventory, properties: [name, config, "
        "guest, runtime, overallStatus, snapshot]; or plugin: vmware.vmware.vms"
    ),
    cannot_tell=(
        "Of community.vmware machines that are disconnected, orphaned or inaccessible, custom attributes, and host, "
        "cluster and folder by name; machines that are filtered out; resource pools."
    ),
)

SHAPE_WITH_ALARMS: Final = SHAPE._replace(
    name="vmware_vm_inventory_alarms",
    meaning="virtual machines of a dynamic inventory, with their alarms",
    sureness=lambda item, around: to_sureness(item, around) if has_alarms(item) else Sureness.NO,
    also=to_alarms_of,
    also_kinds=("triggered_alarms",),
    written_by=(
        "ansible-inventory --list, with plugin: community.vmware.vmware_vm_inventory, properties: [name, "
        "config.instanceUuid, overallStatus, triggeredAlarmState]"
    ),
    cannot_tell=(
        "The names of the alarms, and alarms of anything but virtual machines; machines that are disconnected, "
        "orphaned, inaccessible or filtered out."
    ),
)
"""Of its own, because only an inventory that has the alarms says something by giving none."""
