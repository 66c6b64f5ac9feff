"""Small charts as pictures in a Markdown page: SVG in a data URI, a tenth of the bytes of a PNG.

Dagster shows a picture of a page only from an address, and its page is light or dark as the user likes; a picture does
not learn which. So the ground is transparent, text is a grey that both can carry, and no colour is near black or white.
Drawn as text, a chart costs a millisecond: importing a plotting library would cost each run of a report a second.
"""

import base64
from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import pairwise
from typing import Final, NamedTuple

BLUE: Final = "#3b82f6"
GREEN: Final = "#22a06b"
YELLOW: Final = "#d99a00"
RED: Final = "#e5484d"
GREY: Final = "#8b93a1"

_TEXT: Final = "#7f8694"
_WIDTH: Final = 330
_FONT: Final = 12
_ROW: Final = 22
_LABEL: Final = 92
_ROOM: Final = 60
"""For the number behind the longest bar, or the line."""
_TOP: Final = 36
_PLOT: Final = 62
_LEFT: Final = 8
_HEIGHT: Final = 124
"""All charts are of one height, as they stand side by side."""


class Bar(NamedTuple):
    """One bar of a chart."""

    label: str
    value: int
    colour: str


def draw_bars(title: str, bars: Sequence[Bar]) -> str:
    """Draw a row for each bar, its number behind it, as a Markdown picture that says the same to who sees none."""
    most = max((bar.value for bar in bars), default=0) or 1
    longest = _WIDTH - _LABEL - _ROOM
    parts = []
    for number, bar in enumerate(bars):
        y = _TOP + number * _ROW
        width = max(longest * bar.value / most, 2 if bar.value else 0)
        parts += [
            _text(_LABEL - 8, y + 12, bar.label, anchor="end"),
            f'<rect x="{_LABEL}" y="{y}" width="{width:.1f}" height="15" rx="2" fill="{bar.colour}"/>',
            _text(_LABEL + width + 6, y + 12, f"{bar.value:,}"),
        ]
    told = ", ".join(f"{bar.label} {bar.value:,}" for bar in bars)
    return _picture(title, f"{title}: {told}", parts)


def draw_line(title: str, days: Sequence[tuple[date, int]]) -> str:
    """Draw one number over the days, of which there is one at least, with the first and the last one told.

    The line does not begin at zero: growth of one in a hundred is what people look for.
    """
    (first_day, first), (last_day, last) = days[0], days[-1]
    values = [value for _, value in days]
    low, high = min(values), max(values)
    span = (last_day - first_day).days or 1
    right, bottom = _WIDTH - _ROOM, _TOP + _PLOT

    def place(day: date, value: int) -> tuple[float, float]:
        x = _LEFT + (right - _LEFT) * (day - first_day).days / span if len(days) > 1 else right
        return x, bottom - 6 - (_PLOT - 12) * ((value - low) / (high - low) if high > low else 0.5)

    points = [place(*day) for day in days]
    x, y = points[-1]
    parts = [
        f'<path d="M{_LEFT} {bottom}H{right}" stroke="{GREY}" stroke-opacity=".5"/>',
        f'<path d="{_path(points)}" fill="none" stroke="{BLUE}" stroke-width="2"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{BLUE}"/>',
        _text(x + 8, y + 4, f"{last:,}"),
        _text(right, bottom + 16, f"{last_day:%Y-%m-%d}", anchor="end"),
    ]
    told = f"{last:,} on {last_day:%Y-%m-%d}"
    if len(days) > 1:
        parts.append(_text(_LEFT, bottom + 16, f"{first_day:%Y-%m-%d}: {first:,}"))
        told = f"{first:,} on {first_day:%Y-%m-%d}, {told}"
    return _picture(title, f"{title}: {told}", parts)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Give the way through the points in steps: a number stands until the next collection tells another."""
    steps = [f"H{x:.1f}V{y:.1f}" if y != before else f"H{x:.1f}" for (_, before), (x, y) in pairwise(points)]
    return f"M{points[0][0]:.1f} {points[0][1]:.1f}{''.join(steps)}"


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{place}>{escape(text)}</text>'


def _picture(title: str, told: str, parts: Sequence[str]) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" fill="{_TEXT}" '
        f'font-family="sans-serif" font-size="{_FONT}">'
        f'<text x="0" y="24" font-weight="bold">{escape(title)}</text>{"".join(parts)}</svg>'
    )
    return f"![{told}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
