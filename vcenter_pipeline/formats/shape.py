"""What a module that reads one shape offers to the reader.

A shape is known by the keys of its items, never by the name of a file, and never by the name of a list alone:
playbooks call files and lists what they like.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.records import Record
from vcenter_pipeline.model.units import shown

Item = Mapping[str, object]

Form = Literal["list", "mapping", "object"]
"""How items stand in a report: a list of them, a mapping by name, or one item alone under its key."""

CONTENT_LENGTH: Final = 2_000
"""Characters that are kept of a rejected row."""

_KEY_LENGTH: Final = 60
_NOTHING: Final[Item] = MappingProxyType({})


class Sureness(IntEnum):
    """How sure a recogniser is of an item; of several that claim one, the surest takes it."""

    NO = 0
    LIKELY = 1
    """The item's keys fit, and others may have the same."""
    SURE = 2
    """Keys that only this shape has, or the module's own word for the list."""


class Surroundings(NamedTuple):
    """What stands around an item, for shapes whose items do not say what they belong to."""

    key: str
    """The key of the list, mapping or object; empty for the whole document."""
    register: Item = _NOTHING
    """The object in which it stands, so that a shape may look at what is beside it: `id` beside `value`."""
    turn: object = None
    """What the loop's variable held: often the whole virtual machine that was asked about."""
    arguments: Item = _NOTHING
    """The module's arguments that say what was asked: only `ASKED` of `invocation.module_args`."""


FILTERS: Final = frozenset(
    {
        "connection_states",
        "datastores",
        "filter_names",
        "filter_types",
        "filters",
        "names",
        "power_states",
        "resource_pools",
        "standalone",
        "types",
        "vms",
    },
)
"""Arguments by which a module leaves objects out, in a loop as well."""

PARTS: Final = frozenset(
    {
        "cluster",
        "cluster_name",
        "clusters",
        "datacenter",
        "datacenter_name",
        "datacenters",
        "esxi_hostname",
        "filter_datacenters",
        "filter_folders",
        "folder",
        "folders",
        "hosts",
    },
)
"""Arguments that name a part of the vCenter; a loop over all parts is a question about all."""

ASKED: Final = (
    FILTERS
    | PARTS
    | frozenset(
        {
            "hostname",
            "moid",
            "name",
            "use_instance_uuid",
            "uuid",
            "vcenter_hostname",
            "vm_name",
            "vm_type",
        },
    )
)
"""Arguments of a module that say what it was asked about; no other is looked at, because others are secret."""


class SpoiltChild(NamedTuple):
    """A part of an item that could not be read, while the item itself could."""

    table: str
    """The table that it would have gone to."""
    place: str
    """Where in the item: `vm_network.00:50:56:aa:00:00`."""
    reason: str
    content: str | None


class Shape(NamedTuple):
    """One shape that a part of a report may have."""

    name: str
    """In the word of the Ansible module or program that writes it."""
    kind: Kind
    meaning: str
    """What it lists, for people: `virtual machines`."""
    forms: frozenset[Form]
    """How its items may stand."""
    sureness: Callable[[Item, Surroundings], Sureness]
    """How sure it is that this is one of its items."""
    parse: Callable[[Item, Surroundings, list[SpoiltChild]], Record | None]
    """Item to record, or None where it names nothing; appends parts that cannot be read, raises ValueError when the
    item itself cannot."""
    content_of: Callable[[Item], str]
    """What a rejected row keeps of the item."""
    written_by: str
    """How to produce it: two lines of a playbook, or the command."""
    cannot_tell: str
    """What a report of this shape leaves open, in one sentence."""
    list_keys: frozenset[str] = frozenset()
    """Keys under which an empty list, mapping or object means that there is none."""
    name_key: str | None = None
    """The item's key that holds the name, for mappings by name: the mapping's key is put there."""
    also: Callable[[Item, Surroundings], Iterable[tuple[Kind, Record]]] | None = None
    """Records of other kinds that the item holds: the alarms of a virtual machine. It is called after `parse`; a
    ValueError there costs the item only those."""
    also_kinds: Sequence[Kind] = ()
    """The kinds that `also` may give; a report speaks of them even when it gives none."""
    is_inventory: bool = True
    """Whether a list of it names all that the vCenter has; not so where a module is asked for one at a time."""
    is_inventory_in_loop: bool = False
    """Whether a loop of it names all, although the module is asked for one at a time: people loop over all hosts."""
    names_are_unique: bool = False
    """Whether a name alone tells an item apart, because the shape has nothing else."""
    leaves_out: str | None = None
    """Which alarms it leaves out though they stand, so that absence is no proof: `acknowledged`."""


def to_content(values: Iterable[tuple[str, object]]) -> str:
    """Give the named values as JSON, cut at 2,000 characters.

    Only plain values are kept: a list or an object where a text belongs may hold anything, a password as well.
    """
    plain = {key: value for key, value in values if value is None or isinstance(value, str | int | float)}
    cut = {key: value[:CONTENT_LENGTH] if isinstance(value, str) else value for key, value in plain.items()}
    text = json.dumps(cut, ensure_ascii=False, separators=(", ", ": "))
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:CONTENT_LENGTH]


def shown_key(key: object) -> str:
    """Give a key as a position may show it: as it is when it is short and printable, else quoted and cut."""
    if isinstance(key, str) and key.isprintable() and 0 < len(key) <= _KEY_LENGTH:
        return key
    return shown(key)
