"""What real vCenters and playbooks do to whoever reads them, each by a report of its own, through one real pass."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pyarrow.parquet
import pytest

from vcenter_pipeline.defs.once import ingest_once
from vcenter_pipeline.settings import load_settings

pytestmark = pytest.mark.xdist_group("traps")
"""All look at what one pass made, which takes longer than all of them."""

UUID_A = "0b0e0daf-6d66-59bd-a449-f293fbc0e26c"
UUID_B = "37668529-ac59-5bfa-9226-6b530431aa78"
UUID_C = "5c8cff39-1a2c-50eb-b02a-d2c860f0c5a1"

Row = dict[str, Any]


def vm(**values: object) -> Row:
    """Give a virtual machine as `vmware_vm_info` writes it."""
    return {"guest_fullname": "Debian GNU/Linux 12 (64-bit)", "power_state": "poweredOn", "vm_network": {}, **values}


def alarm(name: str, time: object) -> Row:
    """Give an alarm as a script writes it."""
    return {"alarm_name": name, "entity": "web", "entity_type": "VirtualMachine", "status": "red", "time": time}


def guest(**values: object) -> Row:
    """Give what `vmware_guest_info` writes of a machine."""
    return {"hw_power_status": "poweredOn", "hw_guest_full_name": None, "hw_product_uuid": None, **values}


NETWORK = {
    "00:50:56:AA:00:01": {"ipv4": ["172.17.0.1", "169.254.3.4"], "ipv6": ["fe80::1/64"]},
    "00:50:56:aa:00:02": {"ipv4": ["2001:0db8:0000:0000:0000:0000:0000:0007", "10.1.2.3/24"], "ipv6": []},
}

REPORTS: dict[str, dict[str, object]] = {
    "escaped": {"vm.json": {"virtual_machines": [vm(guest_name="a%2fb%5cc 100%25 %41", moid="vm-1")]}},
    "case": {
        "vm.json": {
            "virtual_machines": [
                vm(guest_name="web", moid="vm-1", instance_uuid=UUID_A),
                vm(guest_name="WEB", moid="vm-2", instance_uuid=UUID_B),
            ]
        },
        "alarms.json": {"alarms": [alarm("CPU", None) | {"entity": "WEB"}]},
    },
    "two-vcenters": {
        "a-20261101T0000Z.json": {"vcenter": "vc01.example.com", "vms": [vm(guest_name="one", moid="vm-7")]},
        "b-20261101T0000Z.json": {"vcenter": "vc02.example.com", "vms": [vm(guest_name="two", moid="vm-7")]},
    },
    "one-bios": {
        "vm.json": {
            "virtual_machines": [
                vm(guest_name="original", uuid=UUID_C, moid="vm-1"),
                vm(guest_name="clone", uuid=UUID_C, moid="vm-2"),
            ]
        }
    },
    "only-moid": {"vm.json": [vm(guest_name="full", moid="vm-1"), {**vm(guest_name=None, moid="vm-2")}]},
    "linked": {
        "rest-20261101T0000Z.json": {
            "value": [
                {"vm": "vm-1", "name": "web", "power_state": "POWERED_ON", "cpu_count": 4, "memory_size_MiB": 2048},
                {"vm": "vm-2", "name": "db", "power_state": "POWERED_OFF", "cpu_count": 2, "memory_size_MiB": 1024},
            ]
        },
        "guest-20261101T0100Z.json": {
            "results": [
                {
                    "item": "web",
                    "instance": guest(
                        hw_name="web",
                        moid="vm-1",
                        instance_uuid=UUID_A,
                        hw_processor_count=4,
                        hw_version="vmx-19",
                        annotation="by Jo",
                    ),
                },
                {"item": "gone", "failed": True, "msg": "Unable to find the specified virtual machine"},
            ]
        },
    },
    "addresses": {
        "vm.json": {
            "virtual_machines": [
                vm(guest_name="web", moid="vm-1", ip_address="172.17.0.1", mac_address=[None], vm_network=NETWORK)
            ]
        }
    },
    "not-asked": {"vm.json": {"virtual_machines": [vm(guest_name="web", moid="vm-1", allocated={})]}},
    "yaml": {
        "vm.yml": (
            "virtual_machines:\n"
            "- {guest_name: no, moid: vm-1, guest_fullname: x, power_state: poweredOn, folder: 0123}\n"
            "- {guest_name: 1.10, moid: vm-2, guest_fullname: x, power_state: poweredOn, folder: 2026-02-30}\n"
            "- {guest_name: 1e3, moid: vm-3, guest_fullname: x, power_state: poweredOn, allocated: {cpu: 0o7}}\n"
        )
    },
    "texts": {
        "datastores.json": {
            "datastores": [
                {
                    "name": "ds1",
                    "url": "ds:///vmfs/volumes/ds1/",
                    "type": "VMFS",
                    "capacity": "1073741824",
                    "freeSpace": "1,048,576",
                    "uncommitted": "N/A",
                    "provisioned": "",
                    "accessible": "False",
                    "multipleHostAccess": "N/A",
                    "maintenanceMode": "normal",
                    "datastore_cluster": "N/A",
                }
            ]
        },
        "host.json": {
            "ansible_facts": {
                "ansible_hostname": "esx1",
                "ansible_os_type": "vmnix-x86",
                "ansible_distribution": "VMware ESXi",
                "ansible_uptime": "12531937.54",
                "ansible_processor_count": "2",
                "ansible_processor_cores": "32",
                "ansible_datastore": [{"name": "local", "total": "69.73 GB", "free": "1.50 GB"}],
            }
        },
    },
    "times": {
        "alarms.json": {
            "alarms": [
                alarm("bare", "2026-07-01 10:00:00"),
                alarm("offset", "2026-07-01 10:00:00+00:00"),
                alarm("epoch", 1782900000),
                alarm("none", ""),
            ]
        }
    },
    "large": {
        "vm.json": {
            "virtual_machines": [
                vm(guest_name="large", moid="vm-1", allocated={"cpu": 1, "memory": 1, "storage": 2**53 + 1})
            ]
        }
    },
    "unsure": {
        "snapshots.json": {
            "vmware_all_snapshots_info": [
                {"vm_name": name, "folder": "vm", "name": "before", "id": 1, "state": "poweredOn", "quiesced": False}
                | {"creation_time": "2026-01-31T02:00:00+00:00", "description": ""}
                for name in ("single", "double", "nobody")
            ]
        },
        "vm.json": {
            "virtual_machines": [
                vm(guest_name="single", moid="vm-1"),
                vm(guest_name="double", moid="vm-2"),
                vm(guest_name="double", moid="vm-3"),
            ]
        },
    },
}


class Estate(NamedTuple):
    """What one pass made of all reports."""

    output: Path

    def table(self, trap: str, name: str) -> list[Row]:
        """Give a published table of a trap's own client."""
        with (self.output / trap / "prod" / f"{name}.parquet").open("rb") as file:
            rows: list[Row] = pyarrow.parquet.read_table(file).to_pylist()
        return rows

    def machines(self, trap: str) -> dict[str, Row]:
        """Give the virtual machines of a trap by name."""
        return {row["name"]: row for row in self.table(trap, "dim_virtual_machine")}


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """Take every report in one pass, with the time zone of Berlin for times that name none."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings, so not before isolation

    home = tmp_path_factory.mktemp("traps")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for variable in ("DATABASE_URL", "DAGSTER_HOME"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("VCENTER_HOME", str(home))
        monkeypatch.setenv("VCENTER_TIME_ZONE", "Europe/Berlin")
        settings = load_settings()
        for trap, reports in REPORTS.items():
            for name, content in reports.items():
                path = settings.input_path / trap / "prod" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content if isinstance(content, str) else json.dumps(content))
        done = ingest_once(settings, defs, is_waiting_for_writers=False, tell=lambda _: None)
        assert [sentence for run in done.runs for sentence in (*run.quarantined, *run.failed)] == []
        yield Estate(settings.output_path)


def test_a_name_stands_as_people_see_it(estate: Estate) -> None:
    """A `/` is kept as `%2f`: joined with another system's list the machine would be missing there."""
    assert list(estate.machines("escaped")) == ["a/b\\c 100% %41"]


