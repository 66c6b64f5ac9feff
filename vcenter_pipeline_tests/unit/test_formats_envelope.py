"""Where the lists are in what Ansible wraps around them."""

import pytest

from vcenter_pipeline.formats.envelope import Listed, lists_in, outcome_of

MACHINE = {"guest_name": "web", "guest_fullname": "Linux", "power_state": "poweredOn", "moid": "vm-1"}


def test_a_register_gives_its_lists() -> None:
    """The module's own key must be looked into, and so must a key that an admin chose."""
    register = {"changed": False, "virtual_machines": [MACHINE], "vms": [], "about": "text"}
    assert list(lists_in(register, "results[2]")) == [
        Listed("results[2].virtual_machines", "virtual_machines", 0, [MACHINE]),
        Listed("results[2].vms", "vms", 0, []),
    ]


@pytest.mark.parametrize("key", ["item", "invocation", "ansible_facts", "diff", "stdout_lines", "warnings"])
def test_what_a_register_echoes_is_no_result(key: str) -> None:
    """A loop over virtual machines repeats each whole: everything would be counted twice."""
    assert not list(lists_in({key: [MACHINE]}, ""))


def test_a_renamed_loop_variable_is_no_result() -> None:
    """`loop_control: {loop_var: vm}` puts the repeated machine under another key."""
    assert not list(lists_in({"ansible_loop_var": "vm", "vm": [MACHINE]}, ""))


def test_a_property_gives_the_list_in_its_value() -> None:
    """`govc object.collect` puts the alarms there."""
    register = {"name": "triggeredAlarmState", "op": "assign", "val": {"_value": [{"key": "972.149"}]}}
    assert Listed("[0].val._value", "_value", 0, [{"key": "972.149"}]) in list(lists_in(register, "[0]"))


def test_a_strange_key_is_quoted_in_the_path() -> None:
    """A path with a surrogate could not be stored, and the report could never be quarantined."""
    assert [listed.path for listed in lists_in({"a\ud800\n": []}, "")] == ["'a\\ud800\\n'"]


@pytest.mark.parametrize(
    ("register", "outcome"),
    [
        ({"failed": True, "msg": "x"}, "failed"),
        ({"failed": "true"}, "failed"),
        ({"success": False, "alarms": []}, "failed"),
        ({"skipped": True}, "skipped"),
        ({"failed": False, "skipped": False, "success": True}, None),
        ({"failed": ["a list of that name"]}, None),
        ({"failed": True, "results": []}, None),
        ({}, None),
    ],
)
def test_a_register_says_whether_its_task_had_a_result(register: dict[str, object], outcome: str | None) -> None:
    """A failed task would read as `there are no virtual machines`; a loop with one failed item still has the others."""
    assert outcome_of(register) == outcome
