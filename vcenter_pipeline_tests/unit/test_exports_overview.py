"""The pages of the overview: their numbers, what comes first, and what names cannot do to them."""

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.consistency import Terms
from vcenter_pipeline.exports.overview import Details, Numbers, to_numbers, to_trouble
from vcenter_pipeline.exports.overview_pages import (
    build_estate_page,
    build_source_page,
    read_numbers,
    sum_growth,
    to_plain,
)
from vcenter_pipeline.exports.packed import PackedTables
from vcenter_pipeline.exports.standing import Standing
from vcenter_pipeline.model.columns import published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES

NOON = datetime.fromisoformat("2026-01-31T12:00")
TODAY = date(2026, 1, 31)
TERMS = Terms(NOON, fall_percent=20, snapshot_days=7, datastore_percent=85)
ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": NOON, "report": "r1"}
NOTHING = Details([], [], [])
NUMBERS = Numbers(
    machines={"poweredOn": 5, "poweredOff": 2, "suspended": 0},
    templates=1,
    alarms={"unknown": 0, "normal": 0, "warning": 3, "critical": 0},
    old_snapshots=4,
    full_datastores=0,
    collected_at=NOON,
    growth=((date(2026, 1, 1), 6), (TODAY, 7)),
)


def tables_of(**rows: list[dict[str, Any]]) -> PackedTables:
    """Give the published tables of a source with these rows."""
    source = {"source": "acme/prod", "report_count": 1, "rejected_row_count": 0}
    rows["dim_source"] = [source | row for row in rows.get("dim_source", [{}])]
    return PackedTables(
        (name, pa.Table.from_pylist([ALWAYS | row for row in rows.get(name, [])], published_table(name).arrow_schema))
        for name in PUBLISHED_TABLES
    )


def lines_of(page: str) -> list[str]:
    """Give the rows of the table of sources, without its head and without links."""
    found = [line for line in page.splitlines() if line.startswith("| [")]
    return [line.partition("]")[0].removeprefix("| [") + " |" + line.partition(") |")[2] for line in found]


def test_numbers_of_the_tables() -> None:
    """These are what the phone call of the morning is about: each is counted as the checks count it."""
    numbers, details = to_numbers(
        tables_of(
            dim_source=[
                {"virtual_machine_count": 5, "triggered_alarm_count": 3, "datastore_count": 2, "vm_snapshot_count": 2}
            ],
            dim_virtual_machine=[
                {"virtual_machine_key": "1", "power_state": "poweredOn", "is_template": False},
                {"virtual_machine_key": "2", "power_state": "poweredOn"},
                {"virtual_machine_key": "3", "power_state": "poweredOff", "is_template": False},
                {"virtual_machine_key": "4", "power_state": "poweredOff", "is_template": True},
                {"virtual_machine_key": "5"},
            ],
            fact_triggered_alarm=[
                {"alarm_key": "1", "severity": "critical", "alarm_name": "old", "triggered_at": NOON},
                {"alarm_key": "2", "severity": "warning", "alarm_name": "no matter"},
                {
                    "alarm_key": "3",
                    "severity": "critical",
                    "alarm_name": "new",
                    "entity_name": "esx1",
                    "triggered_at": NOON + timedelta(hours=1),
                },
            ],
            dim_datastore=[
                {"datastore_key": "1", "name": "full", "capacity_bytes": 100 * 2**30, "free_bytes": 10 * 2**30},
                {"datastore_key": "2", "name": "free", "capacity_bytes": 100 * 2**30, "free_bytes": 90 * 2**30},
            ],
            dim_vm_snapshot=[
                {"snapshot_key": "1", "vm_name": "web", "name": "old", "created_at": NOON - timedelta(days=8)},
                {"snapshot_key": "2", "vm_name": "web", "name": "new", "created_at": NOON - timedelta(days=6)},
            ],
            fact_report=[{"path": "a", "status": "ingested", "collected_at": NOON - timedelta(hours=3)}],
            fact_source_daily=[
                {"collected_on": date(2026, 1, 29), "vcenter": "vc1", "virtual_machine_count": 3},
                {"collected_on": date(2026, 1, 30), "vcenter": "vc2", "virtual_machine_count": 1},
                {"collected_on": date(2026, 1, 31), "vcenter": "vc1", "virtual_machine_count": 4},
            ],
        ),
        TERMS,
    )
    assert numbers == Numbers(
        machines={"poweredOn": 2, "poweredOff": 1, "suspended": 0, "unknown": 1},
        templates=1,
        alarms={"unknown": 0, "normal": 0, "warning": 1, "critical": 2},
        old_snapshots=1,
        full_datastores=1,
        collected_at=NOON - timedelta(hours=3),
        growth=((date(2026, 1, 29), 3), (date(2026, 1, 30), 4), (date(2026, 1, 31), 5)),
    )
    assert details.critical_alarms == [
        {"alarm_name": "new", "entity_name": "esx1", "triggered_at": NOON + timedelta(hours=1)},
        {"alarm_name": "old", "entity_name": None, "triggered_at": NOON},
    ]
    assert [row["name"] for row in details.full_datastores] == ["full"]
    assert [row["name"] for row in details.old_snapshots] == ["old"]