def test_names_that_differ_in_case_only_are_two(estate: Estate) -> None:
    """Both run; an alarm on one must not be shown on the other."""
    assert {name: row["moid"] for name, row in estate.machines("case").items()} == {"web": "vm-1", "WEB": "vm-2"}
    (row,) = estate.table("case", "fact_triggered_alarm")
    assert row["virtual_machine_key"] == f"case/prod:{UUID_B}"


def test_one_moid_in_two_vcenters_is_two_machines(estate: Estate) -> None:
    """Every vCenter counts from 1: one machine of each pair would vanish."""
    machines = estate.machines("two-vcenters")
    assert {name: (row["vcenter"], row["virtual_machine_key"]) for name, row in machines.items()} == {
        "one": ("vc01.example.com", "two-vcenters/prod:vc01.example.com:vm-7"),
        "two": ("vc02.example.com", "two-vcenters/prod:vc02.example.com:vm-7"),
    }
    assert [row["host_name"] for row in estate.table("two-vcenters", "dim_vcenter")] == [
        "vc01.example.com",
        "vc02.example.com",
    ]


def test_clones_that_share_a_bios_uuid_are_two(estate: Estate) -> None:
    """Clones keep it: as a key it would make one of them."""
    assert set(estate.machines("one-bios")) == {"original", "clone"}


