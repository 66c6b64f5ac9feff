"""What `vmware_guest_disk_info` says of the disks of one machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.machines.vmware_guest_disk_info import SHAPE, parse_disks, to_sureness
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VmDisk, virtual_machine

REPORTS = Path(__file__).parent.parent / "reports"
AROUND = Surroundings("guest_disk_info", {}, None, {"moid": "vm-7"})

DISK: dict[str, Any] = {
    "backing_datastore": "datastore3",
    "backing_devicename": "vml.0123456789",
    "backing_disk_mode": "independent_persistent",
    "backing_diskmode": "independent_persistent",
    "backing_filename": "[datastore3] VM_226/VM_226.vmdk",
    "backing_lunuuid": "0123456789",
    "backing_type": "RawDiskMappingVer1",
    "backing_uuid": None,
    "capacity_in_bytes": None,
    "capacity_in_kb": "15,360",
    "controller_bus_number": 0,
    "controller_key": 1000,
    "controller_type": "paravirtual",
    "key": 2001,
    "label": "Hard disk 3",
    "summary": "15,360 KB",
    "unit_number": 1,
}
"""Made by hand of the module's documented return values."""


def read_loop() -> list[tuple[dict[str, Any], Surroundings]]:
    """Give what a real loop over virtual machines returned, each with what stands around it."""
    report = json.loads((REPORTS / "ansible12/disk_info.json").read_text("utf-8"))
    return [
        (
            result["guest_disk_info"],
            Surroundings(
                "guest_disk_info",
                result,
                result["item"],
                {key: result["invocation"]["module_args"][key] for key in ("moid", "name", "uuid")},
            ),
        )
        for result in report["results"]
    ]


def test_every_key_of_a_real_disk_finds_its_column() -> None:
    """Capacity in KiB published as bytes would make every disk a thousandth of its size."""
    item, around = read_loop()[0]
    spoilt: list[SpoiltChild] = []
    assert to_sureness(item, around) is Sureness.SURE
    assert parse_disks(item, around, spoilt) == virtual_machine(
        name="sapp01",
        moid="vm-191",
        instance_uuid="0b0e0daf-6d66-59bd-a449-f293fbc0e26c",
        bios_uuid="df95515a-9476-51b3-baf4-796a825e11b2",
        is_system=False,
        disk_count=1,
        disks=(
            VmDisk(
                "disk-202-0",
                203,
                107374182400,
                "nfs-fra-iso",
                "[nfs-fra-iso] sapp01/sapp01.vmdk",
                "persistent",
                "FlatVer2",
                is_thin=True,
                controller_type="lsilogic",
                unit_number=0,
                disk_uuid="088b5908-fb77-5777-92ea-565d8b0c0ef1",
            ),
        ),
    )
    assert not spoilt


def test_every_machine_of_a_real_loop_is_read() -> None:
    """A disk without its machine cannot be joined to anything."""
    spoilt: list[SpoiltChild] = []
    records = [parse_disks(item, around, spoilt) for item, around in read_loop()]
    assert [record.moid for record in records] == [
        "vm-191",
        "vm-194",
        "vm-197",
        "vm-200",
        "vm-149",
        "vm-152",
        "vm-155",
        "vm-158",
        "vm-161",
        "vm-164",
    ]
    assert sum(disk.capacity_bytes or 0 for record in records for disk in record.disks) == 568 * 1024**3
    assert not spoilt


def test_a_raw_disk_of_an_old_module_is_read() -> None:
    """A number with separators would lose the size of the disk."""
    spoilt: list[SpoiltChild] = []
    record = parse_disks({"0": DISK}, AROUND, spoilt)
    assert record.disks == (
        VmDisk(
            "Hard disk 3",
            2001,
            15728640,
            "datastore3",
            "[datastore3] VM_226/VM_226.vmdk",
            "independent_persistent",
            "RawDiskMappingVer1",
            is_thin=None,
            controller_type="paravirtual",
            unit_number=1,
            disk_uuid=None,
        ),
    )
    assert not spoilt


def test_a_disk_that_cannot_be_read_is_counted_and_does_not_cost_the_others() -> None:
    """One broken disk would lose all disks of its machine."""
    spoilt: list[SpoiltChild] = []
    record = parse_disks({"0": DISK, "1": {**DISK, "unit_number": "x"}, "2": 7}, AROUND, spoilt)
    assert (record.disk_count, len(record.disks)) == (3, 1)
    assert [(child.table, child.place, child.reason) for child in spoilt] == [
        ("vm_disks", "1", "unit_number: 'x' is not a whole number"),
        ("vm_disks", "2", "7 is not an object"),
    ]


def test_a_machine_without_disks_has_none() -> None:
    """A machine that boots from the network would look like one that nobody asked about."""
    assert to_sureness({}, AROUND) is Sureness.SURE
    assert parse_disks({}, AROUND, []) == virtual_machine(moid="vm-7", disk_count=0)


def test_the_modules_old_word_for_no_disks_is_known() -> None:
    """Before Ansible 2.9 the module had another name: a machine without disks would be a report of nothing."""
    assert to_sureness({}, Surroundings("guest_disk_facts")) is Sureness.SURE
    assert "guest_disk_facts" in SHAPE.list_keys


def test_disks_of_nobody_are_refused_with_advice() -> None:
    """An admin who kept only the disks would see an empty table and no word about it."""
    spoilt: list[SpoiltChild] = []
    with pytest.raises(ValueError, match="nothing says which virtual machine this is"):
        parse_disks({"0": DISK, "1": 7}, Surroundings("guest_disk_info"), spoilt)
    assert not spoilt
    assert json.loads(SHAPE.content_of({"0": DISK, "1": 7})) == {"0.label": "Hard disk 3"}


@pytest.mark.parametrize(
    ("item", "key"),
    [({}, "disks"), ({"0": {}}, "guest_disk_info"), ({"a": 1}, "x"), (DISK, "0"), ({"0": {"label": "a"}}, "disks")],
)
def test_other_objects_are_not_claimed(item: dict[str, Any], key: str) -> None:
    """An object of something else would make a machine with disks that it does not have."""
    assert to_sureness(item, Surroundings(key)) is Sureness.NO
