"""What Dagster is given: complete assets in the groups of the flow, switched on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.jobs import INGEST_JOB
from vcenter_pipeline.defs.resources import intake_config
from vcenter_pipeline.settings import Settings

ASSETS = {
    "raw": {"raw/report"},
    "core": {
        "core/virtual_machines",
        "core/vm_nics",
        "core/vm_datastores",
        "core/vm_attributes",
        "core/vm_disks",
        "core/vm_guest_disks",
        "core/vm_snapshots",
        "core/triggered_alarms",
        "core/esxi_hosts",
        "core/clusters",
        "core/datastores",
        "core/resource_pools",
        "core/datacenters",
        "core/vcenters",
        "core/reports",
        "core/collections",
        "core/rejected_rows",
        "core/history",
    },
    "powerbi": {
        "powerbi/dim_source",
        "powerbi/dim_virtual_machine",
        "powerbi/bridge_vm_nic",
        "powerbi/bridge_vm_datastore",
        "powerbi/bridge_vm_attribute",
        "powerbi/fact_triggered_alarm",
        "powerbi/fact_report",
        "powerbi/fact_rejected_row",
        "powerbi/dim_vcenter",
        "powerbi/dim_datacenter",
        "powerbi/dim_cluster",
        "powerbi/dim_esxi_host",
        "powerbi/dim_datastore",
        "powerbi/dim_resource_pool",
        "powerbi/dim_vm_disk",
        "powerbi/dim_vm_guest_disk",
        "powerbi/dim_vm_snapshot",
        "powerbi/fact_collection",
        "powerbi/fact_vm_change",
        "powerbi/fact_esxi_host_change",
        "powerbi/fact_datastore_change",
        "powerbi/fact_alarm_episode",
        "powerbi/fact_source_daily",
        "powerbi/fact_cluster_daily",
        "powerbi/fact_datastore_daily",
        "powerbi/dim_date",
        "powerbi/workbook",
    },
    "overview": {"overview/source", "overview/estate"},
    "maintenance": {"maintenance/rebuild", "maintenance/retention"},
}


@pytest.fixture
def defs(home: Settings) -> dg.Definitions:
    """Give the project's definitions, loaded with the settings of a test's home."""
    from vcenter_pipeline.definitions import defs as found  # noqa: PLC0415 - reads the settings

    assert home.home_path
    return found


def specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    """Give every asset by its name."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def test_the_graph_reads_as_the_flow(defs: dg.Definitions) -> None:
    """The graph is the dashboard: an asset in no group, or without words, is one that nobody understands."""
    groups: dict[str, set[str]] = {}
    for name, spec in specs(defs).items():
        groups.setdefault(str(spec.group_name), set()).add(name)
        assert spec.description, name
        assert spec.owners, name
        assert spec.kinds, name
        if name in {"maintenance/retention", "overview/estate"}:
            assert spec.partitions_def is None, "it is of all sources"
            continue
        assert isinstance(spec.partitions_def, dg.DynamicPartitionsDefinition), name
        assert spec.partitions_def.name == "source", name
    assert groups == ASSETS


def test_every_table_shows_its_columns(defs: dg.Definitions) -> None:
    """Whoever builds a report looks up a column's meaning and unit here."""
    for name, spec in specs(defs).items():
        if name == "powerbi/workbook" or name.startswith(("maintenance/", "overview/")):
            continue
        schema = spec.metadata["dagster/column_schema"]
        assert all(column.description for column in schema.columns), name
    columns = {c.name: c for c in specs(defs)["powerbi/dim_virtual_machine"].metadata["dagster/column_schema"].columns}
    history = {c.name: c for c in specs(defs)["core/history"].metadata["dagster/column_schema"].columns}
    assert history["source_daily.collected_on"].type == "date"
    assert str(history["object_changes.change"].description).startswith(
        "What happened. One of added, removed, changed. *From "
    )
    assert columns["memory_mib"].type == "integer"
    assert columns["memory_mib"].description == (
        "Configured memory. [MiB] *From [core/virtual_machines](/assets/core/virtual_machines).*"
    )
    assert not columns["virtual_machine_key"].constraints.nullable
    assert columns["virtual_machine_key"].constraints.unique


