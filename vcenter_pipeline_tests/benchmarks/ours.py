"""What a run does, without Dagster: one report into the tables, the tables into files, the report to the archive.

The settings come from the environment, as in a run. The functions that a run calls are wrapped to count each stage.

    python -m vcenter_pipeline_tests.benchmarks.ours acme/prod/vm_info.json
"""

import sys

from vcenter_pipeline.defs import ingestion, publication
from vcenter_pipeline.exports import publishing
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.model.tables import Normalizer
from vcenter_pipeline.settings import load_settings
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.writer import ReportWriter
from vcenter_pipeline_tests.benchmarks.laps import Laps

_KEYED = ("dim_source", "dim_virtual_machine", "fact_triggered_alarm", "fact_report")
"""Tables whose keys a run checks before it publishes; `defs.checks` says so, but it needs Dagster."""


def _wrap(laps: Laps, formats: tuple[str, ...]) -> None:
    laps.timed_iterator(ingestion, "read_batches", "parse")
    laps.timed(Normalizer, "add", "normalize")
    laps.timed(ReportWriter, "add", "store")
    laps.timed(ReportWriter, "finish", "store")
    laps.timed(CurrentState, "read", "read current")
    laps.timed(publication, "build_table", "star")
    for name in ("parquet", "csv", "json"):
        laps.timed(publishing, f"write_{name}", name)
    if "excel" in formats:
        from vcenter_pipeline.exports import workbook  # noqa: PLC0415 - as a run does, only where it is asked for

        laps.timed(workbook, "write_workbook", "excel")


if __name__ == "__main__":
    path = sys.argv[1]
    settings, laps = load_settings(), Laps()
    _wrap(laps, settings.formats)
    source = Source.from_folders(*path.split("/")[:2])
    with ingestion.opened(settings) as pipeline:
        outcome = ingestion.ingest_report(pipeline, source, path, run_id="benchmark", is_last_try=True)
        tables = publication.build_tables(pipeline, source)
        laps.enter("unique keys")
        repeated = [name for name in _KEYED if publication.repeated_keys(name, tables[name])]
        laps.leave()
        publication.publish_source(pipeline, source, tables)
        publication.archive_ingested(pipeline, source, [path])
    if outcome.status != "ingested" or repeated:
        sys.exit(f"{outcome.sentence} {repeated}")
    laps.tell()
