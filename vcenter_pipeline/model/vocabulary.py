"""The closed sets of words, spelled as vSphere spells them, and what is derived from them.

Source: the vSphere Web Services API, `VirtualMachinePowerState` and `ManagedEntityStatus`.
"""

from types import MappingProxyType
from typing import Final

POWER_STATES: Final = ("poweredOn", "poweredOff", "suspended")

OVERALL_STATUSES: Final = ("gray", "green", "yellow", "red")

SEVERITY_BY_STATUS: Final = MappingProxyType(
    {"gray": "unknown", "green": "normal", "yellow": "warning", "red": "critical"},
)

SEVERITIES: Final = tuple(SEVERITY_BY_STATUS.values())

ADDRESS_FAMILIES: Final = ("ipv4", "ipv6")

ATTRIBUTE_KINDS: Final = ("tag", "custom_attribute")

REPORT_STATUSES: Final = ("ingested", "quarantined")

COLLECTED_AT_ORIGINS: Final = ("report", "file name", "file time")
"""Where a report's `collected_at` was taken from, best first."""
