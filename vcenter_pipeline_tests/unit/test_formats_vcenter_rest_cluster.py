"""Clusters of the REST API: hand-made from the documented return values, as the simulator has no such API."""

import json
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vcenter_rest_cluster
from vcenter_pipeline.formats.shape import Sureness, Surroundings
from vcenter_pipeline.model.records import Cluster

SUMMARY: dict[str, Any] = {"cluster": "domain-c1006", "name": "my%2fcluster", "ha_enabled": 0, "drs_enabled": True}
DETAILS: dict[str, Any] = {"name": "my_cluster", "resource_pool": "resgroup-1007"}
BESIDE = Surroundings("value", {"id": "domain-c1006", "value": DETAILS})


def test_a_cluster_of_the_list_fills_four_columns() -> None:
    """A cluster without HA must not look like one of which nothing is known; 0 is false."""
    assert vcenter_rest_cluster.parse_cluster(SUMMARY, Surroundings("value"), []) == Cluster(
        name="my/cluster", moid="domain-c1006", is_ha_enabled=False, is_drs_enabled=True
    )


def test_the_answer_about_one_cluster_says_its_name() -> None:
    """All else stays unknown."""
    assert vcenter_rest_cluster.parse_cluster(DETAILS, BESIDE, []) == Cluster(name="my_cluster", moid="domain-c1006")


def test_clusters_are_told_from_other_things() -> None:
    """A name and a resource pool are what a virtual machine has as well."""
    around = Surroundings("json")
    assert vcenter_rest_cluster.to_sureness(SUMMARY, around) is Sureness.SURE
    assert vcenter_rest_cluster.to_sureness(DETAILS, BESIDE) is Sureness.NO
    assert vcenter_rest_cluster.to_sureness_of_details(DETAILS, BESIDE) is Sureness.SURE
    assert vcenter_rest_cluster.to_sureness_of_details(DETAILS, around) is Sureness.NO
    turn = Surroundings("json", {}, {"cluster": "domain-c8", "name": "my_cluster"})
    assert vcenter_rest_cluster.to_sureness_of_details(DETAILS, turn) is Sureness.SURE
    others: list[dict[str, Any]] = [
        {"enable_ha": True, "enabled_drs": True, "name": "c"},
        {"vm": "vm-1", "cluster": "domain-c1", "name": "x", "ha_enabled": True},
        {"cluster": "fra-prod", "name": "x", "ha_enabled": True},
        {"cluster": ["domain-c1"], "name": {}, "drs_enabled": 1},
        {"name": "web01", "resource_pool": "Resources"},
        {},
    ]
    assert {vcenter_rest_cluster.to_sureness(item, BESIDE) for item in others} == {Sureness.NO}
    assert {vcenter_rest_cluster.to_sureness_of_details(item, BESIDE) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_key_and_the_row_is_kept() -> None:
    """The admin must find it."""
    item = SUMMARY | {"ha_enabled": "maybe", "token": "hunter2", "drs_enabled": ["hunter2"]}
    with pytest.raises(ValueError, match=r"^ha_enabled: 'maybe' is neither true nor false$"):
        vcenter_rest_cluster.parse_cluster(item, BESIDE, [])
    assert json.loads(vcenter_rest_cluster.content_of(item)) == {
        "cluster": "domain-c1006",
        "name": "my%2fcluster",
        "ha_enabled": "maybe",
    }
