"""Dagster's own configuration: `dagster.yaml`, rendered from the settings.

The `dagster.yaml` in the repository is what this renders for the default settings, so that a plain
`dagster dev` in the checkout runs under the same rules as `vcenter-pipeline up`.
"""

from pathlib import Path
from typing import Final

from vcenter_pipeline.settings import Settings

_MODE: Final = 0o750
_FIRST_LINE: Final = (
    "# How Dagster runs the pipeline. Rendered from the settings; `vcenter-pipeline up` writes it to DAGSTER_HOME."
)

_TEMPLATE: Final = """\
{first_line}

telemetry:
  enabled: false

# No invitation to a mailing list.
nux:
  enabled: false

# One ingest of a source at a time, many sources side by side.
concurrency:
  runs:
    max_concurrent_runs: {max_runs}
    tag_concurrency_limits:
      - key: vcenter/source
        value:
          applyLimitPerUniqueValue: true
        limit: 1

# A run whose process died gives its place back.
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  max_runtime_seconds: 7200

# The sensor looks every few seconds; its skipped ticks say nothing after a day.
retention:
  sensor:
    purge_after_days:
      skipped: 1
      success: {tick_days}
      failure: {tick_days}
      started: {started_days}
  schedule:
    purge_after_days: {tick_days}
"""
_STARTED_DAYS: Final = 7
"""A tick that still counts as started is one whose process died."""


def instance_yaml(settings: Settings) -> str:
    """Render `dagster.yaml`."""
    return _TEMPLATE.format(
        first_line=_FIRST_LINE,
        max_runs=settings.max_runs,
        tick_days=settings.tick_days,
        started_days=min(_STARTED_DAYS, settings.tick_days),
    )


def ensure_input(settings: Settings) -> None:
    """Create the input folder where it lies in the home.

    One that was moved elsewhere is not created: it may be a share that is not mounted, and an empty folder
    in its place would read as "no reports".
    """
    if settings.input_dir is None:
        settings.home_path.mkdir(parents=True, exist_ok=True, mode=_MODE)
        settings.input_path.mkdir(exist_ok=True, mode=_MODE)


def prepare_home(settings: Settings) -> Path:
    """Create the directories and write `dagster.yaml`; give DAGSTER_HOME.

    Directories are closed to other users: they hold what clients run. A `dagster.yaml` that somebody
    else wrote is left as it is.
    """
    ensure_input(settings)
    for path in (
        settings.archive_path,
        settings.quarantine_path,
        settings.output_path,
        settings.dagster_path,
    ):
        path.mkdir(parents=True, exist_ok=True, mode=_MODE)
    configuration = settings.dagster_path / "dagster.yaml"
    text = instance_yaml(settings)
    present = configuration.read_text(encoding="utf-8") if configuration.exists() else _FIRST_LINE
    if present.startswith(_FIRST_LINE) and present != text:
        beside = configuration.with_suffix(".yaml.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(configuration)
    return settings.dagster_path
