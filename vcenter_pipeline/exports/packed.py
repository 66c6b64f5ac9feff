"""Tables that wait to be written, at a quarter of their size.

A source's tables are wanted several times: for their keys, for three formats, for the workbook, for what the run
says of them. Together they would be the peak of a run's memory, while only one at a time is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


class PackedTables(Mapping[str, pa.Table]):
    """Tables by name, kept compressed; each look at one gives it anew."""

    def __init__(self, tables: Iterable[tuple[str, pa.Table]]) -> None:
        self._packed: dict[str, pa.Buffer] = {}
        self._schemas: dict[str, pa.Schema] = {}
        for name, table in tables:
            self._schemas[name] = table.schema
            self._packed[name] = _pack(table)
            del table
            pa.default_memory_pool().release_unused()

    def __getitem__(self, name: str) -> pa.Table:
        """Give the table as it was handed over."""
        with pa.ipc.open_stream(self._packed[name]) as reader:
            return reader.read_all()

    def columns(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Give some columns of a table; the others are not even unpacked."""
        places = [self._schemas[name].get_field_index(column) for column in columns]
        options = pa.ipc.IpcReadOptions(included_fields=places)
        with pa.ipc.open_stream(self._packed[name], options=options) as reader:
            return reader.read_all().select(list(columns))

    def __iter__(self) -> Iterator[str]:
        """Give the names, in the order in which they came."""
        return iter(self._packed)

    def __len__(self) -> int:
        """Count the tables."""
        return len(self._packed)


def _pack(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table)
    return sink.getvalue()
