"""ESXi hosts as `vmware_host_facts` describes them, over its real output."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from vcenter_pipeline.formats.estate import vmware_host_facts
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import Datastore, EsxiHost

AROUND = Surroundings("ansible_facts")


@pytest.fixture(name="facts")
def read_facts(real: Callable[[str], bytes]) -> list[dict[str, Any]]:
    """The facts of the nine real hosts."""
    return [turn["ansible_facts"] for turn in json.loads(real("ansible12/host_facts.json"))["results"]]


def parse(item: dict[str, Any]) -> EsxiHost:
    """Parse one host of which no part is spoilt."""
    spoilt: list[SpoiltChild] = []
    host = vmware_host_facts.parse_esxi_host(item, AROUND, spoilt)
    assert spoilt == []
    return host


def test_real_facts_fill_every_column_that_they_can(facts: list[dict[str, Any]]) -> None:
    """Cores in the column of the sockets would double what licences cost."""
    assert len(facts) == 9
    assert parse(facts[1]) == EsxiHost(
        name="esx-fra-02.corp.example.com",
        hardware_uuid="ba6d9fcb-6d20-5b45-b35f-fa2db4f3a778",
        cluster="fra-prod",
        datacenter="fra-dc1",
        connection_state="connected",
        is_in_maintenance=True,
        version="8.0.2",
        build="21997540",
        vendor="VMware, Inc.",
        model="VMware Virtual Platform",
        serial_number="VMware-56 4d 8d e8 1e 9f a1 3e-71 fa 13 a8 e1 a7 fd 70",
        cpu_model="Intel(R) Core(TM) i7-3615QM CPU @ 2.30GHz",
        cpu_socket_count=2,
        cpu_core_count=2,
        cpu_thread_count=2,
        memory_mib=4095,
        memory_used_mib=1404,
        uptime_seconds=77229,
    )
    assert parse(facts[8]).connection_state == "disconnected"


def test_sockets_cores_and_threads_are_told_apart(facts: list[dict[str, Any]]) -> None:
    """The simulator has two of each, so the real report cannot show that they were swapped."""
    counts = {"ansible_processor_count": 2, "ansible_processor_cores": 32, "ansible_processor_vcpus": 64}
    host = parse(facts[0] | counts)
    assert (host.cpu_socket_count, host.cpu_core_count, host.cpu_thread_count) == (2, 32, 64)


def test_yaml_gives_the_same_hosts(facts: list[dict[str, Any]], real: Callable[[str], bytes]) -> None:
    """YAML keeps every number as a text; half of the hosts would have no memory."""
    texts = yaml.load(real("ansible12/host_facts.yml"), Loader=yaml.BaseLoader)  # noqa: S506 - builds texts only
    host = parse(texts["results"][0]["ansible_facts"])
    assert (host.cpu_core_count, host.memory_mib, host.memory_used_mib, host.uptime_seconds) == (2, 4095, 1404, 77229)
    assert (host.is_in_maintenance, host.version, host.build) == (False, "8.0.2", "21997540")
    assert host.name == parse(facts[0]).name == "esx-fra-01.corp.example.com"


def test_the_host_also_tells_of_its_datastores(facts: list[dict[str, Any]]) -> None:
    """Whoever collects hosts only would see no datastore at all."""
    records = list(vmware_host_facts.build_datastores(facts[0], AROUND))
    assert [kind for kind, _ in records] == ["datastores"] * 4
    assert records[0][1] == Datastore(
        name="vmfs-fra-prod-01", datacenter="fra-dc1", capacity_bytes=6_597_069_766_656, free_bytes=6_080_299_301_601
    )
    assert [record.name for _, record in records if isinstance(record, Datastore)] == [
        "vmfs-fra-prod-01",
        "vmfs-fra-prod-02",
        "nfs-fra-iso",
        "vsanDatastore",
    ]


def test_a_datastore_without_a_size_is_not_full(facts: list[dict[str, Any]]) -> None:
    """One that is not accessible shows 0 bytes; as a fact it would be the fullest datastore of all."""
    entries = [
        {"name": "a%2fb", "total": "0.00 Bytes", "free": "0.00 Bytes"},
        {"name": "c", "total": "1,024 KB", "free": "512.00 Bytes"},
        {"name": "d"},
    ]
    records = list(vmware_host_facts.build_datastores(facts[0] | {"ansible_datastore": entries}, AROUND))
    assert [record for _, record in records] == [
        Datastore(name="a/b", datacenter="fra-dc1"),
        Datastore(name="c", datacenter="fra-dc1", capacity_bytes=1048576, free_bytes=512),
        Datastore(name="d", datacenter="fra-dc1"),
    ]


def test_a_datastore_that_cannot_be_read_costs_neither_the_host_nor_the_others(facts: list[dict[str, Any]]) -> None:
    """One odd entry would hide a host and all that is mounted on it."""
    entries = [
        {"name": "a", "total": "much", "free": "5.53 TB"},
        "datastore1",
        {"total": "1 GB"},
        {"name": "b", "total": "1.00 GB", "free": "0.50 GB"},
    ]
    item = facts[0] | {"ansible_datastore": entries}
    spoilt: list[SpoiltChild] = []
    assert vmware_host_facts.parse_esxi_host(item, AROUND, spoilt).name == "esx-fra-01.corp.example.com"
    assert spoilt == [
        SpoiltChild(
            "datastores", "ansible_datastore[0]", "total: 'much' is not a size such as 69.73 GB", '{"name": "a"}'
        ),
        SpoiltChild("datastores", "ansible_datastore[1]", "'datastore1' is not an object", None),
        SpoiltChild("datastores", "ansible_datastore[2]", "it has no name", "{}"),
    ]
    assert [record.name for _, record in vmware_host_facts.build_datastores(item, AROUND)] == ["b"]  # type: ignore[union-attr]
    spoilt.clear()
    vmware_host_facts.parse_esxi_host(facts[0] | {"ansible_datastore": {"a": 1}}, AROUND, spoilt)
    assert spoilt == [SpoiltChild("datastores", "ansible_datastore", "an object is not a list", None)]


def test_what_the_module_does_not_know_is_null(facts: list[dict[str, Any]]) -> None:
    """A host that does not answer has all memory free and the serial number NA, in the module's words."""
    changes = {"ansible_memfree_mb": 4095, "ansible_product_serial": "NA", "ansible_uptime": None, "cluster": None}
    host = parse(facts[0] | changes)
    assert (host.memory_mib, host.memory_used_mib) == (4095, None)
    assert (host.serial_number, host.uptime_seconds, host.cluster) == (None, None, None)
    assert parse(facts[0] | {"ansible_memfree_mb": "N/A"}).memory_used_mib is None


