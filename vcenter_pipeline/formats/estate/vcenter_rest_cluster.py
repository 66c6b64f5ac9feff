"""Read clusters of vSphere's REST API: `vmware.vmware_rest.vcenter_cluster_info`, or the module `uri`.

The list says whether HA and DRS are on. The answer about one cluster has two keys that many things have, `name` and
`resource_pool`: it is a cluster's only where the id of a cluster stands around it.

Source: vSphere Automation API, `Cluster.Summary` and `Cluster.Info`; the documented return values of
vmware.vmware_rest 4.9.
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.rest_item import is_id, to_id_beside
from vcenter_pipeline.model.records import Cluster
from vcenter_pipeline.model.units import to_flag, to_name, to_text

_PREFIX: Final = "domain-c"
_SUMMARY_KEYS: Final = frozenset({"ha_enabled", "drs_enabled"})
_CONTENT_KEYS: Final = ("cluster", "name", "ha_enabled", "drs_enabled", "resource_pool")


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a cluster of the API's list."""
    is_one = is_id(item.get("cluster"), _PREFIX) and "name" in item and not _SUMMARY_KEYS.isdisjoint(item)
    return Sureness.SURE if is_one and "vm" not in item and "host" not in item else Sureness.NO


def to_sureness_of_details(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item is the API's answer about one cluster."""
    if "name" not in item or not is_id(item.get("resource_pool"), "resgroup-") or "cluster" in item:
        return Sureness.NO
    return Sureness.NO if to_id_beside(around, "cluster", _PREFIX) is None else Sureness.SURE


def parse_cluster(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> Cluster:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one cluster, of the list or asked for alone, into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    return Cluster(
        name=value_at(item, to_name, "name"),
        moid=value_at(item, to_text, "cluster") or to_id_beside(around, "cluster", _PREFIX),
        is_ha_enabled=value_at(item, to_flag, "ha_enabled"),
        is_drs_enabled=value_at(item, to_flag, "drs_enabled"),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vcenter_cluster_info",
    kind="clusters",
    meaning="clusters of the REST API",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_cluster,
    content_of=content_of,
    written_by="vmware.vmware_rest.vcenter_cluster_info: {}",
    cannot_tell="Hosts, sizes, vSAN, and in which datacenter it is.",
)

DETAILS_SHAPE: Final = SHAPE._replace(
    name="vcenter_cluster_info_details",
    meaning="details of clusters of the REST API",
    forms=frozenset({"object"}),
    sureness=to_sureness_of_details,
    written_by='vmware.vmware_rest.vcenter_cluster_info: {cluster: "{{ item.cluster }}"}, in a loop',
    cannot_tell="Everything but its name and moid.",
    is_inventory=False,
)
