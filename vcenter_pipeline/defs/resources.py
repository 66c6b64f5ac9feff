"""What a run may be told when it is launched."""

from typing import Final

import dagster as dg
from pydantic import Field

from vcenter_pipeline.intake.plan import Request

INTAKE: Final = "intake"
"""The name of the resource in the run config: `resources: {intake: {config: {reports: […]}}}`."""


class Intake(dg.ConfigurableResource[None]):
    """Which reports a run takes."""

    reports: list[str] = Field(
        default=[],
        description=(
            "Reports to take, as paths below the input folder: acme/prod/vm_info.json. "
            "One that lies in the archive already is read again. Empty: whatever waits for the source, up to the "
            "batch size."
        ),
    )


def intake_config(reports: list[str], *, log_level: str = "INFO") -> dict[str, object]:
    """Give the run config that names these reports, and says what the run prints."""
    return {"resources": {INTAKE: {"config": {"reports": reports}}}} | console_config(log_level)


def console_config(log_level: str) -> dict[str, object]:
    """Give the run config that says what the run prints; its own log holds everything."""
    return {"loggers": {"console": {"config": {"log_level": log_level}}}}


def paths_of(request: Request) -> list[str]:
    """Give the paths of a request's reports, as the run config has them."""
    return [report.path for report in request.reports]
