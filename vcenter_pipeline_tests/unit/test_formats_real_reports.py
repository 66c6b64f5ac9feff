"""Every real report: what is read of it, counted by hand, or the sentence with which it is refused.

The counts were taken from the JSON itself: lists, turns of loops and names. The reports were written by real modules,
scripts and programs that read VMware's own simulator, with 77 virtual machines and 9 hosts, or with 20 and 6.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.model.batches import Batch
from vcenter_pipeline.model.records import (
    Cluster,
    Datacenter,
    Datastore,
    EsxiHost,
    NamedSnapshot,
    Record,
    ResourcePool,
    TriggeredAlarm,
    VCenter,
    VirtualMachine,
    VmDatastore,
    VmNic,
)

REPORTS = Path(__file__).parents[1] / "reports"
LIMITS = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000)
WHOLE: Final = "collected/vcenter-vcenter.example.com-20261124T111144Z.json"
WITH_FAILURES: Final = "collected/vcenter-vcenter.example.com-20261124T111220Z.json"

R = TypeVar("R", bound=Record)


class Expected(NamedTuple):
    """What one collection of a report must be."""

    kind: str
    shape: str
    place: str
    row_count: int
    is_complete: bool = True


def of_machines(place: str, count: int) -> list[Expected]:
    """Expect a list of virtual machines of `vmware_vm_info` and nothing else."""
    return [Expected("virtual_machines", "vmware_vm_info", place, count)]


def of_alarms(shape: str, place: str) -> list[Expected]:
    """Expect the 29 alarms of the larger estate and nothing else."""
    return [Expected("triggered_alarms", shape, place, 29)]


ALL_SNAPSHOTS = [Expected("vm_snapshots", "vmware_all_snapshots_info", "results[].vmware_all_snapshots_info", 27)]
CLUSTERS = [Expected("clusters", "vmware_cluster_info", "results[].clusters", 3)]
DATASTORES = [Expected("datastores", "vmware_datastore_info", "results[].datastores", 6)]
GUESTS = [Expected("virtual_machines", "vmware_guest_info", "results[].instance", 25, is_complete=False)]
HOSTS = [
    Expected("esxi_hosts", "vmware_host_facts", "results[].ansible_facts", 9),
    Expected("datastores", "vmware_host_facts", "results[].ansible_facts", 6 * 4 + 3 * 2, is_complete=False),
]
COLLECTED = [
    Expected("vcenters", "vmware_about_info", "about", 1, is_complete=False),
    Expected("virtual_machines", "vmware_vm_info", "virtual_machines", 20),
    Expected("triggered_alarms", "triggered_alarms", "alarms", 6),
    Expected("datacenters", "vmware_datacenter_info", "datacenter_info", 2),
    Expected("clusters", "vmware_cluster_info", "cluster_info.results[].clusters", 2),
    Expected("esxi_hosts", "vmware_host_facts", "host_facts.results[].ansible_facts", 6),
    Expected("datastores", "vmware_host_facts", "host_facts.results[].ansible_facts", 12, is_complete=False),
    Expected("datastores", "vmware_datastore_info", "datastores", 4),
    Expected("resource_pools", "vmware_resource_pool_info", "resource_pool_info", 6),
    Expected("vm_snapshots", "vmware_all_snapshots_info", "all_snapshots_info.results[].vmware_all_snapshots_info", 10),
    Expected("virtual_machines", "vmware_guest_info", "guest_info.results[].instance", 20, is_complete=False),
]
TASKS: Final = "plays[0].tasks[{}].hosts.localhost.{}"

READ: Final[dict[str, list[Expected]]] = {
    "alarms/alarms_module_list.json": of_alarms("triggered_alarms", ""),
    "alarms/alarms_module_register.json": of_alarms("triggered_alarms", "alarms"),
    "alarms/alarms_module_register.yml": of_alarms("triggered_alarms", "alarms"),
    "alarms/alarms_script_register.json": of_alarms("triggered_alarms", "stdout.alarms"),
    "alarms/govc_alarms.json": of_alarms("govc_alarms", ""),
    "alarms/govc_object_collect_root_triggered.json": of_alarms("govc_alarms", "[0].val._value"),
    "ansible12/about_info.json": [Expected("vcenters", "vmware_about_info", "about_info", 1, is_complete=False)],
    "ansible12/all_snapshots_info.json": ALL_SNAPSHOTS,
    "ansible12/all_snapshots_info.yml": ALL_SNAPSHOTS,
    "ansible12/cluster_info.json": CLUSTERS,
    "ansible12/cluster_info.yml": CLUSTERS,
    "ansible12/datacenter_info.json": [Expected("datacenters", "vmware_datacenter_info", "datacenter_info", 2)],
    "ansible12/datastore_info.json": DATASTORES,
    "ansible12/datastore_info.yml": DATASTORES,
    "ansible12/disk_info.json": [
        Expected("virtual_machines", "vmware_guest_disk_info", "results[].guest_disk_info", 10, is_complete=False)
    ],
    "ansible12/guest_alarm_state.json": [
        Expected("virtual_machines", "vmware_guest_info_alarms", "results[].instance", 77, is_complete=False),
        Expected("triggered_alarms", "vmware_guest_info_alarms", "results[].instance", 23, is_complete=False),
    ],
    "ansible12/guest_info.json": GUESTS,
    "ansible12/guest_info.yml": GUESTS,
    "ansible12/guest_snapshot_info.json": [
        Expected("virtual_machines", "vmware_guest_snapshot_info", "results[].guest_snapshots", 20, is_complete=False)
    ],
    "ansible12/host_alarm_state.json": [
        Expected("esxi_hosts", "vmware_host_facts_alarms", "results[].ansible_facts", 9, is_complete=False),
        Expected("triggered_alarms", "vmware_host_facts_alarms", "results[].ansible_facts", 3, is_complete=False),
    ],
    "ansible12/host_facts.json": HOSTS,
    "ansible12/host_facts.yml": HOSTS,
    "ansible12/resource_pool_info.json": [
        Expected("resource_pools", "vmware_resource_pool_info", "resource_pool_info", 3)
    ],
    "ansible12/template_info.json": of_machines("virtual_machines", 2),
    "ansible12/vcenter_report.json": [
        Expected("vcenters", "vmware_about_info", "about", 1, is_complete=False),
        Expected("clusters", "vmware_cluster_info", "clusters[0]", 2),
        Expected("clusters", "vmware_cluster_info", "clusters[1]", 1),
        Expected("datastores", "vmware_datastore_info", "datastores", 6),
        Expected("vm_snapshots", "vmware_all_snapshots_info", "snapshots", 27),
        Expected("virtual_machines", "vmware_vm_info", "vms", 77),
    ],
    "ansible12/virtual_machines.jsonl": of_machines("", 77),
    "ansible12/virtual_machines_only.json": of_machines("", 77),
    "ansible12/virtual_machines_only.yaml": of_machines("", 77),
    "ansible12/vm_info.json": of_machines("virtual_machines", 77),
    "ansible12/vm_info_full.json": of_machines("virtual_machines", 77),
    "ansible12/vm_info_full.yml": of_machines("virtual_machines", 77),
    "ansible12/vm_info_nofilter.txt": of_machines("virtual_machines", 77),
    "ansible12/vm_info_slim.json": of_machines("virtual_machines", 75),
    "ansible29/cluster_info.json": [Expected("clusters", "vmware_cluster_info", "clusters", 2)],
    "ansible29/datastore_info.json": [Expected("datastores", "vmware_datastore_info", "datastores", 4)],
    "ansible29/guest_info.json": [
        Expected("virtual_machines", "vmware_guest_info", "results[].instance", 8, is_complete=False)
    ],
    "ansible29/vm_facts.json": of_machines("virtual_machines", 77),
    "ansible29/vm_info.json": of_machines("virtual_machines", 77),
    WHOLE: COLLECTED,
    WITH_FAILURES: [
        one._replace(is_complete=False) if one.kind == "esxi_hosts" else one
        for one in COLLECTED
        if one.shape != "vmware_guest_info"
    ],
    "inventory/vmware_vm_inventory_list.json": [
        Expected("virtual_machines", "vmware_vm_inventory_alarms", "_meta.hostvars", 77),
        Expected("triggered_alarms", "vmware_vm_inventory_alarms", "_meta.hostvars", 23, is_complete=False),
    ],
    "stdout/callback_json.stdout.json": [
        Expected("virtual_machines", "vmware_vm_info", TASKS.format(0, "virtual_machines"), 77),
        Expected("datastores", "vmware_datastore_info", TASKS.format(1, "results[].datastores"), 6),
        Expected("virtual_machines", "vmware_guest_info", TASKS.format(2, "results[].instance"), 3, is_complete=False),
        Expected("triggered_alarms", "triggered_alarms", TASKS.format(3, "alarms"), 29),
        Expected("virtual_machines", "vmware_vm_info", TASKS.format(5, "vm_info.virtual_machines[:2]"), 2),
    ],
}
"""The last list of the callback's is what `debug` showed of the first: its two machines are the same two."""

