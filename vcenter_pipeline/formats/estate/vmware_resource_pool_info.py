"""Read what `community.vmware.vmware_resource_pool_info` says of a resource pool.

The module writes names only: each cluster and each host outside of one has a pool `Resources`, so a pool is told
apart by its owner and its name. A limit of -1 is none. Up to Ansible 2.8 the module was `vmware_resource_pool_facts`.

Source: plugins/modules/vmware_resource_pool_info.py of community.vmware, and real output of 5.10; the vSphere API
types `ResourceAllocationInfo` (MHz and MB) and `ResourcePoolResourceUsage` (MHz and bytes).
"""

from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.words import to_overall_status, to_shares_level
from vcenter_pipeline.model.records import ResourcePool
from vcenter_pipeline.model.units import to_count, to_flag, to_limit, to_name

_CONTENT_KEYS: Final = (
    "name",
    "owner",
    "overall_status",
    "cpu_allocation_limit",
    "cpu_allocation_reservation",
    "cpu_allocation_shares",
    "cpu_allocation_shares_level",
    "cpu_allocation_expandable_reservation",
    "runtime_cpu_overall_usage",
    "mem_allocation_limit",
    "mem_allocation_reservation",
    "mem_allocation_shares",
    "mem_allocation_shares_level",
    "mem_allocation_expandable_reservation",
    "runtime_memory_overall_usage",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a resource pool as the module writes it."""
    is_one = "cpu_allocation_limit" in item and "mem_allocation_limit" in item and "name" in item
    return Sureness.SURE if is_one else Sureness.NO


def parse_resource_pool(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> ResourcePool | None:  # noqa: ARG001 - as above
    """Turn one resource pool into a record; None where it has no name.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    name = value_at(item, to_name, "name")
    if name is None:
        return None
    return ResourcePool(
        name=name,
        owner=value_at(item, to_name, "owner"),
        overall_status=value_at(item, to_overall_status, "overall_status"),
        cpu_limit_mhz=value_at(item, to_limit, "cpu_allocation_limit"),
        cpu_reservation_mhz=value_at(item, to_count, "cpu_allocation_reservation"),
        cpu_shares=value_at(item, to_count, "cpu_allocation_shares"),
        cpu_shares_level=value_at(item, to_shares_level, "cpu_allocation_shares_level"),
        is_cpu_expandable=value_at(item, to_flag, "cpu_allocation_expandable_reservation"),
        cpu_used_mhz=value_at(item, to_count, "runtime_cpu_overall_usage"),
        memory_limit_mib=value_at(item, to_limit, "mem_allocation_limit"),
        memory_reservation_mib=value_at(item, to_count, "mem_allocation_reservation"),
        memory_shares=value_at(item, to_count, "mem_allocation_shares"),
        memory_shares_level=value_at(item, to_shares_level, "mem_allocation_shares_level"),
        is_memory_expandable=value_at(item, to_flag, "mem_allocation_expandable_reservation"),
        memory_used_bytes=value_at(item, to_count, "runtime_memory_overall_usage"),
    )


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the keys that are read."""
    return to_content(values_for_content(item, _CONTENT_KEYS))


SHAPE: Final = Shape(
    name="vmware_resource_pool_info",
    kind="resource_pools",
    meaning="resource pools",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_resource_pool,
    content_of=content_of,
    written_by="community.vmware.vmware_resource_pool_info: {}",
    cannot_tell="Moids, and the pool that a pool lies in.",
    list_keys=frozenset({"resource_pool_info", "resource_pool_facts"}),
)