def test_what_no_report_speaks_of_is_unknown() -> None:
    """A source of which only alarms come has no zero machines, and nobody knows whether its datastores are full."""
    numbers, _ = to_numbers(tables_of(dim_source=[{"triggered_alarm_count": 0}]), TERMS)
    assert numbers == Numbers(
        machines=None,
        templates=None,
        alarms={"unknown": 0, "normal": 0, "warning": 0, "critical": 0},
        old_snapshots=None,
        full_datastores=None,
        collected_at=None,
        growth=(),
    )
    page = build_source_page(Standing("acme/prod", numbers, 0, 0), NOTHING, TERMS)
    assert lines_of(page) == ["acme/prod | - | - | - | 0 | 0 | - | - | 0 | 0 |"]
    assert page.count("data:image/svg+xml") == 1, "alarms, and neither machines nor growth"


def test_only_recent_trouble_counts() -> None:
    """What was quarantined last year would keep a source on top for ever."""
    reports = [
        {"path": "a", "status": "quarantined", "ingested_at": NOON - timedelta(days=6)},
        {"path": "b", "status": "quarantined", "ingested_at": NOON - timedelta(days=8)},
        {"path": "c", "status": "ingested", "ingested_at": NOON, "rejected_row_count": 3},
        {"path": "d", "status": "ingested", "ingested_at": NOON - timedelta(days=30), "rejected_row_count": 100},
    ]
    tables = tables_of(fact_report=[row | {"report": row["path"]} for row in reports])
    assert to_trouble(tables, NOON - timedelta(days=7)) == (3, 1)


@pytest.mark.parametrize(
    "numbers", [NUMBERS, NUMBERS._replace(machines=None, alarms=None, collected_at=None, growth=())]
)
def test_the_page_of_a_source_holds_its_numbers(numbers: Numbers) -> None:
    """The page of all sources is made of them: a number lost here is a red alarm that nobody sees there."""
    page = build_source_page(Standing("acme/prod", numbers, 0, 0), NOTHING, TERMS)
    assert read_numbers(page) == numbers
    assert read_numbers("**Made by hand**") is None


def test_a_page_says_first_what_is_wrong() -> None:
    """Who has ten seconds reads the first line."""
    bad = NUMBERS._replace(alarms={"critical": 1, "warning": 0}, full_datastores=2)
    page = build_source_page(Standing("acme/prod", bad, 0, 3), NOTHING, TERMS)
    assert page.splitlines()[0] == (
        "**Needs attention:** 1 red alarm, 2 datastores over 85 %, 3 quarantined reports of the last 7 days."
    )
    good = build_source_page(Standing("acme/prod", NUMBERS, 0, 0), NOTHING, TERMS)
    assert good.splitlines()[0] == "**Nothing needs attention.**"
    assert lines_of(good) == ["acme/prod | 2026-01-31 12:00 | 5 | 2 | 0 | 3 | 4 | 0 | 0 | 0 |"]
    assert good.count("data:image/svg+xml") == 3
    assert len(good) < 5_000, "it stands in the event of every run"


