"""What Ansible wraps around a result, and what that says of it."""

import pytest

from vcenter_pipeline.formats.envelope import Place, children_of, outcome_of, to_vcenter

MACHINE = {"guest_name": "web", "guest_fullname": "Linux", "power_state": "poweredOn", "moid": "vm-1"}


def test_a_register_gives_what_may_hold_a_result() -> None:
    """The module's own key must be looked into, and so must a key that an admin chose."""
    register = {"changed": False, "virtual_machines": [MACHINE], "vms": [], "about": "text", "more": {"a": 1}}
    assert dict(children_of(register)) == {"virtual_machines": [MACHINE], "vms": [], "more": {"a": 1}}


@pytest.mark.parametrize("key", ["item", "invocation", "diff", "stdout_lines", "warnings", "cookies"])
def test_what_a_register_echoes_is_no_result(key: str) -> None:
    """A loop over virtual machines repeats each whole: everything would be counted twice."""
    assert not list(children_of({key: [MACHINE]}))


def test_a_renamed_loop_variable_is_no_result() -> None:
    """`loop_control: {loop_var: vm}` puts the repeated machine under another key."""
    register = {"ansible_loop_var": "vm", "vm": [MACHINE]}
    assert not list(children_of(register))
    assert Place().within(register).turn == [MACHINE]


def test_only_what_was_asked_is_taken_of_the_arguments() -> None:
    """The arguments hold the vCenter's password: one more key, and it would travel with the rows."""
    arguments = {"hostname": "VC01.example.com", "moid": "vm-1", "password": "hunter2", "username": "root"}
    place = Place().within({"invocation": {"module_args": arguments}, "item": "web"})
    assert place.arguments == {"hostname": "VC01.example.com", "moid": "vm-1"}
    assert (place.vcenter, place.turn) == ("vc01.example.com", "web")


@pytest.mark.parametrize(
    ("register", "vcenter"),
    [
        ({"vcenter": "VC01.example.com"}, "vc01.example.com"),
        ({"vcenter_hostname": "10.0.0.5"}, "10.0.0.5"),
        ({"metadata": {"vcenter": "vc02"}, "data": []}, "vc02"),
        ({"vcenter": "not a host/name"}, None),
        ({"vcenter": {"name": "vc01"}}, None),
        ({"vcenter": ""}, None),
        ({"name": "vc01"}, None),
    ],
)
def test_the_vcenter_is_taken_where_the_report_names_it(register: dict[str, object], vcenter: str | None) -> None:
    """Two vCenters in one environment have the same moids: taken for one, their machines would be mixed."""
    assert to_vcenter(register) == vcenter


def test_turns_of_a_loop_are_one_group() -> None:
    """A loop over two datacenters is one inventory; two lists under names of their own are two."""
    loop = Place().below("clusters", {}).below("results", {})
    assert loop.item(4).below("clusters", {}).path == "clusters.results[4].clusters"
    assert loop.item(4).below("clusters", {}).group == "clusters.results[].clusters"
    assert Place().item(3).group == "[3]"


@pytest.mark.parametrize(
    ("is_turn", "arguments", "is_narrow"),
    [
        (False, {"datacenter": "dc1"}, True),
        (True, {"datacenter": "dc1"}, False),
        (True, {"moid": "vm-1"}, True),
        (False, {"datacenter": None, "name": ""}, False),
        (False, {"hostname": "vc01"}, False),
    ],
)
def test_a_question_about_a_part_is_no_inventory(is_turn: bool, arguments: dict[str, object], is_narrow: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """The list of one datacenter taken for all would remove the machines of the others."""
    assert Place(is_turn=is_turn, arguments=arguments).is_narrow is is_narrow


def test_a_strange_key_is_quoted_in_the_path() -> None:
    """A path with a surrogate could not be stored, and the report could never be quarantined."""
    assert Place().below("a\ud800\n", {}).path == "'a\\ud800\\n'"


@pytest.mark.parametrize(
    ("register", "outcome"),
    [
        ({"failed": True, "msg": "x"}, "failed"),
        ({"failed": "true"}, "failed"),
        ({"unreachable": True, "msg": "no route"}, "failed"),
        ({"success": False, "alarms": []}, "failed"),
        ({"skipped": True}, "skipped"),
        ({"censored": "the output has been hidden"}, "hidden"),
        ({"failed": False, "skipped": False, "success": True}, None),
        ({"failed": ["a list of that name"]}, None),
        ({"failed": True, "results": []}, None),
        ({}, None),
    ],
)
def test_a_register_says_whether_its_task_had_a_result(register: dict[str, object], outcome: str | None) -> None:
    """A failed task would read as `there are no virtual machines`; a loop with one failed item still has the others."""
    assert outcome_of(register) == outcome