def test_lineage_leads_from_the_report_to_the_workbook(defs: dg.Definitions) -> None:
    """An asset that hangs in the air says nothing of what a late report delays."""
    upstream = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs(defs).items()}
    assert upstream["raw/report"] == set()
    assert upstream["core/vm_nics"] == {"raw/report"}
    assert upstream["powerbi/bridge_vm_nic"] == {"core/vm_nics"}
    assert upstream["powerbi/dim_esxi_host"] == {"core/esxi_hosts", "core/clusters"}
    assert upstream["powerbi/dim_vm_snapshot"] == {"core/vm_snapshots", "core/virtual_machines"}
    assert upstream["powerbi/fact_triggered_alarm"] == {
        "core/triggered_alarms",
        "core/virtual_machines",
        "core/esxi_hosts",
        "core/datastores",
        "core/clusters",
    }
    assert upstream["powerbi/dim_virtual_machine"] == {
        "core/virtual_machines",
        "core/esxi_hosts",
        "core/clusters",
        "core/vm_disks",
        "core/vm_snapshots",
        "core/collections",
        "core/vcenters",
    }
    assert upstream["powerbi/fact_vm_change"] == {"core/history", "core/virtual_machines"}
    assert upstream["powerbi/fact_source_daily"] == {"core/history"}
    assert upstream["core/history"] == {
        "core/collections",
        "core/virtual_machines",
        "core/vm_datastores",
        "core/esxi_hosts",
        "core/clusters",
        "core/datastores",
        "core/vm_snapshots",
        "core/triggered_alarms",
    }
    assert upstream["powerbi/workbook"] == ASSETS["powerbi"] - {"powerbi/workbook"}


def test_sensor_and_schedules_are_on_and_the_checks_are_there(defs: dg.Definitions) -> None:
    """A sensor that has to be switched on first is a pipeline that takes nothing, and says nothing."""
    repository = defs.get_repository_def()
    assert repository.get_sensor_def("reports_sensor").default_status == dg.DefaultSensorStatus.RUNNING
    for name in ("backlog_schedule", "retention_schedule", "freshness_schedule"):
        assert repository.get_schedule_def(name).default_status == dg.DefaultScheduleStatus.RUNNING
    checks = {(key.asset_key.to_user_string(), key.name) for key in repository.asset_graph.asset_check_keys}
    assert checks == {
        ("raw/report", "something_was_recognised"),
        ("raw/report", "newest_report_is_in_time"),
        ("raw/report", "sources_report_in_time"),
        ("core/rejected_rows", "no_rows_were_rejected"),
        ("powerbi/dim_source", "keys_are_unique"),
        ("powerbi/dim_virtual_machine", "keys_are_unique"),
        ("powerbi/fact_triggered_alarm", "keys_are_unique"),
        ("powerbi/fact_report", "keys_are_unique"),
        ("powerbi/dim_vcenter", "keys_are_unique"),
        ("powerbi/dim_datacenter", "keys_are_unique"),
        ("powerbi/dim_cluster", "keys_are_unique"),
        ("powerbi/dim_esxi_host", "keys_are_unique"),
        ("powerbi/dim_datastore", "keys_are_unique"),
        ("powerbi/dim_resource_pool", "keys_are_unique"),
        ("powerbi/dim_vm_snapshot", "keys_are_unique"),
        ("powerbi/fact_triggered_alarm", "alarms_stand_on_known_machines"),
        ("powerbi/dim_virtual_machine", "machines_run_on_known_hosts"),
        ("powerbi/dim_esxi_host", "hosts_are_in_known_clusters"),
        ("powerbi/dim_vm_snapshot", "snapshots_are_of_known_machines"),
        ("powerbi/dim_datastore", "free_space_is_within_capacity"),
        ("powerbi/fact_collection", "collections_are_whole"),
        ("powerbi/fact_source_daily", "lists_did_not_fall"),
        ("powerbi/dim_virtual_machine", "addresses_are_not_shared"),
        ("powerbi/dim_vm_snapshot", "snapshots_are_young"),
        ("powerbi/dim_datastore", "datastores_are_not_full"),
        ("powerbi/fact_report", "times_are_not_in_the_future"),
        ("powerbi/fact_triggered_alarm", "times_are_not_in_the_future"),
        ("powerbi/dim_virtual_machine", "times_are_not_in_the_future"),
        ("powerbi/dim_vm_snapshot", "times_are_not_in_the_future"),
        ("maintenance/rebuild", "every_archived_report_was_read"),
        ("maintenance/retention", "everything_old_was_removed"),
    }
    steps = [assets for assets in defs.assets or () if isinstance(assets, dg.AssetsDefinition)]
    blocking = {spec.name for assets in steps for spec in assets.check_specs if spec.blocking}
    assert blocking == {"keys_are_unique"}, "what only does not go together must be published all the same"


