"""Read what `community.vmware.vmware_host_facts` says of an ESXi host.

The module is asked for one host at a time and answers with `ansible_facts`, as `setup` does for a Linux machine; the
keys are largely the same, so only the distribution tells them apart. The variable `ansible_facts` holds the same
facts without the prefix `ansible_`. Of the facts, only those named here are ever looked at: `ansible_env` and
`ansible_cmdline` of a machine hold secrets.

Source: plugins/modules/vmware_host_facts.py of the collection community.vmware, and real output of 5.10.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.item_values import value_at, values_for_content
from vcenter_pipeline.formats.values.words import to_host_connection_state, to_serial_number, to_uuid
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Datastore, EsxiHost, Record
from vcenter_pipeline.model.units import shown, to_bytes, to_count, to_flag, to_name, to_rounded, to_text

_PREFIXES: Final = ("ansible_", "")
_CONTENT_KEYS: Final = (
    "hostname",
    "uuid",
    "host_connection_state",
    "in_maintenance_mode",
    "distribution_version",
    "distribution_build",
    "system_vendor",
    "product_name",
    "product_serial",
    "processor",
    "processor_count",
    "processor_cores",
    "processor_vcpus",
    "memtotal_mb",
    "memfree_mb",
    "uptime",
)
_PLACES: Final = ("cluster", "datacenter")


def _prefix_of(item: Item) -> str | None:
    """Give what stands before the facts' names; None where they are not those of an ESXi host.

    Photon OS is a Linux of VMware's own, `VMware Photon OS`. Facts of several machines may be mixed in one variable:
    the distribution then says whose came last.
    """
    for prefix in _PREFIXES:
        distribution = item.get(prefix + "distribution")
        if isinstance(distribution, str):
            return prefix if distribution.startswith("VMware ESX") else None
        os_type = item.get(prefix + "os_type")
        if isinstance(os_type, str) and os_type.startswith("vmnix"):
            return prefix
    return None


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item holds the facts of an ESXi host."""
    prefix = _prefix_of(item)
    return Sureness.SURE if prefix is not None and prefix + "hostname" in item else Sureness.NO


def parse_esxi_host(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> EsxiHost:  # noqa: ARG001 - as above
    """Turn the facts of one host into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    prefix = _prefix_of(item) or ""
    total = value_at(item, to_count, prefix + "memtotal_mb")
    free = value_at(item, to_count, prefix + "memfree_mb")
    _datastores_of(item, None, spoilt)
    return EsxiHost(
        name=value_at(item, to_name, prefix + "hostname"),
        hardware_uuid=value_at(item, to_uuid, prefix + "uuid"),
        cluster=value_at(item, to_name, "cluster"),
        datacenter=value_at(item, to_name, "datacenter"),
        connection_state=value_at(item, to_host_connection_state, prefix + "host_connection_state"),
        is_in_maintenance=value_at(item, to_flag, prefix + "in_maintenance_mode"),
        version=value_at(item, to_text, prefix + "distribution_version"),
        build=value_at(item, to_text, prefix + "distribution_build"),
        vendor=value_at(item, to_text, prefix + "system_vendor"),
        model=value_at(item, to_text, prefix + "product_name"),
        serial_number=value_at(item, to_serial_number, prefix + "product_serial"),
        cpu_model=value_at(item, to_text, prefix + "processor"),
        cpu_socket_count=value_at(item, to_count, prefix + "processor_count"),
        cpu_core_count=value_at(item, to_count, prefix + "processor_cores"),
        cpu_thread_count=value_at(item, to_count, prefix + "processor_vcpus"),
        memory_mib=total,
        memory_used_mib=_to_used(total, free),
        uptime_seconds=value_at(item, to_rounded, prefix + "uptime"),
    )


def _to_used(total: int | None, free: int | None) -> int | None:
    """Give what is used; the module calls all memory free where it does not know what is used."""
    if total is None or free is None or free >= total:
        return None
    return total - free


def build_datastores(item: Item, around: Surroundings) -> Iterable[tuple[Kind, Record]]:  # noqa: ARG001 - the signature of `Shape.also`
    """Give the datastores that the host mounts; entries that cannot be read are told of by `parse_esxi_host`."""
    datacenter = value_at(item, to_name, "datacenter")
    return [("datastores", datastore) for datastore in _datastores_of(item, datacenter, [])]


def _datastores_of(item: Item, datacenter: str | None, spoilt: list[SpoiltChild]) -> list[Datastore]:
    key = (_prefix_of(item) or "") + "datastore"
    entries = item.get(key)
    if not isinstance(entries, list):
        if entries:
            spoilt.append(SpoiltChild("datastores", key, f"{shown(entries)} is not a list", None))
        return []
    datastores: list[Datastore] = []
    for number, entry in enumerate(entries):
        try:
            datastores.append(_to_datastore(entry, datacenter))
        except ValueError as error:
            content = to_content(values_for_content(entry, ("name",))) if isinstance(entry, Mapping) else None
            spoilt.append(SpoiltChild("datastores", f"{key}[{number}]", str(error), content))
    return datastores


def _to_datastore(entry: object, datacenter: str | None) -> Datastore:
    if not isinstance(entry, Mapping):
        message = f"{shown(entry)} is not an object"
        raise ValueError(message)  # noqa: TRY004 - every value that cannot be meant is a ValueError
    name = value_at(entry, to_name, "name")
    if name is None:
        message = "it has no name"
        raise ValueError(message)
    capacity, free = value_at(entry, _to_size, "total"), value_at(entry, _to_size, "free")
    if not capacity:  # one that is not accessible has no size, and neither is anything free on it
        capacity = free = None
    return Datastore(name=name, datacenter=datacenter, capacity_bytes=capacity, free_bytes=free)


def _to_size(value: object) -> int | None:
    """Give a size as Ansible's filter `human_readable` writes it: `5.53 TB`, and `0.00 Bytes` when there is none."""
    return to_bytes(value.replace("Bytes", "B") if isinstance(value, str) else value)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: the plain facts that are read."""
    prefix = _prefix_of(item) or ""
    return to_content(values_for_content(item, (*(prefix + key for key in _CONTENT_KEYS), *_PLACES)))


SHAPE: Final = Shape(
    name="vmware_host_facts",
    kind="esxi_hosts",
    meaning="facts of ESXi hosts",
    forms=frozenset({"object", "list"}),
    sureness=to_sureness,
    parse=parse_esxi_host,
    content_of=content_of,
    written_by=(
        'community.vmware.vmware_host_facts: {esxi_hostname: "{{ item }}", show_datacenter: true}, in a loop over all '
        "hosts"
    ),
    cannot_tell="Moid, power state, alarm colour and the use of the processors; of datastores all but rounded sizes.",
    also=build_datastores,
    also_kinds=("datastores",),
    is_inventory=False,
    is_inventory_in_loop=True,
)
