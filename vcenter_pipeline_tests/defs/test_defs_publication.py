"""Reports of many kinds of object of one vCenter, through the real job: what they become together.

All are real, except for the two that the last test writes by hand after the modules' documented return values.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.assets import build_ingest, build_publish
from vcenter_pipeline.defs.freshness import build_freshness_check
from vcenter_pipeline.defs.jobs import INGEST_JOB, build_ingest_job
from vcenter_pipeline.defs.resources import INTAKE, Intake, intake_config
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Real = Callable[[str], bytes]
Published = Callable[[str, str], list[dict[str, Any]]]
Run = Callable[[], dg.ExecuteInProcessResult]


@pytest.fixture
def run(take: object, instance: dg.DagsterInstance) -> Run:
    """Run the job for `acme/prod` once, on whatever waits there."""
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings

    assert take

    def _run() -> dg.ExecuteInProcessResult:
        instance.add_dynamic_partitions("source", ["acme/prod"])
        return defs.resolve_job_def(INGEST_JOB).execute_in_process(
            instance=instance, partition_key="acme/prod", run_config=intake_config([], log_level="CRITICAL")
        )

    return _run


def checks_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Give what the checks said that look at rows and do not go by the clock of today, by name."""
    by_clock = {"times_are_not_in_the_future", "snapshots_are_young", "newest_report_is_in_time"}
    found = result.get_asset_check_evaluations()
    return {one.check_name: one for one in found if one.check_name not in {"keys_are_unique", *by_clock}}


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    """Give the metadata of each asset by its name."""
    events = result.get_asset_materialization_events()
    found = [event.step_materialization_data.materialization for event in events]
    return {one.asset_key.to_user_string(): one.metadata for one in found}


def test_an_estate_of_many_reports(drop: Drop, real: Real, run: Run, published: Published) -> None:
    """Each report names the others' objects in its own way; a report in Power BI stands on their keys."""
    for name, minute in {
        "vm_info_full": 15,
        "host_facts": 31,
        "cluster_info": 32,
        "datastore_info": 33,
        "all_snapshots_info": 34,
    }.items():
        drop(f"acme/prod/{name}-2026-11-24T04{minute}Z.json", real(f"ansible12/{name}.json"))
    drop("acme/prod/alarms-2026-11-24T0420Z.json", real("alarms/alarms_module_register.json"))
    result = run()

    machines = published("acme/prod", "dim_virtual_machine")
    hosts = {row["name"]: row for row in published("acme/prod", "dim_esxi_host")}
    clusters = {row["name"]: row for row in published("acme/prod", "dim_cluster")}
    assert len(machines) == 77
    assert Counter(row["esxi_host"] for row in machines) == {
        "esx-muc-01.corp.example.com": 11,
        "esx-muc-02.corp.example.com": 12,
        "esx-muc-03.corp.example.com": 12,
        "esx-fra-01.corp.example.com": 7,
        "esx-fra-02.corp.example.com": 8,
        "esx-fra-03.corp.example.com": 8,
        "esx-fra-04.corp.example.com": 7,
        "esx-fra-05.corp.example.com": 6,
        "esx-fra-06.corp.example.com": 6,
    }
    assert all(row["esxi_host_key"] == hosts[row["esxi_host"]]["esxi_host_key"] for row in machines)
    assert set(clusters) == {"fra-prod", "fra-test", "muc-prod"}
    assert all(row["cluster_key"] == clusters[row["cluster"]]["cluster_key"] for row in [*machines, *hosts.values()])

    datastores = {row["url"]: row for row in published("acme/prod", "dim_datastore")}
    assert {url: row["free_bytes"] for url, row in datastores.items()} == {
        "/vmfs/volumes/vmfs-fra-prod-01": 6077378723840,
        "/vmfs/volumes/vmfs-fra-prod-02": 5944234737664,
        "/vmfs/volumes/nfs-fra-iso": 5970004541440,
        "/vmfs/volumes/vsanDatastore": 6077378723840,
        "/vmfs/volumes/vmfs-muc-01": 2250562863104,
        "/vmfs/volumes/ds_muc_02_(alt)": 2293512536064,
    }
    of_machines = published("acme/prod", "bridge_vm_datastore")
    assert len(of_machines) == 75
    assert all(row["datastore_key"] == datastores[row["datastore_url"]]["datastore_key"] for row in of_machines)

    snapshots = published("acme/prod", "dim_vm_snapshot")
    assert Counter(row["vm_match"] for row in snapshots) == {"name": 27}
    by_name = {row["name"]: (row["snapshot_count"], row["oldest_snapshot_at"]) for row in machines}
    assert by_name["null"] == (3, datetime.fromisoformat("2026-11-24T04:19:11.617086"))
    assert by_name["fra-web-01"] == (None, None), "two have this name, and the list names neither"
    assert Counter(row["snapshot_count"] for row in machines) == {0: 62, 1: 6, 3: 7, None: 2}

    (source,) = published("acme/prod", "dim_source")
    counts = ("esxi_host_count", "cluster_count", "datastore_count", "vm_snapshot_count")
    assert [source[name] for name in counts] == [9, 3, 6, 27]

    metadata = metadata_of(result)
    assert metadata["raw/report"]["ESXi hosts"].value == 9
    assert metadata["raw/report"]["Snapshots"].value == 27
    assert metadata["core/datastores"]["Rows stored"].value >= 6
    assert metadata["powerbi/dim_datastore"]["Rows"].value == 6
    assert metadata["powerbi/dim_vm_snapshot"]["dagster/row_count"].value == 27
    assert {name: one.passed for name, one in checks_of(result).items()} == {
        "something_was_recognised": True,
        "no_rows_were_rejected": True,
        "alarms_stand_on_known_machines": True,
        "machines_run_on_known_hosts": True,
        "hosts_are_in_known_clusters": True,
        "snapshots_are_of_known_machines": True,
        "free_space_is_within_capacity": True,
        "collections_are_whole": True,
        "lists_did_not_fall": True,
        "addresses_are_not_shared": True,
        "datastores_are_not_full": True,
    }


