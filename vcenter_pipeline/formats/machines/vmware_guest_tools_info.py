"""Read what `community.vmware.vmware_guest_tools_info` says of VMware Tools in one machine.

`vm_name`, `vm_uuid` and `vm_moid` repeat the module's arguments: two of them are null, and which uuid `vm_uuid` is
depends on `vm_use_instance_uuid`. The guest's names are `summary.guest`, which Tools report. The first releases also
wrote `vm_tools_install_status`, which is `summary.guest.toolsStatus`.

Source: plugins/modules/vmware_guest_tools_info.py of the collection.
"""

from typing import Final

from vcenter_pipeline.formats.machines.asked import to_asked, to_asked_of, to_identified
from vcenter_pipeline.formats.machines.vm_parts import to_primary_ip
from vcenter_pipeline.formats.machines.vm_values import to_tools_version
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_tools_running_status, to_tools_status
from vcenter_pipeline.model.records import VirtualMachine, virtual_machine
from vcenter_pipeline.model.units import named, to_text

_TYPICAL: Final = ("vm_tools_running_status", "vm_tools_version_status", "vm_tools_version")
_CONTENT_KEYS: Final = (
    "vm_name",
    "vm_moid",
    "vm_uuid",
    "vm_use_instance_uuid",
    "vm_hw_version",
    "vm_ipaddress",
    "vm_guest_hostname",
    "vm_guest_fullname",
    "vm_tools_install_status",
    *_TYPICAL,
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is what the module says of one machine."""
    return Sureness.SURE if any(key in item for key in _TYPICAL) and "vm_name" in item else Sureness.NO


def parse_tools(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn what is said of VMware Tools into a record of the machine.

    Raises:
        ValueError: a value cannot be meant, or nothing says which machine it is; the message names its key.
    """
    told = to_asked_of(
        {"name": item.get("vm_name"), "moid": item.get("vm_moid"), "uuid": item.get("vm_uuid")},
        use_instance_uuid=item.get("vm_use_instance_uuid") is True,
    )
    record = virtual_machine(
        primary_ip=named("vm_ipaddress", lambda address: to_primary_ip(address, ()), item.get("vm_ipaddress")),
        guest_os_reported=named("vm_guest_fullname", to_text, item.get("vm_guest_fullname")),
        guest_hostname=named("vm_guest_hostname", to_text, item.get("vm_guest_hostname")),
        hardware_version=named("vm_hw_version", to_text, item.get("vm_hw_version")),
        tools_status=named("vm_tools_install_status", to_tools_status, item.get("vm_tools_install_status")),
        tools_running_status=named(
            "vm_tools_running_status", to_tools_running_status, item.get("vm_tools_running_status")
        ),
        tools_version_status=named("vm_tools_version_status", to_text, item.get("vm_tools_version_status")),
        tools_version=named("vm_tools_version", to_tools_version, item.get("vm_tools_version")),
    )
    return to_identified(record, to_asked(around, told))


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="vmware_guest_tools_info",
    kind="virtual_machines",
    meaning="VMware Tools of one machine",
    forms=frozenset({"object", "list"}),
    sureness=to_sureness,
    parse=parse_tools,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_guest_tools_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}"}, in '
        "a loop over virtual_machines"
    ),
    cannot_tell="Everything about the machine but VMware Tools and what they report of the guest.",
    is_inventory=False,
)
