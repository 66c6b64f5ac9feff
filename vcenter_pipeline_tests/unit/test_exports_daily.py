"""Each day's numbers: what lists of several kinds tell, in one row, and null where no list tells it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import MADE_FROM, build_table
from vcenter_pipeline.model.columns import core_table

DAY_1, DAY_2 = date(2026, 1, 30), date(2026, 1, 31)


def row_of(kind: str, day: date = DAY_2, hour: int = 2, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a row of a list that was collected at that hour of that day."""
    at = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - instants are naive UTC in all tables
    row = {"kind": kind, "collected_on": day, "collected_at": at, "report": f"{kind}-{at:%dT%H}", "row_number": 1}
    return row | {"vcenter": "vc1"} | values


def published(name: str, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a published table of a source with these rows, by its key."""
    always = {
        "client": "acme",
        "environment": "prod",
        "vcenter": "vc1",
        "collection": 1,
        "report": "now",
        "collected_at": datetime.fromisoformat("2026-01-31T02:00"),
    }
    core = {
        table: pa.Table.from_pylist([always | row for row in rows.get(table, [])], core_table(table).arrow_schema)
        for table in MADE_FROM[name]
    }
    return build_table(name, "acme", "prod", core).to_pylist()


def shown(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Give some columns."""
    return [tuple(row[name] for name in names) for row in rows]


def test_a_day_of_a_source() -> None:
    """The curve of an estate is made of these rows: each number must come from the list that tells it."""
    rows = [
        row_of(
            "virtual_machines",
            virtual_machine_count=9,
            powered_on_count=6,
            powered_off_count=2,
            suspended_count=1,
            template_count=0,
            vcpu_count=40,
            vcpu_on_count=30,
            vm_memory_mib=1_000,
            vm_memory_on_mib=800,
            vm_storage_bytes=5_000,
            vm_provisioned_bytes=4_000,
            vm_used_bytes=3_000,
            snapshot_count=2,
            oldest_snapshot_at=datetime.fromisoformat("2026-01-20T12:00"),
        ),
        row_of(
            "vm_snapshots",
            hour=5,
            snapshot_count=3,
            oldest_snapshot_at=datetime.fromisoformat("2026-01-25T00:00"),
        ),
        row_of(
            "esxi_hosts",
            hour=4,
            esxi_host_count=2,
            cpu_core_count=16,
            cpu_total_mhz=32_000,
            cpu_used_mhz=0,
            host_memory_mib=2_000,
            host_memory_used_mib=900,
        ),
        row_of("clusters", cluster_count=1),
        row_of("datastores", datastore_count=4, capacity_bytes=900, free_bytes=100, provisioned_bytes=1_200),
        row_of(
            "triggered_alarms",
            alarm_count=5,
            critical_alarm_count=3,
            warning_alarm_count=2,
            unacknowledged_alarm_count=4,
        ),
    ]
    assert published("fact_source_daily", source_daily=rows) == [
        {
            "collected_on": DAY_2,
            "client": "acme",
            "environment": "prod",
            "vcenter": "vc1",
            "virtual_machine_count": 9,
            "powered_on_count": 6,
            "powered_off_count": 2,
            "suspended_count": 1,
            "template_count": 0,
            "vcpu_count": 40,
            "vcpu_on_count": 30,
            "vm_memory_mib": 1_000,
            "vm_memory_on_mib": 800,
            "vm_storage_bytes": 5_000,
            "vm_provisioned_bytes": 4_000,
            "vm_used_bytes": 3_000,
            "snapshot_count": 3,
            "oldest_snapshot_at": datetime.fromisoformat("2026-01-20T12:00"),
            "esxi_host_count": 2,
            "cpu_core_count": 16,
            "cpu_total_mhz": 32_000,
            "cpu_used_mhz": 0,
            "host_memory_mib": 2_000,
            "host_memory_used_mib": 900,
            "cluster_count": 1,
            "datastore_count": 4,
            "capacity_bytes": 900,
            "free_bytes": 100,
            "provisioned_bytes": 1_200,
            "alarm_count": 5,
            "critical_alarm_count": 3,
            "warning_alarm_count": 2,
            "unacknowledged_alarm_count": 4,
            "vcpu_per_core": 1.875,
            "oldest_snapshot_days": 11,
        },
    ]


def test_days_and_vcenters_stay_apart() -> None:
    """Sums over all rows of a day must be those of the source: no row twice, none of another vCenter."""
    rows = [
        row_of("virtual_machines", virtual_machine_count=1),
        row_of("virtual_machines", vcenter="vc2", virtual_machine_count=2),
        row_of("virtual_machines", DAY_1, virtual_machine_count=3),
        row_of("esxi_hosts", DAY_1, esxi_host_count=4),
        row_of("esxi_hosts", vcenter="vc2", esxi_host_count=0),
    ]
    names = ("collected_on", "vcenter", "virtual_machine_count", "esxi_host_count")
    assert shown(published("fact_source_daily", source_daily=rows), *names) == [
        (DAY_1, "vc1", 3, 4),
        (DAY_2, "vc1", 1, None),
        (DAY_2, "vc2", 2, 0),
    ]


def test_the_last_list_of_a_day_counts() -> None:
    """A vCenter that was known under two names has two last lists of a day; its machines must not be the larger sum."""
    rows = [
        row_of("virtual_machines", hour=9, virtual_machine_count=5, vcpu_count=None),
        row_of("virtual_machines", hour=3, virtual_machine_count=8, vcpu_count=16),
        row_of("esxi_hosts", hour=1, esxi_host_count=2),
    ]
    names = ("virtual_machine_count", "vcpu_count", "esxi_host_count")
    assert shown(published("fact_source_daily", source_daily=rows), *names) == [(5, None, 2)]


@pytest.mark.parametrize(
    ("vcpus", "cores", "expected"),
    [(12, 8, 1.5), (0, 8, 0.0), (12, 0, None), (0, 0, None), (None, 8, None), (12, None, None), (1, 3, 1 / 3)],
)
def test_vcpus_a_core(vcpus: int | None, cores: int | None, expected: float | None) -> None:
    """A ratio of 0 says that nothing runs; one to no cores would be infinite, which no file can hold."""
    rows = [row_of("virtual_machines", vcpu_on_count=vcpus), row_of("esxi_hosts", cpu_core_count=cores)]
    assert shown(published("fact_source_daily", source_daily=rows), "vcpu_per_core") == [(expected,)]
    other_day = [row_of("virtual_machines", DAY_1, vcpu_on_count=vcpus), row_of("esxi_hosts", cpu_core_count=cores)]
    assert shown(published("fact_source_daily", source_daily=other_day), "vcpu_per_core") == [(None,), (None,)]


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        (None, None),
        ("2026-01-31T23:59:59.999999", 0),
        ("2026-01-31T00:00:00", 1),
        ("2026-01-31T00:00:01", 0),
        ("2025-01-31T00:00:00", 366),
        ("2026-02-01T00:00:00", 0),
        ("2026-02-03T12:00:00", 0),
    ],
)
def test_age_of_the_oldest_snapshot(taken: str | None, expected: int | None) -> None:
    """It is the age on that day, not today's: otherwise every snapshot of last year looks a year old."""
    moment = taken and datetime.fromisoformat(taken)
    rows = [row_of("virtual_machines", oldest_snapshot_at=moment, snapshot_count=None)]
    [row] = published("fact_source_daily", source_daily=rows)
    assert (row["oldest_snapshot_days"], row["oldest_snapshot_at"], row["snapshot_count"]) == (expected, moment, None)


