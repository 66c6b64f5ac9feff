"""What goes into the database comes out as it was."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcenter_pipeline.model.columns import Column, core_table
from vcenter_pipeline.model.schemas import CORE_TABLES
from vcenter_pipeline.storage.database import migrate, open_database
from vcenter_pipeline.storage.looks import Look, read_looks, remember_looks
from vcenter_pipeline.storage.reader import find_reports, read_current, read_reports_rows
from vcenter_pipeline.storage.values import instant_to_text
from vcenter_pipeline.storage.writer import begin_report

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INSTANT = st.datetimes().map(lambda instant: instant.replace(fold=0))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT | st.sampled_from(["0123", "no", "=cmd", "1e5", "", "a\0b", "🐘", "'; --", "\r\n"]),
    "int64": st.integers(-(2**63), 2**63 - 1) | st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1]),
    "bool": st.booleans(),
    "timestamp[us]": INSTANT,
    "double": st.floats(allow_nan=False),
}
SHARED = ("report", "client", "environment", "collected_at")


def of_column(column: Column) -> st.SearchStrategy[Any]:
    """Any value that the column's type has."""
    values = VALUES[str(column.arrow_type)]
    return st.none() | values if column.is_nullable else values


@st.composite
def reports(draw: Callable[[st.SearchStrategy[Any]], Any]) -> tuple[dict[str, Any], dict[str, list[tuple[Any, ...]]]]:
    """A ledger row, and rows of every table that go with it."""
    ledger = {column.name: draw(of_column(column)) for column in core_table("reports").columns}
    ledger |= {"report": "r1", "status": "ingested", "collected_at": draw(INSTANT), "virtual_machine_count": 1}
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for name in CORE_TABLES:
        if name == "reports":
            continue
        table = core_table(name)
        names = [column.name for column in table.columns]
        columns = [
            st.just(ledger[column.name]) if column.name in SHARED else of_column(column) for column in table.columns
        ]
        key = [names.index(column) for column in table.key]
        drawn = draw(st.lists(st.tuples(*columns), max_size=4))
        rows[name] = list({tuple(row[number] for number in key): row for row in drawn}.values())
    return ledger, rows


@given(reports())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_rows_come_out_as_they_went_in(report: tuple[dict[str, Any], dict[str, list[tuple[Any, ...]]]]) -> None:
    """Nulls, booleans, instants, 64-bit extremes and any text: a value that changes here is wrong in Power BI."""
    ledger, rows = report
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/warehouse.db") as database:
        migrate(database)
        with begin_report(database, "r1") as writer:
            for name, some in rows.items():
                writer.add(name, some)
            writer.finish(ledger)
        for name, some in rows.items():
            table = read_reports_rows(database, name, ["r1"])
            assert table.schema == core_table(name).arrow_schema
            found = list(zip(*(column.to_pylist() for column in table.columns), strict=True)) if some else []
            assert table.num_rows == len(some)
            assert sorted(map(repr, found)) == sorted(map(repr, some))
        fingerprint = ledger["fingerprint"]
        if fingerprint is not None:
            assert find_reports(database, ledger["client"], ledger["environment"], fingerprint) == [ledger]
        stored = read_current(database, ledger["client"], ledger["environment"], "reports")
        assert stored.schema == core_table("reports").arrow_schema
        assert stored.to_pylist() == [ledger]
        with database.reading("check") as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@given(st.lists(INSTANT, min_size=2, max_size=6))
def test_the_order_of_the_texts_is_the_order_of_the_times(instants: list[datetime]) -> None:
    """The newest report is found by comparing texts: without a fixed width an older one would win."""
    assert sorted(map(instant_to_text, instants)) == [instant_to_text(instant) for instant in sorted(instants)]


PATHS = st.text(st.characters(), min_size=1, max_size=20) | st.sampled_from(["\\udcff", "\\", "a/\udcff.json", "\\x"])
LOOKS = st.lists(
    st.builds(
        Look,
        path=PATHS,
        size_bytes=st.integers(0, 2**63 - 1),
        modified_ns=st.integers(-(2**63), 2**63 - 1),
        inode=st.integers(0, 2**64 - 1),
        seen_at=INSTANT,
        requested_at=st.none() | INSTANT,
    ),
    max_size=6,
    unique_by=lambda look: look.path,
)


@given(LOOKS, LOOKS)
@settings(max_examples=40, deadline=None)
def test_the_last_looks_are_remembered(earlier: list[Look], later: list[Look]) -> None:
    """A name that is not UTF-8 or an inode beyond 63 bits must not stop the sensor, nor look new for ever."""
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{Path(folder)}/warehouse.db") as database:
        migrate(database)
        for looks in (earlier, later, later):
            remember_looks(database, looks)
            assert sorted(read_looks(database), key=repr) == sorted(looks, key=repr)


@given(st.sampled_from(list(CORE_TABLES)))
@settings(max_examples=10, deadline=None)
def test_no_rows_have_their_types(name: str) -> None:
    """An empty source's files must have the same columns and types as any other's, or the refresh breaks."""
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/warehouse.db") as database:
        migrate(database)
        table = read_current(database, "acme", "prod", name)
    assert table.num_rows == 0
    assert table.schema == core_table(name).arrow_schema
    assert all(isinstance(column, pa.ChunkedArray) for column in table.columns)
