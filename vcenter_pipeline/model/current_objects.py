"""Which rows of several collections are the same object, and by which key it goes.

Shapes know objects by different names: the REST API by moid, inventories by uuid, modules for one machine at a time by
what they were asked for. The first identifier that two rows both have decides whether they are the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.keys import NAME_MARK


class Level(NamedTuple):
    """One way to identify an object; it is known of a row that has all of the columns."""

    columns: tuple[str, ...]
    has_case: bool = True
    """Whether upper and lower case are two names."""
    is_a_mere_name: bool = False
    """Whether several objects may bear it: then it counts only where nothing else can decide, and only one does."""


_MOID: Final = Level(("moid",))
_NAME_IN_DATACENTER: Final = Level(("datacenter", "name"))
_MERE_NAME: Final = Level(("name",), is_a_mere_name=True)

LEVELS: Final[Mapping[Kind, tuple[Level, ...]]] = MappingProxyType(
    {
        "virtual_machines": (_MOID, Level(("instance_uuid",)), Level(("bios_uuid", "name")), _MERE_NAME),
        "esxi_hosts": (_MOID, Level(("name",), has_case=False)),
        "clusters": (_MOID, _NAME_IN_DATACENTER, _MERE_NAME),
        "datastores": (Level(("url",)), _MOID, _NAME_IN_DATACENTER, _MERE_NAME),
        "resource_pools": (_MOID, Level(("owner", "name")), _MERE_NAME),
        "datacenters": (_MOID, Level(("name",))),
    },
)
"""What identifies an object, the strongest first. Objects of other kinds have only their key."""

IDENTIFYING: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {kind: tuple(dict.fromkeys(name for level in levels for name in level.columns)) for kind, levels in LEVELS.items()}
)
"""The columns of all levels of a kind."""

Values = Sequence[Any]


def find_objects(kind: Kind, columns: Mapping[str, Values]) -> list[int]:
    """Give for each row the number of the first row that is the same object.

    Levels are gone through one after the other over all rows, so that the result does not depend on which of three
    rows comes first when the third one tells that the other two are one.

    Args:
        kind: one that has levels.
        columns: the values of its identifying columns, with the rows that count first in front.
    """
    levels = LEVELS[kind]
    values = [_values_of(level, columns) for level in levels]
    rows = _Rows(values)
    for number, level in enumerate(levels):
        if level.is_a_mere_name:
            rows.join_mere_names(number)
        else:
            rows.join(number)
    return rows.first()


def find_doubtful(kind: Kind, columns: Mapping[str, Values]) -> set[int]:
    """Give the rows that are some object that is there already, and nobody can say which.

    A row that has nothing but its name, where several objects before it bear that name, is one of them: as an object
    of its own it would count twice.

    Args:
        kind: what the rows are.
        columns: as in `find_objects`.
    """
    levels = LEVELS.get(kind, ())
    if _MERE_NAME not in levels:
        return set()
    strong = [columns[name] for level in levels if "name" not in level.columns for name in level.columns]
    beside = [columns[name] for level in levels for name in level.columns if "name" in level.columns and name != "name"]
    if all(any(value is not None for value in of_row) for of_row in zip(*strong, strict=True)):
        return set()
    groups: dict[int, list[int]] = {}
    for row, first in enumerate(find_objects(kind, columns)):
        groups.setdefault(first, []).append(row)
    known: dict[object, list[list[int]]] = {}
    doubtful = set[int]()
    for rows in groups.values():
        names = {columns["name"][row] for row in rows} - {None}
        if any(values[row] is not None for values in strong for row in rows):
            for name in names:
                known.setdefault(name, []).append(rows)
        elif any(not _are_apart(beside, rows, others) for name in names for others in known.get(name, ())):
            doubtful.update(rows)
    return doubtful


def _are_apart(beside: Sequence[Values], rows: Sequence[int], others: Sequence[int]) -> bool:
    """Say whether two objects of one name stand in different places."""
    for values in beside:
        mine, theirs = ({values[row] for row in some} - {None} for some in (rows, others))
        if mine and theirs and mine.isdisjoint(theirs):
            return True
    return False


def _values_of(level: Level, columns: Mapping[str, Values]) -> Values:
    if len(level.columns) == 1:
        (values,) = (columns[name] for name in level.columns)
        return values if level.has_case else [value and value.casefold() for value in values]
    together = zip(*(columns[name] for name in level.columns), strict=True)
    return [some if all(value is not None for value in some) else None for some in together]


class _Rows:
    """Rows that are being joined; a joined row is known by the first one that is the same object."""

    def __init__(self, values: Sequence[Values]) -> None:
        self._values = values
        self._parents = list(range(len(values[0])))
        self._known = [
            [row if value is not None else None for row, value in enumerate(of_level)] for of_level in values
        ]
        """By level and object: the row that tells the identifier first."""

    def first(self) -> list[int]:
        return [self._find(row) for row in self._parents]

    def join(self, level: int) -> None:
        """Join what has the same identifier of this level, unless a stronger one that both have differs."""
        found: dict[object, list[int]] = {}
        for row, value in self._objects(level):
            same = found.setdefault(value, [])
            other = next((other for other in same if not self._are_decided(other, row, level)), None)
            if other is None:
                same.append(row)
            else:
                self._put(row, other)

    def join_mere_names(self, level: int) -> None:
        """Join what bears one name, unless two of it can be told apart by something else."""
        bare: dict[object, int] = {}
        for row, value in self._objects(level):
            if all(known[row] is None for known in self._known[:level]):
                first = bare.setdefault(value, row)
                if first != row:
                    self._put(row, first)
        found: dict[object, list[int]] = {}
        for row, value in self._objects(level):
            found.setdefault(value, []).append(row)
        for same in found.values():
            is_unique = all(sum(known[row] is not None for row in same) <= 1 for known in self._known[:level])
            for row in same[1:] if is_unique else ():
                self._put(row, same[0])

    def _objects(self, level: int) -> Iterator[tuple[int, object]]:
        known, values, parents = self._known[level], self._values[level], self._parents
        for row in range(len(parents)):
            teller = known[row]
            if parents[row] == row and teller is not None:
                yield row, values[teller]

    def _are_decided(self, one: int, other: int, level: int) -> bool:
        return any(known[one] is not None and known[other] is not None for known in self._known[:level])

    def _put(self, row: int, first: int) -> None:
        self._parents[row] = first
        for known in self._known:
            mine, theirs = known[row], known[first]
            if mine is not None and (theirs is None or mine < theirs):
                known[first] = mine

    def _find(self, row: int) -> int:
        while self._parents[row] != row:
            row = self._parents[row]
        return row


def to_identities(kind: Kind, columns: Mapping[str, Values]) -> list[str]:
    """Give what each object's key ends with, no two the same: the rules of `keys`, for what is known of it now.

    An object whose identity another one has already goes by its next one.
    """
    taken = set[str]()
    found = []
    of_object = _IDENTITIES[kind]
    for values in zip(*(columns[name] for name in IDENTIFYING[kind]), strict=True):
        candidates = [candidate for candidate in of_object(*values) if candidate]
        identity = next((candidate for candidate in candidates if candidate not in taken), None)
        number = 2
        while identity is None or identity in taken:
            identity, number = f"{candidates[0] if candidates else ''}/{number}", number + 1
        taken.add(identity)
        found.append(identity)
    return found


def _of_machine(
    moid: str | None, instance_uuid: str | None, bios_uuid: str | None, name: str | None
) -> tuple[str | None, ...]:
    return instance_uuid, moid, bios_uuid and name and f"{bios_uuid}/{name}", name and NAME_MARK + name


def _of_host(moid: str | None, name: str | None) -> tuple[str | None, ...]:
    return name and name.lower(), moid


def _of_named(moid: str | None, place: str | None, name: str | None) -> tuple[str | None, ...]:
    return moid, place and name and f"{place}/{name}", name


def _of_datastore(
    url: str | None, moid: str | None, datacenter: str | None, name: str | None
) -> tuple[str | None, ...]:
    return url, *_of_named(moid, datacenter, name)


def _of_datacenter(moid: str | None, name: str | None) -> tuple[str | None, ...]:
    return moid, name


_IDENTITIES: Final[Mapping[Kind, Callable[..., tuple[str | None, ...]]]] = MappingProxyType(
    {
        "virtual_machines": _of_machine,
        "esxi_hosts": _of_host,
        "clusters": _of_named,
        "datastores": _of_datastore,
        "resource_pools": _of_named,
        "datacenters": _of_datacenter,
    },
)
"""Identities by kind, the best first; they take the identifying columns in their order."""
