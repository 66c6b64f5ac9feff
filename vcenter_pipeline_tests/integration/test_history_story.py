"""One week of a small vCenter, told report by report, and the tables of its history, written out by hand.

`story_reports` has the reports, and `story_tables` the tables.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from vcenter_pipeline.defs.ingestion import Pipeline, ingest_report, opened
from vcenter_pipeline.defs.publication import build_tables
from vcenter_pipeline.intake.sources import Source
from vcenter_pipeline.settings import Settings
from vcenter_pipeline.storage.history import Updated, update_history
from vcenter_pipeline_tests.integration.story_reports import GIB, STORY, SUNDAY_LATE, TUESDAY_LATE, V1, VC2, X
from vcenter_pipeline_tests.integration.story_tables import (
    CLUSTER_DAYS,
    DATASTORE_CHANGES,
    DATASTORE_DAYS,
    EPISODES,
    HOST_CHANGES,
    P1,
    P2,
    SOURCE_DAYS,
    VM_CHANGES,
)

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Tables = dict[str, list[dict[str, Any]]]

ACME: Final = Source("acme", "prod")
HISTORY: Final = (
    "fact_vm_change",
    "fact_esxi_host_change",
    "fact_datastore_change",
    "fact_alarm_episode",
    "fact_source_daily",
    "fact_cluster_daily",
    "fact_datastore_daily",
    "dim_date",
)


@pytest.fixture
def pipeline(home: Settings) -> Iterator[Pipeline]:
    """Give an empty database, and a home without any report."""
    with opened(home) as pipeline:
        yield pipeline


def bring_up_to_date(pipeline: Pipeline) -> Updated:
    """Derive what is missing of the history."""
    return update_history(pipeline.database, ACME.client, ACME.environment)


class Teller:
    """Drops reports of the story and has them ingested."""

    def __init__(self, pipeline: Pipeline, drop: Drop) -> None:
        self._pipeline, self._drop = pipeline, drop

    def tell(self, name: str) -> None:
        """Tell one report; none may be refused, or have rows refused but for turns of loops that failed."""
        path = f"acme/prod/{name}.json"
        self._drop(path, STORY[name])
        outcome = ingest_report(self._pipeline, ACME, path, run_id="run", is_last_try=True)
        assert outcome.status == "ingested", outcome.sentence
        assert outcome.ledger_row is not None
        assert outcome.ledger_row["rejected_row_count"] == outcome.ledger_row["failed_item_count"]

    def tell_all(self, names: Sequence[str]) -> None:
        """Tell these reports, then bring the history up to date."""
        for name in names:
            self.tell(name)
        bring_up_to_date(self._pipeline)


@pytest.fixture
def teller(pipeline: Pipeline, drop: Drop) -> Teller:
    """Give who tells the story."""
    return Teller(pipeline, drop)


def tables_of(pipeline: Pipeline) -> Tables:
    """Give all published tables of the history, row by row."""
    tables = build_tables(pipeline, ACME)
    return {name: tables[name].to_pylist() for name in HISTORY}


def at(moment: str) -> datetime:
    """Give an instant of January 2026: `05T02:00`."""
    return datetime.fromisoformat(f"2026-01-{moment}")


def told_changes(rows: list[dict[str, Any]], key: str) -> list[tuple[Any, ...]]:
    """Give changes in the order in which they were derived, as they are written above."""
    return [
        (
            row["collected_at"],
            row["previous_at"],
            row[key],
            row["name"],
            row["column_name"] or row["change"],
            row["old_value"],
            row["new_value"],
            row["difference"],
        )
        for row in sorted(rows, key=lambda row: (row["collected_at"], row["change_number"]))
    ]


def written_changes(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give changes as they are written above, with instants."""
    return [(at(row[0]), at(row[1]), *row[2:]) for row in rows]


