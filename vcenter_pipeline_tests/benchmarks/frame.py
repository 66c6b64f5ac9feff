"""Whatever waits in the input folder, once, through Dagster in this process: what `vcenter-pipeline ingest` does.

python -m vcenter_pipeline_tests.benchmarks.frame
"""

import sys

from vcenter_pipeline.definitions import defs
from vcenter_pipeline.defs.once import Progress, ingest_once
from vcenter_pipeline.settings import load_settings


def _ignore(_progress: Progress) -> None:
    """Show nothing."""


if __name__ == "__main__":
    done = ingest_once(load_settings(), defs, is_waiting_for_writers=False, tell=_ignore)
    if not done.is_good:
        sys.exit(str(done))
    sys.stdout.write(f"{len(done.runs)} runs\n")
