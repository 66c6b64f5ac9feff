"""A source is the partition of every asset: client/environment."""

from typing import Final

import dagster as dg

SOURCES: Final = dg.DynamicPartitionsDefinition(name="source")
"""So an asset's partition list is the list of sources, and its plots are one source's trend."""

CLIENT_TAG: Final = "vcenter/client"
ENVIRONMENT_TAG: Final = "vcenter/environment"
SOURCE_TAG: Final = "vcenter/source"
REPORT_TAG: Final = "vcenter/report"
OUTCOME_TAG: Final = "vcenter/outcome"
ALARMS_TAG: Final = "vcenter/triggered_alarms"
VIRTUAL_MACHINES_TAG: Final = "vcenter/virtual_machines"
"""What a run found, which it adds itself."""
