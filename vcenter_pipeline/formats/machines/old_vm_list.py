"""Read plain records of virtual machines that people's own scripts and playbooks make.

They are flat objects with words of their choosing: `{vm_name, status, cpu, memory_mb, ip, esxi_host, datastore}`. An
older program of this kind asked for `vms: [{…}]` in that form. A record is known by its name and by what only a
virtual machine has, and never for sure, because hosts and appliances have names, processors and addresses as well.
`memory` without a unit is MiB, as in vSphere's API; a small number may be GiB as well, so it says nothing.
Lists that keep the module's own word, `mac_address`, `vm_network`, `datastore_url`, `tags` and `attributes`, are read
where they have the module's form as well.

Source: `json_query`, `map` and `set_fact` over registers of community.vmware, as public playbooks do.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from vcenter_pipeline.formats.alarms.alarm_parts import first_of
from vcenter_pipeline.formats.machines import vmware_vm_info
from vcenter_pipeline.formats.machines.vm_parts import (
    is_system_name,
    to_attributes,
    to_datastores,
    to_nic_count,
    to_nics,
    to_primary_ip,
)
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_moid, to_overall_status, to_power_state, to_uuid
from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.records import VirtualMachine, VmDatastore, virtual_machine
from vcenter_pipeline.model.units import INT64_MAX, named, to_bytes, to_count, to_flag, to_name, to_text

T = TypeVar("T")

_NAMES: Final = ("vm_name", "name")
_POWERS: Final = ("power_state", "powerstate", "power_status", "status")
_CPUS: Final = ("cpu", "cpu_count", "num_cpu", "num_cpus", "cpus", "vcpu", "vcpus")
_MEMORIES: Final = ("memory_mb", "memory_mib", "memory_gb", "memory_gib", "memory", "ram")
_GUESTS: Final = ("guest_os", "guest_fullname", "os")
_ADDRESSES: Final = ("ip_address", "ip", "ip_addresses")
_HOSTS: Final = ("esxi_host", "esxi_hostname", "vm_host", "host")
_UUIDS: Final = ("bios_uuid", "uuid")
_DATASTORES: Final = ("datastore", "datastores")
_NOTES: Final = ("annotation", "notes")
_MOIDS: Final = ("moid", "vm_moid", "vm_id")
_PLACES: Final = ("cluster", "datacenter", "folder", "resource_pool")
_TEMPLATES: Final = ("is_template", "template")

_GROUPS: Final = (_POWERS[:-1], _CPUS, _MEMORIES, _GUESTS, _ADDRESSES, _HOSTS, ("instance_uuid", *_UUIDS))
_NEEDED: Final = 2
_VITAL: Final = frozenset((*_POWERS[:-1], *_CPUS, *_MEMORIES, *_GUESTS))
_OF_A_MACHINE: Final = frozenset({"vm_name", "vm_moid", "vm_id", "guest_os", "guest_fullname", *_HOSTS})
_OF_OTHER_SHAPES: Final = frozenset({"guest_name", "hw_name", "vm", "_vimtype", "alarm_name", "connection_state"})
_LIST_NAME: Final = re.compile(r"vms?(?![a-z])|virtual|machine|guest", re.IGNORECASE)

_POWER_WORDS: Final = {
    "on": "poweredOn",
    "up": "poweredOn",
    "running": "poweredOn",
    "off": "poweredOff",
    "down": "poweredOff",
    "stopped": "poweredOff",
}
_UNKNOWN: Final = frozenset({"unknown", "n/a", "na", "none", "-"})
_SMALLEST_MIB: Final = 128
_MIB_OF_A_GIB: Final = 1024
_MIB: Final = 1024 * 1024
_CONTENT_KEYS: Final = (
    *_NAMES,
    *_MOIDS,
    "instance_uuid",
    *_UUIDS,
    *_POWERS,
    *_CPUS,
    *_MEMORIES,
    *_GUESTS,
    *_ADDRESSES,
    *_HOSTS,
    *_PLACES,
    *_TEMPLATES,
    *_DATASTORES,
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:
    """Say whether the item may be a virtual machine's record."""
    name = item.get("vm_name") or item.get("name")
    if not isinstance(name, str) or not _OF_OTHER_SHAPES.isdisjoint(item):
        return Sureness.NO
    is_listed = _LIST_NAME.search(around.key) is not None
    if not is_listed and (_OF_A_MACHINE.isdisjoint(item) or "host" in around.key.lower()):
        return Sureness.NO
    count = sum(any(_is_plain(item.get(key)) for key in group) for group in _GROUPS)
    is_vital = any(_is_plain(item.get(key)) for key in _VITAL)
    if not is_vital and (is_vital := _power_of(item.get("status")) in vocabulary.POWER_STATES):
        count += 1
    if count < _NEEDED or not is_vital or vmware_vm_info.to_sureness(item, around):
        return Sureness.NO
    return Sureness.LIKELY


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value != ""


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one record into a virtual machine.

    Raises:
        ValueError: a value cannot be meant; the message names its key.
    """
    name = _read(item, _NAMES, to_name)
    macs, network = _of(item, "mac_address", list), _of(item, "vm_network", dict)
    memory_key, memory = first_of(item, _MEMORIES) or (_MEMORIES[0], None)
    return virtual_machine(
        name=name,
        moid=_read(item, _MOIDS, to_moid),
        instance_uuid=_read(item, ("instance_uuid",), to_uuid),
        bios_uuid=_read(item, _UUIDS, to_uuid),
        power_state=_power_state_of(item),
        overall_status=_overall_status_of(item),
        guest_os=_read(item, _GUESTS, _known),
        cpu_count=_read(item, _CPUS, to_count),
        memory_mib=named(memory_key, _to_gib if memory_key in {"memory_gb", "memory_gib"} else _to_mib, memory),
        primary_ip=_read(item, _ADDRESSES, _to_ip),
        esxi_host=_read(item, _HOSTS, _known),
        cluster=_read(item, ("cluster",), to_name),
        datacenter=_read(item, ("datacenter",), to_name),
        folder=_read(item, ("folder",), to_text),
        resource_pool=_read(item, ("resource_pool",), to_text),
        is_template=_read(item, _TEMPLATES, to_flag),
        is_system=is_system_name(name),
        annotation=_read(item, _NOTES, to_text),
        nic_count=to_nic_count(macs, network),
        nics=to_nics(macs, network, spoilt),
        datastores=_to_datastores(item, spoilt) or to_datastores(_of(item, "datastore_url", list), spoilt),
        attributes=to_attributes(_of(item, "tags", list), _of(item, "attributes", dict), spoilt),
    )


def _of(item: Item, key: str, form: type) -> object:
    value = item.get(key)
    return value if isinstance(value, form) else None


def _read(item: Item, keys: tuple[str, ...], convert: Callable[[object], T]) -> T:
    key, value = first_of(item, keys) or (keys[0], None)
    return named(key, convert, value)


def _known(value: object) -> str | None:
    text = to_text(value)
    return None if text is None or text.strip().lower() in _UNKNOWN else text


def _power_of(value: object) -> str | None:
    """Give the power state for a word of any spelling; what is none stays as it is."""
    text = _known(value if isinstance(value, str) else None)
    return None if text is None else _POWER_WORDS.get(text.strip().lower()) or to_power_state(text)


def _power_state_of(item: Item) -> str | None:
    """Give the power state; of `status` only where it is one, because that may be a colour or anything else."""
    for key in _POWERS[:-1]:
        if item.get(key) not in (None, ""):
            return _power_of(named(key, to_text, item[key]))
    power = _power_of(item.get("status"))
    return power if power in vocabulary.POWER_STATES else None


def _overall_status_of(item: Item) -> str | None:
    for key in ("overall_status", "status"):
        status = to_overall_status(item[key]) if isinstance(item.get(key), str) else None
        if status in vocabulary.OVERALL_STATUSES:
            return status
    return None


def _to_mib(value: object) -> int | None:
    """Give MiB: of a text with a unit its size; of a number itself, unless it may as well be GiB."""
    text = str(value).strip() if isinstance(value, str) else ""
    if text and text[-1:].isalpha() and text.lower() not in _UNKNOWN:
        size = to_bytes(text)
        return None if size is None else size // _MIB
    count = to_count(value)
    return None if count is None or count < _SMALLEST_MIB else count


def _to_gib(value: object) -> int | None:
    """Give MiB of a number of GiB, which may have a fraction."""
    try:
        number = float(value) if isinstance(value, str | int | float) and value != "" else None
    except ValueError:
        count = to_count(value)
        return None if count is None else count * _MIB_OF_A_GIB
    if number is None or not abs(number) < INT64_MAX // _MIB:
        return to_count(value)
    return round(number * _MIB_OF_A_GIB)


def _to_ip(value: object) -> str | None:
    """Give one address of a text, of several with commas between them, or of a list."""
    if isinstance(value, str):
        parts: list[object] = [*re.split(r"[,; ]+", value.strip())]
    else:
        parts = value if isinstance(value, list) else [value]
    texts = [part for part in map(to_text, parts) if part is not None and part.lower() not in _UNKNOWN]
    return to_primary_ip(texts[0], ()) if texts else None


def _to_datastores(item: Item, spoilt: list[SpoiltChild]) -> tuple[VmDatastore, ...]:
    """Give a record per name; a list may also have objects with a name."""
    key, value = first_of(item, _DATASTORES) or (_DATASTORES[0], None)
    names: dict[str, None] = {}
    for entry in value if isinstance(value, list) else [value]:
        try:
            name = named(key, to_name, entry.get("name") if isinstance(entry, Mapping) else entry)
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_datastores", key, str(error), None))
            continue
        if name is not None:
            names[name] = None
    return tuple(VmDatastore(name, None) for name in names)


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no notes, which are free text."""
    return to_content((key, item[key]) for key in _CONTENT_KEYS if key in item)


SHAPE: Final = Shape(
    name="old_vm_list",
    kind="virtual_machines",
    meaning="virtual machines in a script's own words",
    forms=frozenset({"list"}),
    sureness=to_sureness,
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by="a playbook or script of your own: vms: [{name, power_state, cpu_count, memory_mb, esxi_host, …}]",
    cannot_tell="What the script leaves out: most leave out moid and uuid, so that two machines of one name are one.",
    names_are_unique=True,
)