def test_a_machine_with_nothing_but_a_moid_is_kept(estate: Estate) -> None:
    """A real list of 243 had one: dropped, the sum is wrong and nobody knows why."""
    rows = estate.table("only-moid", "dim_virtual_machine")
    assert [(row["moid"], row["name"]) for row in rows] == [("vm-1", "full"), ("vm-2", None)]


def test_a_list_and_details_of_one_machine_are_one_machine(estate: Estate) -> None:
    """One shape has the moid alone, the other both ids: taken for two, every machine would count twice."""
    machines = estate.machines("linked")
    assert set(machines) == {"web", "db"}
    web = machines["web"]
    assert (web["virtual_machine_key"], web["moid"], web["instance_uuid"]) == (f"linked/prod:{UUID_A}", "vm-1", UUID_A)
    assert (web["cpu_count"], web["memory_mib"], web["hardware_version"]) == (4, 2048, "vmx-19")
    assert web["annotation"] == "by Jo"
    assert (machines["db"]["virtual_machine_key"], machines["db"]["power_state"]) == ("linked/prod:vm-2", "poweredOff")
    (rejected,) = estate.table("linked", "fact_rejected_row")
    assert rejected["position"] == "results[1]"
    assert rejected["reason"] == "the task failed: 'Unable to find the specified virtual machine'"
    incomplete = [row["shape"] for row in estate.table("linked", "fact_collection") if not row["is_complete"]]
    assert incomplete == ["vmware_guest_info"]


def test_addresses_are_all_kept_and_the_best_is_the_primary_one(estate: Estate) -> None:
    """172.17.0.1 is on every machine with Docker: as the primary address it would join them all."""
    assert estate.machines("addresses")["web"]["primary_ip"] == "10.1.2.3"
    rows = estate.table("addresses", "bridge_vm_nic")
    assert sorted((row["mac_address"], row["address"], row["prefix_length"], row["family"]) for row in rows) == [
        ("00:50:56:aa:00:01", "169.254.3.4", None, "ipv4"),
        ("00:50:56:aa:00:01", "172.17.0.1", None, "ipv4"),
        ("00:50:56:aa:00:01", "fe80::1", 64, "ipv6"),
        ("00:50:56:aa:00:02", "10.1.2.3", 24, "ipv4"),
        ("00:50:56:aa:00:02", "2001:db8::7", None, "ipv6"),
    ]


