"""Read what `community.vmware.vmware_all_snapshots_info` says of a snapshot.

The module lists the snapshots of all virtual machines of one datacenter. Of the machine it gives the name and the name
of the folder, which is neither a path nor unique.

Source: plugins/modules/vmware_all_snapshots_info.py of community.vmware, and real output of 5.10.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.words import to_power_state
from vcenter_pipeline.model.records import NamedSnapshot
from vcenter_pipeline.model.units import to_count, to_flag, to_instant, to_name, to_text

_CONTENT_KEYS: Final = ("vm_name", "folder", "name", "id", "creation_time", "state", "quiesced")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a snapshot that names its virtual machine."""
    is_one = "vm_name" in item and "creation_time" in item and ("quiesced" in item or "state" in item)
    return Sureness.SURE if is_one else Sureness.NO


def parse_snapshot(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> NamedSnapshot:  # noqa: ARG001 - as above
    """Turn one snapshot into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    return NamedSnapshot(
        vm_name=value_at(item, to_name, "vm_name"),
        vm_folder=value_at(item, to_name, "folder"),
        name=value_at(item, to_name, "name"),
        description=value_at(item, to_text, "description"),
        snapshot_id=value_at(item, to_count, "id"),
        created_at=value_at(item, to_instant, "creation_time"),
        power_state=value_at(item, to_power_state, "state"),
        is_quiesced=value_at(item, to_flag, "quiesced"),
        is_current=None,
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item; the description is free text."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_all_snapshots_info",
    kind="vm_snapshots",
    meaning="snapshots",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_snapshot,
    content_of=content_of,
    written_by='community.vmware.vmware_all_snapshots_info: {datacenter: "{{ item }}"}, in a loop over all datacenters',
    cannot_tell="Which virtual machine, where several have one name; which snapshot is the current one.",
    list_keys=frozenset({"vmware_all_snapshots_info"}),
)
