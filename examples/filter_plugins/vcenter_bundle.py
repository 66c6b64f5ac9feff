"""Filters of `collect_vcenter.yml`: from what a task registered to what may stand in the report.

A register repeats what went into the task (`invocation`: host, account, options) and describes the run. Neither
belongs in a report. Jinja's own filters cannot take a key out of a list of registers in a readable way.

Source: Ansible's documentation, "Return Values".
"""  # noqa: INP001 - Ansible loads filters from a folder beside the playbook, which is no package

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

NOT_REPORTED: Final = frozenset(
    {
        "invocation",
        "module_args",
        "deprecations",
        "diff",
        "exception",
        "module_stderr",
        "module_stdout",
        "stderr",
        "stderr_lines",
        "stdout",
        "stdout_lines",
        "warnings",
    },
)
"""Keys of a register that repeat the input or describe the run."""

NOT_TOLD: Final = frozenset({"advanced_settings", "vnc"})
"""Keys of a virtual machine (`vmware_guest_info`) that hold settings of the machine, at times with a password."""


_LINES: Final = 20
_LINE_LENGTH: Final = 200


def to_listed(register: Mapping[str, Any], key: str, unknown: Iterable[str] = ()) -> Any:  # noqa: ANN401 - JSON
    """Give the list that a task found; a task that failed gives its register, so that nobody reads it as an empty list.

    Args:
        register: what the task registered.
        key: the module's key of the list.
        unknown: keys to leave out of the items, because they were not asked for and the module then gives an empty
            value, which reads as "has none".
    """
    if register.get("failed") or key not in register:
        return to_told(register)
    left_out = frozenset(unknown)
    return [_without(item, left_out) for item in register[key]]


def to_looped(register: Mapping[str, Any], are_items_known: bool, unknown: Iterable[str] = ()) -> dict[str, Any]:  # noqa: FBT001 - Jinja gives arguments by their place
    """Give the register of a loop as a register for each item; items that failed stay, with their message.

    Args:
        register: what the loop registered.
        are_items_known: whether a loop without items had none to go through; else it gives a failed register.
        unknown: keys to leave out, as in `to_listed`.
    """
    results = register.get("results") or []
    if not results and not are_items_known:
        return {"failed": True, "msg": "What it is about could not be listed; see the other messages."}
    left_out = frozenset(unknown)
    return {"results": [_to_item(to_told(result), left_out) for result in results]}


def to_told(register: Mapping[str, Any]) -> dict[str, Any]:
    """Give a register without what repeats the input or describes the run."""
    return {key: value for key, value in register.items() if key not in NOT_REPORTED and not key.startswith("_ansible")}


def to_failures(report: Mapping[str, Any]) -> list[str]:
    """Name what a report lacks, a line for each of the first: the topic, the item of a loop, and the message."""
    failed = [
        (topic, register)
        for topic, value in report.items()
        if isinstance(value, Mapping)
        for register in value.get("results", [value])
        if register.get("failed")
    ]
    lines = []
    for topic, register in failed[:_LINES]:
        item = f" ({register['item']})" if "item" in register else ""
        lines.append(f"{topic}{item}: {_shortened(register.get('msg'))}")
    return [*lines, f"… and {len(failed) - _LINES} more"] if len(failed) > _LINES else lines


def _shortened(message: object) -> str:
    words = " ".join(str(message or "no message").split())
    return words if len(words) <= _LINE_LENGTH else words[: _LINE_LENGTH - 1] + "…"


def _to_item(register: dict[str, Any], left_out: frozenset[str]) -> dict[str, Any]:
    if isinstance(register.get("instance"), Mapping):
        register["instance"] = _without(register["instance"], left_out | NOT_TOLD)
    if isinstance(register.get("clusters"), Mapping):
        register["clusters"] = {name: _without(value, left_out) for name, value in register["clusters"].items()}
    return register


def _without(item: Any, keys: frozenset[str]) -> Any:  # noqa: ANN401 - as above
    return {key: value for key, value in item.items() if key not in keys} if isinstance(item, Mapping) else item


class FilterModule:
    """Offers the filters under their names."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name the filters."""
        return {
            "vcenter_listed": to_listed,
            "vcenter_looped": to_looped,
            "vcenter_told": to_told,
            "vcenter_failures": to_failures,
        }
