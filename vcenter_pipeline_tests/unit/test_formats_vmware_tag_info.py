"""Tags as `vmware_tag_info` describes them: hand-made from its documented return values, as the simulator has none."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from vcenter_pipeline.formats.machines import vmware_tag_info
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import VmAttribute, virtual_machine

TAG: dict[str, Any] = {
    "tag_name": "fedora_machines",
    "tag_category_id": "urn:vmomi:InventoryServiceCategory:baa90bae-951b-4e87-af8c-be681a1ba30c:GLOBAL",
    "tag_description": "hunter2",
    "tag_id": "urn:vmomi:InventoryServiceTag:7d27d182-3ecd-4200-9d72-410cc6398a8a:GLOBAL",
    "tag_used_by": [
        {"id": "vm-12", "type": "VirtualMachine"},
        {"id": "datastore-7", "type": "Datastore"},
        {"id": "vm-13", "type": "VirtualMachine"},
        {"id": "vm-12", "type": "VirtualMachine"},
        "vm-14",
        "com.example.backup",
    ],
}
AROUND = Surroundings("tag_info", {"tag_info": [TAG], "tag_facts": {}})
FEDORA = VmAttribute("tag", None, "fedora_machines", None)


def test_a_tag_is_on_each_machine_that_uses_it_and_on_nothing_else() -> None:
    """Backups and costs are sorted by tags; a datastore's tag is no machine's."""
    spoilt: list[SpoiltChild] = []
    vmware_tag_info.parse_tag(TAG, AROUND, spoilt)
    assert spoilt == []
    assert list(vmware_tag_info.build_virtual_machines(TAG, AROUND)) == [
        ("virtual_machines", virtual_machine(moid="vm-12", attributes=(FEDORA,))),
        ("virtual_machines", virtual_machine(moid="vm-13", attributes=(FEDORA,))),
        ("virtual_machines", virtual_machine(moid="vm-14", attributes=(FEDORA,))),
    ]


@pytest.mark.parametrize("uses", [[], None, "", ["com.example.backup"]])
def test_a_tag_that_no_machine_has_gives_nothing(uses: object) -> None:
    """A machine without name and moid would appear."""
    spoilt: list[SpoiltChild] = []
    vmware_tag_info.parse_tag(TAG | {"tag_used_by": uses}, AROUND, spoilt)
    assert spoilt == []
    assert list(vmware_tag_info.build_virtual_machines(TAG | {"tag_used_by": uses}, AROUND)) == []


def test_the_older_mapping_counts_only_where_there_is_no_list() -> None:
    """Both stand in every report of today, and each machine would have its tags twice."""
    register = {"tag_info": [TAG], "tag_facts": {"fedora_machines": {}}}
    assert list(vmware_tag_info.build_virtual_machines(TAG, Surroundings("tag_facts", register))) == []
    older = Surroundings("tag_facts", {"tag_facts": {"fedora_machines": {}}})
    assert len(list(vmware_tag_info.build_virtual_machines(TAG, older))) == 3


def test_uses_that_cannot_be_read_are_told_of() -> None:
    """One odd use would hide all others of the tag."""
    uses = [{"id": ["hunter2"], "type": "VirtualMachine"}, {"type": "VirtualMachine"}, {"id": "vm-1", "type": []}, 7]
    spoilt: list[SpoiltChild] = []
    vmware_tag_info.parse_tag(TAG | {"tag_used_by": [*uses, "vm-5"]}, AROUND, spoilt)
    reason = "the moid of the virtual machine is not one such as vm-12"
    assert spoilt == [
        SpoiltChild("vm_attributes", "tag_used_by[0]", reason, None),
        SpoiltChild("vm_attributes", "tag_used_by[1]", reason, None),
    ]
    machines = list(vmware_tag_info.build_virtual_machines(TAG | {"tag_used_by": [*uses, "vm-5"]}, AROUND))
    assert machines == [("virtual_machines", virtual_machine(moid="vm-5", attributes=(FEDORA,)))]
    spoilt.clear()
    vmware_tag_info.parse_tag(TAG | {"tag_used_by": {"vm-1": 1}}, AROUND, spoilt)
    assert spoilt == [SpoiltChild("vm_attributes", "tag_used_by", "an object is not a list", None)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (None, "tag_name: the tag has no name"),
        ("", "tag_name: the tag has no name"),
        ({"password": "hunter2"}, "tag_name: an object is not a text"),
    ],
)
def test_a_tag_without_a_name_is_rejected(name: object, reason: str) -> None:
    """The machines would have an empty tag."""
    item = TAG | {"tag_name": name}
    with pytest.raises(ValueError, match=r"^") as caught:
        vmware_tag_info.parse_tag(item, AROUND, [])
    assert str(caught.value) == reason
    assert "hunter2" not in vmware_tag_info.content_of(item)
    assert "tag_id" in json.loads(vmware_tag_info.content_of(item))


def test_tags_are_told_from_other_things(real: Callable[[str], bytes]) -> None:
    """The tags of a virtual machine and the categories have other keys; the real register is that of a failed task."""
    assert vmware_tag_info.to_sureness(TAG, Surroundings("anything")) is Sureness.SURE
    others: list[dict[str, Any]] = [
        {"category_id": "urn:1", "category_name": "cat_0001", "description": "", "id": "urn:2", "name": "tag_0001"},
        {"category_name": "Category0001", "category_used_by": [], "category_id": "urn:1"},
        json.loads(real("ansible12/tag_info.json")),
        {},
    ]
    assert {vmware_tag_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}
