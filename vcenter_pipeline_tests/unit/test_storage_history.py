"""The history in the database: derived step by step, kept, replaced. Records are hand-made."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from vcenter_pipeline.model.batches import Batch, Kind
from vcenter_pipeline.model.records import (
    Cluster,
    Datastore,
    EsxiHost,
    NamedSnapshot,
    VCenter,
    VmDatastore,
    virtual_machine,
)
from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.history import Updated, update_history
from vcenter_pipeline_tests.unit.history_days import (
    THREE_DAYS,
    alarms,
    at,
    changes,
    forget,
    listed,
    machines,
    query,
    read,
    store,
    three_days,
    update,
    whole,
)

U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"
V1 = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
ALWAYS = {"client": "acme", "environment": "prod"}


class KilledError(Exception):
    """The process ended here."""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


def test_three_days(database: Database) -> None:
    """Each list gives two steps; what they gave is what a reader finds."""
    three_days(database)
    updated = update(database)
    assert updated == Updated(12, 0, {"object_changes": 3, "alarm_changes": 4, "source_daily": 6})
    assert changes(database) == THREE_DAYS
    assert read(database, "alarm_changes", "alarm_key", "change", "seen_at") == [
        ("acme/prod:alarm-1/vm-1", "cleared", at(2, 4)),
        ("acme/prod:alarm-1/vm-1", "raised", at(1, 4)),
        ("acme/prod:alarm-1/vm-2", "cleared", at(2, 4)),
        ("acme/prod:alarm-1/vm-2", "raised", at(2, 4)),
    ]
    assert update(database) == Updated(0, 0, {})


def test_a_step_says_of_what_it_was_derived(database: Database) -> None:
    """Retention may take nothing that an open step still needs: the step says how far back it reaches."""
    three_days(database)
    update(database)
    rows = read(database, "history_steps", "report", "product", "previous_at", "oldest_at", "is_frozen", "row_count")
    assert rows == [
        ("a1", "changes", None, at(1, 4), False, 1),
        ("a1", "day", None, at(1, 4), False, 1),
        ("a2", "changes", at(1, 4), at(1, 4), False, 1),
        ("a2", "day", None, at(2, 4), False, 1),
        ("a3", "changes", at(2, 4), at(2, 4), False, 2),
        ("a3", "day", None, at(3, 4), False, 1),
        ("m1", "changes", None, at(1), False, 0),
        ("m1", "day", None, at(1), False, 1),
        ("m2", "changes", at(1), at(1), False, 1),
        ("m2", "day", None, at(2), False, 1),
        ("m3", "changes", at(2), at(2), False, 2),
        ("m3", "day", None, at(3), False, 1),
    ]


@pytest.mark.parametrize("steps", [1, 2, 5, 11])
def test_a_killed_update_is_made_good(database: Database, tmp_path: Path, steps: int) -> None:
    """A reboot in the middle of a year's history must neither lose what was derived nor leave half of a step."""

    def kill(done: int, of: int) -> None:
        assert of == 12
        if done == steps:
            raise KilledError

    three_days(database)
    with pytest.raises(KilledError):
        update_history(database, "acme", "prod", kill)
    assert len(read(database, "history_steps", "report")) == steps
    told: list[tuple[int, int]] = []
    updated = update_history(database, "acme", "prod", lambda done, of: told.append((done, of)))
    assert updated.derived == 12 - steps
    assert told == [(number, 12 - steps) for number in range(1, 13 - steps)]
    with open_database(f"sqlite:///{tmp_path / 'other.db'}") as other:
        migrate(other)
        three_days(other)
        update(other)
        assert whole(database) == whole(other)


def test_a_killed_update_of_a_late_report(database: Database) -> None:
    """What a late report makes stale stands until it is derived again; no row may stand twice meanwhile."""
    three_days(database)
    update(database)
    store(database, "m0", at(1, 12), machines(3, 2))

    def kill(done: int, of: int) -> None:  # noqa: ARG001 - the signature of `tell`
        raise KilledError

    for _ in range(2):
        with pytest.raises(KilledError):
            update_history(database, "acme", "prod", kill)
    updated = update(database)
    assert updated.derived == 1  # how it differs, how the next one differs, its day
    assert changes(database) == [
        (1, "acme/prod:vm-1", "changed", "2", "3"),
        (2, "acme/prod:vm-1", "changed", "3", "4"),
        *THREE_DAYS[1:],
    ]