REJECTED: Final = {
    WITH_FAILURES: [
        (
            "esxi_hosts",
            "host_facts.results[3]",
            "the task failed: \"ESXi 'esx-fra-99.example.com' not found\"",
        ),
        (
            "unknown",
            "virtual_machines_in_full",
            "the task failed: \"Task failed: Module failed: 'NoneType' object has no attribute 'hardware'\"",
        ),
    ],
    "stdout/callback_json.stdout.json": [
        (
            "virtual_machines",
            "plays[0].tasks[4].hosts.localhost",
            "the task failed: 'Unable to gather information for non-existing VM does-not-exist'",
        )
    ],
}

FAILED: Final = "The report is the register of a task that failed with the message {}, so it holds no result. "
REFUSED: Final = {
    "ansible12/folder_info.json": (
        "Nothing in the report is recognised. It is an object with the keys changed, failed, flat_folder_info, "
        "folder_info; flat_folder_info is a list of 9 objects with the keys moid, path. Understood are, "
    ),
    "ansible12/guest_tools_info.json": FAILED.format(
        "\"Task failed: Module failed: 'NoneType' object has no attribute 'counter'\""
    ),
    "ansible12/tag_info.json": FAILED.format("\"Task failed: Module failed: 'VoidValue' object is not iterable\""),
    "ansible29/host_facts.json": FAILED.format("'MODULE FAILURE See stdout/stderr for the exact error'"),
    "ansible29/vm_info_python_repr.txt": (
        "At line 1, column 8 (byte 7, counted from 0): text stands in single quotes, as Python shows it. Write the "
        "report with to_nice_json."
    ),
}


