"""What the checks say in Dagster's UI."""

from datetime import datetime

import dagster as dg
import pytest

from vcenter_pipeline.defs.checks import (
    INGEST_CHECKS,
    PUBLISH_CHECKS,
    RULES,
    goes_together,
    keys_are_unique,
    no_rows_rejected,
)
from vcenter_pipeline.defs.ingestion import Outcome
from vcenter_pipeline.exports.consistency import Finding, Terms
from vcenter_pipeline.settings import load_settings

TERMS = Terms(datetime.fromisoformat("2026-01-31T12:00"), fall_percent=20, snapshot_days=7, datastore_percent=85)
RULE = {(rule.table, rule.name): rule for rule in RULES}
HOSTS = RULE["dim_virtual_machine", "machines_run_on_known_hosts"]

_KINDS = (
    "virtual_machine",
    "triggered_alarm",
    "esxi_host",
    "cluster",
    "datastore",
    "vm_snapshot",
    "resource_pool",
    "datacenter",
    "vcenter",
)


def test_rows_that_do_not_go_together_are_a_warning_in_a_sentence() -> None:
    """An alert without a reason and an example is one that people switch off."""
    row = {"name": "web", "esxi_host": "esx9", "esxi_host_moid": None, "vcenter": "vc1"}
    result = goes_together(HOSTS, Finding(1_500, 2, (row, row | {"name": "db"})), TERMS)
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.asset_key == dg.AssetKey(["powerbi", "dim_virtual_machine"])
    assert result.description == "2 of 1,500 virtual machines run on a host that no report describes."
    assert result.metadata["Rows looked at"].value == 1_500
    assert result.metadata["Rows found"].value == 2
    sample = result.metadata["Sample"]
    assert isinstance(sample, dg.TableMetadataValue)
    assert [record.data for record in sample.records] == [
        {"name": "web", "esxi_host": "esx9", "esxi_host_moid": "", "vcenter": "vc1"},
        {"name": "db", "esxi_host": "esx9", "esxi_host_moid": "", "vcenter": "vc1"},
    ]


def test_the_sentence_names_the_threshold_and_a_fall_is_an_error() -> None:
    """Who reads `too old` must not have to look up what somebody once set; a list that shrank is not one of many."""
    old = goes_together(RULE["dim_vm_snapshot", "snapshots_are_young"], Finding(27, 3, ()), TERMS)
    assert str(old.description).startswith("3 of 27 snapshots are older than 7 days")
    assert old.severity == dg.AssetCheckSeverity.WARN
    full = goes_together(RULE["dim_datastore", "datastores_are_not_full"], Finding(6, 1, ()), TERMS)
    assert full.description == "1 of 6 datastores are used by more than 85 %."
    fallen = goes_together(RULE["fact_source_daily", "lists_did_not_fall"], Finding(4, 1, ()), TERMS)
    assert str(fallen.description).startswith("1 of 4 lists are shorter by more than 20 %")
    assert fallen.severity == dg.AssetCheckSeverity.ERROR


@pytest.mark.parametrize(
    ("finding", "sentence"), [(Finding(7, 0, ()), None), (Finding(0, 0, ()), "There was nothing to compare with.")]
)
def test_a_check_that_passes_says_whether_it_could_look(finding: Finding, sentence: str | None) -> None:
    """Green because nothing was known is not the same as green because all is well."""
    result = goes_together(HOSTS, finding, TERMS)
    assert result.passed
    assert result.description == sentence
    assert "Sample" not in result.metadata


def test_a_key_that_stands_twice_is_an_error() -> None:
    """Power BI refuses to load a table whose key is repeated: the run has to say which."""
    result = keys_are_unique("dim_esxi_host", ["acme/prod:esx1"])
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.ERROR
    assert result.metadata["Repeated keys"].value == "acme/prod:esx1"
    assert keys_are_unique("dim_esxi_host", []).passed


def test_each_source_has_results_of_its_own() -> None:
    """Otherwise the last source that reported well turns the check of three hundred others green."""
    assert {spec.partitions_def for spec in [*INGEST_CHECKS, *PUBLISH_CHECKS]} == {
        dg.DynamicPartitionsDefinition(name="source")
    }


@pytest.mark.parametrize(
    ("rejected", "severity", "share"),
    [(5, dg.AssetCheckSeverity.WARN, 5.0), (6, dg.AssetCheckSeverity.ERROR, 5.94)],
)
def test_many_rejected_rows_are_an_error(rejected: int, severity: dg.AssetCheckSeverity, share: float) -> None:
    """One odd row is a remark; when a twentieth of them is missing, the sums in Power BI are wrong."""
    row = {f"{kind}_count": None for kind in _KINDS} | {"virtual_machine_count": 90, "triggered_alarm_count": 5}
    outcome = Outcome("acme/prod/x.json", "ingested", "x", row, {"rejected_rows": rejected})
    result = no_rows_rejected([outcome], load_settings())
    assert not result.passed
    assert result.severity == severity
    assert result.description == f"{rejected} of {95 + rejected} rows were rejected."
    assert result.metadata["Rejected share (%)"].value == share


def test_nothing_rejected_of_nothing_is_well() -> None:
    """A run that found its report gone must not divide by zero, nor alarm anybody."""
    result = no_rows_rejected([Outcome("acme/prod/x.json", "gone", "x is not there any more.")], load_settings())
    assert result.passed
    assert result.metadata["Rejected share (%)"].value == 0.0
