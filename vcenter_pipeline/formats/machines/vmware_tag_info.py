"""Read what `community.vmware.vmware_tag_info` says of a tag: which virtual machines carry it.

The module lists tags with their uses, so that one tag is something about many machines. It gives the moid of each
machine and nothing else, and the tag's category only by its id. The same tags stand under `tag_info`, as a list, and
under the older `tag_facts`, a mapping by name in which a name that is in two categories is lost.

Source: plugins/modules/vmware_tag_info.py of community.vmware; vSphere's REST type `TagModel`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Record, VmAttribute, virtual_machine
from vcenter_pipeline.model.units import shown, to_text

_CONTENT_KEYS: Final = ("tag_name", "tag_id", "tag_category_id")
_MACHINE: Final = "VirtualMachine"
_MOID: Final = re.compile(r"vm-[0-9]{1,18}")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a tag with its uses."""
    return Sureness.SURE if "tag_used_by" in item and "tag_id" in item else Sureness.NO


def parse_tag(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> None:  # noqa: ARG001 - as above
    """Check the tag; what it says is about virtual machines, and `build_virtual_machines` gives those.

    Raises:
        ValueError: the tag has no name that can be meant.
    """
    _to_tag(item)
    uses = item.get("tag_used_by")
    if uses and not isinstance(uses, list):
        spoilt.append(SpoiltChild("vm_attributes", "tag_used_by", f"{shown(uses)} is not a list", None))
    for number, use in enumerate(_listed(uses)):
        if _is_machine(use) and _to_moid(use) is None:
            reason = "the moid of the virtual machine is not one such as vm-12"
            spoilt.append(SpoiltChild("vm_attributes", f"tag_used_by[{number}]", reason, None))


def build_virtual_machines(item: Item, around: Surroundings) -> Iterable[tuple[Kind, Record]]:
    """Give a record for each virtual machine that carries the tag; uses that cannot be read `parse_tag` tells of."""
    if around.key == "tag_facts" and isinstance(around.register.get("tag_info"), list):
        return []
    tag = _to_tag(item)
    moids = dict.fromkeys(_to_moid(use) for use in _listed(item.get("tag_used_by")) if _is_machine(use))
    return [("virtual_machines", virtual_machine(moid=moid, attributes=(tag,))) for moid in moids if moid is not None]


def _to_tag(item: Item) -> VmAttribute:
    name = value_at(item, to_text, "tag_name")
    if name is None:
        message = "tag_name: the tag has no name"
        raise ValueError(message)
    return VmAttribute("tag", None, name, None)


def _listed(uses: object) -> list[object]:
    return uses if isinstance(uses, list) else []


def _is_machine(use: object) -> bool:
    """Say whether the use is one by a virtual machine: `{id: vm-12, type: VirtualMachine}`, or `vm-12` alone."""
    if isinstance(use, Mapping):
        return use.get("type") == _MACHINE
    return isinstance(use, str) and _MOID.fullmatch(use) is not None


def _to_moid(use: object) -> str | None:
    moid = use.get("id") if isinstance(use, Mapping) else use
    return moid if isinstance(moid, str) and _MOID.fullmatch(moid) is not None else None


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item; the description is free text."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_tag_info",
    kind="virtual_machines",
    meaning="tags",
    forms=frozenset({"list", "mapping"}),
    sureness=to_sureness,
    parse=parse_tag,
    content_of=content_of,
    written_by="community.vmware.vmware_tag_info: {}",
    cannot_tell=(
        "Which machines carry a tag, where tag_used_by lists users, as vSphere documents it: vmware_vm_info with "
        "show_tag tells that; the names of the tags' categories and of the machines."
    ),
    list_keys=frozenset({"tag_info", "tag_facts"}),
    name_key="tag_name",
    also=build_virtual_machines,
    also_kinds=("virtual_machines",),
    is_inventory=False,
)
