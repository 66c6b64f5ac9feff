"""Read the snapshots of one machine, as `community.vmware.vmware_guest_snapshot_info` returns them.

The module was called `vmware_guest_snapshot_facts` before Ansible 2.9. It does not say whose snapshots they are, and
returns an empty object for a machine that has none. `vmware_guest_snapshot` returns the same as `snapshot_results`.

Source: plugins/module_utils/vmware.py (`list_snapshots`) of the collection; real output of 5.10.
"""

from typing import Final

from vcenter_pipeline.formats.machines.asked import to_asked, to_identified
from vcenter_pipeline.formats.machines.vm_snapshots import to_snapshots
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.model.records import VirtualMachine, virtual_machine
from vcenter_pipeline.model.units import shown

_OWN_WORDS: Final = frozenset({"guest_snapshots"})


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is the snapshots of one machine."""
    if not item:
        return Sureness.SURE if around.key in _OWN_WORDS else Sureness.NO
    is_one = isinstance(item.get("snapshots"), list) and "current_snapshot" in item and "hw_name" not in item
    return Sureness.SURE if is_one else Sureness.NO


def parse_snapshots(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:
    """Turn the snapshots of one machine into a record of it.

    Raises:
        ValueError: nothing says which machine it is.
    """
    snapshots = to_snapshots(item.get("snapshots", []), item.get("current_snapshot"), spoilt)
    record = virtual_machine(
        snapshot_count=snapshots.total, oldest_snapshot_at=snapshots.oldest_at, snapshots=snapshots.records
    )
    try:
        return to_identified(record, to_asked(around))
    except ValueError:
        spoilt.clear()
        raise


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: that there are snapshots, not what people wrote in them."""
    return to_content((("snapshots", shown(item.get("snapshots"))),)) if item else to_content(())


SHAPE: Final = Shape(
    name="vmware_guest_snapshot_info",
    kind="virtual_machines",
    meaning="snapshots of one machine",
    list_keys=_OWN_WORDS,
    forms=frozenset({"object"}),
    sureness=to_sureness,
    parse=parse_snapshots,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_guest_snapshot_info: {moid: "{{ item.moid }}", datacenter: "{{ item.datacenter }}"}, '
        "in a loop over virtual_machines"
    ),
    cannot_tell="Everything about the machine but its snapshots.",
    is_inventory=False,
)