def read(report: str) -> list[Batch]:
    """Read a real report; `.txt` stands for what should have been called `.json`."""
    path = REPORTS / report
    with path.open("rb") as file:
        return list(read_batches(file, path.with_suffix(".json").name if path.suffix == ".txt" else path.name, LIMITS))


def records(report: str, kind: type[R], shape: str) -> Sequence[R]:
    """Give the records of one kind and shape, in the order of the report."""
    found: list[Any] = [
        record for batch in read(report) if batch.shape == shape for record in batch.records if isinstance(record, kind)
    ]
    return cast("list[R]", found)


def at(microsecond: int) -> datetime:
    """Give an instant of the second in which the simulator was set up."""
    return datetime(2026, 11, 24, 4, 19, 11, microsecond)  # noqa: DTZ001 - naive UTC, as stored


def test_every_real_report_is_expected_here() -> None:
    """A report that is added and not counted would be tested by nobody."""
    files = {str(path.relative_to(REPORTS)) for path in REPORTS.rglob("*") if path.is_file()}
    assert files == READ.keys() | REFUSED.keys()
    assert not READ.keys() & REFUSED.keys()


@pytest.mark.parametrize("report", READ)
def test_a_real_report_is_read_as_what_it_is(report: str) -> None:
    """A row that is lost, invented or counted twice stands in every figure in Power BI."""
    batches = read(report)
    found: dict[tuple[str, str, str], Expected] = {}
    for batch in batches:
        key = (batch.kind, batch.shape, batch.group)
        before = found.get(key, Expected(*key, 0))
        is_complete = before.is_complete and batch.is_complete
        found[key] = Expected(*key, before.row_count + len(batch.records), is_complete)
    assert list(found.values()) == READ[report]
    rejected = [(row.table, row.position, row.reason) for batch in batches for row in batch.rejected]
    assert rejected == REJECTED.get(report, [])
    assert sum(batch.failed_count for batch in batches) == len(rejected)
    assert {batch.leaves_out for batch in batches} == {None}


@pytest.mark.parametrize("report", REFUSED)
def test_a_real_report_without_a_result_is_refused_with_the_right_reason(report: str) -> None:
    """Taken for an empty inventory, a failed task would empty the tables."""
    with pytest.raises(ReportError) as caught:
        read(report)
    assert str(caught.value).startswith(REFUSED[report])


