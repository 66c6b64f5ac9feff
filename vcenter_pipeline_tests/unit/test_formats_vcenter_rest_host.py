"""ESXi hosts of the REST API: hand-made from the documented return values, as the simulator has no such API."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vcenter_rest_host
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import EsxiHost

HOST: dict[str, Any] = {
    "connection_state": "CONNECTED",
    "host": "host-1013",
    "name": "esxi1.test",
    "power_state": "POWERED_ON",
}
AROUND = Surroundings("value")


@pytest.mark.parametrize(
    ("changes", "connection_state", "power_state"),
    [
        ({}, "connected", "poweredOn"),
        ({"power_state": "STANDBY"}, "connected", "standBy"),
        ({"connection_state": "NOT_RESPONDING", "power_state": None}, "notResponding", None),
        ({"connection_state": "DISCONNECTED", "power_state": "POWERED_OFF"}, "disconnected", "poweredOff"),
    ],
)
def test_a_host_fills_four_columns(
    changes: dict[str, Any], connection_state: str | None, power_state: str | None
) -> None:
    """The API's words must become vSphere's, or a host that is down is in no report of such."""
    assert vcenter_rest_host.parse_host(HOST | changes, AROUND, []) == EsxiHost(
        name="esxi1.test", moid="host-1013", connection_state=connection_state, power_state=power_state
    )


def test_hosts_are_told_from_other_things() -> None:
    """Everything that the API answers stands under the same key."""
    assert vcenter_rest_host.to_sureness(HOST, Surroundings("json")) is Sureness.SURE
    others: list[dict[str, Any]] = [
        {"vm": "vm-1", "host": "host-1", "name": "x", "connection_state": "CONNECTED", "power_state": "POWERED_ON"},
        {"host": "esxi1.test", "name": "x", "connection_state": "CONNECTED"},
        {"host": ["host-1"], "name": {}, "connection_state": 1},
        {"host": "host-1013", "name": "esxi1.test"},
        {},
    ]
    assert {vcenter_rest_host.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_key_and_the_row_is_kept() -> None:
    """The admin must find it."""
    item = HOST | {"name": {"password": "hunter2"}, "token": "hunter2"}
    with pytest.raises(ValueError, match=r"^name: an object is not a text$"):
        vcenter_rest_host.parse_host(item, AROUND, [])
    assert json.loads(vcenter_rest_host.content_of(item)) == {
        "host": "host-1013",
        "connection_state": "CONNECTED",
        "power_state": "POWERED_ON",
    }
