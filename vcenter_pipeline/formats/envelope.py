"""What Ansible wraps around a result, and what that says of it.

A playbook writes a task's register (`{changed, failed, virtual_machines: [...]}`), a loop's register
(`{results: [{item, virtual_machines: [...]}, ...]}`), the bare list, or a bundle of several of these under names of
its own. A register also echoes what went in: the loop's `item` may hold a whole virtual machine, `invocation` holds
the module's arguments. Neither is a result, and neither is looked into, but they say what was asked about.

Source: Ansible's documentation, "Return Values"; ansible-core, executor/task_executor.py for loops.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from vcenter_pipeline.formats.shape import ASKED, Item, Surroundings, shown_key
from vcenter_pipeline.model.units import to_flag

ECHOES: Final = frozenset(
    {
        "_ansible_item_label",
        "ansible_loop",
        "cmd",
        "cookies",
        "deprecations",
        "diff",
        "exception",
        "invocation",
        "item",
        "module_args",
        "stderr_lines",
        "stdout_lines",
        "warnings",
    },
)
"""Keys of a register that repeat the input or describe the run."""

RESULTS: Final = "results"
"""The key under which a loop's register lists a register for each item."""

Outcome = Literal["failed", "skipped", "hidden"]

_PROPERTY_VALUES: Final = ("val", "Val")
_BOXES: Final = ("_value", "AlarmState")
"""What stands between a property's value and its list."""
_NAMES_OF_VCENTER: Final = ("vcenter", "vcenter_hostname", "vcenter_host", "vcenter_server", "vcenter_name")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:]{3,39}")
_ONE_OBJECT: Final = ("moid", "name", "uuid", "vm_name")
_PART_OF_A_VCENTER: Final = ("cluster", "cluster_name", "datacenter", "datacenter_name", "esxi_hostname", "folder")
_NOTHING: Final[Item] = MappingProxyType({})


class Place(NamedTuple):
    """Where a node stands, and what is known there."""

    path: str = ""
    """`results[2].virtual_machines`; empty for the whole document."""
    group: str = ""
    """The path with the turns of loops left out: `results[].virtual_machines`."""
    key: str = ""
    register: Item = _NOTHING
    turn: object = None
    arguments: Item = _NOTHING
    vcenter: str | None = None
    is_turn: bool = False
    """Whether it stands in a turn of a loop."""
    depth: int = 0

    @property
    def around(self) -> Surroundings:
        """What a shape may look at."""
        return Surroundings(self.key, self.register, self.turn, self.arguments)

    def below(self, key: str, register: Item) -> "Place":
        """Give the place of a key of a register that stands here.

        The value of a property that the PropertyCollector returns (`govc object.collect -json`) goes by the
        property's name: `{name: triggeredAlarmState, val: {_value: [...]}}`.
        """
        shown = shown_key(key)
        if key in _PROPERTY_VALUES:
            name = register.get("name") or register.get("Name")
            key = name if isinstance(name, str) else key
        elif key in _BOXES and self.key:
            key = self.key
        return self._replace(
            path=f"{self.path}.{shown}" if self.path else shown,
            group=f"{self.group}.{shown}" if self.group else shown,
            key=key,
            register=register,
            depth=self.depth + 1,
        )

    def item(self, index: int) -> "Place":
        """Give the place of an item of a list that stands here; the items of `results` are turns of a loop."""
        is_turn = self.key == RESULTS
        number = "" if is_turn else str(index)
        return self._replace(
            path=f"{self.path}[{index}]",
            group=f"{self.group}[{number}]",
            is_turn=self.is_turn or is_turn,
            depth=self.depth + 1,
        )

    def within(self, register: Item) -> "Place":
        """Take what a register that stands here says of all that is in it."""
        loop_variable = register.get("ansible_loop_var")
        variable = loop_variable if isinstance(loop_variable, str) else "item"
        invocation = register.get("invocation")
        given = invocation.get("module_args") if isinstance(invocation, Mapping) else None
        arguments = {key: given[key] for key in ASKED if key in given} if isinstance(given, Mapping) else self.arguments
        return self._replace(
            turn=register.get(variable, self.turn),
            arguments=arguments,
            vcenter=to_vcenter(register)
            or to_vcenter(arguments)
            or _to_host_name(arguments.get("hostname"))
            or self.vcenter,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether the module was asked for less than all: one object, or a part of the vCenter outside of a loop."""
        asked = _ONE_OBJECT if self.is_turn else (*_ONE_OBJECT, *_PART_OF_A_VCENTER)
        return self.arguments.get("vm_type") == "template" or any(self.arguments.get(key) for key in asked)


def to_vcenter(register: Item) -> str | None:
    """Give the host name under which a report says that its vCenter was asked, in lower case."""
    metadata = register.get("metadata")
    for holder in (register, metadata if isinstance(metadata, Mapping) else _NOTHING):
        for key in _NAMES_OF_VCENTER:
            found = _to_host_name(holder.get(key))
            if found is not None:
                return found
    return None


def _to_host_name(value: object) -> str | None:
    if isinstance(value, str) and _HOST_NAME.fullmatch(value.strip()):
        return value.strip().lower()
    return None


def children_of(register: Item) -> Iterator[tuple[str, object]]:
    """Give what stands in a register and may hold a result."""
    loop_variable = register.get("ansible_loop_var")
    for key, value in register.items():
        if isinstance(value, list | Mapping) and key not in ECHOES and key != loop_variable:
            yield key, value


def outcome_of(register: Item) -> Outcome | None:
    """Say why a register holds no result; None when it may hold one.

    A script that prints `{"success": false}` has failed as well. The register of a loop is judged item by item:
    it counts as failed when a single item did.
    """
    if RESULTS in register:
        return None
    if _flag(register, "failed") or _flag(register, "unreachable") or _flag(register, "success") is False:
        return "failed"
    if _flag(register, "skipped"):
        return "skipped"
    return "hidden" if isinstance(register.get("censored"), str) else None


def _flag(register: Item, key: str) -> bool | None:
    """Give a flag of a register, which YAML leaves as text; None for anything else, such as a list of that name."""
    try:
        return to_flag(register.get(key))
    except ValueError:
        return None
