"""The current state and the history depend on what was reported, never on what came first."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, NamedTuple

import pyarrow as pa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vcenter_pipeline.model.batches import Batch, Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.records import (
    Cluster,
    Datastore,
    EsxiHost,
    NamedSnapshot,
    Record,
    TriggeredAlarm,
    VCenter,
    VirtualMachine,
    VmAttribute,
    VmNic,
    VmSnapshot,
    virtual_machine,
)
from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.model.tables import Normalizer, Origin
from vcenter_pipeline.storage.current import PARTS, CurrentState
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.ddl import declared_metadata
from vcenter_pipeline.storage.history import update_history
from vcenter_pipeline.storage.writer import begin_report

START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the database takes naive UTC
UUIDS: Final = [f"00000000-0000-0000-0000-{number:012d}" for number in range(4)]
TABLES: Final = ("virtual_machines", *sorted(PARTS), "vm_snapshots", "triggered_alarms", "esxi_hosts", "clusters")
DATABASE_SETTINGS: Final = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Told(NamedTuple):
    """One report."""

    name: str
    day: int
    batches: tuple[Batch, ...]


@st.composite
def machines(draw: st.DrawFn) -> VirtualMachine:
    """One of four virtual machines by some of its names; two share a name, two a uuid."""
    number = draw(st.integers(0, 3))
    values: dict[str, Any] = {
        "moid": draw(st.sampled_from([f"vm-{number}", None])),
        "instance_uuid": draw(st.sampled_from([UUIDS[min(number, 2)], None])),
        "bios_uuid": draw(st.sampled_from([UUIDS[number // 2], None])),
        "name": f"web{min(number, 2) or 1}",
        "cpu_count": draw(st.none() | st.integers(1, 3)),
        "guest_os": draw(st.none() | st.sampled_from(["a", "b"])),
    }
    address = draw(st.none() | st.sampled_from(["10.0.0.1", "10.0.0.2"]))
    if draw(st.booleans()):
        values["nics"] = (VmNic(f"00:50:56:00:00:0{number}", address, None, None),)
    values["attributes"] = tuple(
        VmAttribute(kind, None, name, None)
        for kind, name in draw(st.sets(st.sampled_from([("tag", "a"), ("tag", "b"), ("custom_attribute", "c")])))
    )
    if draw(st.booleans()):
        count = draw(st.integers(0, 2))
        values |= {"snapshot_count": count, "snapshots": tuple(snapshot(number) for number in range(count))}
    return virtual_machine(**values)


def snapshot(number: int) -> VmSnapshot:
    """A snapshot of that number."""
    return VmSnapshot("before", None, number, None, None, None, None)


def built(record: Callable[..., Record], **values: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    """Records of which these values are told; `st.builds` would make up all others."""
    return st.fixed_dictionaries(values).map(lambda told: record(**told))


named_snapshots = st.builds(
    NamedSnapshot,
    vm_name=st.sampled_from(["web1", "web2", "gone"]),
    vm_folder=st.none(),
    name=st.just("old"),
    description=st.none(),
    snapshot_id=st.integers(0, 3),
    created_at=st.none(),
    power_state=st.none(),
    is_quiesced=st.none(),
    is_current=st.none(),
)
alarms = st.builds(
    TriggeredAlarm,
    alarm_name=st.none() | st.just("hot"),
    description=st.none(),
    alarm_moid=st.sampled_from(["alarm-1", "alarm-2"]),
    entity_type=st.none() | st.just("VirtualMachine"),
    entity_name=st.none(),
    entity_moid=st.sampled_from(["vm-1", "vm-2"]),
    overall_status=st.sampled_from(["red", "yellow", "green"]),
    triggered_at=st.none() | st.sampled_from([START, START + timedelta(hours=9)]),
    is_acknowledged=st.none() | st.booleans(),
    acknowledged_by=st.none(),
    acknowledged_at=st.none(),
)
hosts = built(
    EsxiHost,
    name=st.sampled_from(["esx1", "ESX1", "esx2"]),
    moid=st.none() | st.sampled_from(["host-1", "host-2"]),
    version=st.none() | st.sampled_from(["7", "8"]),
)
clusters = built(
    Cluster,
    name=st.sampled_from(["c1", "c2"]),
    moid=st.none() | st.sampled_from(["domain-c1", "domain-c2"]),
    datacenter=st.none() | st.sampled_from(["dc1", "dc2"]),
    host_count=st.none() | st.integers(0, 2),
)
datastores = built(
    Datastore,
    name=st.sampled_from(["ds1", "ds2"]),
    url=st.none() | st.sampled_from(["/vmfs/volumes/1", "/vmfs/volumes/2"]),
    capacity_bytes=st.none() | st.integers(1, 2),
)
vcenters = built(
    VCenter,
    instance_uuid=st.none() | st.sampled_from(UUIDS[:2]),
    host_name=st.sampled_from(["vc01", "vc01.corp.example.com", "vc02"]),
)
RECORDS: Final[dict[Kind, st.SearchStrategy[Any]]] = {
    "virtual_machines": machines(),
    "vm_snapshots": named_snapshots,
    "triggered_alarms": alarms,
    "esxi_hosts": hosts,
    "clusters": clusters,
    "datastores": datastores,
    "vcenters": vcenters,
}


@st.composite
def batches(draw: st.DrawFn, kinds: Sequence[Kind]) -> Batch:
    """One list of a report."""
    kind = draw(st.sampled_from(kinds))
    records = draw(st.lists(RECORDS[kind], max_size=4))
    return Batch(
        kind,
        draw(st.sampled_from(["vmware_vm_info", "vmware_guest_info", "vmware_tag_info"])),
        "x",
        range(len(records)),
        records,
        (),
        group=draw(st.sampled_from(["a", "b"])),
        vcenter=draw(st.sampled_from([None, None, "vc01", "VC02"])),
        is_complete=kind != "vcenters" and draw(st.booleans()),
        may_repeat=True,
    )


@st.composite
def reports(draw: st.DrawFn, kinds: Sequence[Kind] = tuple(RECORDS)) -> list[Told]:
    """Reports of one source, at most two of one day."""
    days = draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    return [
        Told(f"r{number}", day, tuple(draw(st.lists(batches(kinds), min_size=1, max_size=3))))
        for number, day in enumerate(days)
    ]


def store(database: Database, told: Told) -> None:
    """Store one report, as a run does."""
    at = START + timedelta(days=told.day)
    normalizer = Normalizer(Origin("acme", "prod", "acme/prod", told.name, at))
    with begin_report(database, told.name) as writer:
        for batch in told.batches:
            for table, rows in normalizer.add(batch).items():
                writer.add(table, rows)
        for table, rows in normalizer.finish().items():
            writer.add(table, rows)
        ledger = {"report": told.name, "client": "acme", "environment": "prod", "path": told.name, "collected_at": at}
        counts = {f"{kind.removesuffix('s')}_count": count for kind, count in normalizer.counts.items()}
        writer.finish({**ledger, **counts, "status": "ingested", "ingested_at": START})


@contextmanager
def stored(reports: Sequence[Told], *, after_each: bool = False, at_end: bool = False) -> Iterator[CurrentState]:
    """Give the current state once all reports have come in this order, and their history been derived."""
    with open_database(f"sqlite:///{_folder()}/warehouse.db") as database:
        migrate(database)
        with database.writing("empty it") as connection:
            for table in declared_metadata().tables:
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - a declared name
            connection.commit()
        for told in reports:
            store(database, told)
            if after_each:
                update_history(database, "acme", "prod")
        if at_end:
            update_history(database, "acme", "prod")
        yield CurrentState(database, "acme", "prod")


@cache
def _folder() -> str:
    """Give a folder for the one database of these tests: making its tables anew costs more than a whole example."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return folder


