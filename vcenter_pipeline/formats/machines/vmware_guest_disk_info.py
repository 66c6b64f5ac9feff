"""Read the virtual disks of one machine, as `community.vmware.vmware_guest_disk_info` returns them.

They stand by their number, `{"0": {…}, "1": {…}}`, and do not say whose they are. An empty object means that the
machine has no disk. `vmware_guest_disk` returns the same as `disk_data`, and the module was called
`vmware_guest_disk_facts` before Ansible 2.9, which wrote `guest_disk_facts`.

Source: plugins/module_utils/vm_device_helper.py (`gather_disk_info`) of the collection; real output of 5.10.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.machines.asked import to_asked, to_identified
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, shown_key, to_content
from vcenter_pipeline.formats.values.words import to_uuid
from vcenter_pipeline.model.records import VirtualMachine, VmDisk, virtual_machine
from vcenter_pipeline.model.units import named, shown, to_count, to_flag, to_name, to_text

_OWN_WORDS: Final = frozenset({"guest_disk_info", "guest_disk_facts"})
_TYPICAL: Final = ("backing_filename", "backing_type", "controller_key")
_KIB: Final = 1024
_CONTENT_KEYS: Final = (
    "key",
    "label",
    "capacity_in_bytes",
    "capacity_in_kb",
    "backing_datastore",
    "backing_filename",
    "backing_type",
    "controller_type",
    "unit_number",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is the disks of one machine."""
    if not item:
        return Sureness.SURE if around.key in _OWN_WORDS else Sureness.NO
    first = next(iter(item.values()))
    is_one = isinstance(first, Mapping) and any(key in first for key in _TYPICAL) and "capacity_in_kb" in first
    return Sureness.SURE if is_one else Sureness.NO


def parse_disks(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn the disks of one machine into a record of it.

    Raises:
        ValueError: nothing says which machine it is.
    """
    disks = []
    for number, entry in item.items():
        try:
            disks.append(_to_disk(entry))
        except ValueError as error:
            content = to_content((key, entry.get(key)) for key in _CONTENT_KEYS) if isinstance(entry, Mapping) else None
            spoilt.append(SpoiltChild("vm_disks", shown_key(number), str(error), content))
    try:
        return to_identified(virtual_machine(disk_count=len(item), disks=tuple(disks)), to_asked(around))
    except ValueError:
        spoilt.clear()
        raise


def _to_disk(entry: object) -> VmDisk:
    if not isinstance(entry, Mapping):
        message = f"{shown(entry)} is not an object"
        raise ValueError(message)  # noqa: TRY004 - a ValueError is what makes it a rejected row
    item: Item = entry
    kib = named("capacity_in_kb", to_count, item.get("capacity_in_kb"))
    capacity = named("capacity_in_bytes", to_count, item.get("capacity_in_bytes"))
    mode = item.get("backing_disk_mode") or item.get("backing_diskmode")
    return VmDisk(
        label=named("label", to_text, item.get("label")),
        device_key=named("key", to_count, item.get("key")),
        capacity_bytes=kib * _KIB if capacity is None and kib is not None else capacity,
        datastore_name=named("backing_datastore", to_name, item.get("backing_datastore")),
        file_path=named("backing_filename", to_text, item.get("backing_filename")),
        disk_mode=named("backing_disk_mode", to_text, mode),
        backing_type=named("backing_type", to_text, item.get("backing_type")),
        is_thin=named("backing_thinprovisioned", to_flag, item.get("backing_thinprovisioned")),
        controller_type=named("controller_type", to_text, item.get("controller_type")),
        unit_number=named("unit_number", to_count, item.get("unit_number")),
        disk_uuid=named("backing_uuid", to_uuid, item.get("backing_uuid")),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the labels of the disks."""
    return to_content(
        (f"{shown_key(number)}.label", entry.get("label"))
        for number, entry in item.items()
        if isinstance(entry, Mapping)
    )


SHAPE: Final = Shape(
    name="vmware_guest_disk_info",
    kind="virtual_machines",
    meaning="virtual disks of one machine",
    list_keys=_OWN_WORDS,
    forms=frozenset({"object"}),
    sureness=to_sureness,
    parse=parse_disks,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_guest_disk_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}"}, in a '
        "loop over virtual_machines"
    ),
    cannot_tell="Everything about the machine but its disks.",
    is_inventory=False,
)
