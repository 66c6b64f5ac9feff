"""What `vmware_guest_snapshot_info` says of the snapshots of one machine."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vmware_guest_snapshot_info import SHAPE, parse_snapshots, to_sureness
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VmSnapshot, virtual_machine

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("guest_snapshots", {}, None, {"name": "a%2fb", "folder": "/DC/vm"})


def read_loop() -> list[tuple[dict[str, Any], Surroundings]]:
    """Give what a real loop over virtual machines returned, each with what stands around it."""
    report = json.loads((REPORTS / "ansible12/guest_snapshot_info.json").read_text("utf-8"))
    return [
        (
            result["guest_snapshots"],
            Surroundings(
                "guest_snapshots",
                result,
                result["item"],
                {key: result["invocation"]["module_args"][key] for key in ("moid", "name", "uuid")},
            ),
        )
        for result in report["results"]
    ]


def test_snapshots_of_a_real_machine_find_their_columns() -> None:
    """A snapshot that is not told to be current could be deleted as an old one while the machine runs on it."""
    item, around = next((item, around) for item, around in read_loop() if len(item.get("snapshots", ())) == 1)
    spoilt: list[SpoiltChild] = []
    assert to_sureness(item, around) is Sureness.SURE
    taken = datetime(2026, 11, 24, 4, 19, 11, 444435)  # noqa: DTZ001 - naive UTC, as stored
    assert parse_snapshots(item, around, spoilt) == virtual_machine(
        name="fra-web-08",
        moid="vm-170",
        instance_uuid="6c90947d-8c74-589f-bcb2-8136668a9286",
        bios_uuid="c12fcbc4-6b61-512d-853b-f0c8f901a564",
        is_system=False,
        snapshot_count=1,
        oldest_snapshot_at=taken,
        snapshots=(
            VmSnapshot(
                "before patch 7",
                "Patchday 2026-11\nby admin",
                1,
                taken,
                "poweredOn",
                is_quiesced=False,
                is_current=True,
            ),
        ),
    )
    assert not spoilt


def test_every_machine_of_a_real_loop_is_read() -> None:
    """A machine without snapshots must be told from one that nobody asked about."""
    spoilt: list[SpoiltChild] = []
    records = [parse_snapshots(item, around, spoilt) for item, around in read_loop()]
    assert all(to_sureness(item, around) is Sureness.SURE for item, around in read_loop())
    assert [record.snapshot_count for record in records] == [0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 3, 0, 1]
    assert all(record.moid is not None for record in records)
    assert not spoilt


def test_a_machine_that_was_asked_by_name_has_its_name_only() -> None:
    """An id of another machine with that name would be worse than none."""
    assert parse_snapshots({}, AROUND, []) == virtual_machine(name="a/b", is_system=False, snapshot_count=0)


def test_which_is_current_is_unknown_when_the_module_cannot_tell() -> None:
    """All snapshots would be published as not current."""
    item = {"current_snapshot": {}, "snapshots": [{"id": 1, "name": "s", "creation_time": "2026-01-01T00:00:00Z"}]}
    assert parse_snapshots(item, AROUND, []).snapshots[0].is_current is None


def test_a_list_that_is_none_is_a_spoilt_part_and_the_number_unknown() -> None:
    """Zero snapshots would be believed."""
    spoilt: list[SpoiltChild] = []
    record = parse_snapshots({"current_snapshot": None, "snapshots": "x"}, AROUND, spoilt)
    assert record.snapshot_count is None
    assert spoilt == [SpoiltChild("vm_snapshots", "snapshots", "'x' is not a list", None)]


def test_snapshots_of_nobody_are_refused_with_advice() -> None:
    """An admin who kept only the snapshots would see an empty table and no word about it."""
    with pytest.raises(ValueError, match="nothing says which virtual machine this is"):
        parse_snapshots({"current_snapshot": None, "snapshots": []}, Surroundings("guest_snapshots"), [])
    assert (
        SHAPE.content_of({"current_snapshot": {"description": "secret"}, "snapshots": []}) == '{"snapshots": "a list"}'
    )
    assert SHAPE.content_of({}) == "{}"


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({}, "snapshots"),
        ({"snapshots": []}, "guest_snapshots"),
        ({"snapshots": [], "current_snapshot": None, "hw_name": "a"}, "instance"),
        ({"snapshots": {}, "current_snapshot": None}, "x"),
    ],
)
def test_other_objects_are_not_claimed(item: dict[str, Any], key: str) -> None:
    """A machine in detail has the same keys among others, and would be read twice."""
    assert to_sureness(item, Surroundings(key)) is Sureness.NO