def machines(cluster: str, datacenter: str | None, count: int, number: int = 1, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give what a list of virtual machines tells of a cluster."""
    row = row_of("virtual_machines", cluster=cluster, datacenter=datacenter, virtual_machine_count=count)
    return row | {"vcpu_on_count": count, "row_number": number} | values


def hosts(cluster: str, datacenter: str | None, count: int, number: int = 1, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Give what a list of hosts tells of a cluster."""
    row = row_of("esxi_hosts", cluster=cluster, datacenter=datacenter, esxi_host_count=count, cpu_core_count=4 * count)
    return row | {"row_number": number} | values


EAST, WEST = ({"name": "blue", "datacenter": name, "cluster_key": f"blue-{name}"} for name in ("east", "west"))
BARE: dict[str, Any] = {"name": "blue", "datacenter": None, "cluster_key": "blue"}
OF_CLUSTERS = ("datacenter", "cluster_key", "virtual_machine_count", "esxi_host_count", "vcpu_per_core")
TOLD: list[tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[Any, ...]]]] = [
    # both name it
    ([machines("blue", "east", 8), hosts("blue", "east", 1)], [EAST], [("east", "blue-east", 8, 1, 2.0)]),
    # one does not, and that day tells
    ([machines("blue", "east", 8), hosts("blue", None, 1)], [EAST], [("east", "blue-east", 8, 1, 2.0)]),
    ([machines("blue", None, 8), hosts("blue", "east", 1)], [], [("east", None, 8, 1, 2.0)]),
    # the datacenter has another name now
    ([machines("blue", "old", 8), hosts("blue", None, 1)], [EAST], [("old", None, 8, 1, 2.0)]),
    # none does: the current cluster tells
    ([machines("blue", None, 8), hosts("blue", None, 1)], [EAST], [("east", "blue-east", 8, 1, 2.0)]),
    # nobody tells
    ([machines("blue", None, 8), hosts("blue", None, 1)], [], [(None, None, 8, 1, 2.0)]),
    ([machines("blue", None, 8), hosts("blue", None, 1)], [BARE], [(None, "blue", 8, 1, 2.0)]),
    ([machines("blue", "east", 8), hosts("blue", None, 1)], [BARE], [("east", "blue", 8, 1, 2.0)]),
    # two clusters of one name: which one the hosts are in is not known
    (
        [machines("blue", "east", 8), machines("blue", "west", 4, 2), hosts("blue", None, 1)],
        [EAST, WEST],
        [("east", "blue-east", 8, None, None), ("west", "blue-west", 4, None, None), (None, None, None, 1, None)],
    ),
    # one of the two is gone
    (
        [machines("blue", "east", 8), machines("blue", "west", 4, 2), hosts("blue", None, 1)],
        [EAST],
        [("east", "blue-east", 8, 1, 2.0), ("west", None, 4, None, None)],
    ),
    # two clusters that could both be the current one
    (
        [machines("blue", "east", 8), machines("blue", "west", 4, 2)],
        [BARE],
        [("east", None, 8, None, None), ("west", None, 4, None, None)],
    ),
    # another vCenter, and another day
    (
        [machines("blue", "east", 8), hosts("blue", None, 1, vcenter="vc2")],
        [EAST | {"vcenter": "vc2", "datacenter": "south", "cluster_key": "blue-south"}],
        [("east", None, 8, None, None), ("south", "blue-south", None, 1, None)],
    ),
    (
        [machines("blue", "east", 8), row_of("esxi_hosts", DAY_1, cluster="blue", esxi_host_count=1)],
        [],
        [(None, None, None, 1, None), ("east", None, 8, None, None)],
    ),
]