def test_what_was_not_asked_for_is_null(estate: Estate) -> None:
    """Zero processors would be summed up as if somebody had counted them."""
    web = estate.machines("not-asked")["web"]
    assert (web["cpu_count"], web["memory_mib"], web["storage_bytes"], web["is_template"]) == (None,) * 4


def test_what_yaml_takes_for_numbers_and_dates_stays_text(estate: Estate) -> None:
    """A machine called `no` would be called `False`, and one called `1.10` would be `1.1`, which is another one."""
    machines = estate.machines("yaml")
    assert {name: row["folder"] for name, row in machines.items()} == {"no": "0123", "1.10": "2026-02-30"}
    (rejected,) = estate.table("yaml", "fact_rejected_row")
    assert rejected["reason"] == "allocated.cpu: '0o7' is not a whole number"


def test_numbers_that_came_as_texts_are_numbers(estate: Estate) -> None:
    """Old modules and YAML write figures as texts; as nulls the capacity of a site would be missing."""
    stores = {row["name"]: row for row in estate.table("texts", "dim_datastore")}
    ds1, local = stores["ds1"], stores["local"]
    assert (ds1["capacity_bytes"], ds1["free_bytes"], ds1["uncommitted_bytes"]) == (1073741824, 1048576, None)
    assert (ds1["is_accessible"], ds1["has_multiple_host_access"], ds1["datastore_cluster"]) == (False, None, None)
    assert (ds1["url"], ds1["provisioned_bytes"]) == ("/vmfs/volumes/ds1", None)
    assert (local["capacity_bytes"], local["free_bytes"]) == (74872017388, 1610612736)
    (host,) = estate.table("texts", "dim_esxi_host")
    assert (host["uptime_seconds"], host["cpu_core_count"], host["license_core_count"]) == (12531937, 32, 32)


def test_a_time_without_zone_is_one_of_the_zone_that_was_set(estate: Estate) -> None:
    """Two hours off, an alarm seems to stand before it went off."""
    rows = {row["alarm_name"]: row for row in estate.table("times", "fact_triggered_alarm")}
    assert {name: row["triggered_at"] for name, row in rows.items()} == {
        "bare": datetime(2026, 7, 1, 8),  # noqa: DTZ001 - naive UTC, as published
        "offset": datetime(2026, 7, 1, 10),  # noqa: DTZ001 - as above
        "epoch": datetime(2026, 7, 1, 10),  # noqa: DTZ001 - as above
        "none": None,
    }
    assert {name: row["triggered_at_text"] for name, row in rows.items()} == {
        "bare": "2026-07-01 10:00:00",
        "offset": None,
        "epoch": None,
        "none": None,
    }


def test_a_number_that_excel_would_round_is_whole(estate: Estate) -> None:
    """Excel has 15 digits: a rounded size is a wrong one, and nobody sees it."""
    assert estate.machines("large")["large"]["storage_bytes"] == 9007199254740993
    workbook = openpyxl.load_workbook(estate.output / "large/prod/vcenter.xlsx")
    (sheet,) = [sheet for sheet in workbook.worksheets if "dim_virtual_machine" in sheet.tables]
    header, cells = sheet.iter_rows(values_only=True)
    assert cells[header.index("Storage Bytes")] == "9007199254740993"


def test_a_snapshot_goes_to_a_machine_only_when_its_name_is_the_only_one(estate: Estate) -> None:
    """The module names machines by name; a snapshot on the wrong one gets the wrong one's owner to delete it."""
    rows = {row["vm_name"]: row for row in estate.table("unsure", "dim_vm_snapshot")}
    assert {name: (row["vm_match"], row["virtual_machine_key"]) for name, row in rows.items()} == {
        "single": ("name", "unsure/prod:vm-1"),
        "double": ("ambiguous name", None),
        "nobody": ("unknown name", None),
    }
    counts = [(row["moid"], row["snapshot_count"]) for row in estate.table("unsure", "dim_virtual_machine")]
    assert counts == [("vm-1", 1), ("vm-2", None), ("vm-3", None)]
