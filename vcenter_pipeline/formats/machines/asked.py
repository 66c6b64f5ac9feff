"""Say which virtual machine a register is about, when its content does not.

Modules such as `vmware_guest_disk_info` return what was asked for and not of whom. That stands around it: in the
module's arguments, and often in the loop's variable, which holds a whole record of the virtual machine.

Source: plugins/module_utils/vmware.py (`get_vm`) of the collection community.vmware: `moid`, `uuid` with
`use_instance_uuid`, and `name` are what a virtual machine is asked for by.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from vcenter_pipeline.formats.machines.vm_parts import is_system_name
from vcenter_pipeline.formats.shape import Item, Surroundings
from vcenter_pipeline.model.records import VirtualMachine
from vcenter_pipeline.model.units import to_name

_MOID: Final = re.compile(r"vm-[0-9]+")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_NAME_KEYS: Final = ("guest_name", "hw_name", "vm_name")
"""Keys that hold the name of a virtual machine and of nothing else; `name` alone may be a vCenter's."""

_PAIR: Final = 2
_OF_A_MACHINE: Final = ("guest_fullname", "vm_network")
"""Keys of what `vmware_vm_facts` wrote of a machine under its name."""


class Asked(NamedTuple):
    """What is known of the virtual machine that was asked about."""

    name: str | None = None
    moid: str | None = None
    instance_uuid: str | None = None
    bios_uuid: str | None = None


_NOBODY: Final = Asked()


def to_asked(around: Surroundings, told: Asked = _NOBODY) -> Asked:
    """Give what the surroundings say of the virtual machine.

    The loop's variable counts only where it agrees with what was asked, because a loop may go over anything: over
    vCenters, each with a `name` of its own.

    Args:
        around: what stands around the item.
        told: what the item itself repeats of the module's arguments.
    """
    arguments = around.arguments
    asked = _combined(told, to_asked_of(arguments, use_instance_uuid=arguments.get("use_instance_uuid") is True))
    turn = _to_asked_of_turn(around.turn)
    if asked == _NOBODY:
        is_machine = turn[1:] != _NOBODY[1:] or _has_own_name(around.turn)
        return turn if is_machine else _to_asked_beside(around)
    return _combined(asked, turn) if _is_same(asked, turn) else asked


def to_asked_of(arguments: Item, *, use_instance_uuid: bool) -> Asked:
    """Read the arguments by which a module is told of a virtual machine."""
    uuid = _to_uuid(arguments.get("uuid"))
    moid = _to_string(arguments.get("moid"))
    return Asked(
        name=to_name(_to_string(arguments.get("name")) or _to_string(arguments.get("vm_name"))),
        moid=moid if moid is not None and _MOID.fullmatch(moid) else None,
        instance_uuid=uuid if use_instance_uuid else None,
        bios_uuid=None if use_instance_uuid else uuid,
    )


def _to_asked_of_turn(turn: object) -> Asked:
    """Read a record of a virtual machine, or a managed object id alone."""
    if isinstance(turn, str):
        return Asked(moid=turn) if _MOID.fullmatch(turn) else _NOBODY
    if not isinstance(turn, Mapping):
        return _NOBODY
    turn = _to_named(turn)
    inner = turn.get("instance")
    record = inner if isinstance(inner, Mapping) else turn
    name = next((text for key in (*_NAME_KEYS, "name") if (text := _to_string(record.get(key))) is not None), None)
    moid = next((text for key in ("moid", "vm") if (text := _to_string(record.get(key))) is not None), None)
    bios_uuid = _to_uuid(record.get("uuid")) or _to_uuid(record.get("hw_product_uuid"))
    return Asked(
        name=to_name(name),
        moid=moid if moid is not None and _MOID.fullmatch(moid) else None,
        instance_uuid=_to_uuid(record.get("instance_uuid")),
        bios_uuid=bios_uuid,
    )


def _to_named(turn: Item) -> Item:
    """Give a machine of a mapping by name, as `dict2items` gives it: before Ansible 2.9 the list was such a mapping."""
    value = turn.get("value")
    is_pair = len(turn) == _PAIR and isinstance(value, Mapping) and any(key in value for key in _OF_A_MACHINE)
    return {"name": turn.get("key"), **value} if is_pair and isinstance(value, Mapping) else turn


def _to_asked_beside(around: Surroundings) -> Asked:
    """Read what stands beside the item, as people put it together: `{vm_name: web, guest_disk_info: {…}}`."""
    beside = {key: value for key, value in around.register.items() if key not in (around.key, "instance")}
    machine = beside.get("vm")
    record: Item = machine if isinstance(machine, Mapping) else beside
    asked = _to_asked_of_turn(record)
    return asked if asked[1:] != _NOBODY[1:] or _has_own_name(record) else _NOBODY


def _has_own_name(turn: object) -> bool:
    return isinstance(turn, Mapping) and any(key in turn for key in _NAME_KEYS)


def _is_same(asked: Asked, turn: Asked) -> bool:
    both = [(one, other) for one, other in zip(asked, turn, strict=True) if one is not None and other is not None]
    return bool(both) and all(one == other for one, other in both)


def _combined(first: Asked, second: Asked) -> Asked:
    return Asked(*(one if one is not None else other for one, other in zip(first, second, strict=True)))


def to_identified(record: VirtualMachine, asked: Asked) -> VirtualMachine:
    """Give the record with what it lacks of its identity.

    Raises:
        ValueError: neither the record nor what stands around it says which virtual machine it is.
    """
    own = Asked(record.name, record.moid, record.instance_uuid, record.bios_uuid)
    all_of_it = own if _contradicts(own, asked) else _combined(own, asked)
    if all_of_it == _NOBODY:
        message = (
            "nothing says which virtual machine this is: keep the whole register, with `item` and `invocation`, "
            "or ask for config.instanceUuid as well"
        )
        raise ValueError(message)
    name, moid, instance_uuid, bios_uuid = all_of_it
    return record._replace(
        name=name,
        moid=moid,
        instance_uuid=instance_uuid,
        bios_uuid=bios_uuid,
        is_system=is_system_name(name) if record.is_system is None else record.is_system,
    )


def _contradicts(own: Asked, asked: Asked) -> bool:
    """Say whether two ids differ; names may, because vSphere lets one be changed in between."""
    pairs = zip(own[1:], asked[1:], strict=True)
    return any(one is not None and other is not None and one != other for one, other in pairs)


def _to_string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _to_uuid(value: object) -> str | None:
    text = _to_string(value)
    return text.lower() if text is not None and _UUID.fullmatch(text) else None
