"""How a source stands among the others: what the page of all sources says of it, and how much it needs somebody."""

from datetime import datetime
from typing import NamedTuple

from vcenter_pipeline.exports.overview import Numbers


class Standing(NamedTuple):
    """A source as the page of all sources tells it."""

    source: str
    numbers: Numbers | None
    """None where nothing of it was published so far."""
    rejected: int
    """Rows of the last days."""
    quarantined: int
    """Reports of the last days."""
    late_since: datetime | None = None
    """Naive UTC; None while it is in time."""

    @property
    def critical(self) -> int:
        """Count the red alarms."""
        return ((self.numbers and self.numbers.alarms) or {}).get("critical", 0)

    @property
    def warning(self) -> int:
        """Count the yellow alarms."""
        return ((self.numbers and self.numbers.alarms) or {}).get("warning", 0)

    @property
    def full(self) -> int:
        """Count the full datastores."""
        return (self.numbers and self.numbers.full_datastores) or 0

    @property
    def old(self) -> int:
        """Count the old snapshots."""
        return (self.numbers and self.numbers.old_snapshots) or 0

    @property
    def is_urgent(self) -> bool:
        """Say whether somebody should look at it today."""
        return any((self.critical, self.late_since, self.full, self.quarantined))

    def need(self) -> tuple[object, ...]:
        """Give what to sort by, the most urgent in front."""
        return (
            *(not word for word in (self.critical, self.late_since, self.full, self.quarantined)),
            -self.critical,
            self.late_since.isoformat() if self.late_since else "",
            *(-count for count in (self.full, self.quarantined, self.warning, self.old, self.rejected)),
            self.source,
        )
