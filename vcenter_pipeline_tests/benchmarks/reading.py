"""Parsing and flattening alone: read every batch of a report and let it go.

python -m vcenter_pipeline_tests.benchmarks.reading REPORT
"""

import sys
from pathlib import Path

from vcenter_pipeline.defs.ingestion import BATCH_ROWS, opened
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.settings import load_settings

if __name__ == "__main__":
    report = Path(sys.argv[1])
    with opened(load_settings()) as pipeline, report.open("rb") as file:
        batches = read_batches(file, report.name, pipeline.limits, batch_rows=BATCH_ROWS)
        sys.stdout.write(f"{sum(len(batch.records) for batch in batches)}\n")
