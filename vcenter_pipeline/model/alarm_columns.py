"""The columns that every table of alarms has: which alarm, on what, how bad, and who knows of it."""

from typing import Any

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.fields import flag, instant, one_of, text


def alarm_name() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the name of the alarm."""
    return text("Alarm", "The name of the alarm definition.")


def alarm_moid() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the alarm definition's moid."""
    return text("Alarm Moid", "The managed object id of the alarm definition: alarm-972.")


def entity_type() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the entity's type."""
    return text("Entity Type", "The vSphere type of the entity: VirtualMachine, HostSystem …")


def entity_name() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the entity's name."""
    return text("Entity", "The name of the entity.")


def entity_moid() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the entity's moid."""
    return text("Entity Moid", "The managed object id of the entity: vm-149.")


def overall_status() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the colour."""
    return one_of("Overall Status", "The alarm's colour.", vocabulary.OVERALL_STATUSES)


def severity() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of what the colour means."""
    return one_of("Severity", "What the colour means: red is critical, yellow is warning.", vocabulary.SEVERITIES)


def triggered_at() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of when it went off."""
    return instant("Triggered", "When the alarm went off.")


def is_acknowledged() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of whether it is acknowledged."""
    return flag("Is Acknowledged", "Whether somebody has acknowledged it.")


def acknowledged_by() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of who acknowledged it."""
    return text("Acknowledged By", "Who has.")


def acknowledged_at() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of when it was acknowledged."""
    return instant("Acknowledged", "When.")