@pytest.mark.parametrize(
    ("report", "vcenter"),
    [
        ("ansible12/vm_info_full.json", None),
        ("ansible12/cluster_info.json", "127.0.0.1"),
        ("ansible12/host_facts.yml", "127.0.0.1"),
        ("ansible12/vcenter_report.json", "127.0.0.1"),
        (WHOLE, "vcenter.example.com"),
    ],
)
def test_the_vcenter_is_the_one_that_was_asked(report: str, vcenter: str | None) -> None:
    """Rows under another vCenter are rows of other machines; a register outside of a loop does not say it."""
    assert {batch.vcenter for batch in read(report)} == {vcenter}


def test_virtual_machines_of_todays_module() -> None:
    """The first machine of the estate, value by value."""
    first = records("ansible12/template_info.json", VirtualMachine, "vmware_vm_info")[0]
    assert (first.name, first.moid, first.power_state) == ("tmpl-rhel9", "vm-380", "poweredOff")
    assert first.instance_uuid == "35617e8d-6a4b-5b82-a52e-a0b9faab89a4"
    assert first.bios_uuid == "5c8cff39-1a2c-50eb-b02a-d2c860f0c5a1"
    assert (first.esxi_host, first.cluster, first.datacenter) == ("esx-fra-02.corp.example.com", "fra-prod", "fra-dc1")
    assert (first.folder, first.resource_pool, first.cpu_count) == ("/fra-dc1/vm/Templates", None, None)
    assert first.nics == (VmNic("00:0c:29:35:61:31", None, None, None),)
    assert (first.nic_count, first.datastores, first.is_template) == (1, (), None)


@pytest.mark.parametrize(
    "report", ["ansible12/guest_info.json", "ansible12/guest_info.yml", "ansible29/guest_info.json"]
)
def test_details_of_a_machine_are_the_same_from_every_version(report: str) -> None:
    """The same machine of one estate, by two versions of Ansible and in two languages."""
    first = records(report, VirtualMachine, "vmware_guest_info")[0]
    assert (first.name, first.moid, first.power_state) == ("sapp01", "vm-191", "poweredOff")
    assert (first.cpu_count, first.cores_per_socket, first.memory_mib) == (4, 1, 4096)
    assert (first.hardware_version, first.is_template, first.snapshot_count) == ("vmx-13", False, 0)
    assert (first.tools_running_status, first.tools_version) == ("guestToolsNotRunning", None)
    assert first.datastores == (VmDatastore("nfs-fra-iso", None),)
    assert first.nics == (VmNic("00:0c:29:31:62:32", None, None, None),)
    assert (first.cluster, first.folder) == ("fra-prod", "/fra-dc1/vm/Produktion/SAP")


def test_disks_of_one_machine() -> None:
    """The module does not say whose disks they are: the loop does."""
    first = records("ansible12/disk_info.json", VirtualMachine, "vmware_guest_disk_info")[0]
    assert (first.name, first.moid, first.disk_count) == ("sapp01", "vm-191", 1)
    (disk,) = first.disks
    assert (disk.label, disk.device_key, disk.unit_number) == ("disk-202-0", 203, 0)
    assert (disk.capacity_bytes, disk.is_thin) == (107374182400, True)
    assert (disk.datastore_name, disk.file_path) == ("nfs-fra-iso", "[nfs-fra-iso] sapp01/sapp01.vmdk")
    assert (disk.backing_type, disk.controller_type, disk.disk_mode) == ("FlatVer2", "lsilogic", "persistent")
    assert disk.disk_uuid == "088b5908-fb77-5777-92ea-565d8b0c0ef1"


def test_snapshots_of_one_machine() -> None:
    """Of twenty machines most have none, and that must be a zero and no null."""
    machines = records("ansible12/guest_snapshot_info.json", VirtualMachine, "vmware_guest_snapshot_info")
    assert sum(machine.snapshot_count or 0 for machine in machines) == 8
    assert {machine.snapshot_count for machine in machines} == {0, 1, 3}
    machine = next(one for one in machines if one.name == "fra-web-02")
    assert machine.oldest_snapshot_at == at(423806)
    assert [(one.snapshot_id, one.name, one.is_quiesced, one.is_current) for one in machine.snapshots] == [
        (1, "before patch 1", False, False),
        (2, "nach Update \u2013 ok", False, False),
        (3, "third", True, True),
    ]


