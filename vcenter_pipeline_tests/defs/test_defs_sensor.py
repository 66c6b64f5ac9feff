"""What the sensor and the backlog schedule ask Dagster for; called directly, on real files and a real instance."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.defs.schedules import build_backlog_schedule
from vcenter_pipeline.defs.sensors import build_reports_sensor
from vcenter_pipeline.errors import ListingError
from vcenter_pipeline.settings import Settings, load_settings

Drop = Callable[[str, bytes | dict[str, Any]], Path]
Look = Callable[[], dg.SensorResult]

STABILITY = 0.2
NO_ALARMS: dict[str, Any] = {"alarms": [], "changed": False}


@pytest.fixture
def look(home: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Let the sensor look once, as a tick of the daemon does."""
    monkeypatch.setenv("VCENTER_STABILITY_SECONDS", str(STABILITY))
    sensor = build_reports_sensor(home)

    def _look() -> dg.SensorResult:
        found = sensor(dg.build_sensor_context(instance=instance))
        assert isinstance(found, dg.SensorResult)
        return found

    return _look


def look_twice(look: Look) -> dg.SensorResult:
    """Look, wait the stability time, and look again."""
    look()
    time.sleep(STABILITY * 1.5)
    return look()


def requests_of(found: dg.SensorResult) -> list[dg.RunRequest]:
    """Give what a look asked for."""
    return list(found.run_requests or [])


def reports_of(request: dg.RunRequest) -> list[str]:
    """Give the reports that a run is told to take."""
    reports: list[str] = request.run_config["resources"]["intake"]["config"]["reports"]
    return reports


def test_a_new_report_is_asked_for_at_the_second_look(look: Look, drop: Drop) -> None:
    """Taken at the first look, a report that is still being written would be read by half."""
    drop("acme/prod/alarms.json", NO_ALARMS)
    assert requests_of(look()) == []
    time.sleep(STABILITY * 1.5)
    found = look()
    (request,) = requests_of(found)
    assert request.partition_key == "acme/prod"
    assert request.run_key is not None
    assert request.run_key.startswith("acme/prod@")
    assert len(request.run_key) == len("acme/prod@") + 64
    assert reports_of(request) == ["acme/prod/alarms.json"]
    assert request.tags["vcenter/source"] == "acme/prod"
    assert request.tags["vcenter/client"] == "acme"
    assert request.tags["vcenter/environment"] == "prod"
    assert request.tags["vcenter/report"] == "alarms.json"
    assert found.dynamic_partitions_requests is not None
    assert [list(added.partition_keys) for added in found.dynamic_partitions_requests] == [["acme/prod"]]
    assert requests_of(look()) == [], "it is asked for once"


def test_a_report_that_grows_waits(look: Look, drop: Drop) -> None:
    """A playbook that writes through a redirect takes minutes; every look in between must leave it alone."""
    path = drop("acme/prod/alarms.json", NO_ALARMS)
    look()
    time.sleep(STABILITY * 1.5)
    path.write_bytes(path.read_bytes() + b"\n")
    assert requests_of(look()) == []
    time.sleep(STABILITY * 1.5)
    assert len(requests_of(look())) == 1


def test_the_same_content_of_two_sources_is_two_runs(look: Look, drop: Drop) -> None:
    """Two clients without alarms write the same bytes; one key for both would leave one client's report lying."""
    drop("acme/prod/alarms.json", NO_ALARMS)
    drop("globex/prod/alarms.json", NO_ALARMS)
    requests = requests_of(look_twice(look))
    assert sorted(str(request.partition_key) for request in requests) == ["acme/prod", "globex/prod"]
    assert len({request.run_key for request in requests}) == 2


def test_content_that_the_tables_hold_is_asked_for_under_another_key(
    look: Look, drop: Drop, take: Callable[[], Pass], home: Settings
) -> None:
    """Dagster skips a key that it knows, so a file dropped again would lie in the input for ever."""
    drop("acme/prod/alarms.json", NO_ALARMS)
    first = requests_of(look_twice(look))[0].run_key
    assert take().is_good
    drop("acme/prod/alarms.json", NO_ALARMS)
    second = requests_of(look_twice(look))[0].run_key
    assert first is not None
    assert second is not None
    assert second.startswith(f"{first}@")
    assert take().is_good
    assert list(home.input_path.glob("*/*/*.json")) == []


