"""Read datastores of vSphere's REST API: `vmware.vmware_rest.vcenter_datastore_info`, or the module `uri`.

The list gives sizes; the answer about one datastore gives no capacity and not its id, which stands around it. Version 5
of the collection asks for all answers and adds them to the items of the list. Flags may be written as 0 and 1.

Source: vSphere Automation API, `Datastore.Summary` and `Datastore.Info`; the documented return values of
vmware.vmware_rest 4.9.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.rest_item import is_id, to_id_beside
from vcenter_pipeline.formats.values.words import to_datastore_type
from vcenter_pipeline.model.records import Datastore
from vcenter_pipeline.model.units import to_bytes, to_flag, to_name, to_text

_PREFIX: Final = "datastore-"
_SUMMARY_KEYS: Final = frozenset({"type", "free_space", "capacity"})
_CONTENT_KEYS: Final = ("datastore", "name", "type", "capacity", "free_space", "accessible", "multiple_host_access")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a datastore of the API's list."""
    is_one = is_id(item.get("datastore"), _PREFIX) and "name" in item and not _SUMMARY_KEYS.isdisjoint(item)
    is_another = "vm" in item or "host" in item or _is_answer(item)
    return Sureness.SURE if is_one and not is_another else Sureness.NO


def _is_answer(item: Item) -> bool:
    has_details = "thin_provisioning_supported" in item and "multiple_host_access" in item
    return has_details and not ("capacity" in item and is_id(item.get("datastore"), _PREFIX))


def to_sureness_of_details(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is the API's answer about one datastore; playbooks and newer modules add its id."""
    return Sureness.SURE if _is_answer(item) else Sureness.NO


def parse_datastore(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> Datastore:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one datastore, of the list or asked for alone, into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    capacity, free = value_at(item, to_bytes, "capacity"), value_at(item, to_bytes, "free_space")
    if capacity == 0:  # it is not accessible: neither size is known
        capacity = free = None
    return Datastore(
        name=value_at(item, to_name, "name"),
        moid=value_at(item, to_text, "datastore") or to_id_beside(around, "datastore", _PREFIX),
        type=value_at(item, to_datastore_type, "type"),
        capacity_bytes=capacity,
        free_bytes=free,
        is_accessible=value_at(item, to_flag, "accessible"),
        has_multiple_host_access=value_at(item, to_flag, "multiple_host_access"),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vcenter_datastore_info",
    kind="datastores",
    meaning="datastores of the REST API",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_datastore,
    content_of=content_of,
    written_by="vmware.vmware_rest.vcenter_datastore_info: {}",
    cannot_tell="The URL, what thin disks may still take, and in which datacenter it is.",
)

DETAILS_SHAPE: Final = SHAPE._replace(
    name="vcenter_datastore_info_details",
    meaning="details of datastores of the REST API",
    forms=frozenset({"object", "list"}),
    sureness=to_sureness_of_details,
    written_by='vmware.vmware_rest.vcenter_datastore_info: {datastore: "{{ item.datastore }}"}, in a loop',
    cannot_tell="The capacity; the moid, where only the answer itself is kept.",
    is_inventory=False,
)
