"""Settings: where they come from, and what is said of one that cannot be used."""

from pathlib import Path

import pytest
import yaml

from vcenter_pipeline.defs.instance import instance_yaml
from vcenter_pipeline.errors import SettingsError
from vcenter_pipeline.settings import load_settings, setting_facts


def test_everything_lives_in_the_home_unless_it_is_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An admin who moves one folder to a share expects the others to stay."""
    monkeypatch.setenv("VCENTER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("VCENTER_OUTPUT_DIR", str(tmp_path / "share"))
    settings = load_settings()
    assert settings.input_path == tmp_path / "home" / "input"
    assert settings.archive_path == tmp_path / "home" / "archive"
    assert settings.quarantine_path == tmp_path / "home" / "quarantine"
    assert settings.output_path == tmp_path / "share"
    assert settings.dagster_path == tmp_path / "home" / "dagster"
    assert settings.database == f"sqlite:///{tmp_path / 'home' / 'warehouse.db'}"


def test_the_environment_wins_over_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value set for one start must not be overruled by a file that somebody forgot."""
    Path(".env").write_text("VCENTER_UI_PORT=4001\nVCENTER_BATCH_SIZE=7\n", encoding="utf-8")
    monkeypatch.setenv("VCENTER_UI_PORT", "4002")
    facts = {fact.variable: (fact.value, fact.origin) for fact in setting_facts(load_settings())}
    assert facts["VCENTER_UI_PORT"] == ("4002", "environment")
    assert facts["VCENTER_BATCH_SIZE"] == ("7", ".env")
    assert facts["VCENTER_RETENTION_DAYS"] == ("0", "default")


@pytest.mark.parametrize(
    ("variable", "value", "fragment"),
    [
        ("VCENTER_UI_PORT", "http", "VCENTER_UI_PORT: input should be a valid integer"),
        ("VCENTER_UI_PORT", "70000", "VCENTER_UI_PORT: input should be less than or equal to 65535"),
        ("VCENTER_FORMATS", "csv,xls", "VCENTER_FORMATS: input should be 'parquet', 'csv', 'json' or 'excel'"),
        ("VCENTER_STABILITY_SECONDS", "-1", "VCENTER_STABILITY_SECONDS: input should be greater than or equal to 0"),
        ("VCENTER_CSV_FORMULA_GUARD", "maybe", "VCENTER_CSV_FORMULA_GUARD: input should be a valid boolean"),
        ("DATABASE_URL", "mysql://me:geheim@db/x", "DATABASE_URL: must begin with sqlite:///"),
        ("VCENTER_BATCHSIZE", "5", "VCENTER_BATCHSIZE is no setting; VCENTER_BATCH_SIZE is"),
        ("VCENTER_OUTPUT_DIR", "vcenter_home/input/out", "VCENTER_OUTPUT_DIR and the input folder"),
        ("VCENTER_RETENTION_DAYS", "-1", "VCENTER_RETENTION_DAYS: input should be greater than or equal to 0"),
        ("VCENTER_KEEP_ALL_DAYS", "forever", "VCENTER_KEEP_ALL_DAYS: input should be a valid integer"),
        ("VCENTER_KEEP_ALL_DAYS", "1.5", "VCENTER_KEEP_ALL_DAYS: input should be a valid integer"),
        ("VCENTER_KEEP_ALL_DAYS", "99999999", "VCENTER_KEEP_ALL_DAYS: input should be less than or equal to 36500"),
        (
            "VCENTER_KEEP_DAILY_DAYS",
            "89",
            "VCENTER_KEEP_DAILY_DAYS (89) must not be less than VCENTER_KEEP_ALL_DAYS (90)",
        ),
        ("VCENTER_KEEP_ALL_DAYS", "731", "VCENTER_KEEP_DAILY_DAYS (730) must not be less than VCENTER_KEEP_ALL_DAYS"),
        ("VCENTER_RUN_DAYS", "-5", "VCENTER_RUN_DAYS: input should be greater than or equal to 0"),
        ("VCENTER_TICK_DAYS", "0", "VCENTER_TICK_DAYS: input should be greater than or equal to 1"),
    ],
)
def test_a_bad_value_is_a_sentence_that_names_the_variable(
    variable: str, value: str, fragment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An admin reads it in a service's log at night, without the source at hand."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert fragment in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(("keep_all", "keep_daily"), [("0", "10"), ("90", "0"), ("90", "90"), ("0", "0")])
def test_for_ever_and_as_long_are_no_contradiction(
    keep_all: str, keep_daily: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants to keep everything must not be refused for a number that then has no effect."""
    monkeypatch.setenv("VCENTER_KEEP_ALL_DAYS", keep_all)
    monkeypatch.setenv("VCENTER_KEEP_DAILY_DAYS", keep_daily)
    assert load_settings().keep_daily_days == int(keep_daily)


def test_ticks_are_purged_after_as_many_days_as_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster reads it from its own file only: a setting that never gets there fills the disk."""
    monkeypatch.setenv("VCENTER_TICK_DAYS", "5")
    days = yaml.safe_load(instance_yaml(load_settings()))["retention"]
    assert days == {
        "sensor": {"purge_after_days": {"skipped": 1, "success": 5, "failure": 5, "started": 5}},
        "schedule": {"purge_after_days": 5},
    }


def test_variables_of_playbooks_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the playbooks has VCENTER_ variables of its own; they must not stop the pipeline."""
    for name in ("VCENTER_HOSTNAME", "VCENTER_USERNAME", "VCENTER_PASSWORD", "VCENTER_HOST", "VCENTER_PORT"):
        monkeypatch.setenv(name, "vc.example.com")
    assert load_settings().ui_port == 3000


def test_a_password_in_the_database_url_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """`vcenter-pipeline settings` is what people paste into a ticket."""
    monkeypatch.setenv("DATABASE_URL", "sqlite:///me:geheim@/tmp/x.db")
    text = str(setting_facts(load_settings()))
    assert "geheim" not in text
    assert "me:****@/tmp/x.db" in text
