"""Clusters as `vmware_cluster_info` and `cluster_info` describe them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from vcenter_pipeline.formats.estate import vmware_cluster_info
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import Cluster, TriggeredAlarm

AROUND = Surroundings("clusters")

NEWER: dict[str, Any] = {
    "name": "My-Cluster",
    "datacenter": "My-Datacenter",
    "dpm_default_dpm_behavior": "automated",
    "dpm_enabled": False,
    "dpm_host_power_action_rate": 3,
    "drs_default_vm_behavior": "fullyAutomated",
    "drs_enable_vm_behavior_overrides": True,
    "drs_enabled": True,
    "drs_vmotion_rate": 3,
    "ha_admission_control_enabled": True,
    "ha_enabled": False,
    "ha_failover_level": 1,
    "ha_vm_max_failure_window": -1,
    "hosts": [
        {"folder": "/My-Datacenter/host/My-Cluster", "name": "Esxi-1"},
        {"folder": "/My-Datacenter/host/My-Cluster", "name": "Esxi-2"},
    ],
    "moid": "domain-c11",
    "resource_summary": {
        "cpuCapacityMHz": 514080,
        "cpuUsedMHz": 21241,
        "memCapacityMB": 1832586,
        "memUsedMB": 348366,
        "pMemAvailableMB": 0,
        "storageCapacityMB": 12238642,
        "storageUsedMB": 4562117,
    },
    "tags": [],
    "vsan_auto_claim_storage": False,
    "vsan_enabled": False,
}
"""Hand-made from the documented return values of `vmware.vmware.cluster_info`."""

PROPERTIES: dict[str, Any] = {
    "name": "prod%2fa",
    "overallStatus": "yellow",
    "configurationEx": {
        "dasConfig": {
            "enabled": True,
            "admissionControlEnabled": False,
            "admissionControlPolicy": {"failoverLevel": 2},
        },
        "drsConfig": {"enabled": True, "defaultVmBehavior": "partiallyAutomated"},
        "vsanConfigInfo": {"enabled": True},
    },
    "summary": {"numHosts": 3, "totalCpu": 6882, "totalMemory": 12884901888, "effectiveCpu": 6000},
}
"""Hand-made from the vSphere API's types; there is no real report of this schema."""


