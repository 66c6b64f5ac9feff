"""The reports of one week of a small vCenter.

They are hand-made in the forms of community.vmware's modules, of a script that lists alarms, and of a list in words of
an admin's own.
"""

from typing import Any, Final

Report = dict[str, Any]

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
