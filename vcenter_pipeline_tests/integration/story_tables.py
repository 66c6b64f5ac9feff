"""The tables of the history of one week of a small vCenter, written out by hand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from vcenter_pipeline_tests.integration.story_reports import APP, CACHE, DB, GIB, OLD, V1, VC2, WEB, Report, X

P1, P2 = f"acme/prod:{V1}:", f"acme/prod:{VC2}:"

VM_CHANGES: Final = [
    # seen, seen before, machine, its name now, what, from, to, difference
    ("05T02:00", "04T02:00", P1 + WEB, "web", "cpu_count", "1", "2", 1),
    ("06T02:00", "05T02:00", P1 + WEB, "web", "cpu_count", "2", "4", 2),
    ("06T02:00", "05T02:00", P1 + WEB, "web", "hardware_version", "vmx-13", "vmx-19", None),
    ("06T02:00", "05T02:00", P1 + DB, "db", "esxi_host", "esx1.example.com", "esx2.example.com", None),
    ("06T02:00", "05T02:00", P1 + DB, "db", "snapshot_count", "0", "1", 1),
    ("06T02:00", "05T02:00", P1 + APP, "app", "power_state", "poweredOff", "poweredOn", None),
    ("06T02:00", "05T02:00", P1 + APP, "app", "tools_version", "12352", "12389", None),
    ("06T02:00", "05T02:00", P1 + CACHE, "cache", "added", None, None, None),
    ("06T02:00", "05T02:00", P1 + OLD, "old", "removed", None, None, None),
    ("06T14:00", "06T02:00", P1 + WEB, "web", "memory_mib", "4096", "6144", 2048),
    ("06T14:00", "06T02:00", P1 + DB, "db", "power_state", "poweredOn", "poweredOff", None),
    ("06T14:00", "06T02:00", P1 + APP, "app", "folder", "/dc1/vm", "/dc1/vm/Apps", None),
    ("08T02:00", "06T14:00", P1 + WEB, "web1", "name", "web", "web1", None),
    ("08T02:00", "06T14:00", P1 + DB, "db", "power_state", "poweredOff", "poweredOn", None),
    ("08T02:00", "06T14:00", P1 + DB, "db", "esxi_host", "esx2.example.com", "esx3.example.com", None),
    ("08T02:00", "06T14:00", P1 + DB, "db", "cluster", "c1", "c2", None),
    ("08T02:00", "06T14:00", P1 + DB, "db", "folder", "/dc1/vm", "/dc1/vm/DB", None),
    ("08T02:00", "06T14:00", P1 + OLD, "old", "added", None, None, None),
    ("09T02:00", "08T02:00", P1 + WEB, "web1", "cpu_count", "4", "8", 4),
    ("09T02:00", "08T02:00", P1 + DB, "db", "datastores", "gold", "gold, silver", None),
    ("09T02:00", "08T02:00", P1 + DB, "db", "storage_bytes", "214748364800", "322122547200", 107374182400),
    ("09T02:00", "08T02:00", P1 + APP, "app", "moid", "vm-3", "vm-10", None),
    ("09T02:00", "08T02:00", P1 + OLD, "old", "power_state", "poweredOff", "poweredOn", None),
    ("09T02:00", "08T02:00", P1 + CACHE, "cache", "primary_ip", "10.0.0.5", "10.0.0.55", None),
    ("10T02:00", "09T02:00", P1 + WEB, "cache", "name", "web1", "cache", None),
    ("10T02:00", "09T02:00", P1 + CACHE, "web1", "name", "cache", "web1", None),
    ("10T02:00", "09T02:00", P1 + APP, "app", "removed", None, None, None),
    ("10T06:00", "09T06:00", P2 + X, "x", "power_state", "poweredOn", "poweredOff", None),
]
HOST_CHANGES: Final = [
    ("09T03:00", "05T03:00", P1 + "esx1.example.com", "esx1.example.com", "version", "8.0.2", "8.0.3", None),
    ("09T03:00", "05T03:00", P1 + "esx1.example.com", "esx1.example.com", "build", "21997540", "24022510", None),
    ("09T03:00", "05T03:00", P1 + "esx2.example.com", "esx2.example.com", "is_in_maintenance", "false", "true", None),
    ("09T03:00", "05T03:00", P1 + "esx3.example.com", "esx3.example.com", "added", None, None, None),
]
DATASTORE_CHANGES: Final = [
    ("09T03:00", "05T03:00", P1 + "/vmfs/volumes/bronze", "bronze", "added", None, None, None),
    (
        "09T03:00",
        "05T03:00",
        P1 + "/vmfs/volumes/gold",
        "gold",
        "capacity_bytes",
        "1073741824000",
        "2147483648000",
        1073741824000,
    ),
    (
        "09T03:00",
        "05T03:00",
        P1 + "/vmfs/volumes/silver",
        "silver",
        "maintenance_mode",
        "normal",
        "inMaintenance",
        None,
    ),
    ("11T03:00", "09T03:00", P1 + "/vmfs/volumes/silver", "silver-old", "name", "silver", "silver-old", None),
    ("11T03:00", "09T03:00", P1 + "/vmfs/volumes/bronze", "bronze", "removed", None, None, None),
]
EPISODES: Final = [
    {
        "alarm_key": P1 + "alarm-1/vm-1",
        "episode": 1,
        "virtual_machine_key": P1 + WEB,
        "overall_status": "yellow",
        "triggered_at": "05T03:30",
        "first_seen_at": "05T04:00",
        "last_seen_at": "06T04:00",
        "cleared_at": "07T03:00",
        "ending": "triggered again",
        "acknowledged_by": "anna",
        "acknowledged_at": "05T09:00",
        "acknowledged_seen_at": "06T04:00",
        "open_minutes": 2850,
        "acknowledge_minutes": 330,
        "began_on": date(2026, 1, 5),
        "cleared_on": date(2026, 1, 7),
    },
    {
        "alarm_key": P1 + "alarm-1/vm-1",
        "episode": 2,
        "virtual_machine_key": P1 + WEB,
        "overall_status": "red",
        "triggered_at": "07T03:00",
        "first_seen_at": "07T04:00",
        "last_seen_at": "07T04:00",
        "cleared_at": "08T04:00",
        "ending": "absent",
        "open_minutes": 1500,
        "began_on": date(2026, 1, 7),
        "cleared_on": date(2026, 1, 8),
    },
    {
        "alarm_key": P1 + "alarm-2/host-1",
        "episode": 1,
        "overall_status": "red",
        "triggered_at": "05T01:00",
        "first_seen_at": "05T04:00",
        "last_seen_at": "05T04:00",
        "cleared_at": "06T04:00",
        "ending": "absent",
        "open_minutes": 1620,
        "began_on": date(2026, 1, 5),
        "cleared_on": date(2026, 1, 6),
    },
    {
        "alarm_key": P1 + "alarm-2/host-1",
        "episode": 2,
        "overall_status": "red",
        "triggered_at": "07T00:30",
        "first_seen_at": "07T04:00",
        "last_seen_at": "08T04:00",
        "cleared_at": "09T04:00",
        "ending": "absent",
        "acknowledged_by": "EXAMPLE\\ops",
        "acknowledged_at": "07T08:00",
        "acknowledged_seen_at": "08T04:00",
        "open_minutes": 3090,
        "acknowledge_minutes": 450,
        "began_on": date(2026, 1, 7),
        "cleared_on": date(2026, 1, 9),
    },
    {
        "alarm_key": P1 + "alarm-3/datastore-1",
        "episode": 1,
        "overall_status": "yellow",
        "triggered_at": "06T01:00",
        "first_seen_at": "06T04:00",
        "last_seen_at": "06T04:00",
        "cleared_at": "07T01:30",
        "ending": "green",
        "open_minutes": 1470,
        "began_on": date(2026, 1, 6),
        "cleared_on": date(2026, 1, 7),
    },
    {
        "alarm_key": P2 + "alarm-1/vm-1",
        "episode": 1,
        "virtual_machine_key": P2 + X,
        "overall_status": "red",
        "triggered_at": "10T06:30",
        "first_seen_at": "10T07:00",
        "last_seen_at": "10T07:00",
        "open_minutes": 30,
        "began_on": date(2026, 1, 10),
    },
]
OF_MACHINES: Final = ("virtual_machine_count", "powered_on_count", "powered_off_count", "suspended_count")
OF_MACHINES_SIZE: Final = ("vcpu_count", "vcpu_on_count", "vm_memory_mib", "vm_memory_on_mib", "vm_storage_bytes")
OF_HOSTS: Final = ("esxi_host_count", "cpu_core_count", "host_memory_mib", "host_memory_used_mib", "vcpu_per_core")
OF_ALARMS: Final = ("alarm_count", "critical_alarm_count", "warning_alarm_count", "unacknowledged_alarm_count")


def known(names: Sequence[str], *values: Any) -> Report:  # noqa: ANN401 - of columns of any type
    """Give values by name."""
    return dict(zip(names, values, strict=True))


def estate_of(datastores: int, capacity: int, free: int) -> Report:
    """Give the numbers of datastores; sizes in GiB."""
    sizes = {"capacity_bytes": capacity * GIB, "free_bytes": free * GIB}
    return {"datastore_count": datastores, "provisioned_bytes": (capacity - free) * GIB} | sizes


def machines_of(counts: tuple[int, int, int], cpus: tuple[int, int], memory: tuple[int, int], storage: int) -> Report:
    """Give the numbers of machines: all, on, off; processors and memory of all, and of those on; storage in GiB."""
    return known(OF_MACHINES, *counts, 0) | known(OF_MACHINES_SIZE, *cpus, *memory, storage * GIB)


DETAILED: Final = {"template_count": 0, "snapshot_count": 0}
FROM_THE_MORNING: Final = {
    "template_count": 0,
    "snapshot_count": 1,
    "oldest_snapshot_at": datetime.fromisoformat("2026-01-05T18:00"),
    "oldest_snapshot_days": 1,
}
"""The list of that afternoon tells none of it; the details of the same day's night do."""
SOURCE_DAYS: Final = [
    (4, V1, machines_of((4, 2, 2), (8, 5), (15360, 12288), 360)),
    (
        5,
        V1,
        machines_of((4, 2, 2), (9, 6), (15360, 12288), 360)
        | DETAILED
        | known(OF_HOSTS, 2, 32, 524288, 262144, 0.1875)
        | {"cluster_count": 1}
        | estate_of(2, 1500, 500)
        | known(OF_ALARMS, 2, 1, 1, 2),
    ),
    (
        6,
        V1,
        machines_of((4, 3, 1), (11, 7), (17408, 9216), 370) | FROM_THE_MORNING | known(OF_ALARMS, 2, 0, 2, 1),
    ),
    (7, V1, known(OF_ALARMS, 2, 2, 0, 2)),
    (8, V1, known(OF_MACHINES, 5, 4, 1, 0) | known(OF_ALARMS, 1, 1, 0, 0)),
    (
        9,
        V1,
        machines_of((5, 5, 0), (16, 16), (18432, 18432), 480)
        | known(OF_HOSTS, 3, 48, 786432, 393216, 16 / 48)
        | {"cluster_count": 2}
        | estate_of(3, 2600, 1410)
        | known(OF_ALARMS, 0, 0, 0, 0),
    ),
    (9, VC2, machines_of((1, 1, 0), (2, 2), (2048, 2048), 40)),
    (10, V1, machines_of((4, 4, 0), (14, 14), (16384, 16384), 430)),
    (10, VC2, machines_of((1, 0, 1), (2, 0), (2048, 0), 40) | known(OF_ALARMS, 1, 1, 0, 1)),
    (11, V1, estate_of(2, 2500, 1320)),
]
C1, C2 = P1 + "domain-c1", P1 + "domain-c2"
CLUSTER_DAYS: Final = [
    (4, C1, "dc1", "c1", machines_of((4, 2, 2), (8, 5), (15360, 12288), 360)),
    (
        5,
        C1,
        "dc1",
        "c1",
        machines_of((4, 2, 2), (9, 6), (15360, 12288), 360) | DETAILED | known(OF_HOSTS, 2, 32, 524288, 262144, 0.1875),
    ),
    (6, C1, "dc1", "c1", machines_of((4, 3, 1), (11, 7), (17408, 9216), 370) | FROM_THE_MORNING),
    (8, C1, "dc1", "c1", known(OF_MACHINES, 4, 3, 1, 0)),
    (8, C2, "dc1", "c2", known(OF_MACHINES, 1, 1, 0, 0)),
    (
        9,
        C1,
        "dc1",
        "c1",
        machines_of((4, 4, 0), (12, 12), (10240, 10240), 180) | known(OF_HOSTS, 2, 32, 524288, 262144, 0.375),
    ),
    (
        9,
        C2,
        "dc1",
        "c2",
        machines_of((1, 1, 0), (4, 4), (8192, 8192), 300) | known(OF_HOSTS, 1, 16, 262144, 131072, 0.25),
    ),
    (9, None, "dc9", "c1", machines_of((1, 1, 0), (2, 2), (2048, 2048), 40)),
    (10, C1, "dc1", "c1", machines_of((3, 3, 0), (10, 10), (8192, 8192), 130)),
    (10, C2, "dc1", "c2", machines_of((1, 1, 0), (4, 4), (8192, 8192), 300)),
    (10, None, "dc9", "c1", machines_of((1, 0, 1), (2, 0), (2048, 0), 40)),
]
DATASTORE_DAYS: Final = [
    # day, volume, name, capacity, free and used in GiB, used of the capacity
    (5, "gold", "gold", 1000, 400, 600, 0.6),
    (5, "silver", "silver", 500, 100, 400, 0.8),
    (9, "bronze", "bronze", 100, 90, 10, 0.1),
    (9, "gold", "gold", 2000, 1300, 700, 0.35),
    (9, "silver", "silver", 500, 20, 480, 0.96),
    (11, "gold", "gold", 2000, 1300, 700, 0.35),
    (11, "silver", "silver-old", 500, 20, 480, 0.96),
]
