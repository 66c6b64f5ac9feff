"""The closed sets of words, spelled as vSphere spells them, and what is derived from them.

Source: the vSphere Web Services API: `VirtualMachinePowerState`, `HostSystemPowerState`, `ManagedEntityStatus`,
`VirtualMachineConnectionState`, `HostSystemConnectionState`, `VirtualMachineToolsStatus`,
`VirtualMachineToolsRunningStatus`, `VirtualMachineToolsVersionStatus`, `DatastoreSummaryMaintenanceModeState`,
`DrsBehavior`, `SharesLevel`.
"""

from types import MappingProxyType
from typing import Final

POWER_STATES: Final = ("poweredOn", "poweredOff", "suspended")

HOST_POWER_STATES: Final = ("poweredOn", "poweredOff", "standBy", "unknown")

VM_CONNECTION_STATES: Final = ("connected", "disconnected", "orphaned", "inaccessible", "invalid")

HOST_CONNECTION_STATES: Final = ("connected", "disconnected", "notResponding")

TOOLS_STATUSES: Final = ("toolsNotInstalled", "toolsNotRunning", "toolsOld", "toolsOk")

TOOLS_RUNNING_STATUSES: Final = ("guestToolsNotRunning", "guestToolsRunning", "guestToolsExecutingScripts")

MAINTENANCE_MODES: Final = ("normal", "enteringMaintenance", "inMaintenance")

DRS_BEHAVIORS: Final = ("manual", "partiallyAutomated", "fullyAutomated")

SHARES_LEVELS: Final = ("low", "normal", "high", "custom")

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

SNAPSHOT_MATCHES: Final = ("key", "name", "ambiguous name", "unknown name")
"""How a snapshot was joined to its virtual machine."""

HISTORY_PRODUCTS: Final = ("changes", "day")
"""What is derived of complete collections: how each differs from the one before, and the numbers of its day."""

CHANGES: Final = ("added", "removed", "changed")

ASPECTS: Final = (
    "existence",
    "name",
    "place",
    "size",
    "power",
    "tools",
    "hardware",
    "version",
    "guest",
    "network",
    "snapshots",
    "state",
    "notes",
)
"""What of an object changed: `place` is a move, `size` a resize, `name` a rename."""

ALARM_CHANGES: Final = ("raised", "updated", "cleared")

ALARM_ENDINGS: Final = ("green", "absent", "triggered again", "unknown")
"""How an alarm ended: it was told as green, a complete list lacks it, it went off anew, or the list that lacks it
leaves out alarms such as this one."""
