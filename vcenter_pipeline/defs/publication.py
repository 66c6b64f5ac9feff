"""The current tables of one source to its output folder, and its ingested reports to the archive; without Dagster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from vcenter_pipeline.defs.ingestion import Pipeline, utc_now
from vcenter_pipeline.errors import ListingError, PermanentError, UnfinishedError
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.exports.publishing import PublishedFile, publish
from vcenter_pipeline.exports.star import build_table
from vcenter_pipeline.intake.archive import archive
from vcenter_pipeline.intake.opening import fingerprint, open_report, read_facts
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.storage.reader import find_reports, read_current

_OWN_TABLES: Final = {
    "bridge_vm_nic": "vm_nics",
    "bridge_vm_datastore": "vm_datastores",
    "bridge_vm_attribute": "vm_attributes",
    "fact_rejected_row": "rejected_rows",
}
"""Tables that are made from one table alone, which nothing else is made from."""


def build_tables(pipeline: Pipeline, source: Source) -> Mapping[str, pa.Table]:
    """Read what is current of a source and give the tables that Power BI reads, in their published order.

    One table is in memory at a time, and the virtual machines while other tables refer to them.
    """
    return PackedTables(_built(pipeline, source))


def _built(pipeline: Pipeline, source: Source) -> Iterator[tuple[str, pa.Table]]:
    client, environment = source.client, source.environment

    def read(name: str) -> pa.Table:
        return read_current(pipeline.database, client, environment, name)

    shared = {name: read(name) for name in ("reports", "triggered_alarms", "virtual_machines")}
    for name in ("dim_source", "dim_virtual_machine", "fact_triggered_alarm", "fact_report"):
        yield name, build_table(name, client, environment, shared)
    shared.clear()
    for name, core in _OWN_TABLES.items():
        yield name, build_table(name, client, environment, {core: read(core)})


def repeated_keys(name: str, table: pa.Table) -> list[str]:
    """Give up to ten keys that stand more than once in a published table."""
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
