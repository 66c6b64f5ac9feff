"""What the checks say in Dagster's UI."""

import dagster as dg
import pytest

from vcenter_pipeline.defs.checks import goes_together, keys_are_unique
from vcenter_pipeline.exports.consistency import RULES, Finding

HOSTS = next(rule for rule in RULES if rule.name == "machines_run_on_known_hosts")


def test_rows_that_do_not_go_together_are_a_warning_in_a_sentence() -> None:
    """An alert without a reason and an example is one that people switch off."""
    row = {"name": "web", "esxi_host": "esx9", "esxi_host_moid": None, "vcenter": "vc1"}
    result = goes_together(
        HOSTS, {"acme/prod": Finding(1_000, 0, ()), "globex/prod": Finding(500, 2, (row, row | {"name": "db"}))}
    )
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.asset_key == dg.AssetKey(["powerbi", "dim_virtual_machine"])
    assert result.description == "2 of 1,500 virtual machines run on a host that no report describes."
    assert result.metadata["Rows looked at"].value == 1_500
    assert result.metadata["Rows found"].value == 2
    sample = result.metadata["Sample"]
    assert isinstance(sample, dg.TableMetadataValue)
    assert [record.data for record in sample.records] == [
        {"source": "globex/prod", "name": "web", "esxi_host": "esx9", "esxi_host_moid": "", "vcenter": "vc1"},
        {"source": "globex/prod", "name": "db", "esxi_host": "esx9", "esxi_host_moid": "", "vcenter": "vc1"},
    ]


@pytest.mark.parametrize(
    ("finding", "sentence"), [(Finding(7, 0, ()), None), (Finding(0, 0, ()), "There was nothing to compare with.")]
)
def test_a_check_that_passes_says_whether_it_could_look(finding: Finding, sentence: str | None) -> None:
    """Green because nothing was known is not the same as green because all is well."""
    result = goes_together(HOSTS, {"acme/prod": finding})
    assert result.passed
    assert result.description == sentence
    assert "Sample" not in result.metadata


def test_samples_of_many_sources_are_few() -> None:
    """A run over hundreds of sources must not put thousands of rows into Dagster's database."""
    row = {"name": "web", "esxi_host": "esx9", "esxi_host_moid": None, "vcenter": "vc1"}
    result = goes_together(HOSTS, {f"c{number}/prod": Finding(5, 5, (row,) * 5) for number in range(200)})
    assert result.metadata["Rows found"].value == 1_000
    sample = result.metadata["Sample"]
    assert isinstance(sample, dg.TableMetadataValue)
    assert len(sample.records) == 5


def test_a_key_that_stands_twice_is_an_error() -> None:
    """Power BI refuses to load a table whose key is repeated: the run has to say which."""
    result = keys_are_unique("dim_esxi_host", ["acme/prod:esx1"])
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.ERROR
    assert result.metadata["Repeated keys"].value == "acme/prod:esx1"
    assert keys_are_unique("dim_esxi_host", []).passed