def test_snapshots_of_all_machines() -> None:
    """Of the machine only its name is known, and the last part of its folder."""
    first = records("ansible12/all_snapshots_info.yml", NamedSnapshot, "vmware_all_snapshots_info")[0]
    assert first == NamedSnapshot(
        vm_name="fra-web-02",
        vm_folder="Produktion",
        name="before patch 1",
        description="Patchday 2026-11\nby admin",
        snapshot_id=1,
        created_at=at(423806),
        power_state="poweredOn",
        is_quiesced=False,
        is_current=None,
    )


@pytest.mark.parametrize("report", ["ansible12/host_facts.json", "ansible12/host_facts.yml"])
def test_facts_of_a_host(report: str) -> None:
    """From YAML every number is text, and must be the same number."""
    first = records(report, EsxiHost, "vmware_host_facts")[0]
    assert first == EsxiHost(
        name="esx-fra-01.corp.example.com",
        hardware_uuid="6d2f6e52-8a5c-5e44-927c-40b51cd7466c",
        cluster="fra-prod",
        datacenter="fra-dc1",
        connection_state="connected",
        is_in_maintenance=False,
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
        memory_used_mib=4095 - 2691,
        uptime_seconds=77229,
    )
    datastore = records(report, Datastore, "vmware_host_facts")[0]
    assert (datastore.name, datastore.datacenter) == ("vmfs-fra-prod-01", "fra-dc1")
    assert datastore.capacity_bytes == 6 * 1024**4
    assert datastore.free_bytes == 6080299301601  # 5.53 TB


def test_a_host_with_its_alarm() -> None:
    """The alarm names neither itself nor its host: the host does."""
    host = records("ansible12/host_alarm_state.json", EsxiHost, "vmware_host_facts_alarms")[0]
    assert (host.name, host.overall_status, host.connection_state) == (
        "esx-fra-01.corp.example.com",
        "green",
        "connected",
    )
    alarm = records("ansible12/host_alarm_state.json", TriggeredAlarm, "vmware_host_facts_alarms")[0]
    assert alarm == TriggeredAlarm(
        alarm_name=None,
        description=None,
        alarm_moid="alarm-976",
        entity_type="HostSystem",
        entity_name="esx-fra-01.corp.example.com",
        entity_moid="host-25",
        overall_status="yellow",
        triggered_at=at(715008),
        is_acknowledged=False,
        acknowledged_by=None,
        acknowledged_at=None,
    )


def test_a_machine_with_its_alarm() -> None:
    """Its file systems come with it; its alarm must be the machine's."""
    machines = records("ansible12/guest_alarm_state.json", VirtualMachine, "vmware_guest_info_alarms")
    machine = next(one for one in machines if one.name == "sapp03")
    assert (machine.moid, machine.overall_status) == ("vm-197", "red")
    assert [(disk.disk_path, disk.capacity_bytes, disk.free_bytes) for disk in machine.guest_disks] == [
        ("C:\\", 17179869184, 10307921510),
        ("D:\\", 1063256064, 734003200),
    ]
    alarms = records("ansible12/guest_alarm_state.json", TriggeredAlarm, "vmware_guest_info_alarms")
    (alarm,) = [one for one in alarms if one.entity_moid == "vm-197"]
    assert (alarm.entity_name, alarm.alarm_moid, alarm.overall_status) == ("sapp03", "alarm-972", "red")


def test_clusters_and_their_sizes() -> None:
    """MiB of storage become bytes; what the simulator does not know stays unknown."""
    first = records("ansible12/cluster_info.json", Cluster, "vmware_cluster_info")[0]
    assert first == Cluster(
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
        storage_bytes=24 * 1024**4,
        storage_used_bytes=2319282339840,
    )
    old = records("ansible29/cluster_info.json", Cluster, "vmware_cluster_info")[0]
    assert old == Cluster(name="fra-prod", is_ha_enabled=True, is_drs_enabled=True)


