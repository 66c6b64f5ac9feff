"""One week of a small vCenter, told report by report, and the tables of its history, written out by hand.

The reports are hand-made in the forms of community.vmware's modules, of a script that lists alarms, and of a list in
words of an admin's own.
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

Report = dict[str, Any]
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
GIB: Final = 1024**3
VC1, VC2 = "vc01.corp.example.com", "vc02.corp.example.com"
V1: Final = "5a6fe851-54f4-58eb-ac2c-8d81d54ea451"
"""What the first vCenter is called once it has told it."""
WEB, DB, APP, OLD, CACHE, X = (f"0000000{number}-0000-4000-8000-000000000000" for number in range(1, 7))


def machine(name: str, number: int, uuid: str, **values: Any) -> Report:  # noqa: ANN401 - whatever stands in a report
    """Give a virtual machine as `vmware_vm_info` lists it."""
    cpu, memory, storage = values.pop("size")
    datastores = values.pop("on", "gold").split()
    return {
        "guest_name": name,
        "moid": f"vm-{number}",
        "instance_uuid": uuid,
        "uuid": uuid.replace("-4000-", "-5000-"),
        "power_state": values.pop("power", "poweredOn"),
        "guest_fullname": "Debian GNU/Linux 12 (64-bit)",
        "esxi_hostname": values.pop("host", "esx1.example.com"),
        "cluster": "c1",
        "datacenter": "dc1",
        "folder": "/dc1/vm",
        "ip_address": "",
        "mac_address": [],
        "vm_network": {},
        "resource_pool": None,
        "allocated": {"cpu": cpu, "memory": memory, "storage": storage * GIB},
        "datastore_url": [{"name": one, "url": f"/vmfs/volumes/{one}"} for one in datastores],
        **values,
    }


def machines(*some: Report, vcenter: str = VC1) -> Report:
    """Give a register of `vmware_vm_info`."""
    return {"vcenter": vcenter, "changed": False, "failed": False, "virtual_machines": list(some)}


def details(*some: tuple[str, int, str, str, str, list[Report]]) -> Report:
    """Give the register of a loop of `vmware_guest_info`: name, moid, uuid, hardware, Tools and snapshots of each."""
    return {
        "vcenter": VC1,
        "results": [
            {
                "item": name,
                "ansible_loop_var": "item",
                "instance": {
                    "hw_name": name,
                    "moid": f"vm-{number}",
                    "instance_uuid": uuid,
                    "module_hw": True,
                    "hw_is_template": False,
                    "hw_version": hardware,
                    "guest_tools_version": tools,
                    "snapshots": snapshots,
                    "current_snapshot": None,
                },
            }
            for name, number, uuid, hardware, tools, snapshots in some
        ],
    }


def words(name: str, number: int, uuid: str, place: str, folder: str) -> Report:
    """Give a virtual machine of a list in words of somebody's own, which has no processors."""
    host, cluster = place.split("/")
    known = {"vm_name": name, "moid": f"vm-{number}", "instance_uuid": uuid, "power_state": "poweredOn"}
    return known | {"esxi_host": f"{host}.example.com", "cluster": cluster, "datacenter": "dc1", "folder": folder}


def host(
    name: str, cluster: str, *, maintenance: bool = False, build: tuple[str, str] = ("8.0.2", "21997540")
) -> Report:
    """Give a turn of a loop of `vmware_host_facts`."""
    return {
        "item": name,
        "ansible_loop_var": "item",
        "ansible_facts": {
            "ansible_distribution": "VMware ESXi",
            "ansible_distribution_version": build[0],
            "ansible_distribution_build": build[1],
            "ansible_hostname": f"{name}.example.com",
            "ansible_host_connection_state": "connected",
            "ansible_in_maintenance_mode": maintenance,
            "ansible_memtotal_mb": 262144,
            "ansible_memfree_mb": 131072,
            "ansible_processor_cores": 16,
            "cluster": cluster,
            "datacenter": "dc1",
        },
    }


def estate(hosts: list[Report], datastores: list[Report], clusters: dict[str, int]) -> Report:
    """Give a bundle of what the machines run on, each as its module lists it."""
    found = {
        name: {"moid": f"domain-{name}", "datacenter": "dc1", "hosts": [{}] * count, "enable_ha": True}
        | {"enabled_drs": True}
        for name, count in clusters.items()
    }
    of_dc1 = {"item": "dc1", "ansible_loop_var": "item"}
    return {
        "vcenter": VC1,
        "hosts": {"results": hosts},
        "datastores": {"results": [of_dc1 | {"datastores": datastores}]},
        "clusters": {"results": [of_dc1 | {"clusters": found}]},
    }