def test_a_late_report_replaces_the_numbers_of_its_day(database: Database) -> None:
    """The last list of the day counts, whenever it came; the day must not have two rows."""
    three_days(database)
    update(database)
    store(database, "m0", at(1, 12), machines(3, 2))
    assert update(database) == Updated(3, 1, {"object_changes": 2, "source_daily": 1})
    rows = read(database, "source_daily", "collected_at", "report", "vcpu_count")
    assert [row for row in rows if row[2] is not None] == [(at(1, 12), "m0", 5), (at(2), "m2", 6), (at(3), "m3", 8)]


def test_an_earlier_report_of_a_day_changes_no_number(database: Database) -> None:
    """Only how the next one differs is derived again."""
    three_days(database)
    update(database)
    store(database, "m0", at(2, 1), machines(3, 2))
    assert update(database) == Updated(2, 0, {"object_changes": 2})


def test_a_report_that_is_told_again_otherwise(database: Database) -> None:
    """A report whose collections are others now is derived again, with the one behind it."""
    three_days(database)
    update(database)
    store(database, "m2", at(2), listed("clusters", Cluster(name="c1")), machines(6, 2))
    updated = update(database)
    assert updated == Updated(4, 0, {"object_changes": 3, "source_daily": 2, "cluster_daily": 1})
    assert changes(database)[0] == (2, "acme/prod:vm-1", "changed", "2", "6")


def test_a_report_that_is_gone(database: Database) -> None:
    """What is not there any more and is not frozen was never there: a file of the wrong client, say."""
    three_days(database)
    update(database)
    forget(database, "m2")
    assert update(database) == Updated(1, 2, {"object_changes": 2})
    assert changes(database) == [(3, "acme/prod:vm-1", "changed", "2", "8"), THREE_DAYS[2]]
    assert read(database, "source_daily", "report") == [("a1",), ("a2",), ("a3",), ("m1",), ("m3",)]


def test_details_add_no_machine_to_the_list_before_them(database: Database) -> None:
    """A machine that was made on the fifth would be told as added on the second, when the last list was."""
    store(database, "first", at(1, 2), machines(4))
    store(database, "detail", at(1, 9), machines(4, 8)._replace(shape="vmware_guest_info", is_complete=False))
    store(database, "second", at(2, 2), machines(4, 8))
    update(database)
    assert changes(database) == [(2, "acme/prod:vm-2", "added", None, None)]
    days = read(database, "source_daily", "virtual_machine_count", "vcpu_count")
    assert days == [(1, 4), (2, 12)]


def test_a_night_without_details_loses_no_change(database: Database) -> None:
    """The playbook's loop over details failed one night; the resize would never be seen."""
    bare = machines(None)
    for day, cpu_count in ((1, 2), (2, None), (3, 4)):
        store(database, f"list{day}", at(day, 2), bare)
        if cpu_count:
            detail = machines(cpu_count)._replace(shape="vmware_guest_info", is_complete=False)
            store(database, f"detail{day}", at(day, 3), detail)
    update(database)
    assert changes(database) == [(3, "acme/prod:vm-1", "changed", "2", "4")]


def test_a_vcenter_that_gets_its_name_later(database: Database) -> None:
    """The rows stay as they were derived, and are read under the name and with the keys that hold now."""
    three_days(database)
    update(database)
    store(database, "about", at(4), listed("vcenters", VCenter(instance_uuid=V1, host_name="vc01"), is_complete=False))
    assert update(database) == Updated(0, 0, {})
    assert {row[0] for row in query(database, "SELECT vcenter FROM object_changes")} == {"acme/prod"}
    assert {row[0] for row in read(database, "object_changes", "vcenter")} == {V1}
    assert changes(database) == THREE_DAYS  # a source with one vCenter needs no name of it in its keys
    assert {row[0] for row in read(database, "virtual_machines", "vcenter")} == {V1}


