"""Read what `community.vmware.vmware_about_info` says of a vCenter, or of an ESXi host that was asked itself.

Up to Ansible 2.8 the module was `vmware_about_facts`. It does not say under which name it reached the vCenter.

Source: plugins/modules/vmware_about_info.py of community.vmware, real output of 5.10; the vSphere API type `AboutInfo`.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.words import to_uuid
from vcenter_pipeline.model.records import VCenter
from vcenter_pipeline.model.units import to_text

_CONTENT_KEYS: Final = (
    "instance_uuid",
    "product_name",
    "product_full_name",
    "version",
    "build",
    "api_version",
    "api_type",
    "os_type",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item describes a vCenter as the module does."""
    is_one = "product_full_name" in item and "api_type" in item and "version" in item
    return Sureness.SURE if is_one else Sureness.NO


def parse_vcenter(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VCenter | None:  # noqa: ARG001 - as above
    """Turn the description into a record; None where all of it is empty.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    vcenter = VCenter(
        instance_uuid=value_at(item, to_uuid, "instance_uuid"),
        name=value_at(item, to_text, "product_name"),
        full_name=value_at(item, to_text, "product_full_name"),
        version=value_at(item, to_text, "version"),
        build=value_at(item, to_text, "build"),
        api_version=value_at(item, to_text, "api_version"),
        api_type=value_at(item, to_text, "api_type"),
        os_type=value_at(item, to_text, "os_type"),
    )
    return None if vcenter == VCenter() else vcenter


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_about_info",
    kind="vcenters",
    meaning="the vCenter itself",
    forms=frozenset({"object", "list"}),
    sureness=to_sureness,
    parse=parse_vcenter,
    content_of=content_of,
    written_by="community.vmware.vmware_about_info: {}",
    cannot_tell="Under which name the vCenter was asked.",
    is_inventory=False,
)