@pytest.mark.parametrize(
    ("report", "datacenter"), [("ansible12/datastore_info.yml", "fra-dc1"), ("ansible29/datastore_info.json", None)]
)
def test_datastores_of_both_versions(report: str, datacenter: str | None) -> None:
    """The datacenter is known from the loop alone; outside of one it stays unknown."""
    assert records(report, Datastore, "vmware_datastore_info")[0] == Datastore(
        name="vmfs-fra-prod-01",
        url="/vmfs/volumes/vmfs-fra-prod-01",
        datacenter=datacenter,
        type="OTHER",
        capacity_bytes=6597069766656,
        free_bytes=6077378723840,
        uncommitted_bytes=0,
        provisioned_bytes=519691042816,
        is_accessible=True,
        maintenance_mode="normal",
    )


def test_pools_datacenters_and_the_vcenter() -> None:
    """The rest of an estate, its first object each."""
    pool = records("ansible12/resource_pool_info.json", ResourcePool, "vmware_resource_pool_info")[0]
    assert (pool.name, pool.owner, pool.overall_status) == ("Resources", "fra-prod", "green")
    assert (pool.cpu_limit_mhz, pool.cpu_shares, pool.cpu_shares_level, pool.cpu_used_mhz) == (4121, 9000, "custom", 0)
    assert (pool.memory_limit_mib, pool.is_memory_expandable, pool.memory_used_bytes) == (961, False, 0)
    (first, _) = records("ansible12/datacenter_info.json", Datacenter, "vmware_datacenter_info")
    assert first == Datacenter("fra-dc1", "datacenter-1", "green")
    (vcenter,) = records("ansible12/about_info.json", VCenter, "vmware_about_info")
    assert vcenter.instance_uuid == "5a6fe851-54f4-58eb-ac2c-8d81d54ea451"
    assert (vcenter.name, vcenter.version, vcenter.build) == ("VMware vCenter Server", "6.5.0", "5973321")
    assert (vcenter.host_name, vcenter.api_type, vcenter.os_type) == (None, "VirtualCenter", "linux-amd64")


@pytest.mark.parametrize(
    ("report", "shape", "has_name", "has_moids", "has_who"),
    [
        ("alarms/alarms_module_register.yml", "triggered_alarms", True, True, True),
        ("alarms/alarms_script_register.json", "triggered_alarms", True, False, False),
        ("alarms/govc_alarms.json", "govc_alarms", True, True, True),
        ("alarms/govc_object_collect_root_triggered.json", "govc_alarms", False, True, True),
    ],
)
def test_one_alarm_as_every_way_to_get_it_tells_it(
    report: str, shape: str, *, has_name: bool, has_moids: bool, has_who: bool
) -> None:
    """Four ways to the same alarm; what one does not say is unknown, and nothing that two say differs."""
    alarm = records(report, TriggeredAlarm, shape)[0]
    assert alarm == TriggeredAlarm(
        alarm_name="Virtual machine CPU usage" if has_name else None,
        description="Default alarm: Virtual machine CPU usage" if has_name else None,
        alarm_moid="alarm-972" if has_moids else None,
        entity_type="VirtualMachine",
        entity_name="fra-web-01" if has_name else None,
        entity_moid="vm-149" if has_moids else None,
        overall_status="red",
        triggered_at=at(689839),
        is_acknowledged=True,
        acknowledged_by="administrator@vsphere.local" if has_who else None,
        acknowledged_at=at(723238) if has_who else None,
    )


def test_a_machine_of_an_inventory_with_its_alarm() -> None:
    """Texts are wrapped, names stand twice, and a machine is called like a number."""
    report, shape = "inventory/vmware_vm_inventory_list.json", "vmware_vm_inventory_alarms"
    machine = next(one for one in records(report, VirtualMachine, shape) if one.name == "# hash")
    assert (machine.bios_uuid, machine.power_state) == ("7f97c52a-e96c-5aec-abe8-2865cf930fc0", "poweredOn")
    assert (machine.guest_os, machine.cpu_count, machine.memory_mib) == ("SUSE Linux Enterprise 15 (64-bit)", 8, 2048)
    assert (machine.primary_ip, machine.tools_status, machine.nic_count) == ("10.10.10.77", "toolsOk", 1)
    assert (machine.connection_state, machine.esxi_host_moid) == ("connected", "host-96")
    assert machine.nics == (VmNic("00:0c:29:66:63:30", "10.10.10.77", None, "ipv4"),)
    alarm = next(one for one in records(report, TriggeredAlarm, shape) if one.entity_moid == "vm-320")
    assert (alarm.entity_name, alarm.alarm_moid, alarm.overall_status) == ("0012", "alarm-973", "red")
    assert alarm.triggered_at == at(707550)