def datastore(name: str, capacity: int, free: int, volume: str | None = None, mode: str = "normal") -> Report:
    """Give a datastore as `vmware_datastore_info` lists it; sizes in GiB."""
    sizes = {"capacity": capacity * GIB, "freeSpace": free * GIB, "uncommitted": 0}
    sizes["provisioned"] = (capacity - free) * GIB
    shown = {"name": name, "url": f"ds:///vmfs/volumes/{volume or name}/", "type": "VMFS", "accessible": True}
    return shown | sizes | {"maintenanceMode": mode, "datastore_cluster": "N/A", "multipleHostAccess": True}


def alarm(number: int, entity: str, status: str, time: str, by: tuple[str, str] | None = None) -> Report:
    """Give an alarm as the module lists it; `by` says who acknowledged it, and when."""
    kind, moid, name = entity.split()
    return {
        "alarm_moid": f"alarm-{number}",
        "alarm_name": f"Alarm {number}",
        "entity": name,
        "entity_moid": moid,
        "entity_type": f"vim.{kind}",
        "status": status,
        "time": f"2026-01-{time}:00+00:00".replace("T", " "),
        "acknowledged": by is not None,
        "acknowledged_by": by and by[0],
        "acknowledged_time": by and f"2026-01-{by[1]}:00+00:00",
    }


def alarms(*some: Report, vcenter: str = VC1) -> Report:
    """Give a register of the module that lists alarms."""
    return {"vcenter": vcenter, "changed": False, "failed": False, "alarms": list(some)}


def cpu_alarm(status: str, time: str, by: tuple[str, str] | None = None) -> Report:
    """Give the alarm on the machine vm-1."""
    return alarm(1, "VirtualMachine vm-1 web", status, time, by)


def host_alarm(time: str, by: tuple[str, str] | None = None) -> Report:
    """Give the alarm on the first host."""
    return alarm(2, "HostSystem host-1 esx1.example.com", "red", time, by)


def full_alarm(status: str, time: str) -> Report:
    """Give the alarm on the datastore gold."""
    return alarm(3, "Datastore datastore-1 gold", status, time)


SNAPSHOT: Final = {"id": 1, "name": "before", "description": "", "creation_time": "2026-01-05T18:00:00+00:00"}
DB_OF_MONDAY: Final = machine("db", 2, DB, size=(4, 8192, 200))
APP_OF_MONDAY: Final = machine(
    "app", 3, APP, size=(2, 2048, 50), on="silver", host="esx2.example.com", power="poweredOff"
)
OLD_OF_MONDAY: Final = machine(
    "old", 4, OLD, size=(1, 1024, 10), on="silver", host="esx2.example.com", power="poweredOff"
)
DB_OF_TUESDAY: Final = DB_OF_MONDAY | {"esxi_hostname": "esx2.example.com"}
APP_OF_TUESDAY: Final = APP_OF_MONDAY | {"power_state": "poweredOn", "ip_address": "10.0.0.3"}
CACHE_OF_TUESDAY: Final = machine("cache", 5, CACHE, size=(1, 1024, 20), ip_address="10.0.0.5")
DB_OF_FRIDAY: Final = machine("db", 2, DB, size=(4, 8192, 300), on="silver gold", host="esx3.example.com") | {
    "cluster": "c2",
    "folder": "/dc1/vm/DB",
}
CACHE_OF_FRIDAY: Final = CACHE_OF_TUESDAY | {"ip_address": "10.0.0.55"}
OLD_OF_FRIDAY: Final = OLD_OF_MONDAY | {"moid": "vm-9", "power_state": "poweredOn"}
X_OF_FRIDAY: Final = machine("x", 1, X, size=(2, 2048, 40)) | {"datacenter": "dc9", "folder": "/dc9/vm"}

