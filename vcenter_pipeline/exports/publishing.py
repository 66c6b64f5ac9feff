"""Every file of one source: the one entry to this room."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

import pyarrow as pa

from vcenter_pipeline.exports.contract import FILE_FORMATS, TABLE_NAMES, WORKBOOK_NAME, FileFormat, conform, file_name
from vcenter_pipeline.exports.files import write_csv, write_json, write_parquet
from vcenter_pipeline.exports.replacing import FILE_MODE, Replacing


class _Conformed(Mapping[str, pa.Table]):
    """The tables as they are declared, made so at each look."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> pa.Table:
        return conform(name, self._tables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE_NAMES)

    def __len__(self) -> int:
        return len(TABLE_NAMES)


class PublishedFile(NamedTuple):
    """A file that was written."""

    path: Path
    size_bytes: int


def publish(
    directory: Path,
    tables: Mapping[str, pa.Table],
    file_formats: Collection[FileFormat],
    *,
    guard_formulas: bool = True,
    file_mode: int = FILE_MODE,
) -> list[PublishedFile]:
    """Write the files of one source and put all of them in place at the end.

    Files of a format that is not asked for stay as they are.

    Args:
        directory: the source's own: `<output>/<client>/<environment>`; it is made when missing.
        tables: every published table, as `star.build_star` gives them; each is looked at once, and three
            times more for the workbook.
        file_formats: some of `parquet`, `csv`, `json`, `excel`.
        guard_formulas: whether CSV gets an apostrophe before text that a spreadsheet would run.
        file_mode: the permissions of the files.

    Raises:
        ExportError: a file could not be written.
        ValueError: a table is missing or not as declared, or there is no such format.
    """
    if unknown := set(file_formats) - set(FILE_FORMATS):
        raise ValueError(f"there is no format {', '.join(sorted(unknown))}; there are {', '.join(FILE_FORMATS)}")
    if missing := set(TABLE_NAMES) - set(tables):
        raise ValueError(f"these tables are missing: {', '.join(sorted(missing))}")
    writers: dict[Literal["parquet", "csv", "json"], Callable[[BinaryIO, pa.Table], None]] = {
        "parquet": write_parquet,
        "csv": partial(write_csv, guard_formulas=guard_formulas),
        "json": write_json,
    }
    names: list[str] = []
    with Replacing(directory, file_mode=file_mode) as replacing:
        for table_name in TABLE_NAMES:
            table = conform(table_name, tables[table_name])
            for file_format, write in writers.items():
                if file_format in file_formats:
                    names.append(file_name(table_name, file_format))
                    with replacing.open(names[-1]) as file:
                        write(file, table)
            del table  # before the next one is there: with 100,000 virtual machines that is 100 MB
        if "excel" in file_formats:
            from vcenter_pipeline.exports.workbook import write_workbook  # noqa: PLC0415 - openpyxl costs 0.13 s

            names.append(WORKBOOK_NAME)
            with replacing.open(WORKBOOK_NAME) as file:
                write_workbook(file, _Conformed(tables))
    return [PublishedFile(directory / name, (directory / name).stat().st_size) for name in names]