def test_names_stay_names() -> None:
    """A machine called like a picture would make every reader's browser ask a stranger's server."""
    evil = "web \\| ![x](http://evil.example/x.png)` <img src=x>\n[//]: # '{}'"
    assert to_plain(evil) == r"`web \¦ ![x](http://evil.example/x.png)' <img src=x> [//]: #…`"
    details = Details([{"alarm_name": evil, "entity_name": None, "triggered_at": NOON}], [], [])
    bad = NUMBERS._replace(alarms={"critical": 7, "warning": 0})
    page = build_source_page(Standing("acme/prod", bad, 0, 0), details, TERMS)
    assert "**Red alarms: 7**, the first 5" in page
    assert read_numbers(page) == bad
    assert f"| {to_plain(evil)} | - | 2026-01-31 12:00 |" in page.splitlines()


def test_what_needs_somebody_comes_first() -> None:
    """Of a thousand sources nobody scrolls to the one that burns."""
    late = NOON - timedelta(days=1)
    red = NUMBERS._replace(alarms={"critical": 1, "warning": 0})
    page = build_estate_page(
        [
            Standing("a/fine", NUMBERS._replace(alarms={"critical": 0, "warning": 0}, old_snapshots=0), 0, 0),
            Standing("b/yellow", NUMBERS, 0, 0),
            Standing("c/never", None, 0, 1),
            Standing("d/full", NUMBERS._replace(full_datastores=1), 0, 0),
            Standing("e/late", NUMBERS, 0, 0, late),
            Standing("f/red", red, 0, 0),
            Standing("g/red", red, 0, 0, late),
        ],
        TERMS,
    )
    assert page.splitlines()[0] == (
        "**5 of 7 sources need attention:** 2 with red alarms, 2 late, 1 with datastores over 85 %, "
        "1 with quarantined reports. As of 2026-01-31 12:00 UTC."
    )
    assert [line.partition(" |")[0] for line in lines_of(page)] == [
        "g/red", "f/red", "e/late", "d/full", "c/never", "b/yellow", "a/fine",
    ]  # fmt: skip
    assert lines_of(page)[0] == "g/red | **2026-01-31 12:00, late** | 5 | 2 | **1** | 0 | 4 | 0 | 0 | 0 |"
    assert lines_of(page)[4] == "c/never | - | - | - | - | - | - | - | 0 | **1** |"
    assert "[g/red](/assets/overview/source?view=partitions&partition=g%2Fred)" in page
    assert "poweredOn 30, poweredOff 12]" in page


def test_a_thousand_sources_are_one_page() -> None:
    """The page stands in an event that the browser loads whole."""
    fine = [Standing(f"client-{number:04}/prod", NUMBERS, 0, 0) for number in range(940)]
    red = NUMBERS._replace(alarms={"critical": 1, "warning": 0})
    page = build_estate_page([*fine, *(Standing(f"red-{number}/prod", red, 0, 0) for number in range(60))], TERMS)
    assert len(lines_of(page)) == 50
    assert all(line.startswith("red-") for line in lines_of(page))
    assert "And 950 other sources: 10 of them need attention as well." in page
    assert "poweredOn 5,000, poweredOff 2,000]" in page, "the charts are of all of them"
    assert len(page) < 15_000


def test_no_source_is_a_page_too() -> None:
    """A fresh installation has one page before its first report, and it is no error."""
    assert build_estate_page([], TERMS) == "**No source has sent anything so far.** As of 2026-01-31 12:00 UTC."


def test_growth_of_sources_that_report_on_different_days() -> None:
    """A source that is silent for a day has not lost its machines: the sum would fall and rise every night."""
    first = [(date(2026, 1, 1), 10), (date(2026, 1, 20), 12)]
    second = [(date(2026, 1, 10), 5)]
    assert sum_growth([first, second, []], TODAY) == [
        (date(2026, 1, 1), 10),
        (date(2026, 1, 10), 15),
        (date(2026, 1, 20), 17),
        (TODAY, 17),
    ]
    assert sum_growth([[(date(2025, 1, 1), 7)]], TODAY) == [(date(2025, 11, 2), 7), (TODAY, 7)]
    assert sum_growth([[]], TODAY) == []
