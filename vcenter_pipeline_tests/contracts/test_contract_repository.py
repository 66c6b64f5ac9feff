"""The generated files in the repository are what the program generates, and the top level is what was asked for."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from vcenter_pipeline.defs.instance import instance_yaml
from vcenter_pipeline.exports.dictionary import render_dictionary
from vcenter_pipeline.settings import load_settings

ROOT = Path(__file__).parents[2]


def test_the_data_dictionary_is_up_to_date() -> None:
    """Whoever builds a report on a column that it describes wrongly builds a wrong report."""
    assert (ROOT / "docs" / "data_dictionary.md").read_text(encoding="utf-8") == render_dictionary()


def test_dagster_yaml_is_what_up_would_write() -> None:
    """`dagster dev` in the checkout and `vcenter-pipeline up` would run under different rules."""
    text = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    assert text == instance_yaml(load_settings())
    rules = yaml.safe_load(text)
    assert rules["telemetry"] == {"enabled": False}
    assert rules["concurrency"]["runs"]["max_concurrent_runs"] == 4
    assert rules["concurrency"]["runs"]["tag_concurrency_limits"] == [
        {"key": "vcenter/source", "value": {"applyLimitPerUniqueValue": True}, "limit": 1}
    ]
    assert rules["run_monitoring"]["enabled"] is True


def test_the_workspace_names_the_definitions() -> None:
    """`dagster dev` would start without the project."""
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text(encoding="utf-8"))
    assert workspace == {"load_from": [{"python_module": "vcenter_pipeline.definitions"}]}


@pytest.mark.parametrize("module", ["vcenter_pipeline", "vcenter_pipeline.errors", "vcenter_pipeline.intake.plan"])
def test_an_import_has_no_effect(module: str, tmp_path: Path) -> None:
    """A file or a connection that an import makes is made by every tool that only looks: an editor, a linter."""
    code = f"import {module}, sys; assert 'pandas' not in sys.modules; assert 'dagster' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)  # noqa: S603 - our own words
    assert list(tmp_path.iterdir()) == []