def test_one_bad_source_does_not_fail_the_others_of_a_run(  # noqa: PLR0913, PLR0917 - fixtures
    defs: dg.Definitions,
    instance: dg.DagsterInstance,
    drop: Callable[[str, bytes | str], Path],
    real: Callable[[str], bytes],
    published: Callable[[str, str], list[dict[str, Any]]],
    home: Settings,
) -> None:
    """A backlog of many sources is one run over their range; one client's broken file must not hold up the rest."""
    drop("acme/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    drop("beta/prod/vm_info.json", "no report at all")
    drop("globex/prod/alarms.json", real("alarms/alarms_module_register.json"))
    sources = ["acme/prod", "beta/prod", "globex/prod"]
    instance.add_dynamic_partitions("source", sources)
    listed = instance.get_dynamic_partitions("source")
    result = defs.resolve_job_def(INGEST_JOB).execute_in_process(
        instance=instance,
        run_config=intake_config([], log_level="CRITICAL"),
        tags={"dagster/asset_partition_range_start": listed[0], "dagster/asset_partition_range_end": listed[-1]},
    )
    assert result.success
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    assert len(published("globex/prod", "fact_triggered_alarm")) == 29
    assert [path.name for path in home.quarantine_path.glob("beta/prod/*.json")] != []

    materializations = [
        event.step_materialization_data.materialization for event in result.get_asset_materialization_events()
    ]
    counts = {str(m.partition): m.metadata for m in materializations if m.asset_key.to_user_string() == "raw/report"}
    assert counts["acme/prod"]["Virtual machines"].value == 77
    assert "Virtual machines" not in counts["beta/prod"]
    assert counts["beta/prod"]["Reports quarantined"].value == 1
    assert counts["globex/prod"]["Triggered alarms"].value == 29
    found = [e for e in result.get_asset_check_evaluations() if e.check_name == "something_was_recognised"]
    assert {check.partition: check.passed for check in found} == {
        "acme/prod": True,
        "beta/prod": False,
        "globex/prod": True,
    }
    (check,) = [check for check in found if not check.passed]
    assert "beta/prod/vm_info.json" in str(check.description)


def test_a_path_of_another_source_in_the_run_config_is_not_taken(
    defs: dg.Definitions, instance: dg.DagsterInstance, drop: Callable[[str, bytes], Path], real: Callable[[str], bytes]
) -> None:
    """Whoever reaches the port can launch a run with any config: it must not read one client's report as another's."""
    theirs = drop("globex/prod/vm_info.json", real("ansible12/vm_info_full.json"))
    instance.add_dynamic_partitions("source", ["acme/prod"])
    asked = ["globex/prod/vm_info.json", "acme/../globex/prod/vm_info.json", "/etc/passwd", "acme/prod/../../globex/x"]
    result = defs.resolve_job_def(INGEST_JOB).execute_in_process(
        instance=instance,
        partition_key="acme/prod",
        run_config=intake_config(asked, log_level="CRITICAL"),
        raise_on_error=False,
    )
    assert theirs.exists()
    assert not result.success, "whoever launched it would take it for done"
    (failure,) = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    assert "'globex/prod/vm_info.json' is not the path of a report of acme/prod" in str(
        failure.step_failure_data.user_failure_data.description  # type: ignore[union-attr]  # a Failure has it
    )
    for event in result.get_asset_materialization_events():
        assert "Virtual machines" not in event.step_materialization_data.materialization.metadata