def named_clusters(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The clusters of a register, each with its name, as the reader hands them over."""
    turns = report.get("results", [report])
    return [{**item, "name": name} for turn in turns for name, item in turn["clusters"].items()]


def parse(item: dict[str, Any]) -> Cluster | None:
    """Parse one cluster of which no part is spoilt."""
    spoilt: list[SpoiltChild] = []
    cluster = vmware_cluster_info.parse_cluster(item, AROUND, spoilt)
    assert spoilt == []
    return cluster


def test_a_real_cluster_fills_every_column_that_it_can(real: Callable[[str], bytes]) -> None:
    """A swapped unit would show a cluster as a million times as large as it is."""
    clusters = named_clusters(json.loads(real("ansible12/cluster_info.json")))
    assert [cluster["name"] for cluster in clusters] == ["fra-prod", "fra-test", "muc-prod"]
    assert parse(clusters[0]) == Cluster(
        name="fra-prod",
        moid="domain-c15",
        datacenter="fra-dc1",
        is_ha_enabled=True,
        is_drs_enabled=True,
        host_count=4,
        cpu_total_mhz=9176,
        cpu_used_mhz=268,
        memory_mib=16381,
        memory_used_mib=5616,
        storage_bytes=26_388_279_066_624,
        storage_used_bytes=2_319_282_339_840,
    )


def test_the_newer_module_renames_keys() -> None:
    """Its clusters would have neither HA nor DRS."""
    assert parse(NEWER) == Cluster(
        name="My-Cluster",
        moid="domain-c11",
        datacenter="My-Datacenter",
        is_ha_enabled=False,
        is_drs_enabled=True,
        drs_behavior="fullyAutomated",
        is_vsan_enabled=False,
        is_admission_control_enabled=True,
        ha_failover_level=1,
        host_count=2,
        cpu_total_mhz=514080,
        cpu_used_mhz=21241,
        memory_mib=1832586,
        memory_used_mib=348366,
        storage_bytes=12_833_146_273_792,
        storage_used_bytes=4_783_726_395_392,
    )


def test_the_oldest_reports_have_names_only(real: Callable[[str], bytes]) -> None:
    """Ansible 2.9 writes neither moid nor hosts, and is still in use."""
    clusters = named_clusters(json.loads(real("ansible29/cluster_info.json")))
    assert [parse(item) for item in clusters] == [
        Cluster(name="fra-prod", is_ha_enabled=True, is_drs_enabled=True),
        Cluster(name="fra-test", is_ha_enabled=True, is_drs_enabled=True),
    ]


OLDER: dict[str, Any] = {
    "name": "vsan-01",
    "hosts": [],
    "enable_ha": True,
    "ha_restart_priority": ["medium"],
    "enabled_drs": True,
    "tags": [],
}
"""Hand-made from the source of community.vmware 1.x, which wrote some values as a list of one."""


def test_versions_that_wrote_a_list_of_one_are_read() -> None:
    """community.vmware 1.8 and 1.9 did so where vSAN is on: every such cluster would be refused."""
    item = OLDER | {
        "moid": "domain-c31",
        "datacenter": "dc1",
        "enabled_vsan": [True],
        "vsan_auto_claim_storage": [False],
    }
    cluster = parse(item)
    assert cluster is not None
    assert cluster.is_vsan_enabled is True
    with pytest.raises(ValueError, match=r"^enabled_vsan: 'maybe' is neither true nor false$"):
        parse(item | {"enabled_vsan": ["maybe"]})
    with pytest.raises(ValueError, match=r"^enabled_vsan: a list is neither true nor false$"):
        parse(item | {"enabled_vsan": [True, False]})


def test_a_module_that_never_found_vsan_does_not_deny_it() -> None:
    """Up to community.vmware 1.6 every cluster was without vSAN: a vSAN estate would be shown as having none."""
    never_found = parse(OLDER | {"moid": "domain-c31", "enabled_vsan": False})
    assert never_found is not None
    assert never_found.is_vsan_enabled is None
    found = parse(OLDER | {"moid": "domain-c31", "datacenter": "dc1", "enabled_vsan": False})
    assert found is not None
    assert found.is_vsan_enabled is False


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"name": "prod", "summary": {"totalCpu": 96000, "totalMemory": 274_877_906_944}},
            Cluster(name="prod", cpu_total_mhz=96000, memory_mib=262_144),
        ),
        ({"name": "prod", "summary": {"numHosts": 3}}, Cluster(name="prod", host_count=3)),
        (
            {"name": "prod", "host": ["vim.HostSystem:host-11", "vim.HostSystem:host-12"], "moid": "domain-c9"},
            Cluster(name="prod", moid="domain-c9", host_count=2),
        ),
        ({"name": "prod", "moid": "domain-c9", "_moId": "domain-c9"}, Cluster(name="prod", moid="domain-c9")),
        (
            {"name": "prod", "configurationEx": {"drsConfig": {"enabled": True}}},
            Cluster(name="prod", is_drs_enabled=True),
        ),
    ],
)
def test_any_choice_of_properties_is_read(item: dict[str, Any], expected: Cluster) -> None:
    """Admins ask for the two properties that they need; the report would be refused as a whole."""
    assert vmware_cluster_info.to_sureness(item, AROUND) is not Sureness.NO
    assert parse(item) == expected


def test_a_cluster_with_all_its_properties_names_itself() -> None:
    """Without a choice pyVmomi writes the moid as `_vimid`: the cluster would have two keys, with it and without."""
    item = PROPERTIES | {
        "_vimid": "domain-c9",
        "_vimref": "vim.ClusterComputeResource:domain-c9",
        "_vimtype": "vim.ClusterComputeResource",
    }
    cluster = parse(item)
    assert cluster is not None
    assert cluster.moid == "domain-c9"
    bare = {"_vimtype": "vim.ClusterComputeResource", "_vimref": "vim.ClusterComputeResource:domain-c9", "name": "a"}
    assert vmware_cluster_info.to_sureness(bare, Surroundings("prod")) is Sureness.SURE
    assert parse(bare) == Cluster(name="a", moid="domain-c9")


@pytest.mark.parametrize(
    ("arguments", "datacenter"),
    [
        ({"datacenter": "muc%2fdc"}, "muc/dc"),
        ({"datacenter": None, "datacenter_name": "muc-dc"}, "muc-dc"),
        ({"datacenter": "datacenter-3"}, None),
        ({"datacenter": ["muc-dc"]}, None),
        ({}, None),
    ],
)
def test_the_datacenter_may_be_the_one_that_was_asked_for(arguments: dict[str, Any], datacenter: str | None) -> None:
    """Without moids, two datacenters that have a cluster `prod` would share one; the second would be dropped."""
    around = Surroundings("clusters", {}, None, arguments)
    for item in (OLDER, PROPERTIES):
        cluster = vmware_cluster_info.parse_cluster(item, around, [])
        assert cluster is not None
        assert cluster.datacenter == datacenter
    told = vmware_cluster_info.parse_cluster(NEWER, around, [])
    assert told is not None
    assert told.datacenter == "My-Datacenter"


def test_yaml_gives_the_same_clusters(real: Callable[[str], bytes]) -> None:
    """YAML keeps numbers and flags as texts."""
    texts = yaml.load(real("ansible12/cluster_info.yml"), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    cluster = parse(named_clusters(texts)[2] | {"drs_default_vm_behavior": "", "resource_summary": ""})
    assert cluster == Cluster(
        name="muc-prod",
        moid="domain-c77",
        datacenter="muc-dc2",
        is_ha_enabled=True,
        is_drs_enabled=True,
        host_count=3,
    )


def test_properties_of_vsphere_fill_the_same_columns() -> None:
    """`schema: vsphere` is the only way to a cluster's colour."""
    assert vmware_cluster_info.to_sureness(PROPERTIES, Surroundings("")) is Sureness.SURE
    assert parse(PROPERTIES) == Cluster(
        name="prod/a",
        overall_status="yellow",
        is_ha_enabled=True,
        is_drs_enabled=True,
        drs_behavior="partiallyAutomated",
        is_vsan_enabled=True,
        is_admission_control_enabled=False,
        ha_failover_level=2,
        host_count=3,
        cpu_total_mhz=6882,
        memory_mib=12288,
    )


def test_names_are_decoded_once() -> None:
    """community.vmware decodes them itself and vmware.vmware does not; one cluster would have two names."""
    older = parse({"name": "50%25", "enabled_drs": True, "enable_ha": None})
    assert older is not None
    assert older.name == "50%25"
    newer = parse(NEWER | {"name": "50%25"})
    assert newer is not None
    assert newer.name == "50%"


def test_a_cluster_that_names_nothing_is_none() -> None:
    """A row without name and moid joins with nothing."""
    assert parse({"enabled_drs": True, "enable_ha": True}) is None


def test_clusters_are_told_from_other_things(real: Callable[[str], bytes]) -> None:
    """The REST API has two of the newer module's keys, and a shape of its own."""
    for name in ("ansible12/cluster_info.json", "ansible29/cluster_info.json"):
        for item in named_clusters(json.loads(real(name))):
            assert vmware_cluster_info.to_sureness(item, Surroundings("anything")) is Sureness.SURE
    assert vmware_cluster_info.to_sureness(NEWER, Surroundings("")) is Sureness.SURE
    others: list[dict[str, Any]] = [
        {"cluster": "domain-c8", "name": "c", "ha_enabled": True, "drs_enabled": True},
        {"name": "c", "summary": [1], "configurationEx": "x"},
        {},
    ]
    assert {vmware_cluster_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ha_enabled": "maybe"}, "ha_enabled: 'maybe' is neither true nor false"),
        (
            {"resource_summary": {"cpuUsedMHz": "many"}},
            "resource_summary.cpuUsedMHz: 'many' is not a whole number",
        ),
        ({"resource_summary": ["hunter2"]}, "resource_summary: a list is not an object"),
        ({"moid": {"password": "hunter2"}}, "moid: an object is not a text"),
    ],
)
def test_a_bad_value_names_its_path(changes: dict[str, Any], reason: str) -> None:
    """The admin must find it."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(NEWER | changes)
    assert str(caught.value) == reason


def test_a_rejected_cluster_keeps_only_what_is_read() -> None:
    """Tags and whatever else stands there are nobody's business."""
    item = NEWER | {"password": "hunter2", "drs_enabled": {"a": "hunter2"}, "resource_summary": {"cpuUsedMHz": "many"}}
    assert json.loads(vmware_cluster_info.content_of(item)) == {
        "name": "My-Cluster",
        "moid": "domain-c11",
        "datacenter": "My-Datacenter",
        "ha_enabled": False,
        "drs_default_vm_behavior": "fullyAutomated",
        "vsan_enabled": False,
        "ha_admission_control_enabled": True,
        "ha_failover_level": 1,
        "resource_summary.cpuUsedMHz": "many",
    }