@pytest.mark.parametrize(("rows", "clusters", "expected"), TOLD)
def test_lists_of_one_cluster_meet(
    rows: list[dict[str, Any]], clusters: list[dict[str, Any]], expected: list[tuple[Any, ...]]
) -> None:
    """A cluster in two halves has no vCPUs a core; two clusters in one row have the wrong ones."""
    for some in (rows, rows[::-1]):
        assert shown(published("fact_cluster_daily", cluster_daily=some, clusters=clusters), *OF_CLUSTERS) == expected


def test_a_day_of_a_cluster() -> None:
    """Columns that a list of clusters tells, and the order of the rows."""
    rows = [
        hosts("green", "east", 1, 2),
        hosts("blue", "east", 2),
        row_of("clusters", cluster="blue", datacenter="east", cpu_total_mhz=100, cpu_used_mhz=40, host_memory_mib=7),
        machines("blue", "east", 3, oldest_snapshot_at=datetime.fromisoformat("2026-01-30T12:00"), snapshot_count=1),
    ]
    found = published("fact_cluster_daily", cluster_daily=rows)
    names = ("cluster", "esxi_host_count", "cpu_total_mhz", "cpu_used_mhz", "host_memory_mib", "oldest_snapshot_days")
    assert shown(found, *names) == [("blue", 2, 100, 40, 7, 1), ("green", 1, None, None, None, None)]
    assert list(found[0])[:7] == [
        "collected_on",
        "cluster_key",
        "client",
        "environment",
        "vcenter",
        "datacenter",
        "cluster",
    ]


