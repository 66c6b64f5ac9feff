"""Read virtual machines as PowerCLI's Get-VM gives them, through ConvertTo-Json.

With `Select-Object` the columns are texts and numbers; without, ConvertTo-Json writes whole objects, or their names,
or the name of their .NET type where it is deeper than it goes. It writes one machine as an object and no list, and a
power state as the number that .NET gives it. Keys are matched without regard to case, as PowerShell does. Sizes in GB
are GiB, with a fraction where they have one.

Source: VMware's reference of PowerCLI, the structures `VirtualMachine` and `PowerState`; Microsoft's documentation of
ConvertTo-Json.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

from vcenter_pipeline.formats.machines.vm_parts import is_system_name, to_primary_ip
from vcenter_pipeline.formats.shape import Item, Shape, SpoiltChild, Sureness, Surroundings, to_content
from vcenter_pipeline.formats.values.words import to_power_state
from vcenter_pipeline.model.records import VirtualMachine, virtual_machine
from vcenter_pipeline.model.units import named, shown, to_count, to_instant, to_name, to_rounded, to_text

T = TypeVar("T")

_ID: Final = re.compile(r"(?:VirtualMachine-)?(vm-[0-9]+)")
_TYPE_NAME: Final = re.compile(r"(?:VMware|System)\.(?:[A-Za-z0-9]+\.)+[A-Za-z0-9]+(?:\[\])?")
_POWER_STATES: Final = MappingProxyType({"0": "poweredOff", "1": "poweredOn", "2": "suspended"})
_MIB_OF_A_GIB: Final = 1024
_BYTES_OF_A_GIB: Final = 1024**3

_POWER_KEY: Final = "PowerState"
_TYPICAL: Final = ("MemoryGB", "MemoryMB", "VMHost", "UsedSpaceGB", "ProvisionedSpaceGB", "HardwareVersion")
"""Columns that Get-VMHost, whose objects have a name, processors and a power state as well, does not have."""

_TYPICAL_IN_SMALL: Final = tuple(key.lower() for key in _TYPICAL)
_CONTENT_KEYS: Final = (
    "name",
    "id",
    "powerstate",
    "numcpu",
    "corespersocket",
    "memorygb",
    "memorymb",
    "vmhost",
    "folder",
    "resourcepool",
    "hardwareversion",
    "version",
    "usedspacegb",
    "provisionedspacegb",
    "createdate",
)


def to_sureness(item: Item, around: Surroundings) -> Sureness:  # noqa: ARG001 - the signature of `Shape.sureness`
    """Say whether the item is a machine of Get-VM."""
    if _POWER_KEY in item:
        is_one = "Name" in item and "Alarm" not in item and any(key in item for key in _TYPICAL)
    elif _POWER_KEY.lower() in item:
        is_one = "name" in item and "alarm" not in item and any(key in item for key in _TYPICAL_IN_SMALL)
    else:
        return Sureness.NO
    return Sureness.SURE if is_one else Sureness.NO


def parse_virtual_machine(item: Item, around: Surroundings, spoilt: list[SpoiltChild]) -> VirtualMachine:  # noqa: ARG001 - the signature of `Shape.parse`
    """Turn one machine into a record.

    Raises:
        ValueError: a value cannot be meant; the message names its key as the item spells it.
    """
    values = {key.lower(): value for key, value in item.items()}
    spelled = {key.lower(): key for key in item}

    def read(key: str, convert: Callable[[object], T]) -> T:
        return named(spelled.get(key, key), convert, values.get(key))

    memory_mib = read("memorymb", to_rounded)
    guest = values.get("guest")
    guest = guest if isinstance(guest, Mapping) else {}
    name = read("name", to_name)
    return virtual_machine(
        name=name,
        moid=read("id", _to_moid),
        power_state=read("powerstate", _to_power_state),
        cpu_count=read("numcpu", to_count),
        cores_per_socket=read("corespersocket", to_count),
        memory_mib=read("memorygb", _to_mib) if memory_mib is None else memory_mib,
        committed_bytes=read("usedspacegb", _to_bytes),
        provisioned_bytes=read("provisionedspacegb", _to_bytes),
        esxi_host=read("vmhost", _to_name_of),
        folder=read("folder", _to_name_of),
        resource_pool=read("resourcepool", _to_name_of),
        guest_os_reported=named("Guest.OSFullName", to_text, guest.get("OSFullName")),
        guest_hostname=named("Guest.HostName", to_text, guest.get("HostName")),
        primary_ip=named("Guest.IPAddress", _to_ip, guest.get("IPAddress")),
        hardware_version=read("hardwareversion", to_text),
        annotation=read("notes", to_text),
        created_at=read("createdate", to_instant),
        is_system=is_system_name(name),
    )


def _to_moid(value: object) -> str | None:
    text = to_text(value)
    found = _ID.fullmatch(text) if text is not None else None
    return None if found is None else found[1]


def _to_power_state(value: object) -> str | None:
    text = to_text(value.get("Value", value.get("value")) if isinstance(value, Mapping) else value)
    return None if text is None else _POWER_STATES.get(text) or to_power_state(text)


def _to_name_of(value: object) -> str | None:
    """Give the name of an object, or the text that stands for it; the name of its .NET type says nothing."""
    text = to_name(value.get("Name") if isinstance(value, Mapping) else value)
    return None if text is None or _TYPE_NAME.fullmatch(text) else text


def _to_number(value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    message = f"{shown(value)} is not a number"
    raise ValueError(message)


def _to_mib(value: object) -> int | None:
    number = _to_number(value)
    return None if number is None else to_rounded(number * _MIB_OF_A_GIB)


def _to_bytes(value: object) -> int | None:
    number = _to_number(value)
    return None if number is None else to_rounded(number * _BYTES_OF_A_GIB)


def _to_ip(value: object) -> str | None:
    """Give one address; PowerCLI lists all that the guest has."""
    return to_primary_ip(value[0] if isinstance(value, list) and value else value or None, ())


def content_of(item: Item) -> str:
    """Give what a rejected row keeps of the item: no notes, which are free text."""
    return to_content((key, value) for key, value in item.items() if key.lower() in _CONTENT_KEYS)


SHAPE: Final = Shape(
    name="powercli_vm",
    kind="virtual_machines",
    meaning="virtual machines of PowerCLI",
    forms=frozenset({"list", "object"}),
    sureness=to_sureness,
    parse=parse_virtual_machine,
    content_of=content_of,
    written_by=(
        "Get-VM | Select-Object Name, Id, PowerState, NumCpu, MemoryMB, ProvisionedSpaceGB, "
        "@{N='VMHost'; E={$_.VMHost.Name}} | ConvertTo-Json"
    ),
    cannot_tell="The uuids, the network adapters, and whether a machine is a template: Get-VM lists none.",
    names_are_unique=True,
)
