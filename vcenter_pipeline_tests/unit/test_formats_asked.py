"""Which virtual machine a register is about."""

from typing import Any

import pytest

from vcenter_pipeline.formats.machines.asked import Asked, to_asked, to_identified
from vcenter_pipeline.formats.shape import Surroundings
from vcenter_pipeline.model.records import virtual_machine

INSTANCE_UUID = "0b0e0daf-6d66-59bd-a449-f293fbc0e26c"
BIOS_UUID = "df95515a-9476-51b3-baf4-796a825e11b2"
TURN = {"guest_name": "sapp01", "moid": "vm-191", "instance_uuid": INSTANCE_UUID, "uuid": BIOS_UUID}
ALL = Asked("sapp01", "vm-191", INSTANCE_UUID, BIOS_UUID)


def around(turn: object = None, **arguments: object) -> Surroundings:
    """Give what a loop has around an item."""
    return Surroundings("guest_disk_info", {}, turn, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"moid": "vm-191"},
        {"uuid": BIOS_UUID.upper(), "use_instance_uuid": False},
        {"uuid": INSTANCE_UUID, "use_instance_uuid": True},
        {"name": "sapp01", "moid": None, "uuid": None},
        {},
    ],
)
def test_a_loop_over_machines_gives_all_their_ids(arguments: dict[str, Any]) -> None:
    """With a name alone the disks could not be joined where two machines share it."""
    assert to_asked(around(TURN, **arguments)) == ALL


def test_a_loop_over_something_else_does_not_rename_the_machine() -> None:
    """A loop over vCenters would give every machine the name of its vCenter."""
    turn = {"name": "vcenter01", "hostname": "vcenter01.example.com"}
    assert to_asked(around(turn, name="sapp01")) == Asked(name="sapp01")
    assert to_asked(around(turn)) == Asked()


def test_a_record_of_another_machine_is_not_mixed_in() -> None:
    """Two machines would become one with the ids of both."""
    assert to_asked(around(TURN, moid="vm-7")) == Asked(moid="vm-7")


@pytest.mark.parametrize(
    ("use_instance_uuid", "expected"),
    [(True, Asked(instance_uuid=BIOS_UUID)), (False, Asked(bios_uuid=BIOS_UUID)), (None, Asked(bios_uuid=BIOS_UUID))],
)
def test_a_uuid_is_of_the_kind_that_was_asked_for(use_instance_uuid: object, expected: Asked) -> None:
    """A BIOS uuid among instance uuids makes a second machine of every one."""
    assert to_asked(around(uuid=BIOS_UUID, use_instance_uuid=use_instance_uuid)) == expected


def test_names_are_decoded() -> None:
    """The same machine would have two names, and the loop's record would look like another one."""
    assert to_asked(around({"guest_name": "a/b", "moid": "vm-1"}, name="a%2fb")) == Asked("a/b", "vm-1")


@pytest.mark.parametrize("turn", [None, "", 7, [], ["vm-1"], "sapp01", {"name": 7}, {"moid": ["vm-1"]}, {"uuid": {}}])
def test_a_loop_over_anything_says_nothing(turn: object) -> None:
    """A text may be the name of a vCenter; and nothing that a loop holds may end the reading of a report."""
    assert to_asked(around(turn)) == Asked()


def test_a_loop_over_moids_or_registers_says_which_machine() -> None:
    """Reports without `invocation` would lose all their rows."""
    assert to_asked(around("vm-191")) == Asked(moid="vm-191")
    turn = {"instance": {"hw_name": "sapp01", "moid": "vm-191", "hw_product_uuid": BIOS_UUID}}
    assert to_asked(around(turn)) == Asked("sapp01", "vm-191", None, BIOS_UUID)


def test_a_loop_over_a_mapping_by_name_says_which_machine() -> None:
    """Ansible before 2.9 gave such a mapping: with a BIOS uuid alone no machine can be told apart."""
    turn = {"key": "sapp%2f01", "value": {"guest_fullname": "Linux", "power_state": "poweredOn", "uuid": BIOS_UUID}}
    asked = Asked("sapp/01", None, None, BIOS_UUID)
    assert to_asked(around(turn, uuid=BIOS_UUID, use_instance_uuid=False)) == asked
    assert to_asked(around({"key": "vcenter01", "value": {"uuid": BIOS_UUID}}, uuid=BIOS_UUID)) == Asked(
        bios_uuid=BIOS_UUID
    )


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"vm_name": "sapp01"}, Asked("sapp01")),
        ({"name": "sapp01", "moid": "vm-191"}, Asked("sapp01", "vm-191")),
        ({"vm": TURN, "name": "report"}, ALL),
        ({"name": "vcenter01"}, Asked()),
        ({"instance": TURN}, Asked()),
        ({"guest_disk_info": TURN}, Asked()),
        ({"vm": ["vm-191"], "moid": 7}, Asked()),
    ],
)
def test_what_people_put_beside_the_disks_says_whose_they_are(beside: dict[str, Any], expected: Asked) -> None:
    """Playbooks make `{vm_name, guest_disk_info}` of a loop: all their rows would be rejected."""
    register = {"guest_disk_info": {}, **beside}
    assert to_asked(Surroundings("guest_disk_info", register)) == expected
    assert to_asked(Surroundings("guest_disk_info", register, None, {"moid": "vm-7"})) == Asked(moid="vm-7")


def test_a_record_gets_what_it_lacks() -> None:
    """Details with nothing but a moid could not be joined to a list with nothing but a uuid."""
    record = to_identified(virtual_machine(moid="vm-191", disk_count=1), ALL)
    assert record == virtual_machine(
        name="sapp01",
        moid="vm-191",
        instance_uuid=INSTANCE_UUID,
        bios_uuid=BIOS_UUID,
        disk_count=1,
        is_system=False,
    )


def test_a_record_of_another_machine_stays_as_it_is() -> None:
    """Its id is a fact of the vCenter; what was asked for is only a guess about it."""
    record = virtual_machine(moid="vm-7", name="other", is_system=False)
    assert to_identified(record, ALL) == record


def test_a_record_that_names_nobody_is_refused_with_advice() -> None:
    """An admin who kept only the disks would see an empty table and no word about it."""
    with pytest.raises(ValueError, match="nothing says which virtual machine this is: keep the whole register"):
        to_identified(virtual_machine(disk_count=1), Asked())
