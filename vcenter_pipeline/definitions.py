"""What Dagster loads: everything that `defs` builds, by name."""

import dagster as dg

from vcenter_pipeline.defs.assets import build_ingest, build_publish
from vcenter_pipeline.defs.freshness import build_freshness_check, build_freshness_job, build_freshness_schedule
from vcenter_pipeline.defs.jobs import build_ingest_job
from vcenter_pipeline.defs.overview import build_estate, build_overview_job, build_overview_schedule
from vcenter_pipeline.defs.rebuild_job import build_rebuild, build_rebuild_job
from vcenter_pipeline.defs.resources import INTAKE, Intake
from vcenter_pipeline.defs.retention import build_retention, build_retention_job, build_retention_schedule
from vcenter_pipeline.defs.schedules import build_backlog_schedule
from vcenter_pipeline.defs.sensors import build_reports_sensor
from vcenter_pipeline.settings import load_settings

_settings = load_settings()

defs = dg.Definitions(
    assets=[build_ingest(), build_publish(_settings.formats), build_estate(), build_rebuild(), build_retention()],
    asset_checks=[build_freshness_check()],
    jobs=[build_ingest_job(), build_retention_job(), build_rebuild_job(), build_freshness_job(), build_overview_job()],
    sensors=[build_reports_sensor(_settings)],
    schedules=[
        build_backlog_schedule(_settings),
        build_overview_schedule(_settings),
        build_freshness_schedule(),
        build_retention_schedule(),
    ],
    resources={INTAKE: Intake.configure_at_launch()},
    executor=dg.in_process_executor,
)
