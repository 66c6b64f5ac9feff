"""Read processors and memory of virtual machines, as `vmware.vmware.vm_resource_info` lists them.

Each of its parts is empty when the module was told not to gather it. The figures under `stats` are those of the
moment and go into no column.

Source: plugins/modules/vm_resource_info.py of the collection vmware.vmware.
"""

from collections.abc import Mapping
from typing import Final

from vcenter_pipeline.formats.machines.vm_parts import is_system_name
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_moid
from vcenter_pipeline.model.records import VirtualMachine, virtual_machine
from vcenter_pipeline.model.units import named, to_count, to_name

_TYPICAL: Final = ("moid", "cpu", "memory", "stats", "resource_pool")
_PATHS: Final = (
    ("cpu", "processor_count"),
    ("cpu", "cores_per_socket"),
    ("memory", "size_mb"),
    ("esxi_host", "name"),
    ("esxi_host", "moid"),
    ("resource_pool", "name"),
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a machine as the module lists it."""
    return Sureness.SURE if all(key in item for key in _TYPICAL) else Sureness.NO


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one machine into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    name = named("name", to_name, item.get("name"))
    return virtual_machine(
        name=name,
        moid=named("moid", to_moid, item.get("moid")),
        cpu_count=named("cpu.processor_count", to_count, _at(item, "cpu", "processor_count")),
        cores_per_socket=named("cpu.cores_per_socket", to_count, _at(item, "cpu", "cores_per_socket")),
        memory_mib=named("memory.size_mb", to_count, _at(item, "memory", "size_mb")),
        esxi_host=named("esxi_host.name", to_name, _at(item, "esxi_host", "name")),
        esxi_host_moid=named("esxi_host.moid", to_moid, _at(item, "esxi_host", "moid")),
        resource_pool=named("resource_pool.name", to_name, _at(item, "resource_pool", "name")),
        is_system=is_system_name(name),
    )


def _at(item: Item, outer: str, key: str) -> object:
    inner = item.get(outer)
    return inner.get(key) if isinstance(inner, Mapping) else None


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item."""
    values = [(key, item.get(key)) for key in ("name", "moid")]
    return to_content([*values, *((f"{outer}.{key}", _at(item, outer, key)) for outer, key in _PATHS)])


SHAPE: Final = Shape(
    name="vm_resource_info",
    kind="virtual_machines",
    meaning="processors and memory of virtual machines",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by="vmware.vmware.vm_resource_info: {gather_cpu_stats: false, gather_memory_stats: false}",
    cannot_tell="Everything about the machines but processors, memory, host and resource pool.",
    is_inventory=False,
)
