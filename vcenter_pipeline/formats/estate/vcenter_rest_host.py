"""Read ESXi hosts of vSphere's REST API: `vmware.vmware_rest.vcenter_host_info`, or the module `uri`.

The API has a list of hosts and no answer about one host. A host that is not connected has no power state.

Source: vSphere Automation API, `Host.Summary`; the documented return values of vmware.vmware_rest 4.9.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.rest_item import is_id
from vcenter_pipeline.formats.values.words import to_host_connection_state, to_host_power_state
from vcenter_pipeline.model.records import EsxiHost
from vcenter_pipeline.model.units import to_name, to_text

_CONTENT_KEYS: Final = ("host", "name", "connection_state", "power_state")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a host of the API's list."""
    is_one = is_id(item.get("host"), "host-") and "connection_state" in item and "name" in item and "vm" not in item
    return Sureness.SURE if is_one else Sureness.NO


def parse_host(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> EsxiHost:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one host into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    return EsxiHost(
        name=value_at(item, to_name, "name"),
        moid=value_at(item, to_text, "host"),
        connection_state=value_at(item, to_host_connection_state, "connection_state"),
        power_state=value_at(item, to_host_power_state, "power_state"),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vcenter_host_info",
    kind="esxi_hosts",
    meaning="ESXi hosts of the REST API",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_host,
    content_of=content_of,
    written_by="vmware.vmware_rest.vcenter_host_info: {}",
    cannot_tell="Everything but name, moid, connection and power state.",
)