def datastore(key: str, number: int = 1, day: date = DAY_2, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a row of `datastore_daily`."""
    return row_of("datastores", day, object_key=key, row_number=number, **values)


def test_a_day_of_a_datastore() -> None:
    """When a datastore will be full is reckoned from these rows."""
    rows = [
        datastore("d2", 1, name="two", capacity_bytes=400, free_bytes=100, provisioned_bytes=800),
        datastore("d1", 2, name="one", capacity_bytes=100, free_bytes=100),
        datastore("d1", day=DAY_1, name="its old name", capacity_bytes=50, free_bytes=0),
        datastore("d1", 1, vcenter="vc2", name="other") | {"object_key": "acme/prod:vc2:d1"},
    ]
    found = published("fact_datastore_daily", datastore_daily=rows)
    assert found[0] == {
        "collected_on": DAY_1,
        "datastore_key": "d1",
        "client": "acme",
        "environment": "prod",
        "vcenter": "vc1",
        "name": "its old name",
        "capacity_bytes": 50,
        "free_bytes": 0,
        "provisioned_bytes": None,
        "used_bytes": 50,
        "used_share": 1.0,
    }
    names = ("collected_on", "datastore_key", "vcenter", "name", "used_bytes", "used_share")
    assert shown(found[1:], *names) == [
        (DAY_2, "acme/prod:vc2:d1", "vc2", "other", None, None),
        (DAY_2, "d1", "vc1", "one", 0, 0.0),
        (DAY_2, "d2", "vc1", "two", 300, 0.75),
    ]


@pytest.mark.parametrize(
    ("capacity", "free", "used", "share"),
    [
        (400, 100, 300, 0.75),
        (None, 100, None, None),
        (400, None, None, None),
        (0, 0, 0, None),
        (100, 101, None, None),
    ],
)
def test_what_is_used(capacity: int | None, free: int | None, used: int | None, share: float | None) -> None:
    """An empty datastore and one of which nothing is known are not the same; less than nothing is a mistake."""
    rows = [datastore("d", capacity_bytes=capacity, free_bytes=free)]
    assert shown(published("fact_datastore_daily", datastore_daily=rows), "used_bytes", "used_share") == [(used, share)]


DATASTORES: list[dict[str, Any]] = [
    {"datastore_key": "acme/prod:/vmfs/volumes/1", "moid": "datastore-1", "name": "one", "datacenter": "east"},
    {"datastore_key": "acme/prod:datastore-2", "moid": "datastore-2", "name": "datastore-2"},
    {"datastore_key": "acme/prod:/vmfs/volumes/3", "name": "local"},
    {"datastore_key": "acme/prod:/vmfs/volumes/4", "name": "local", "datacenter": "west"},
    {"datastore_key": "acme/prod:vc2:/vmfs/volumes/5", "vcenter": "vc2", "moid": "datastore-1", "name": "one"},
]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("acme/prod:/vmfs/volumes/1", "acme/prod:/vmfs/volumes/1"),
        ("acme/prod:datastore-1", "acme/prod:/vmfs/volumes/1"),
        ("acme/prod:one", "acme/prod:/vmfs/volumes/1"),
        ("acme/prod:east/one", "acme/prod:/vmfs/volumes/1"),
        ("acme/prod:west/one", "acme/prod:west/one"),
        ("acme/prod:datastore-2", "acme/prod:datastore-2"),
        ("acme/prod:local", "acme/prod:local"),
        ("acme/prod:west/local", "acme/prod:/vmfs/volumes/4"),
        ("acme/prod:vc2:datastore-1", "acme/prod:vc2:/vmfs/volumes/5"),
        ("acme/prod:/vmfs/volumes/9", "acme/prod:/vmfs/volumes/9"),
    ],
)
def test_key_that_a_datastore_has_now(key: str, expected: str) -> None:
    """Its curve would end on the day when the reports begin to tell its URL."""
    found = published("fact_datastore_daily", datastore_daily=[datastore(key)], datastores=DATASTORES)
    assert shown(found, "datastore_key") == [(expected,)]


def test_one_datastore_under_two_keys() -> None:
    """Two rows of one datastore and day would be counted as two datastores."""
    rows = [
        datastore("acme/prod:datastore-1", 2, name="by moid", free_bytes=1, capacity_bytes=4),
        datastore("acme/prod:/vmfs/volumes/1", 1, name="by url", free_bytes=2),
    ]
    found = published("fact_datastore_daily", datastore_daily=rows, datastores=DATASTORES)
    names = ("datastore_key", "name", "free_bytes", "capacity_bytes")
    assert shown(found, *names) == [("acme/prod:/vmfs/volumes/1", "by url", 2, 4)]


@pytest.mark.parametrize("name", ["fact_source_daily", "fact_cluster_daily", "fact_datastore_daily"])
def test_no_days(name: str) -> None:
    """A source without complete lists has no days, and must be published all the same."""
    assert published(name) == []
    assert published(name, clusters=[EAST], datastores=DATASTORES) == []
