"""How a vSphere property is found, whatever its spelling."""

import pytest

from vcenter_pipeline.formats.shape import Item, SpoiltChild
from vcenter_pipeline.formats.values.property_set import (
    has_property,
    to_entries,
    to_first,
    to_plain,
    to_property,
    to_reference,
)
from vcenter_pipeline.model.units import to_count


@pytest.mark.parametrize(
    "item",
    [
        {"config": {"hardware": {"numCPU": 8}}},
        {"config.hardware.numCPU": 8},
        {"config.hardware": {"numCPU": 8}},
        {"config": {"hardware.numCPU": 8}},
        {"config": {"hardware": {"num_cpu": 8}}},
        {"config.hardware.num_cpu": 8},
        {"config_hardware_num_cpu": 8},
        {"config": {"hardware": {"numCPU": {"__ansible_unsafe": 8}}}},
        {"config": {"__ansible_unsafe": {"hardware": {"numCPU": 8}}}},
    ],
)
def test_every_spelling_of_a_path_is_the_same_property(item: Item) -> None:
    """Options of the inventory plugins choose the spelling; every machine of such a client would be empty."""
    assert has_property(item, "config.hardware.numCPU")
    assert to_property(item, "config.hardware.numCPU") == 8


@pytest.mark.parametrize("item", [{}, {"config": None}, {"config": []}, {"config": {"hardware": "x"}}, {"config.x": 1}])
def test_what_is_not_there_is_neither_found_nor_an_error(item: Item) -> None:
    """It is asked of every object of a report; an error would end the reading."""
    assert not has_property(item, "config.hardware.numCPU")
    assert to_property(item, "config.hardware.numCPU") is None


def test_null_is_there_and_a_vault_says_nothing() -> None:
    """A null snapshot tells that there is none; an encrypted value would be taken for a name."""
    assert has_property({"snapshot": None}, "snapshot")
    assert to_property({"name": {"__ansible_vault": "$ANSIBLE_VAULT;1.1;AES256\n6162"}}, "name") is None


def test_the_first_property_that_says_something_is_taken() -> None:
    """A null in `config` would hide the number that `summary` has."""
    item = {"config": {"hardware": {"numCPU": None}}, "summary": {"config": {"numCpu": "4"}}}
    assert to_first(item, to_count, "config.hardware.numCPU", "summary.config.numCpu") == 4
    with pytest.raises(ValueError, match=r"summary\.config\.numCpu: 'four' is not a whole number"):
        to_first({"summary": {"config": {"numCpu": "four"}}}, to_count, "summary.config.numCpu")


def test_lists_are_unwrapped_and_other_things_in_them_are_named() -> None:
    """One entry of a wrong type would cost the whole machine."""
    spoilt: list[SpoiltChild] = []
    item = {"guest": {"net": [{"__ansible_unsafe": {"a": 1}}, "x", {"b": 2}]}}
    assert list(to_entries(item, "guest.net", "vm_nics", spoilt)) == [
        ("guest.net[0]", {"a": 1}),
        ("guest.net[2]", {"b": 2}),
    ]
    assert spoilt == [SpoiltChild("vm_nics", "guest.net[1]", "'x' is not an object", None)]
    assert list(to_entries({"guest": {"net": {}}}, "guest.net", "vm_nics", spoilt)) == []
    assert len(spoilt) == 1
    assert list(to_entries({"guest": {"net": "x"}}, "guest.net", "vm_nics", spoilt)) == []
    assert spoilt[1].reason == "'x' is not a list"


def test_tags_are_unwrapped_inside() -> None:
    """Tags would be published as Python text of the wrapper."""
    assert to_plain({"a": [{"__ansible_unsafe": "b"}, {"__ansible_vault": "c"}]}) == {"a": ["b", None]}


@pytest.mark.parametrize(
    "value",
    [
        "vim.HostSystem:host-96",
        "'vim.HostSystem:host-96'",
        {"type": "HostSystem", "value": "host-96"},
        {"__ansible_unsafe": "'vim.HostSystem:host-96'"},
    ],
)
def test_every_spelling_of_a_reference_is_the_same_object(value: object) -> None:
    """A host could not be joined to its machines."""
    assert to_reference(value) == ("HostSystem", "host-96")


def test_no_reference_is_none() -> None:
    """A machine without a host would be joined to one without a name."""
    assert to_reference(None) == (None, None)
    assert to_reference("host-96") == (None, "host-96")