SUNDAY_LATE: Final = "vms-2026-01-04T0200Z"
TUESDAY_LATE: Final = "vms-2026-01-06T1400Z"
STORY: Final[dict[str, Report]] = {
    SUNDAY_LATE: machines(machine("web", 1, WEB, size=(1, 4096, 100)), DB_OF_MONDAY, APP_OF_MONDAY, OLD_OF_MONDAY),
    "vms-2026-01-05T0200Z": machines(
        machine("web", 1, WEB, size=(2, 4096, 100)), DB_OF_MONDAY, APP_OF_MONDAY, OLD_OF_MONDAY
    ),
    "details-2026-01-05T0230Z": details(
        ("web", 1, WEB, "vmx-13", "12352", []),
        ("db", 2, DB, "vmx-13", "12352", []),
        ("app", 3, APP, "vmx-13", "12352", []),
        ("old", 4, OLD, "vmx-13", "0", []),
    ),
    "estate-2026-01-05T0300Z": estate(
        [host("esx1", "c1"), host("esx2", "c1")],
        [datastore("gold", 1000, 400), datastore("silver", 500, 100)],
        {"c1": 2},
    ),
    "alarms-2026-01-05T0400Z": alarms(cpu_alarm("yellow", "05T03:30"), host_alarm("05T01:00")),
    "vms-2026-01-06T0200Z": machines(
        machine("web", 1, WEB, size=(4, 4096, 100)), DB_OF_TUESDAY, APP_OF_TUESDAY, CACHE_OF_TUESDAY
    ),
    "details-2026-01-06T0230Z": details(
        ("web", 1, WEB, "vmx-19", "12352", []),
        ("db", 2, DB, "vmx-13", "12352", [SNAPSHOT]),
        ("app", 3, APP, "vmx-13", "12389", []),
        ("cache", 5, CACHE, "vmx-19", "12389", []),
    ),
    "alarms-2026-01-06T0400Z": alarms(
        cpu_alarm("yellow", "05T03:30", ("anna", "05T09:00")), full_alarm("yellow", "06T01:00")
    ),
    TUESDAY_LATE: machines(
        machine("web", 1, WEB, size=(4, 6144, 100)),
        DB_OF_TUESDAY | {"power_state": "poweredOff"},
        APP_OF_TUESDAY | {"folder": "/dc1/vm/Apps"},
        CACHE_OF_TUESDAY,
    ),
    "vms-2026-01-07T0200Z": {
        "vcenter": VC1,
        "results": [
            {"item": "dc1", "virtual_machines": [machine("web", 1, WEB, size=(8, 6144, 100))]},
            {"item": "dc2", "failed": True, "msg": "The session is not authenticated."},
        ],
    },
    "vms-2026-01-07T0300Z": machines(),
    "hosts-2026-01-07T0330Z": {
        "vcenter": VC1,
        "hosts": {"results": [host("esx1", "c1"), {"item": "esx2", "failed": True, "msg": "No route to host."}]},
    },
    "alarms-2026-01-07T0400Z": alarms(
        cpu_alarm("red", "07T03:00"), host_alarm("07T00:30"), full_alarm("green", "07T01:30")
    ),
    "about-2026-01-07T0500Z": {
        "vcenter": VC1,
        "about_info": {
            "api_type": "VirtualCenter",
            "instance_uuid": V1,
            "product_full_name": "VMware vCenter Server 8.0.2",
            "product_name": "VMware vCenter Server",
            "version": "8.0.2",
        },
    },
    "vms-2026-01-08T0200Z": {
        "vcenter": VC1,
        "vms": [
            words("web1", 1, WEB, "esx1/c1", "/dc1/vm"),
            words("db", 2, DB, "esx3/c2", "/dc1/vm/DB"),
            words("app", 3, APP, "esx2/c1", "/dc1/vm/Apps"),
            words("cache", 5, CACHE, "esx1/c1", "/dc1/vm"),
            words("old", 9, OLD, "esx2/c1", "/dc1/vm") | {"power_state": "poweredOff"},
        ],
    },
    "alarms-2026-01-08T0400Z": alarms(host_alarm("07T00:30", ("EXAMPLE\\ops", "07T08:00"))),
    "vms-2026-01-09T0200Z": machines(
        machine("web1", 1, WEB, size=(8, 6144, 100)),
        DB_OF_FRIDAY,
        APP_OF_TUESDAY | {"moid": "vm-10", "folder": "/dc1/vm/Apps"},
        CACHE_OF_FRIDAY,
        OLD_OF_FRIDAY,
    ),
    "estate-2026-01-09T0300Z": estate(
        [
            host("esx1", "c1", build=("8.0.3", "24022510")),
            host("esx2", "c1", maintenance=True),
            host("esx3", "c2"),
        ],
        [
            datastore("gold", 2000, 1300),
            datastore("silver", 500, 20, mode="inMaintenance"),
            datastore("bronze", 100, 90),
        ],
        {"c1": 2, "c2": 1},
    ),
    "alarms-2026-01-09T0400Z": alarms(),
    "vms-2026-01-09T0600Z": machines(X_OF_FRIDAY, vcenter=VC2),
    "vms-2026-01-10T0200Z": machines(
        machine("cache", 1, WEB, size=(8, 6144, 100)),
        DB_OF_FRIDAY,
        CACHE_OF_FRIDAY | {"guest_name": "web1"},
        OLD_OF_FRIDAY,
    ),
    "vms-2026-01-10T0600Z": machines(X_OF_FRIDAY | {"power_state": "poweredOff"}, vcenter=VC2),
    "alarms-2026-01-10T0700Z": alarms(alarm(1, "VirtualMachine vm-1 x", "red", "10T06:30"), vcenter=VC2),
    "datastores-2026-01-11T0300Z": {
        "vcenter": VC1,
        "datastores": [datastore("gold", 2000, 1300), datastore("silver-old", 500, 20, "silver", "inMaintenance")],
    },
}
"""Each report, by the name of its file, which says when it was collected; in the order of time."""

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