def test_alarms_come_with_a_cluster_where_they_were_asked_for() -> None:
    """A cluster collects the alarms of its hosts: the cluster's name on such a one would be wrong."""
    alarms = [
        {"alarm": "vim.alarm.Alarm:alarm-1", "entity": "vim.ClusterComputeResource:domain-c8", "overallStatus": "red"},
        {"alarm": "vim.alarm.Alarm:alarm-2", "entity": "vim.HostSystem:host-25", "overallStatus": "yellow"},
    ]
    item = PROPERTIES | {"triggeredAlarmState": alarms}
    with_alarms = vmware_cluster_info.SHAPE_WITH_ALARMS
    assert (vmware_cluster_info.SHAPE.sureness(item, AROUND), with_alarms.sureness(item, AROUND)) == (
        Sureness.NO,
        Sureness.SURE,
    )
    assert (vmware_cluster_info.SHAPE.sureness(NEWER, AROUND), with_alarms.sureness(NEWER, AROUND)) == (
        Sureness.SURE,
        Sureness.NO,
    )
    assert [record for _, record in vmware_cluster_info.to_alarms_of(item, AROUND)] == [
        TriggeredAlarm(
            None, None, "alarm-1", "ClusterComputeResource", "prod/a", "domain-c8", "red", None, None, None, None
        ),
        TriggeredAlarm(None, None, "alarm-2", "HostSystem", None, "host-25", "yellow", None, None, None, None),
    ]


def test_a_cluster_may_have_its_colour_only() -> None:
    """Admins ask for what they need; the name is the mapping's."""
    item = {"name": "prod", "overallStatus": "green"}
    assert vmware_cluster_info.to_sureness(item, AROUND) is Sureness.LIKELY
    assert vmware_cluster_info.to_sureness(item, Surroundings("hosts")) is Sureness.NO
    assert parse(item) == Cluster(name="prod", overall_status="green")