def test_rows_of_an_old_name_are_replaced(database: Database) -> None:
    """A late report after the vCenter got its name must not leave the rows of the old name beside the new ones."""
    three_days(database)
    update(database)
    store(database, "about", at(4), listed("vcenters", VCenter(instance_uuid=V1, host_name="vc01"), is_complete=False))
    store(database, "m0", at(1, 12), machines(3, 2))
    assert update(database) == Updated(3, 1, {"object_changes": 2, "source_daily": 1})
    assert changes(database) == [
        (1, "acme/prod:vm-1", "changed", "2", "3"),
        (2, "acme/prod:vm-1", "changed", "3", "4"),
        *THREE_DAYS[1:],
    ]
    stored = query(database, "SELECT report, vcenter FROM object_changes ORDER BY report, change_number")
    assert stored == [("m0", V1), ("m2", V1), ("m3", "acme/prod"), ("m3", "acme/prod")]


def test_a_second_vcenter_puts_its_name_into_all_keys(database: Database) -> None:
    """The keys of the history must be those of the current rows, or Power BI finds no machine to a change."""
    for day, count in ((1, 2), (2, 4)):
        store(database, f"m{day}", at(day), machines(count, vcenter="vc01"))
    update(database)
    assert changes(database) == [(2, "acme/prod:vm-1", "changed", "2", "4")]
    store(database, "other", at(3), machines(1, vcenter="vc02"))
    assert update(database).derived == 2
    assert changes(database) == [(2, "acme/prod:vc01:vm-1", "changed", "2", "4")]
    current = read(database, "virtual_machines", "virtual_machine_key", "vcenter")
    assert current == [("acme/prod:vc01:vm-1", "vc01"), ("acme/prod:vc02:vm-1", "vc02")]


def test_reports_without_a_name_once_there_are_two(database: Database) -> None:
    """Nobody knows any more which of the two they are of: they go by the source, and so does their history."""
    store(database, "m1", at(1), machines(2))
    store(database, "m2", at(2), machines(4))
    store(database, "n1", at(1, 5), machines(7, vcenter="vc01"))
    update(database)
    assert {row[0] for row in read(database, "history_steps", "vcenter")} == {"vc01"}
    store(database, "n2", at(2, 5), machines(9, vcenter="vc02"))
    update(database)
    assert changes(database) == [(2, "acme/prod:acme/prod:vm-1", "changed", "2", "4")]
    assert read(database, "history_steps", "report", "vcenter", "product") == [
        ("m1", "acme/prod", "changes"),
        ("m1", "acme/prod", "day"),
        ("m2", "acme/prod", "changes"),
        ("m2", "acme/prod", "day"),
        ("n1", "vc01", "changes"),
        ("n1", "vc01", "day"),
        ("n2", "vc02", "changes"),
        ("n2", "vc02", "day"),
    ]
    assert update(database) == Updated(0, 0, {})


def test_two_names_that_turn_out_to_be_one_vcenter(database: Database) -> None:
    """Asked by its short name one night and by its address the next one: one vCenter, one sequence of lists."""
    store(database, "m1", at(1), machines(2, vcenter="vc01"))
    store(database, "m2", at(2), machines(4, vcenter="10.0.0.1"))
    store(database, "m3", at(3), machines(8, vcenter="10.0.0.1"), alarms("vm-1", vcenter="vc01"))
    update(database)
    assert changes(database) == [(3, "acme/prod:10.0.0.1:vm-1", "changed", "4", "8")]
    for number, name in enumerate(("vc01", "10.0.0.1")):
        told = listed("vcenters", VCenter(instance_uuid=V1, host_name=name), is_complete=False)
        store(database, f"about{number}", at(4, number), told)
    update(database)
    assert changes(database) == [
        (2, "acme/prod:vm-1", "changed", "2", "4"),
        (3, "acme/prod:vm-1", "changed", "4", "8"),
    ]
    assert {row[0] for row in read(database, "history_steps", "vcenter")} == {V1}
    assert update(database) == Updated(0, 0, {})


