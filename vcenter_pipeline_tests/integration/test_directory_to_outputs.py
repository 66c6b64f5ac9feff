"""From a directory of real reports to the files that people open; every number was counted in the reports by hand."""

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]
Published = Callable[[str, str], list[dict[str, Any]]]

ROWS = {
    "dim_source": 1,
    "dim_virtual_machine": 77,
    "bridge_vm_nic": 132,
    "bridge_vm_datastore": 75,
    "bridge_vm_attribute": 86,
    "fact_triggered_alarm": 29,
    "fact_report": 2,
    "fact_rejected_row": 0,
}
"""Of `vm_info_full.json` with `alarms_module_register.json`: 88 adapters have 132 addresses or none."""


def contents(root: Path) -> dict[str, bytes]:
    """Give every file below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def stored(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of the database."""
    with sqlite3.connect(settings.home_path / "warehouse.db") as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}  # noqa: S608 - names come from the database itself


def test_real_reports_become_the_tables_counted_by_hand(
    drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """Everything that Power BI shows is summed from these; a number off here is a wrong report in a meeting."""
    drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/alarms-2026-11-24T0420Z.json", real("alarms/alarms_module_register.json"))
    done = take()
    assert done.is_good
    assert [(run.source, run.reports) for run in done.runs] == [("acme/prod", 1), ("acme/prod", 1)]
    (source,) = done.sources
    assert (source.ingested_count, source.virtual_machine_count, source.triggered_alarm_count) == (2, 77, 29)

    tables = {name: published("acme/prod", name) for name in ROWS}
    assert {name: len(rows) for name, rows in tables.items()} == ROWS
    vms = tables["dim_virtual_machine"]
    assert Counter(vm["power_state"] for vm in vms) == {"poweredOn": 62, "poweredOff": 10, "suspended": 5}
    assert sum(vm["cpu_count"] for vm in vms) == 286
    assert sum(vm["memory_mib"] for vm in vms) == 1_241_088
    (web,) = [vm for vm in vms if vm["moid"] == "vm-152"]
    assert web["name"] == "fra-web-02"
    assert web["instance_uuid"] == "ed5a5e8b-cd22-5dfd-affe-dcea815f16d3"
    assert web["bios_uuid"] == "5d1e720b-a878-55e3-8e0e-ce29868b3653"
    assert (web["cpu_count"], web["memory_mib"], web["storage_bytes"]) == (2, 2048, 42_949_672_960)
    assert (web["esxi_host"], web["cluster"], web["datacenter"]) == (
        "esx-fra-02.corp.example.com",
        "fra-prod",
        "fra-dc1",
    )
    assert (web["folder"], web["resource_pool"], web["primary_ip"]) == ("/fra-dc1/vm/Produktion", None, "10.10.10.11")
    assert web["collected_at"].isoformat() == "2026-11-24T04:15:00"

    alarms = tables["fact_triggered_alarm"]
    assert Counter(alarm["severity"] for alarm in alarms) == {"warning": 16, "critical": 13}
    assert Counter(alarm["entity_type"] for alarm in alarms) == {
        "VirtualMachine": 23,
        "HostSystem": 3,
        "Datastore": 2,
        "ClusterComputeResource": 1,
    }
    assert sum(alarm["is_acknowledged"] for alarm in alarms) == 3
    by_key = {vm["virtual_machine_key"]: vm["moid"] for vm in vms}
    of_vms = [alarm for alarm in alarms if alarm["entity_type"] == "VirtualMachine"]
    assert all(by_key[alarm["virtual_machine_key"]] == alarm["entity_moid"] for alarm in of_vms)
    assert all(alarm["virtual_machine_key"] is None for alarm in alarms if alarm not in of_vms)


def test_every_format_says_the_same(home: Settings, drop: Drop, real: Real, take: Take, published: Published) -> None:
    """Two people who open two formats of one table must not argue about who is right."""
    drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/alarms-2026-11-24T0420Z.json", real("alarms/alarms_module_register.json"))
    take()
    folder = home.output_path / "acme/prod"
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".xlsx") == ["vcenter.xlsx"]
    workbook = openpyxl.load_workbook(folder / "vcenter.xlsx", data_only=True)
    sheets = {table: sheet for sheet in workbook.worksheets for table in sheet.tables}
    for name, rows in ROWS.items():
        parquet = published("acme/prod", name)
        as_json = json.loads((folder / f"{name}.json").read_bytes())
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            as_csv = list(csv.DictReader(file))
        assert (len(parquet), len(as_json), len(as_csv)) == (rows, rows, rows), name
        assert sheets[name].max_row == rows + 1, name
    names = sorted(vm["name"] for vm in published("acme/prod", "dim_virtual_machine"))
    as_json = json.loads((folder / "dim_virtual_machine.json").read_bytes())
    assert sorted(vm["name"] for vm in as_json) == names
    header, *cells = sheets["dim_virtual_machine"].iter_rows(values_only=True)
    assert sorted(str(row[header.index("VM")]) for row in cells) == names
    with sqlite3.connect(home.home_path / "warehouse.db") as connection:
        assert connection.execute("SELECT count(*), sum(cpu_count) FROM virtual_machines").fetchone() == (77, 286)
        assert connection.execute("SELECT count(*) FROM triggered_alarms").fetchone() == (29,)
        assert connection.execute("SELECT count(*), min(status) FROM reports").fetchone() == (2, "ingested")


