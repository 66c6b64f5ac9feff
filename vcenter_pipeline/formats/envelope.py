"""Find the lists in what Ansible wraps around them.

A playbook writes a task's register (`{changed, failed, virtual_machines: [...]}`), a loop's register
(`{results: [{item, virtual_machines: [...]}, ...]}`) or the bare list. A register also echoes what went in: the
loop's `item` may hold a whole virtual machine, `invocation` holds the module's arguments. Neither is a result, and
neither is looked into.

Source: Ansible's documentation, "Return Values"; ansible-core, executor/task_executor.py for loops.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from vcenter_pipeline.formats.shape import Item, shown_key
from vcenter_pipeline.model.units import to_flag

ECHOES: Final = frozenset(
    {
        "item",
        "invocation",
        "ansible_facts",
        "cmd",
        "deprecations",
        "diff",
        "exception",
        "module_args",
        "stderr_lines",
        "stdout_lines",
        "warnings",
    },
)
"""Keys of a register that repeat the input or describe the run."""

RESULTS: Final = "results"
"""The key under which a loop's register lists a register for each item."""

Outcome = Literal["failed", "skipped"]


class Listed(NamedTuple):
    """A list of a report, or some consecutive items of a long one."""

    path: str
    """Where the list stands: `results[2].virtual_machines`; empty for the whole document."""
    key: str
    """Its own key; empty for the whole document."""
    offset: int
    """The index of the first of `items` in the list."""
    items: Sequence[object] | Mapping[str, object]
    """A mapping where a module wrote one by name."""


def lists_in(register: Item, path: str) -> Iterator[Listed]:
    """Give the lists and mappings that stand directly in a register.

    A property that the PropertyCollector returns (`govc object.collect -json`) is such a register too: its list
    stands in `val._value`.
    """
    loop_variable = register.get("ansible_loop_var")
    for key, value in register.items():
        if key in ECHOES or key == loop_variable:
            continue
        if isinstance(value, list | Mapping):
            yield Listed(join(path, key), key, 0, value)
        if key == "val" and isinstance(value, Mapping) and isinstance(value.get("_value"), list):
            yield Listed(join(path, "val._value"), "_value", 0, value["_value"])


def join(path: str, key: str) -> str:
    """Give the path of a key below a path."""
    shown = key if key == "val._value" else shown_key(key)
    return f"{path}.{shown}" if path else shown


def outcome_of(register: Item) -> Outcome | None:
    """Say why a register holds no result; None when it may hold one.

    A script that prints `{"success": false}` has failed as well. The register of a loop is judged item by item:
    it counts as failed when a single item did.
    """
    if RESULTS in register:
        return None
    if _flag(register, "failed") is True or _flag(register, "success") is False:
        return "failed"
    return "skipped" if _flag(register, "skipped") is True else None


def _flag(register: Item, key: str) -> bool | None:
    """Give a flag of a register, which YAML leaves as text; None for anything else, such as a list of that name."""
    try:
        return to_flag(register.get(key))
    except ValueError:
        return None