@pytest.mark.parametrize(
    ("told", "expected"),
    [(" CZ1234 ", "CZ1234"), ("unknown", None), ("Not Specified", None), ("None", None), (" ", None), (4711, "4711")],
)
def test_a_serial_number_is_one(facts: list[dict[str, Any]], told: object, expected: str | None) -> None:
    """Hardware without a service tag fills it with words: all such hosts would have one serial number."""
    assert parse(facts[0] | {"ansible_product_serial": told}).serial_number == expected


def test_facts_of_a_small_old_report_are_enough() -> None:
    """Ansible 2.5 had fewer facts, and `datacenter` is shown only when asked for."""
    item = {"ansible_hostname": "esx%2f1", "ansible_distribution": "VMware ESXi", "ansible_uptime": "12531937.54"}
    assert parse(item) == EsxiHost(name="esx/1", uptime_seconds=12531937)
    assert list(vmware_host_facts.build_datastores(item, AROUND)) == []


def test_the_variable_has_no_prefix(facts: list[dict[str, Any]]) -> None:
    """`{{ ansible_facts | to_nice_json }}` is the shortest way to write a report."""
    item = {key.removeprefix("ansible_"): value for key, value in facts[0].items()}
    assert vmware_host_facts.to_sureness(item, Surroundings("")) is Sureness.SURE
    assert parse(item) == parse(facts[0])
    assert len(list(vmware_host_facts.build_datastores(item, AROUND))) == 4


def test_real_facts_are_recognised_under_any_name(facts: list[dict[str, Any]]) -> None:
    """Admins gather them in lists of their own naming."""
    assert {vmware_host_facts.to_sureness(item, Surroundings("my_hosts")) for item in facts} == {Sureness.SURE}
    item = {"ansible_hostname": "esx1", "ansible_os_type": "vmnix-x86"}
    assert vmware_host_facts.to_sureness(item, AROUND) is Sureness.SURE


@pytest.mark.parametrize(
    "item",
    [
        {"ansible_hostname": "web01", "ansible_distribution": "Debian", "ansible_system_vendor": "VMware, Inc."},
        {"ansible_hostname": "photon", "ansible_distribution": "VMware Photon OS", "ansible_memtotal_mb": 2048},
        {"ansible_hostname": "web01", "ansible_distribution": "RedHat", "ansible_os_type": "vmnix-x86"},
        {"ansible_distribution": "VMware ESXi"},
        {"ansible_hostname": ["a"], "ansible_distribution": ["VMware ESXi"], "ansible_os_type": {"a": 1}},
        {"name": "esx1", "overallStatus": "green", "summary": {}},
        {},
    ],
)
def test_a_linux_machine_is_no_host(item: dict[str, Any]) -> None:
    """`setup` answers with the same keys, and with every secret of its environment."""
    assert vmware_host_facts.to_sureness(item, AROUND) is Sureness.NO


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ansible_memtotal_mb": "much"}, "ansible_memtotal_mb: 'much' is not a whole number"),
        ({"ansible_in_maintenance_mode": "maybe"}, "ansible_in_maintenance_mode: 'maybe' is neither true nor false"),
        ({"ansible_hostname": {"password": "hunter2"}}, "ansible_hostname: an object is not a text"),
        ({"ansible_uptime": "long"}, "ansible_uptime: 'long' is not a whole number"),
    ],
)
def test_a_bad_value_names_its_key(facts: list[dict[str, Any]], changes: dict[str, Any], reason: str) -> None:
    """The admin must find it."""
    with pytest.raises(ValueError, match=r"^") as caught:
        parse(facts[0] | changes)
    assert str(caught.value) == reason


def test_a_rejected_host_keeps_only_facts_that_are_read() -> None:
    """The environment of a machine is full of tokens."""
    item = {
        "ansible_hostname": "esx1",
        "ansible_distribution": "VMware ESXi",
        "ansible_env": {"TOKEN": "hunter2"},
        "ansible_cmdline": "hunter2",
        "ansible_uptime": {"a": "hunter2"},
        "ansible_memtotal_mb": "much",
        "cluster": "c",
    }
    assert json.loads(vmware_host_facts.content_of(item)) == {
        "ansible_hostname": "esx1",
        "ansible_memtotal_mb": "much",
        "cluster": "c",
    }
