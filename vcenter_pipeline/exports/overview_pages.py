"""The overview as Markdown: of one source, and of all together, what needs somebody first.

Names of alarms, machines and datastores are whatever somebody typed in vCenter. Each is shown as code: one that
Markdown took for a picture would make every reader's browser ask a stranger's server for it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from vcenter_pipeline.exports.charts import BLUE, GREEN, GREY, RED, YELLOW, Bar, draw_bars, draw_line
from vcenter_pipeline.exports.consistency import Terms
from vcenter_pipeline.exports.overview import GROWTH_DAYS, RECENT_DAYS, SHOWN, Details, Numbers
from vcenter_pipeline.exports.standing import Standing

MOST_SOURCES: Final = 50
"""Rows of the page of all sources; the others are counted."""

_LONGEST: Final = 60
_UNKNOWN: Final = "-"
_NUMBERS: Final = re.compile(r"^\[//\]: # '(.*)'$", re.MULTILINE)
"""A definition that nothing refers to, which Markdown does not show."""
_POWER: Final = MappingProxyType({"poweredOn": GREEN, "poweredOff": GREY, "suspended": YELLOW, "unknown": BLUE})
_SEVERITY: Final = MappingProxyType({"critical": RED, "warning": YELLOW, "normal": GREEN, "unknown": GREY})
_ALWAYS: Final = frozenset({"poweredOn", "poweredOff", "critical", "warning"})
"""Bars that are there with nothing to show as well: that none is red is what people look for."""


def build_source_page(standing: Standing, details: Details, terms: Terms) -> str:
    """Write the page of one source that has been published; its numbers stand in it for the page of all sources."""
    needs = _needs(standing, terms)
    parts = [
        f"**Needs attention:** {', '.join(needs)}." if needs else "**Nothing needs attention.**",
        _table([standing], terms),
    ]
    parts.append(_charts([standing], terms.now.date()))
    parts += _details("Red alarms", details.critical_alarms, standing.critical)
    parts += _details(f"Datastores over {terms.datastore_percent} %", details.full_datastores, standing.full)
    parts += _details(f"Snapshots older than {terms.snapshot_days} days", details.old_snapshots, standing.old)
    parts.append(f"Runs, tables and checks: {_links(standing.source)}. As of {_told(terms.now)} UTC.")
    if standing.numbers:
        parts.append(f"[//]: # '{standing.numbers.to_text()}'")
    return "\n\n".join(filter(None, parts))


def read_numbers(page: str) -> Numbers | None:
    """Read the numbers that stand in the page of a source, where nobody sees them; None where none do."""
    found = _NUMBERS.findall(page)
    return Numbers.from_text(found[-1]) if found else None


def build_estate_page(standings: Iterable[Standing], terms: Terms) -> str:
    """Write the page of all sources: those that need somebody most in front, the others counted."""
    ordered = sorted(standings, key=Standing.need)
    if not ordered:
        return f"**No source has sent anything so far.** As of {_told(terms.now)} UTC."
    shown, others = ordered[:MOST_SOURCES], ordered[MOST_SOURCES:]
    parts = [f"{_headline(ordered, terms)} As of {_told(terms.now)} UTC.", _table(shown, terms)]
    if others:
        urgent = sum(one.is_urgent for one in others)
        told = f"{urgent:,} of them need attention as well" if urgent else "none of them needs attention"
        parts.append(f"And {_counted(len(others), 'other source')}: {told}.")
    parts.append(_charts(ordered, terms.now.date()))
    return "\n\n".join(filter(None, parts))


def sum_growth(growths: Sequence[Sequence[tuple[date, int]]], today: date) -> list[tuple[date, int]]:
    """Add up sources over the last days: each counts as it was last told, and from its first day on."""
    first = max(min((growth[0][0] for growth in growths if growth), default=today), today - timedelta(days=GROWTH_DAYS))
    steps: Counter[date] = Counter()
    for growth in growths:
        before = 0
        for day, count in growth:
            steps[max(day, first)] += count - before
            before = count
    total, summed = 0, []
    for day in sorted({*steps, today} if steps else ()):
        total += steps[day]
        summed.append((day, total))
    return summed


def _headline(standings: Sequence[Standing], terms: Terms) -> str:
    urgent = [one for one in standings if one.is_urgent]
    if not urgent:
        return f"**None of {_counted(len(standings), 'source')} needs attention.**"
    reasons = {
        "with red alarms": sum(bool(one.critical) for one in urgent),
        "late": sum(bool(one.late_since) for one in urgent),
        f"with datastores over {terms.datastore_percent} %": sum(bool(one.full) for one in urgent),
        "with quarantined reports": sum(bool(one.quarantined) for one in urgent),
    }
    told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items() if count)
    verb = "needs" if len(urgent) == 1 else "need"
    return f"**{len(urgent):,} of {_counted(len(standings), 'source')} {verb} attention:** {told}."


def _needs(standing: Standing, terms: Terms) -> list[str]:
    counts = (
        (standing.critical, "red alarm", ""),
        (standing.full, "datastore", f" over {terms.datastore_percent} %"),
        (standing.quarantined, "quarantined report", f" of the last {RECENT_DAYS} days"),
    )
    late = [f"late since {_told(standing.late_since)} UTC"] if standing.late_since else []
    return late + [_counted(count, word) + more for count, word, more in counts if count]


def _table(standings: Sequence[Standing], terms: Terms) -> str:
    columns = (
        "Source",
        "Last collection",
        "VMs on",
        "VMs off",
        "Alarms red",
        "Alarms yellow",
        f"Snapshots > {terms.snapshot_days} days",
        f"Datastores > {terms.datastore_percent} %",
        f"Rejected rows, {RECENT_DAYS} days",
        f"Quarantined, {RECENT_DAYS} days",
    )
    lines = [_row(columns), _row(["---", "---", *(["---:"] * (len(columns) - 2))])]
    return "\n".join([*lines, *(_row(_cells(one)) for one in standings)])


def _cells(one: Standing) -> Iterator[str]:
    yield f"[{one.source}]({asset_link('overview/source', one.source)})"
    numbers = one.numbers
    collected = _UNKNOWN if numbers is None or numbers.collected_at is None else _told(numbers.collected_at)
    yield f"**{collected}, late**" if one.late_since else collected
    machines = numbers and numbers.machines
    yield _number(None if machines is None else machines["poweredOn"])
    yield _number(None if machines is None else machines["poweredOff"])
    alarms = numbers and numbers.alarms
    yield _number(None if alarms is None else alarms["critical"], is_bad=True)
    yield _number(None if alarms is None else alarms["warning"])
    yield _number(None if numbers is None else numbers.old_snapshots)
    yield _number(None if numbers is None else numbers.full_datastores, is_bad=True)
    yield _number(one.rejected)
    yield _number(one.quarantined, is_bad=True)


def _number(count: int | None, *, is_bad: bool = False) -> str:
    if count is None:
        return _UNKNOWN
    return f"**{count:,}**" if is_bad and count else f"{count:,}"


def _charts(standings: Sequence[Standing], today: date) -> str:
    """Draw what is known, side by side where the page is wide enough."""
    known = [one.numbers for one in standings if one.numbers]
    charts = []
    if (machines := _summed(numbers.machines for numbers in known)) is not None:
        charts.append(draw_bars("Virtual machines by power state", _bars(machines, _POWER)))
    if (alarms := _summed(numbers.alarms for numbers in known)) is not None:
        charts.append(draw_bars("Alarms by severity", _bars(alarms, _SEVERITY)))
    if growth := sum_growth([numbers.growth for numbers in known], today):
        charts.append(draw_line(f"Virtual machines over {GROWTH_DAYS} days", growth))
    return " ".join(charts)


def _summed(told: Iterable[Mapping[str, int] | None]) -> Counter[str] | None:
    """Add up what is known; None where nobody tells anything."""
    known = [counts for counts in told if counts is not None]
    return sum((Counter(counts) for counts in known), Counter()) if known else None


def _bars(counts: Mapping[str, int], colours: Mapping[str, str]) -> list[Bar]:
    return [
        Bar(word, counts.get(word, 0), colour)
        for word, colour in colours.items()
        if counts.get(word) or word in _ALWAYS
    ]


def _details(title: str, rows: Sequence[Mapping[str, Any]], count: int) -> Iterator[str]:
    if rows:
        names = [name.replace("_", " ").replace("gib", "GiB") for name in rows[0]]
        lines = [_row(names), _row(["---"] * len(names)), *(_row(map(_shown, row.values())) for row in rows)]
        more = f", the first {SHOWN}" if count > len(rows) else ""
        yield f"**{title}: {count:,}**{more}"
        yield "\n".join(lines)


def _links(source: str) -> str:
    tables = {"alarms": "fact_triggered_alarm", "machines": "dim_virtual_machine", "reports": "fact_report"}
    links = [f"[{word}]({asset_link(f'powerbi/{table}', source)})" for word, table in tables.items()]
    runs = f"/runs?q[0]={quote(f'tag:vcenter/source={source}', safe='')}".replace("[", "%5B").replace("]", "%5D")
    return ", ".join([f"[runs]({runs})", *links])


def asset_link(asset: str, source: str) -> str:
    """Give the address of an asset's partition in the UI, without the host: it works on every page of it."""
    return f"/assets/{asset}?view=partitions&partition={quote(source, safe='')}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return _told(value)
    return _UNKNOWN if value is None else to_plain(str(value))


def to_plain(text: str) -> str:
    """Give text on one line, not too long, of which Markdown makes nothing: neither a picture nor a link.

    What would end the code or the cell is shown as what looks like it: backslashes before them are read differently
    by every reader of Markdown.
    """
    line = " ".join(text.split()).replace("`", "'").replace("|", "¦")
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return f"`{line}`" if line else _UNKNOWN


def _told(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else _UNKNOWN


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
