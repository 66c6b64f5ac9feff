"""What every shape is, for people: how to produce it, what it fills, what it cannot tell, and an example of it.

`examples/<name>.json` is the smallest whole report of each shape, as a playbook or a program writes it. What a shape
fills is not told by hand: the example is read and normalized, and the columns that got a value are what it fills.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from vcenter_pipeline.errors import PermanentError
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.formats.shape import Shape
from vcenter_pipeline.formats.shapes import SHAPES
from vcenter_pipeline.model.batches import KINDS, Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import CORE_TABLES
from vcenter_pipeline.model.tables import Normalizer, Origin

_ROOM: Final = "vcenter_pipeline.formats"
_PLACE_OF_TABLES: Final = "<!-- the tables of the shapes -->\n"
_LIMITS: Final = Limits(max_file_bytes=1_000_000, max_content_bytes=1_000_000)
_ORIGIN: Final = Origin("acme", "prod", "acme/prod", "example", datetime(2026, 11, 24))  # noqa: DTZ001 - naive UTC, as every instant here
_OF_THE_REPORT: Final = frozenset({"client", "environment", "vcenter", "collected_at", "report", "collection"})
_TITLES: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "virtual_machines": "Virtual machines",
        "triggered_alarms": "Triggered alarms",
        "esxi_hosts": "ESXi hosts",
        "clusters": "Clusters",
        "datastores": "Datastores",
        "resource_pools": "Resource pools",
        "datacenters": "Datacenters",
        "vcenters": "vCenters",
        "vm_snapshots": "Snapshots",
    },
)
_IN_WORDS: Final = ("a ", "an ")
"""How the ways to produce a shape begin that are no line of a playbook and no command."""


class Entry(NamedTuple):
    """One shape, with its example and what that fills."""

    shape: Shape
    example: str
    """The report, as it stands in its file."""
    columns: Mapping[str, tuple[str, ...]]
    """The columns that the example gives a value, by table."""

    @property
    def completeness(self) -> str:
        """Whether a list of it is taken for all that the vCenter has: `yes`, `in a loop` or `no`."""
        if self.shape.is_inventory and self.shape.forms != {"object"}:
            return "yes"
        return "in a loop" if self.shape.is_inventory_in_loop else "no"

    @property
    def limits(self) -> str:
        """What a report of it leaves open, in one or two sentences."""
        left_out = self.shape.leaves_out
        return self.shape.cannot_tell if left_out is None else f"{self.shape.cannot_tell} It leaves out {left_out}."


def read_catalogue() -> list[Entry]:
    """Give every shape, in the order in which they are asked."""
    return [_read_entry(shape) for shape in SHAPES]


def read_entry(name: str) -> Entry:
    """Give one shape.

    Raises:
        PermanentError: there is none of that name.
    """
    found = next((shape for shape in SHAPES if shape.name == name.strip().rpartition(".")[2]), None)
    if found is None:
        raise PermanentError(f"There is no shape {name!r}. `vcenter-pipeline shapes` lists them all.")
    return _read_entry(found)


def _read_entry(shape: Shape) -> Entry:
    content = (files(_ROOM) / "examples" / f"{shape.name}.json").read_bytes()
    normalizer, tables = Normalizer(_ORIGIN), dict[str, set[str]]()
    for batch in read_batches(BytesIO(content), "example.json", _LIMITS):
        for table, rows in normalizer.add(batch).items():
            tables.setdefault(table, set()).update(_filled(table, rows))
    tables.pop("rejected_rows", None)
    ordered = {
        table: tuple(column.name for column in core_table(table).columns if column.name in tables[table] - _left_out())
        for table in sorted(CORE_TABLES, key=lambda table: table != shape.kind)
        if tables.get(table)
    }
    return Entry(shape, content.decode(), ordered)


def _filled(table: str, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    names = [column.name for column in core_table(table).columns]
    for row in rows:
        yield from (name for name, value in zip(names, row, strict=True) if value is not None)


@cache
def _left_out() -> frozenset[str]:
    """Give the columns that every row has: keys, which stand first in each table, and where the row comes from."""
    return _OF_THE_REPORT.union(core_table(name).columns[0].name for name in CORE_TABLES)


def render_shapes() -> str:
    """Render the page of all shapes, as Markdown."""
    before, _, behind = (files(_ROOM) / "catalogue.md").read_text(encoding="utf-8").partition(_PLACE_OF_TABLES)
    entries = read_catalogue()
    lines = [
        line
        for kind in KINDS
        for line in _render_kind(_TITLES[kind], [entry for entry in entries if entry.shape.kind == kind])
    ]
    return before + "\n".join(lines) + behind


def _render_kind(title: str, entries: list[Entry]) -> Iterator[str]:
    yield from (f"## {title}", "")
    yield "| shape | lists | produced by | fills | complete | cannot tell |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from (_render_row(entry) for entry in entries)
    yield ""


def _render_row(entry: Entry) -> str:
    shape = entry.shape
    written_by = shape.written_by if shape.written_by.startswith(_IN_WORDS) else f"`{shape.written_by}`"
    fills = "<br>".join(
        f"**{table}**: {' '.join(f'`{name}`' for name in columns)}" for table, columns in entry.columns.items()
    )
    cells = (f"`{shape.name}`", shape.meaning, written_by, fills, entry.completeness, entry.limits)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