def test_what_does_not_go_together_is_published_and_said(
    drop: Drop, real: Real, run: Run, published: Published
) -> None:
    """Half an estate is what most reports tell of: it must be seen, and seen to be half."""
    drop("acme/prod/vm_info-2026-11-24T0415Z.json", real("ansible12/vm_info_full.json"))
    snapshot = {
        "vm_name": "nobody's",
        "folder": "vm",
        "id": 1,
        "name": "before the change",
        "description": "the password is hunter2",
        "creation_time": "2026-11-01T00:00:00+00:00",
        "state": "poweredOn",
        "quiesced": False,
    }
    drop("acme/prod/snapshots-2026-11-24T0420Z.json", {"vmware_all_snapshots_info": [snapshot], "changed": False})
    odd = {"name": "odd", "url": "ds:///vmfs/volumes/odd/", "type": "VMFS", "capacity": 10, "freeSpace": 11}
    datastore = odd | {"accessible": True, "maintenanceMode": "normal", "multipleHostAccess": True}
    drop("acme/prod/datastores-2026-11-24T0420Z.json", {"datastores": [datastore], "changed": False})
    result = run()
    assert result.success
    assert [row["name"] for row in published("acme/prod", "dim_datastore")] == ["odd"]

    found = checks_of(result)
    assert {name for name, one in found.items() if not one.passed} == {
        "snapshots_are_of_known_machines",
        "free_space_is_within_capacity",
    }
    assert found["snapshots_are_of_known_machines"].description == (
        "1 of 1 snapshots are of a virtual machine that no report describes, or that others share the name of."
    )
    assert found["free_space_is_within_capacity"].severity == dg.AssetCheckSeverity.WARN
    assert found["machines_run_on_known_hosts"].description == "There was nothing to compare with."
    assert [row["description"] for row in published("acme/prod", "dim_vm_snapshot")] == ["the password is hunter2"]
    told = repr([metadata_of(result), found])
    assert "before the change" in told
    assert "hunter2" not in told


def test_a_format_that_was_added_since_the_definitions_were_loaded_fails_no_run(
    home: Settings, drop: Drop, real: Real, instance: dg.DagsterInstance
) -> None:
    """Whoever adds the workbook to a running installation would see every run fail until it is started anew."""
    defs = dg.Definitions(
        assets=[build_ingest(), build_publish(("csv",))],
        asset_checks=[build_freshness_check()],
        jobs=[build_ingest_job()],
        resources={INTAKE: Intake.configure_at_launch()},
    )
    drop("acme/prod/alarms.json", real("alarms/alarms_module_register.json"))
    instance.add_dynamic_partitions("source", ["acme/prod"])
    result = defs.resolve_job_def(INGEST_JOB).execute_in_process(
        instance=instance, partition_key="acme/prod", run_config=intake_config([], log_level="CRITICAL")
    )
    assert result.success
    assert "powerbi/workbook" not in metadata_of(result)
    assert (home.output_path / "acme/prod/vcenter.xlsx").exists()
