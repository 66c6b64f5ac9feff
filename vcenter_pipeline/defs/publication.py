"""The current tables of one source to its output folder, and its ingested reports to the archive; without Dagster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vcenter_pipeline.defs.ingestion import Pipeline, utc_now
from vcenter_pipeline.errors import ListingError, PermanentError, UnfinishedError
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.exports.publishing import PublishedFile, publish
from vcenter_pipeline.exports.star import MADE_FROM, REFERRED_COLUMNS, build_table
from vcenter_pipeline.intake.archive import archive
from vcenter_pipeline.intake.opening import fingerprint, open_report, read_facts
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.reader import find_reports

_FIRST: Final = ("dim_vm_disk", "dim_virtual_machine", "dim_source", "fact_triggered_alarm", "dim_vm_snapshot")
"""Tables that come first, so that the large tables that others refer to are soon cut down to what those need."""


def build_tables(pipeline: Pipeline, source: Source) -> PackedTables:
    """Read what is current of a source and give the tables that Power BI reads.

    One table is in memory at a time, and those that it refers to.
    """
    return PackedTables(_built(pipeline, source))


def _built(pipeline: Pipeline, source: Source) -> Iterator[tuple[str, pa.Table]]:
    client, environment = source.client, source.environment
    state = CurrentState(pipeline.database, client, environment)
    waiting = [*_FIRST, *(name for name in PUBLISHED_TABLES if name not in _FIRST)]
    held: dict[str, pa.Table] = {}
    while waiting:
        name = waiting.pop(0)
        own, *_ = made_from = MADE_FROM[name]
        held |= {core: state.read(core) for core in made_from if core not in held}
        yield name, build_table(name, client, environment, held)
        wanted = {core for other in waiting for core in MADE_FROM[other]}
        held = {core: table for core, table in held.items() if core in wanted}
        if own in held and own in REFERRED_COLUMNS:
            held[own] = held[own].select(list(REFERRED_COLUMNS[own]))


def repeated_keys(name: str, table: pa.Table) -> list[str]:
    """Give up to ten keys that stand more than once in a published table, of which the key's columns suffice."""
    key = list(published_table(name).key)
    if len(key) == 1 and pc.count_distinct(table[key[0]], mode="all").as_py() == table.num_rows:
        return []
    counted = table.select(key).group_by(key).aggregate([([], "count_all")])
    repeated = counted.filter(pc.field("count_all") > 1).slice(0, 10)
    return [", ".join(str(row[column]) for column in key) for row in repeated.to_pylist()]


def publish_source(pipeline: Pipeline, source: Source, tables: Mapping[str, pa.Table]) -> list[PublishedFile]:
    """Replace the files of one source, and give them.

    Raises:
        ExportError: a file could not be written; the old ones stand.
    """
    settings = pipeline.settings
    folder = settings.output_path / source.client / source.environment
    return publish(folder, tables, settings.formats, guard_formulas=settings.csv_formula_guard)


def archive_ingested(pipeline: Pipeline, source: Source, paths: Iterable[str]) -> list[str]:
    """Move the reports whose content the tables hold to the archive; give their paths below the input.

    Whether a report was ingested is asked of the ledger, by content: so a run that was killed after the
    commit is made good by the next one, and a report that was replaced meanwhile stays. So does one that may
    not be read yet; it must not keep those that came with it from the archive.

    Raises:
        ArchiveError: a report could not be moved.
    """
    settings = pipeline.settings
    moved = []
    for path in paths:
        try:
            with open_report(settings.input_path, path, now=utc_now()) as file:
                facts = read_facts(file)
                digest = fingerprint(file, max_bytes=settings.max_file_bytes)
            found = find_reports(pipeline.database, source.client, source.environment, digest)
            if any(row["status"] == "ingested" for row in found):
                archive(settings.input_path, path, settings.archive_path, when=utc_now(), expected=facts)
                moved.append(path)
        except (FileNotFoundError, PermanentError, UnfinishedError, ListingError):
            continue
    return moved