def test_many_reports_of_one_source_are_one_run(look: Look, drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand waiting files as a thousand runs would take an hour of starting Dagster."""
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "2")
    monkeypatch.setenv("VCENTER_BATCH_SIZE", "3")
    for day in (14, 11, 13, 12):
        drop(f"acme/prod/alarms_202601{day}.json", {**NO_ALARMS, "day": day})
    drop("globex/prod/alarms.json", NO_ALARMS)
    requests = {str(request.partition_key): request for request in requests_of(look_twice(look))}
    assert reports_of(requests["acme/prod"]) == [
        "acme/prod/alarms_20260111.json",
        "acme/prod/alarms_20260112.json",
        "acme/prod/alarms_20260113.json",
    ]
    assert requests["acme/prod"].tags["vcenter/report"] == "3 reports"
    assert reports_of(requests["globex/prod"]) == ["globex/prod/alarms.json"]


def test_no_look_asks_for_more_runs_than_a_tick_can_submit(look: Look, drop: Drop) -> None:
    """Submitting a run takes the daemon over half a second, and a tick that runs out of time loses all of them."""
    for number in range(9):
        drop(f"client{number}/prod/alarms.json", NO_ALARMS)
    first = requests_of(look_twice(look))
    second = requests_of(look())
    assert (len(first), len(second)) == (5, 4)
    assert len({request.partition_key for request in (*first, *second)}) == 9


def test_ten_thousand_waiting_files_are_looked_at_in_a_tick(look: Look, home: Settings) -> None:
    """After a long weekend they are there; a sensor that is cut off at its tick then never takes any."""
    for client in range(20):
        folder = home.input_path / f"client{client}" / "prod"
        folder.mkdir(parents=True)
        for number in range(500):
            (folder / f"alarms-{number}.json").write_text("{}")
    look()
    time.sleep(STABILITY * 1.5)
    started = time.process_time()
    found = look()
    assert time.process_time() - started < 5
    assert len(requests_of(found)) == 5
    assert found.cursor is not None
    assert len(found.cursor) < 1_000
    assert json.loads(found.cursor)["waiting"] == 10_000


def test_a_misplaced_file_goes_to_quarantine_with_a_sentence(look: Look, drop: Drop, home: Settings) -> None:
    """Somebody dropped it in the wrong folder and waits for it; silence would let him wait for ever."""
    drop("vm_info.json", NO_ALARMS)
    drop("acme/prod/2026/vm_info.json", NO_ALARMS)
    look_twice(look)
    assert list(home.input_path.glob("**/*.json")) == []
    reasons = [json.loads(path.read_text()) for path in home.quarantine_path.rglob("*.reason.json")]
    assert sorted(reason["file"] for reason in reasons) == ["acme/prod/2026/vm_info.json", "vm_info.json"]
    for reason in reasons:
        assert reason["reason"].endswith(".")
        assert "<client>/<environment>" in reason["advice"]


def test_an_input_folder_that_is_gone_is_an_error_and_forgets_nothing(
    look: Look, drop: Drop, home: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A share that is not mounted looks empty; taken for "no reports", every waiting file would start anew."""
    monkeypatch.setenv("VCENTER_INPUT_DIR", str(home.input_path))
    drop("acme/prod/alarms.json", NO_ALARMS)
    look()
    away = tmp_path / "unmounted"
    home.input_path.rename(away)
    with pytest.raises(ListingError):
        look()
    away.rename(home.input_path)
    time.sleep(STABILITY * 1.5)
    assert len(requests_of(look())) == 1, "the look of before still counts"


def test_the_backlog_takes_what_nobody_took(
    look: Look, drop: Drop, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sensor was off, or the run failed while the disk was full: without it those reports are lost from sight."""
    monkeypatch.setenv("VCENTER_STABILITY_SECONDS", str(STABILITY))
    for number in (1, 2, 3):
        drop(f"acme/prod/alarms_2026010{number}.json", {**NO_ALARMS, "number": number})
    drop("globex/prod/alarms.json", NO_ALARMS)
    look()
    monkeypatch.setenv("VCENTER_STABILITY_SECONDS", "0")
    schedule = build_backlog_schedule(load_settings())
    found = schedule(dg.build_schedule_context(instance=instance))
    assert isinstance(found, list)
    assert {str(request.partition_key): reports_of(request) for request in found} == {
        "acme/prod": [f"acme/prod/alarms_2026010{number}.json" for number in (1, 2, 3)],
        "globex/prod": ["globex/prod/alarms.json"],
    }
    assert set(instance.get_dynamic_partitions("source")) == {"acme/prod", "globex/prod"}
    assert isinstance(schedule(dg.build_schedule_context(instance=instance)), dg.SkipReason), "they are on their way"
