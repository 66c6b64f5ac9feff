"""Whether a source tells anything still: how often it usually does, and since when it is silent.

Nobody has to say how often a playbook runs. What was collected so far says it, and a source that reports once a week
is not late after two days.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

LEARNT_FROM: Final = 11
"""The newest times that are looked at: ten steps, so that what changed is learnt and one odd night is not."""
_PATIENCE: Final = 3
"""One missed night is a machine that was restarted; three are a playbook that does not run."""


class Rhythm(NamedTuple):
    """What one source usually does with one kind of object, and what it did last."""

    kind: str
    """In words: `virtual machines`."""
    newest: datetime
    """When its newest report was collected, naive UTC."""
    usual: timedelta | None
    """The median of the time from one report to the next; None with fewer than two."""
    due: datetime
    """Until when the next one is in time."""

    def is_late(self, now: datetime) -> bool:
        """Say whether the next one should be here."""
        return now > self.due


def to_rhythm(kind: str, times: Sequence[datetime], shortest: timedelta) -> Rhythm:
    """Learn the rhythm from the times of the newest collections, of which there is one at least.

    Args:
        kind: what was collected.
        times: when, in any order; the same time twice is one.
        shortest: nothing is late before that time is over.
    """
    ordered = sorted(set(times))[-LEARNT_FROM:]
    steps = [(later - earlier).total_seconds() for earlier, later in pairwise(ordered)]
    usual = timedelta(seconds=median(steps)) if steps else None
    patience = max(shortest, _PATIENCE * usual) if usual else shortest
    return Rhythm(kind, ordered[-1], usual, ordered[-1] + patience)


def to_rhythms(times: Mapping[str, Sequence[datetime]], shortest: timedelta) -> list[Rhythm]:
    """Give the rhythm of each kind, the one that is due first in front.

    What was collected once only, while something else was collected again and again, was tried and no habit.
    """
    rhythms = [to_rhythm(kind, of_kind, shortest) for kind, of_kind in times.items() if of_kind]
    habits = [rhythm for rhythm in rhythms if rhythm.usual]
    return sorted(habits or rhythms, key=lambda rhythm: rhythm.due)


def told_rhythm(rhythm: Rhythm, now: datetime) -> str:
    """Say in a sentence how long ago the newest report was, and what is usual."""
    usual = f"usually every {told_duration(rhythm.usual)}" if rhythm.usual else "by the only report so far"
    silent = told_duration(max(now - rhythm.newest, timedelta()))
    return f"The newest {rhythm.kind} are {silent} old ({rhythm.newest:%Y-%m-%d %H:%M} UTC), {usual}."


def told_duration(duration: timedelta) -> str:
    """Say it in days from two days on, else in hours, and what is shorter in minutes."""
    minutes = round(duration.total_seconds() / 60)
    for size, word in ((1440, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes / size:.0f} {word}"
    return f"{minutes} minutes"
