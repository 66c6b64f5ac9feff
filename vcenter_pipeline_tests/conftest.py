"""What tests of the whole share: a home of their own, reports dropped as Ansible drops them, one real pass."""

import ctypes
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, settings

import vcenter_pipeline
from vcenter_pipeline.defs.once import Pass, ingest_once
from vcenter_pipeline.settings import Settings, load_settings

settings.register_profile("side by side", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("side by side")
"""Tests that run side by side wait for each other: how long one takes says nothing of the code."""

sys.path.append(str(Path(__file__).parents[1]))
"""Tests share modules as `vcenter_pipeline_tests.…`; last, so that an installed package is the one that is tested."""

_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_REPORTS = Path(__file__).parent / "reports"
_PACKAGE_ROOT = Path(vcenter_pipeline.__file__).parents[1]


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep out the settings of whoever runs the tests: their environment, and a `.env` where they stand.

    What starts as a process of its own finds the very package that is tested.
    """
    for variable in list(os.environ):
        if variable.startswith("VCENTER_"):
            monkeypatch.delenv(variable)
    for variable in ("DATABASE_URL", "DAGSTER_HOME"):
        monkeypatch.setenv(variable, "")  # so that what a pass sets itself is taken back as well
        monkeypatch.delenv(variable)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(_PACKAGE_ROOT), os.environ.get("PYTHONPATH")])))
    monkeypatch.chdir(tmp_path_factory.mktemp("working_directory"))


@pytest.fixture
def _as_a_common_user() -> Iterator[None]:
    """Obey file modes, also as root: capset(2), version 3 of its header, for this thread only."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    before = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice
    assert libc.capget(header, before) == 0
    without = (ctypes.c_uint32 * 6)(*before)
    without[0] &= ~(1 << _CAP_DAC_OVERRIDE | 1 << _CAP_DAC_READ_SEARCH)
    assert libc.capset(header, without) == 0
    yield
    assert libc.capset(header, before) == 0


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """Give the settings of a home that is not there yet; steps of a run read them from the environment too.

    The definitions are loaded before a test changes any setting: a process loads them once, for all of its tests.
    """
    import vcenter_pipeline.definitions  # noqa: PLC0415 - reads the settings, so not before isolation

    assert vcenter_pipeline.definitions.defs
    monkeypatch.setenv("VCENTER_HOME", str(tmp_path / "home"))
    return load_settings()


@pytest.fixture
def drop(home: Settings) -> Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]:
    """Drop a report: `drop("acme/prod/vm.json", content)`; written beside, then renamed."""

    def _drop(relative: str, content: bytes | str | dict[str, Any] | list[Any]) -> Path:
        if isinstance(content, dict | list):
            content = json.dumps(content)
        path = home.input_path / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        return beside.replace(path)

    return _drop


@pytest.fixture
def real() -> Callable[[str], bytes]:
    """Read a real report: `real("ansible12/vm_info_full.json")`."""
    return lambda name: (_REPORTS / name).read_bytes()


@pytest.fixture
def take(home: Settings) -> Callable[[], Pass]:
    """Take what waits, once, without waiting for writers, through the job that the daemon runs.

    The settings are read again at each pass, so a test may change variables in between.
    """
    from vcenter_pipeline.definitions import defs  # noqa: PLC0415 - reads the settings, so not before isolation

    assert home.home_path.is_absolute()
    return lambda: ingest_once(load_settings(), defs, is_waiting_for_writers=False, tell=lambda _: None)


@pytest.fixture
def published(home: Settings) -> Callable[[str, str], list[dict[str, Any]]]:
    """Read a published table: `published("acme/prod", "dim_virtual_machine")`, as Power BI does, from Parquet."""

    def _published(source: str, table: str) -> list[dict[str, Any]]:
        with (home.output_path / source / f"{table}.parquet").open("rb") as file:
            rows: list[dict[str, Any]] = pyarrow.parquet.read_table(file).to_pylist()
        return rows

    return _published


@pytest.fixture
def command() -> list[str]:
    """Give the words that start `vcenter-pipeline` as a process, whether or not it is installed."""
    return [sys.executable, "-m", "vcenter_pipeline.cli"]