def test_a_step_goes_with_its_own_rows_only(database: Database) -> None:
    """One report tells all kinds of two vCenters: what is derived of one of them again must not touch the others."""
    every = [
        machines(2, 2),
        listed("esxi_hosts", EsxiHost(name="esx1", cluster="c1", memory_mib=1)),
        listed("datastores", Datastore(name="gold", url="/vmfs/volumes/g", capacity_bytes=1)),
        listed("clusters", Cluster(name="c1")),
        listed("vm_snapshots", NamedSnapshot("m1", None, "s", None, 1, None, None, None, None)),
        alarms("vm-1"),
    ]
    for day in (1, 2):
        both = [one._replace(vcenter=name) for name in ("vc01", "vc02") for one in every]
        if day == 2:
            both[0], both[1] = (
                machines(4, vcenter="vc01"),
                both[1]._replace(records=[EsxiHost(name="esx1", cluster="c1", memory_mib=2)]),
            )
        store(database, f"r{day}", at(day), *both)
        store(database, f"b{day}", at(day), *both, client="beta")
    update(database)
    update(database, "beta")
    before, of_beta = whole(database), whole(database, "beta")
    store(database, "late", at(1, 12), machines(3, 2, vcenter="vc01"))
    assert update(database) == Updated(3, 1, {"object_changes": 3, "source_daily": 1})
    after = whole(database)
    for name in ("alarm_changes", "cluster_daily", "datastore_daily"):
        assert after[name] == before[name]
    assert len(set(before["source_daily"]) - set(after["source_daily"])) == 1
    assert len(set(before["object_changes"]) - set(after["object_changes"])) == 2
    assert len(set(before["history_steps"]) - set(after["history_steps"])) == 2
    assert whole(database, "beta") == of_beta


def test_details_that_come_later_fill_the_list_before(database: Database) -> None:
    """A list by the REST API and the details of each machine are two files: only together they tell a resize."""

    def detailed(memory: int) -> Batch:
        one = virtual_machine(moid="vm-1", memory_mib=memory, datastores=(VmDatastore("gold", None),))
        return listed("virtual_machines", one, shape="vmware_guest_info", is_complete=False, may_repeat=True)

    for day, memory in ((1, 1024), (2, 2048)):
        store(database, f"m{day}", at(day), machines(2))
        store(database, f"d{day}", at(day, 3), detailed(memory))
    assert update(database) == Updated(4, 0, {"object_changes": 1, "source_daily": 2})
    assert changes(database) == [(2, "acme/prod:vm-1", "changed", "1024", "2048")]
    assert read(database, "source_daily", "vcpu_count", "vm_memory_mib") == [(2, 1024), (2, 2048)]


def test_alarms_that_a_list_leaves_out(database: Database) -> None:
    """A list without the acknowledged ones says nothing of how long they stood."""
    store(database, "a1", at(1), alarms("vm-1"))
    store(database, "a2", at(2), alarms(leaves_out="acknowledged alarms"))
    store(database, "a3", at(3), alarms("vm-1"))
    store(database, "a4", at(4), alarms())
    update(database)
    rows = read(database, "alarm_changes", "collected_at", "change", "ending", "seen_at", "cleared_at")
    assert rows == [
        (at(1), "raised", None, at(1), None),
        (at(2), "cleared", "unknown", at(1), at(2)),
        (at(3), "raised", None, at(3), None),
        (at(4), "cleared", "absent", at(3), at(4)),
    ]


def test_nothing_is_known(database: Database) -> None:
    """A client without any report has a history without any row."""
    assert update(database) == Updated(0, 0, {})
    assert [read(database, name, "client") for name in HISTORY_TABLES] == [[]] * len(HISTORY_TABLES)


def test_lists_without_anything_in_them(database: Database) -> None:
    """No machine is no list; no alarm and no snapshot is an answer."""
    kinds: Sequence[Kind] = (
        "virtual_machines",
        "esxi_hosts",
        "clusters",
        "datastores",
        "vm_snapshots",
        "triggered_alarms",
    )
    store(database, "r", at(1), *(listed(kind) for kind in kinds))
    assert update(database) == Updated(3, 0, {"alarm_changes": 0, "source_daily": 2})
    assert read(database, "source_daily", "kind", "alarm_count", "snapshot_count") == [
        ("triggered_alarms", 0, None),
        ("vm_snapshots", None, 0),
    ]


def test_ten_lists_of_a_day_in_any_order(database: Database) -> None:
    """Every six hours or every minute: the last one of the day makes its numbers."""
    for hour in (5, 3, 9, 1, 7):
        store(database, f"m{hour}", at(1, hour), machines(hour))
        update(database)
    assert read(database, "source_daily", "report", "vcpu_count") == [("m9", 9)]
    assert changes(database) == [
        (1, "acme/prod:vm-1", "changed", str(old), str(new)) for old, new in ((1, 3), (3, 5), (5, 7), (7, 9))
    ]