def known_of(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Give what is known of a row, but for these columns."""
    always = {"client", "environment", "vcenter", "collected_on"}
    return {name: value for name, value in row.items() if value is not None and name not in always.union(names)}


def check_changes(found: Tables) -> None:
    """Compare the changes with what is written above."""
    assert told_changes(found["fact_vm_change"], "virtual_machine_key") == written_changes(VM_CHANGES)
    assert told_changes(found["fact_esxi_host_change"], "esxi_host_key") == written_changes(HOST_CHANGES)
    assert told_changes(found["fact_datastore_change"], "datastore_key") == written_changes(DATASTORE_CHANGES)
    assert {row["vcenter"] for row in found["fact_vm_change"] if row["virtual_machine_key"] == P2 + X} == {VC2}
    assert {row["vcenter"] for row in found["fact_vm_change"] if row["virtual_machine_key"] != P2 + X} == {V1}


def check_episodes(found: Tables) -> None:
    """Compare the episodes of alarms with what is written above."""
    names = {*EPISODES[0], *EPISODES[1]}
    rows = [
        {name: row[name] for name in names if row[name] is not None}
        for row in sorted(found["fact_alarm_episode"], key=lambda row: (row["alarm_key"], row["episode"]))
    ]
    times = {"triggered_at", "cleared_at", "acknowledged_at"}
    assert rows == [
        {name: at(str(value)) if name in times or name.endswith("seen_at") else value for name, value in one.items()}
        for one in EPISODES
    ]
    assert [row["is_open"] for row in found["fact_alarm_episode"]] == [False] * 5 + [True]


def check_days(found: Tables) -> None:
    """Compare each day's numbers with what is written above."""
    rows = sorted(found["fact_source_daily"], key=lambda row: (row["collected_on"], row["vcenter"]))
    assert [(row["collected_on"].day, row["vcenter"], known_of(row)) for row in rows] == SOURCE_DAYS
    rows = sorted(found["fact_cluster_daily"], key=lambda row: (row["collected_on"], row["vcenter"], row["cluster"]))
    assert [
        (
            row["collected_on"].day,
            row["cluster_key"],
            row["datacenter"],
            row["cluster"],
            known_of(row, "cluster_key", "datacenter", "cluster"),
        )
        for row in rows
    ] == CLUSTER_DAYS
    rows = sorted(found["fact_datastore_daily"], key=lambda row: (row["collected_on"], row["datastore_key"]))
    assert [
        (
            row["collected_on"].day,
            row["datastore_key"],
            row["name"],
            row["capacity_bytes"],
            row["free_bytes"],
            row["provisioned_bytes"],
            row["used_bytes"],
            row["used_share"],
        )
        for row in rows
    ] == [
        (day, f"{P1}/vmfs/volumes/{volume}", name, capacity * GIB, free * GIB, used * GIB, used * GIB, share)
        for day, volume, name, capacity, free, used, share in DATASTORE_DAYS
    ]


def test_the_story_in_the_order_of_time(pipeline: Pipeline, teller: Teller) -> None:
    """What people read of their week is what happened in it, row by row."""
    teller.tell_all(list(STORY))
    found = tables_of(pipeline)
    check_changes(found)
    check_episodes(found)
    check_days(found)
    days = [row["date"] for row in found["dim_date"]]
    assert (days[0], days[-1], len(days)) == (date(2026, 1, 1), date(2026, 12, 31), 365)


SHUFFLED: Final = tuple(name for start in (3, 0, 4, 1, 2) for name in list(STORY)[start::5])


@pytest.mark.parametrize("order", [tuple(STORY)[::-1], SHUFFLED], ids=["reversed", "shuffled"])
def test_the_story_in_another_order(pipeline: Pipeline, teller: Teller, order: tuple[str, ...]) -> None:
    """Files come as networks let them; the week was the same, and so is every row of it."""
    assert sorted(order) == sorted(STORY)
    teller.tell_all(order)
    found = tables_of(pipeline)
    check_changes(found)
    check_episodes(found)
    check_days(found)


DERIVED: Final = {
    "vms-2026-01-05T0200Z": 2,  # how it differs, and its day
    "details-2026-01-05T0230Z": 2,  # the same of the list before it
    "estate-2026-01-05T0300Z": 5,  # two of hosts, two of datastores, the day of clusters
    "alarms-2026-01-05T0400Z": 2,
    "vms-2026-01-06T0200Z": 2,
    "details-2026-01-06T0230Z": 2,
    "alarms-2026-01-06T0400Z": 2,
    "vms-2026-01-07T0200Z": 2,  # a part, which belongs to Tuesday's list
    "vms-2026-01-07T0300Z": 0,  # a list without anything in it
    "hosts-2026-01-07T0330Z": 2,  # a part, which belongs to Monday's list
    "alarms-2026-01-07T0400Z": 2,
    "about-2026-01-07T0500Z": 0,  # the vCenter has another name now, and nothing is derived again
    "vms-2026-01-08T0200Z": 2,
    "alarms-2026-01-08T0400Z": 2,
    "vms-2026-01-09T0200Z": 2,
    "estate-2026-01-09T0300Z": 5,
    "alarms-2026-01-09T0400Z": 2,
    "vms-2026-01-09T0600Z": 2,  # the second vCenter: all keys have its name now, and nothing is derived again
    "vms-2026-01-10T0200Z": 2,
    "vms-2026-01-10T0600Z": 2,
    "alarms-2026-01-10T0700Z": 2,
    "datastores-2026-01-11T0300Z": 2,
    SUNDAY_LATE: 3,  # its day, and how it and Monday's list differ from those before
    TUESDAY_LATE: 5,
    # its day; how it, Tuesday's first list, Thursday's, and Friday's differ: Friday's is filled from it, and the first
    # one of Tuesday loses the part that Wednesday told
}


def test_brought_up_to_date_after_every_report(pipeline: Pipeline, teller: Teller) -> None:
    """A report costs what it touches, the week before it is not counted anew, and the rows are those of one go."""
    removed = []
    for name, count in DERIVED.items():
        teller.tell(name)
        updated = bring_up_to_date(pipeline)
        assert (name, updated.derived) == (name, count)
        if updated.removed:
            removed.append((name, updated.removed))
        assert bring_up_to_date(pipeline) == Updated(0, 0, {})
    assert removed == [(TUESDAY_LATE, 1)]  # the day of the list that is not the last one of Tuesday any more
    found = tables_of(pipeline)
    check_changes(found)
    check_episodes(found)
    check_days(found)


def test_brought_up_to_date_after_every_report_backwards(pipeline: Pipeline, teller: Teller) -> None:
    """Each report that comes is older than all before: what was derived of its follower alone has to be made good."""
    for name in reversed(STORY):
        teller.tell(name)
        bring_up_to_date(pipeline)
        assert bring_up_to_date(pipeline).derived == 0
    found = tables_of(pipeline)
    check_changes(found)
    check_episodes(found)
    check_days(found)


def test_a_report_that_comes_twice_changes_nothing(pipeline: Pipeline, teller: Teller, drop: Drop) -> None:
    """The same file in another folder of a retry is no other night."""
    teller.tell_all(list(STORY))
    for name in STORY:
        path = f"acme/prod/{name}.json"
        drop(path, STORY[name])
        assert ingest_report(pipeline, ACME, path, run_id="again", is_last_try=True).status == "known"
    assert bring_up_to_date(pipeline) == Updated(0, 0, {})


def test_another_client_sees_nothing_of_it(pipeline: Pipeline, teller: Teller) -> None:
    """History is a client's as much as what is current."""
    teller.tell_all(list(STORY))
    assert update_history(pipeline.database, "beta", "prod") == Updated(0, 0, {})
    tables = build_tables(pipeline, Source("beta", "prod"))
    assert [tables[name].num_rows for name in HISTORY] == [0] * len(HISTORY)