def history_of(state: CurrentState) -> dict[str, list[str]]:
    """Give all rows of the history."""
    return {name: sorted(map(repr, state.read(name).to_pylist())) for name in HISTORY_TABLES}


def rows_of(state: CurrentState, *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Give all current rows but for these columns, in an order of their own."""
    tables = {name: state.read(name) for name in (*TABLES, "vcenters")}
    return {name: sorted(map(repr, without(table, but).to_pylist())) for name, table in tables.items()}


def without(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """Give the table without these columns."""
    return table.drop_columns([name for name in names if name in table.column_names])


@given(reports(), st.data())
@DATABASE_SETTINGS
def test_the_order_of_arrival_does_not_matter(told: list[Told], data: st.DataObject) -> None:
    """A late file, or one that comes twice, would otherwise leave Power BI with another estate than in time."""
    with stored(told) as state:
        expected = rows_of(state)
    with stored([*data.draw(st.permutations(told)), data.draw(st.sampled_from(told))]) as state:
        assert rows_of(state) == expected


@given(reports())
@DATABASE_SETTINGS
def test_current_rows_are_as_declared(told: list[Told]) -> None:
    """A key that two rows share breaks the relationship in Power BI, and with it the refresh of every client."""
    with stored(told) as state:
        for name in (*TABLES, "vcenters"):
            table = state.read(name)
            declared = core_table(name)
            assert table.schema == declared.arrow_schema
            key = [column for column in declared.key if column not in {"report", "collection"}]
            keys = [tuple(row.values()) for row in table.select(key).to_pylist()]
            assert len(set(keys)) == len(keys)
            assert all(any(str(value).startswith("acme/prod:") for value in some) for some in keys)
        known = set(state.read("virtual_machines")["virtual_machine_key"].to_pylist())
        for name in sorted(PARTS):
            assert set(state.read(name)["virtual_machine_key"].to_pylist()) <= known
        assert set(state.read("vm_snapshots")["virtual_machine_key"].to_pylist()) <= known | {None}


@given(reports())
@DATABASE_SETTINGS
def test_counting_is_reading(told: list[Told]) -> None:
    """The summary counts without reading where it can, and must not tell another number than the table has."""
    with stored(told) as state:
        kinds: tuple[Kind, ...] = ("virtual_machines", "vm_snapshots", "triggered_alarms", "esxi_hosts", "clusters")
        for kind in kinds:
            assert (state.count(kind) or 0) == state.read(kind).num_rows


@given(st.lists(machines(), max_size=6, unique_by=lambda one: (one.moid, one.instance_uuid, one.bios_uuid, one.name)))
@DATABASE_SETTINGS
def test_parts_before_their_machines(some: list[VirtualMachine]) -> None:
    """Whoever asks for the adapters first must get the keys that the machines have."""
    told = [
        Told(f"r{number}", number, (Batch("virtual_machines", "x", "x", [0], [one], (), is_complete=False),))
        for number, one in enumerate(some)
    ]
    with stored(told) as state:
        nics = state.read("vm_nics").to_pylist()
        machines_read = state.read("virtual_machines").num_rows
    with stored(told) as state:
        assert state.read("virtual_machines").num_rows == machines_read
        assert state.read("vm_nics").to_pylist() == nics


@given(st.lists(machines(), min_size=1, max_size=5))
@DATABASE_SETTINGS
def test_a_list_in_many_files_is_the_list(some: list[VirtualMachine]) -> None:
    """A loop that writes a file for each machine tells no less than one that writes them all into one."""
    some = list({one.moid: one for one in some if one.moid}.values())
    uuids = [one.instance_uuid for one in some if one.instance_uuid]
    assume(len(uuids) == len(set(uuids)))  # of two with one uuid the first keeps it, and files have no first
    together = Told("r", 0, (batch_of(some, "a"),))
    apart = [Told(f"r{number}", 0, (batch_of([one], "a"),)) for number, one in enumerate(some)]
    but = ("report", "collection")
    with stored([together]) as state:
        expected = rows_of(state, but=but)
    with stored(apart) as state:
        assert rows_of(state, but=but) == expected


def batch_of(records: Sequence[Record], group: str) -> Batch:
    """A list of machines that were asked for one by one."""
    return Batch(
        "virtual_machines",
        "vmware_guest_info",
        "x",
        range(len(records)),
        records,
        (),
        group=group,
        is_complete=False,
        may_repeat=True,
    )


@given(reports(), st.data())
@DATABASE_SETTINGS
def test_the_history_is_the_same_in_any_order(told: list[Told], data: st.DataObject) -> None:
    """A late file would otherwise leave changes that never were, and nobody derives a history of years again."""
    with stored(told, at_end=True) as state:
        expected = history_of(state)
    order = [*data.draw(st.permutations(told)), data.draw(st.sampled_from(told))]
    with stored(order, after_each=True) as state:
        assert history_of(state) == expected


@given(reports())
@DATABASE_SETTINGS
def test_a_history_that_is_derived_is_not_derived_again(told: list[Told]) -> None:
    """A step that never comes to rest costs its time at every run, for ever."""
    with stored(told, at_end=True) as state:
        expected = history_of(state)
        assert update_history(state.database, "acme", "prod").derived == 0
        assert history_of(state) == expected


@given(st.lists(st.lists(machines(), min_size=1, max_size=4), min_size=2, max_size=3))
@DATABASE_SETTINGS
def test_details_in_many_files_change_what_one_file_changes(days: list[list[VirtualMachine]]) -> None:
    """Whether a loop writes a file a machine or one for all, the same machine was resized on the same day."""
    together, apart = [], []
    for day, some in enumerate(days):
        known = list({one.moid: one for one in some if one.moid}.values())
        uuids = [one.instance_uuid for one in known if one.instance_uuid]
        assume(len(uuids) == len(set(uuids)))
        listed = [virtual_machine(moid=f"vm-{number}", name=f"n{number}") for number in range(4)]
        whole = batch_of(listed, "all")._replace(is_complete=True, may_repeat=False)
        together += [Told(f"l{day}", day, (whole,)), Told(f"d{day}", day, (batch_of(known, "a"),))]
        files = [Told(f"d{day}-{number}", day, (batch_of([one], "a"),)) for number, one in enumerate(known)]
        apart += [Told(f"l{day}", day, (whole,)), *files]
    with stored(together, at_end=True) as state:
        expected = {name: rows for name, rows in history_of(state).items() if name != "history_steps"}
    with stored(apart, after_each=True) as state:
        assert {name: rows for name, rows in history_of(state).items() if name != "history_steps"} == expected
