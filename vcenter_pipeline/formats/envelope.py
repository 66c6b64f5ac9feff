"""What Ansible wraps around a result, and what that says of it.

A playbook writes a task's register (`{changed, failed, virtual_machines: [...]}`), a loop's register
(`{results: [{item, virtual_machines: [...]}, ...]}`), the bare list, or a bundle of several of these under names of
its own. A register also echoes what went in: the loop's `item` may hold a whole virtual machine, `invocation` holds
the module's arguments. Neither is a result, and neither is looked into, but they say what was asked about.

Source: Ansible's documentation, "Return Values"; ansible-core, executor/task_executor.py for loops.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from vcenter_pipeline.formats.shape import ASKED, FILTERS, PARTS, Item, Surroundings, shown_key
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
_TEXTS_READ_ELSEWHERE: Final = frozenset({"stdout", "stderr"})
_JSON_START: Final = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{])")
_LOOPBACK: Final = re.compile(r"localhost(\..*)?|127(\.\d+){3}|::1")
_FULL_NAME: Final = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9-]{1,63})*\.[a-z][a-z0-9-]{0,62}")
_WORD_FOR_VCENTER: Final = re.compile(r"[^.]*(vcsa|vcenter|vcentre)|([^.]*[-_0-9])?vc([-_0-9]|\.)")
_ONE_OBJECT: Final = ("moid", "name", "uuid", "vm_name")
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
        url = register.get("url")
        if isinstance(url, str) and "?" in url and "json" in register:
            arguments = {**arguments, "filters": url.partition("?")[2]}
        return self._replace(
            turn=register.get(variable, self.turn),
            arguments=arguments,
            vcenter=to_vcenter(register) or to_vcenter(arguments) or self._asked(arguments),
        )

    def _asked(self, arguments: Item) -> str | None:
        """Give the host that a module was told to ask; the near end of a tunnel says less than a name around it."""
        asked = _to_host_name(arguments.get("hostname"))
        return self.vcenter or asked if asked is None or _LOOPBACK.fullmatch(asked) else asked

    @property
    def is_narrow(self) -> bool:
        """Whether the module was asked for less than all: one object, or a part of the vCenter outside of a loop."""
        asked = {*_ONE_OBJECT, *FILTERS} if self.is_turn else {*_ONE_OBJECT, *FILTERS, *PARTS}
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


def vcenters_named_by_keys(register: Item) -> dict[str, str]:
    """Give the host names of vCenters under which a bundle holds what each of them has.

    A key that is a host name may be an ESXi host's or a machine's as well. It is a vCenter's when it says so, as
    `vc01.example.com` does and all of its neighbours do, or when each of several was asked for `vmware_about_info`.
    """
    hosts = {key: host for key, _ in children_of(register) if (host := _to_host_name(key)) is not None}
    asked = {key: host for key, host in hosts.items() if _tells_of_itself(register[key])}
    if len(asked) > 1:
        return asked
    full = {key: host for key, host in hosts.items() if _FULL_NAME.fullmatch(host)}
    return full if all(map(is_vcenter_s_name, full)) else {}


def is_vcenter_s_name(key: str) -> bool:
    """Say whether a key is a full host name with the word for a vCenter in it."""
    return bool(_FULL_NAME.fullmatch(key.lower()) and _WORD_FOR_VCENTER.match(key.lower()))


def _tells_of_itself(child: object) -> bool:
    return isinstance(child, Mapping) and any("about_info" in one for one in child.values() if isinstance(one, Mapping))


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


def texts_of(register: Item) -> Iterator[tuple[str, str]]:
    """Give the texts in a register that may be the JSON of a result: a message, a file that `slurp` read.

    The `uri` module gives the text of an answer beside the answer itself.
    """
    loop_variable = register.get("ansible_loop_var")
    for key, value in register.items():
        if not isinstance(value, str) or key in ECHOES or key in _TEXTS_READ_ELSEWHERE or key == loop_variable:
            continue
        if key == "content" and register.get("encoding") == "base64":
            value = _from_base64(value)  # noqa: PLW2901 - it is the same text, unpacked
        if _JSON_START.match(value) and not (key == "content" and "json" in register):
            yield key, value


def _from_base64(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode("utf-8-sig")
    except ValueError:
        return ""


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
