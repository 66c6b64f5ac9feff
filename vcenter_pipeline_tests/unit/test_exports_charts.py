"""Charts as pictures of a page: what they draw, and what stays out of them."""

import base64
import xml.etree.ElementTree as ET
from datetime import date

from vcenter_pipeline.exports.charts import GREEN, GREY, Bar, draw_bars, draw_line

SVG = "{http://www.w3.org/2000/svg}"
BEGINNING = "data:image/svg+xml;base64,"


def opened(picture: str) -> tuple[str, ET.Element]:
    """Give what a picture says in words, and what it draws."""
    words, _, address = picture.removeprefix("![").removesuffix(")").partition("](")
    assert address.startswith(BEGINNING)
    return words, ET.fromstring(base64.b64decode(address.removeprefix(BEGINNING)))  # noqa: S314 - made by the test


def texts(svg: ET.Element) -> list[str]:
    """Give every word that is drawn."""
    return [str(element.text) for element in svg.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_numbers() -> None:
    """A chart whose bars lie is worse than none: half as many machines that are off is half the bar."""
    words, svg = opened(draw_bars("Power", [Bar("on", 1200, GREEN), Bar("off", 600, GREY), Bar("none", 0, GREY)]))
    assert words == "Power: on 1,200, off 600, none 0"
    assert texts(svg) == ["Power", "on", "1,200", "off", "600", "none", "0"]
    widths = [float(bar.attrib["width"]) for bar in svg.iter(f"{SVG}rect")]
    assert widths[0] == 2 * widths[1]
    assert widths[2] == 0
    assert [bar.attrib["fill"] for bar in svg.iter(f"{SVG}rect")] == [GREEN, GREY, GREY]


def test_one_of_a_hundred_thousand_is_still_seen() -> None:
    """One red alarm among many yellow ones is the one that matters."""
    _, svg = opened(draw_bars("Alarms", [Bar("red", 1, GREEN), Bar("yellow", 100_000, GREY)]))
    assert float(next(svg.iter(f"{SVG}rect")).attrib["width"]) == 2


def test_nothing_but_zeros_is_a_chart_without_bars() -> None:
    """No alarm at all is the best news, and no reason to divide by zero."""
    words, svg = opened(draw_bars("Alarms", [Bar("red", 0, GREEN)]))
    assert words == "Alarms: red 0"
    assert [bar.attrib["width"] for bar in svg.iter(f"{SVG}rect")] == ["0.0"]


def test_a_line_stands_until_the_next_number() -> None:
    """Between two collections nobody knows more than the one before: a slope would invent machines."""
    days = [(date(2026, 1, 1), 10), (date(2026, 1, 21), 30), (date(2026, 1, 31), 20)]
    words, svg = opened(draw_line("Machines", days))
    assert words == "Machines: 10 on 2026-01-01, 20 on 2026-01-31"
    assert texts(svg) == ["Machines", "20", "2026-01-31", "2026-01-01: 10"]
    _, line = (path.attrib["d"] for path in svg.iter(f"{SVG}path"))
    assert line == "M8.0 92.0H182.7V42.0H270.0V67.0"


def test_a_line_of_one_day_is_a_dot() -> None:
    """The first report of a source is its first page."""
    words, svg = opened(draw_line("Machines", [(date(2026, 1, 31), 7)]))
    assert words == "Machines: 7 on 2026-01-31"
    assert len(list(svg.iter(f"{SVG}circle"))) == 1


def test_pictures_fit_both_themes_and_are_small() -> None:
    """The page is light or dark, and a picture cannot know: a ground of its own, or black text, is lost on one."""
    for picture in (
        draw_bars("A & B", [Bar("x<y", 1, GREEN)] * 4),
        draw_line("Line", [(date(2026, 1, day), day) for day in range(1, 32)]),
    ):
        assert len(picture) < 4_000
        _, svg = opened(picture)
        assert svg.attrib["fill"] == "#7f8694"
        assert (svg.attrib["width"], svg.attrib["height"]) == ("330", "124"), "they stand side by side"
        assert not [bar for bar in svg.iter(f"{SVG}rect") if bar.attrib["width"] == "330"]
    assert texts(opened(draw_bars("A & B", [Bar("x<y", 1, GREEN)]))[1]) == ["A & B", "x<y", "1"]
