"""Snapshots as `vmware_all_snapshots_info` describes them."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import yaml

from vcenter_pipeline.formats.estate import vmware_all_snapshots_info
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import NamedSnapshot

AROUND = Surroundings("vmware_all_snapshots_info")
EXPECTED = NamedSnapshot(
    vm_name="fra-web-02",
    vm_folder="Produktion",
    name="before patch 1",
    description="Patchday 2026-11\nby admin",
    snapshot_id=1,
    created_at=datetime(2026, 11, 24, 4, 19, 11, 423806),  # noqa: DTZ001 - instants are naive UTC
    power_state="poweredOn",
    is_quiesced=False,
    is_current=None,
)


def test_a_real_snapshot_fills_every_column(real: Callable[[str], bytes]) -> None:
    """An old snapshot that is not seen fills its datastore."""
    turns = json.loads(real("ansible12/all_snapshots_info.json"))["results"]
    lists = [turn["vmware_all_snapshots_info"] for turn in turns]
    assert [len(snapshots) for snapshots in lists] == [15, 12]
    assert vmware_all_snapshots_info.parse_snapshot(lists[0][0], AROUND, []) == EXPECTED
    third = vmware_all_snapshots_info.parse_snapshot(lists[0][2], AROUND, [])
    assert (third.snapshot_id, third.is_quiesced, third.description) == (3, True, "deep")
    odd = vmware_all_snapshots_info.parse_snapshot(lists[1][10], AROUND, [])
    assert (odd.vm_name, odd.vm_folder, odd.name) == ("emoji-🚀", "Büro München", "nach Update \N{EN DASH} ok")


def test_bundles_and_yaml_give_the_same(real: Callable[[str], bytes]) -> None:
    """Admins put them under names of their own; YAML writes numbers as text."""
    bundle = json.loads(real("ansible12/vcenter_report.json"))["snapshots"]
    assert len(bundle) == 27
    assert {vmware_all_snapshots_info.to_sureness(item, Surroundings("snapshots")) for item in bundle} == {
        Sureness.SURE
    }
    texts = yaml.load(real("ansible12/all_snapshots_info.yml"), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    for item in (bundle[0], texts["results"][0]["vmware_all_snapshots_info"][0]):
        assert vmware_all_snapshots_info.parse_snapshot(item, AROUND, []) == EXPECTED


def test_names_are_decoded_and_what_is_not_said_is_null() -> None:
    """The virtual machine is found by its name, which others write decoded."""
    item = {"vm_name": "a%2fb", "creation_time": "", "state": None, "quiesced": "N/A", "folder": "x%5cy"}
    snapshot = vmware_all_snapshots_info.parse_snapshot(item, AROUND, [])
    assert snapshot == NamedSnapshot("a/b", "x\\y", None, None, None, None, None, None, None)


def test_snapshots_are_told_from_other_things() -> None:
    """A guest's snapshots name no machine: their shape takes it from the loop around."""
    others: list[dict[str, Any]] = [
        {"name": "a", "creation_time": "2026-11-24T04:19:11Z", "state": "poweredOn", "quiesced": False, "id": 1},
        {"vm_name": "a", "alarm_name": "CPU", "status": "red"},
        {"vm_name": {}, "creation_time": []},
        {},
    ]
    assert {vmware_all_snapshots_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"creation_time": "yesterday"}, "creation_time: 'yesterday' is not a time such as 2026-01-31T02:00:00Z"),
        ({"id": "one"}, "id: 'one' is not a whole number"),
        ({"vm_name": {"password": "hunter2"}}, "vm_name: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_key_and_the_row_is_kept(changes: dict[str, Any], reason: str) -> None:
    """The admin must find it; the description is free text and is not kept."""
    item = {"vm_name": "a", "creation_time": "", "state": "poweredOn", "description": "hunter2"} | changes
    with pytest.raises(ValueError, match=r"^") as caught:
        vmware_all_snapshots_info.parse_snapshot(item, AROUND, [])
    assert str(caught.value) == reason
    assert "hunter2" not in vmware_all_snapshots_info.content_of(item)
    assert json.loads(vmware_all_snapshots_info.content_of(item))["state"] == "poweredOn"