def test_a_taken_report_lies_in_the_archive_unchanged(home: Settings, drop: Drop, real: Real, take: Take) -> None:
    """The archive is the only copy of what a client's vCenter said; one that changed proves nothing."""
    content = real("ansible12/virtual_machines_only.yaml")
    drop("acme/prod/vms.yaml", content)
    take()
    assert not [path for path in home.input_path.rglob("*") if path.is_file()]
    ((path, archived),) = contents(home.archive_path).items()
    client, environment, year, month, name = path.split("/")
    assert (client, environment, name) == ("acme", "prod", "vms.yaml")
    assert (len(year), len(month)) == (4, 2)
    assert archived == content


def test_the_same_again_changes_no_byte_and_no_row(home: Settings, drop: Drop, real: Real, take: Take) -> None:
    """A playbook that copies yesterday's file again must not make a new day, nor a new file for Power BI to load."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/alarms.json", real("alarms/alarms_module_register.json"))
    take()
    outputs, rows = contents(home.output_path), stored(home)
    assert take().runs == ()
    assert contents(home.output_path) == outputs
    drop("acme/prod/copied.json", real("ansible12/vm_info_full.json"))
    again = take()
    assert again.is_good
    assert len(again.runs) == 1
    assert contents(home.output_path) == outputs
    assert stored(home) == rows | {"waiting_reports": stored(home)["waiting_reports"]}
    assert not [path for path in home.input_path.rglob("*") if path.is_file()], "it is archived like any other"


def test_a_corrected_file_of_the_same_name_counts(
    home: Settings, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """Whoever corrects a report keeps its name; were it taken for known, the mistake would stay for ever."""
    document = json.loads(real("ansible12/vm_info_full.json"))
    drop("acme/prod/vm_info.json", json.dumps(document).encode())
    take()
    del document["virtual_machines"][5:]
    document["virtual_machines"][0]["allocated"]["cpu"] = 64
    drop("acme/prod/vm_info.json", json.dumps(document).encode())
    assert take().is_good
    vms = published("acme/prod", "dim_virtual_machine")
    assert len(vms) == 5
    assert [vm["cpu_count"] for vm in vms if vm["moid"] == document["virtual_machines"][0]["moid"]] == [64]
    assert len(published("acme/prod", "fact_report")) == 2
    assert len(contents(home.archive_path)) == 2, "the first file is not overwritten"


def test_alarms_that_come_and_go_leave_the_file_of_an_earlier_day(
    drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """Day 4 without alarms is the very file of day 2; taken for known, day 3's alarms would stand for ever."""
    alarms = json.loads(real("alarms/alarms_module_register.json"))
    none = json.dumps(alarms | {"alarms": [], "count": 0}).encode()
    standing = []
    for day, content in enumerate(
        (real("alarms/alarms_module_register.json"), none, json.dumps(alarms).encode(), none)
    ):
        drop(f"acme/prod/alarms-2026-11-2{day + 1}.json", content)
        assert take().is_good
        standing.append(len(published("acme/prod", "fact_triggered_alarm")))
    assert standing == [29, 0, 29, 0]


def test_a_late_report_does_not_replace_a_newer_one(drop: Drop, real: Real, take: Take, published: Published) -> None:
    """A collector that was offline sends old files last; they are history, not news."""
    document = json.loads(real("ansible12/vm_info_full.json"))
    drop("acme/prod/vm_info-2026-11-24.json", json.dumps(document).encode())
    take()
    del document["virtual_machines"][3:]
    drop("acme/prod/vm_info-2026-11-20.json", json.dumps(document).encode())
    assert take().is_good
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    assert len(published("acme/prod", "fact_report")) == 2


def test_clients_never_mix(home: Settings, drop: Drop, real: Real, take: Take, published: Published) -> None:
    """One row of another client in a client's report ends the contract; the same machines must stay apart."""
    for source in ("acme/prod", "acme/lab", "globex/prod"):
        drop(f"{source}/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("globex/prod/alarms.json", real("alarms/govc_alarms.json"))
    assert take().is_good
    for source in ("acme/prod", "acme/lab", "globex/prod"):
        client, environment = source.split("/")
        for table, rows in ROWS.items():
            found = published(source, table)
            assert {(row["client"], row["environment"]) for row in found} <= {(client, environment)}, table
            if table == "dim_virtual_machine":
                assert len(found) == rows
        other = b"acme" if client == "globex" else b"globex"
        for name, content in contents(home.output_path / source).items():
            assert name.endswith(".xlsx") or other not in content, name
    assert len(published("globex/prod", "fact_triggered_alarm")) == 29
    assert published("acme/prod", "fact_triggered_alarm") == []
    assert sorted(path.name for path in home.output_path.iterdir()) == ["acme", "globex"]


def test_many_reports_of_one_source_are_one_run(
    monkeypatch: pytest.MonkeyPatch, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """A thousand files as a thousand runs took an hour; and exports are written once a run."""
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "2")
    monkeypatch.setenv("VCENTER_BATCH_SIZE", "3")
    document = json.loads(real("ansible12/vm_info_full.json"))
    for day in range(1, 6):
        document["virtual_machines"][0]["allocated"]["cpu"] = day
        drop(f"acme/prod/vm_info-2026-11-0{day}.json", json.dumps(document).encode())
    done = take()
    assert done.is_good
    assert [run.reports for run in done.runs] == [3, 1, 1]
    assert len(published("acme/prod", "fact_report")) == 5
    moid = document["virtual_machines"][0]["moid"]
    assert [v["cpu_count"] for v in published("acme/prod", "dim_virtual_machine") if v["moid"] == moid] == [5]
