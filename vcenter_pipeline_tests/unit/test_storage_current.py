"""The current state of a source, made of reports of several shapes. Records are hand-made, as the shapes give them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.model.batches import Batch, Kind
from vcenter_pipeline.model.records import (
    Cluster,
    Datastore,
    EsxiHost,
    GuestDisk,
    NamedSnapshot,
    Record,
    TriggeredAlarm,
    VCenter,
    VmAttribute,
    VmNic,
    VmSnapshot,
    virtual_machine,
)
from vcenter_pipeline.model.tables import Normalizer, Origin
from vcenter_pipeline.storage.current import CurrentState
from vcenter_pipeline.storage.database import Database, migrate, open_database
from vcenter_pipeline.storage.reader import newest_collected_at, read_current, summary
from vcenter_pipeline.storage.writer import begin_report

U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"
V1 = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
V2 = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
MAC = "00:50:56:00:00:01"


def day(number: int) -> datetime:
    """A day of January 2026."""
    return datetime(2026, 1, number)  # noqa: DTZ001 - the database takes naive UTC


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database with its tables."""
    with open_database(f"sqlite:///{tmp_path / 'warehouse.db'}") as opened:
        migrate(opened)
        yield opened


def listed(kind: Kind, *records: Record, shape: str = "vmware_vm_info", **values: Any) -> Batch:  # noqa: ANN401 - each goes to its field
    """A complete list."""
    return Batch(kind, shape, "x", range(len(records)), records, (), group="x")._replace(**values)


def asked(*records: Record, shape: str = "vmware_guest_info", **values: Any) -> Batch:  # noqa: ANN401 - as above
    """Virtual machines that were asked for one at a time."""
    return listed("virtual_machines", *records, shape=shape, is_complete=False, may_repeat=True, **values)


def store(database: Database, report: str, at: int, *batches: Batch, client: str = "acme") -> None:
    """Store a report of that day, as a run does."""
    normalizer = Normalizer(Origin(client, "prod", f"{client}/prod", report, day(at)))
    with begin_report(database, report) as writer:
        for batch in batches:
            for table, rows in normalizer.add(batch).items():
                writer.add(table, rows)
        for table, rows in normalizer.finish().items():
            writer.add(table, rows)
        ledger = {"report": report, "client": client, "environment": "prod", "path": "x", "collected_at": day(at)}
        counts = {f"{kind.removesuffix('s')}_count": count for kind, count in normalizer.counts.items()}
        writer.finish({**ledger, **counts, "status": "ingested", "ingested_at": day(at)})


def read(database: Database, table: str, *names: str) -> list[Any]:
    """The current rows of acme/prod: the values of these columns, in order."""
    rows = read_current(database, "acme", "prod", table).to_pylist()
    found = [tuple(row[name] for name in names) if len(names) > 1 else row[names[0]] for row in rows]
    return sorted(found, key=str)


def snapshot(number: int, name: str = "before") -> VmSnapshot:
    """A snapshot of that number."""
    return VmSnapshot(name, None, number, None, None, None, None)


def of_name(vm_name: str, number: int, name: str = "listed") -> NamedSnapshot:
    """A snapshot of which only the virtual machine's name is known."""
    return NamedSnapshot(vm_name, "vm", name, None, number, None, None, None, None)


def snapshots(*records: NamedSnapshot, **values: Any) -> Batch:  # noqa: ANN401 - as above
    """A list of all snapshots."""
    return listed("vm_snapshots", *records, shape="vmware_all_snapshots_info", **values)


def test_details_join_the_list(database: Database) -> None:
    """The REST API lists moids, and details know uuids: without the link one machine would be two."""
    rest = [virtual_machine(moid="vm-1", name="web", cpu_count=2), virtual_machine(moid="vm-2", name="db")]
    store(database, "r1", 1, listed("virtual_machines", *rest, shape="vcenter_vm_info"))
    store(database, "r2", 2, asked(virtual_machine(moid="vm-1", instance_uuid=U1, name="web", guest_os="Linux")))
    assert read(database, "virtual_machines", "virtual_machine_key", "name", "cpu_count", "guest_os", "report") == [
        ("acme/prod:11111111-1111-1111-1111-111111111111", "web", 2, "Linux", "r1"),
        ("acme/prod:vm-2", "db", None, None, "r1"),
    ]
    assert newest_collected_at(database, "acme", "prod", "virtual_machines") == day(2)


def test_a_partial_list_never_removes_and_never_overrules(database: Database) -> None:
    """A playbook about one machine must not empty the estate, nor put an older word over the list of all."""
    store(database, "r1", 1, asked(virtual_machine(moid="vm-9", name="gone")))
    store(database, "r2", 2, listed("virtual_machines", virtual_machine(moid="vm-1", cpu_count=2)))
    store(database, "r3", 3, asked(virtual_machine(moid="vm-1", cpu_count=8), virtual_machine(name="new")))
    assert read(database, "virtual_machines", "virtual_machine_key", "cpu_count") == [
        ("acme/prod:name/new", None),
        ("acme/prod:vm-1", 2),
    ]


def test_of_daily_details_the_newest_counts(database: Database) -> None:
    """Where nobody lists all, a machine is what its newest report says: a null there is not an old value."""
    store(database, "r1", 1, asked(virtual_machine(moid="vm-1", name="web", primary_ip="10.0.0.1", cpu_count=2)))
    store(database, "r2", 2, asked(virtual_machine(moid="vm-1", name="web", cpu_count=4)))
    store(database, "r3", 1, asked(virtual_machine(moid="vm-2", name="db", cpu_count=1)))
    tools = virtual_machine(moid="vm-1", tools_status="toolsOk", cpu_count=9)
    store(database, "r4", 1, asked(tools, shape="vmware_guest_tools_info"))
    assert read(database, "virtual_machines", "moid", "cpu_count", "primary_ip", "tools_status") == [
        ("vm-1", 4, None, "toolsOk"),
        ("vm-2", 1, None, None),
    ]


def test_two_machines_with_one_uuid_keep_their_own_parts(database: Database) -> None:
    """In reports about one machine each both go by the uuid: their adapters must not change hands."""
    nics = [(VmNic(f"00:50:56:00:00:0{number}", None, None, None),) for number in (1, 2)]
    for number in (1, 2):
        machine = virtual_machine(moid=f"vm-{number}", instance_uuid=U1, name="web", nics=nics[number - 1])
        store(database, f"r{number}", number, asked(machine))
    assert read(database, "virtual_machines", "moid", "virtual_machine_key") == [
        ("vm-1", "acme/prod:vm-1"),
        ("vm-2", "acme/prod:11111111-1111-1111-1111-111111111111"),
    ]
    assert read(database, "vm_nics", "virtual_machine_key", "mac_address") == [
        ("acme/prod:11111111-1111-1111-1111-111111111111", "00:50:56:00:00:02"),
        ("acme/prod:vm-1", "00:50:56:00:00:01"),
    ]


def test_parts_come_from_the_first_that_has_any(database: Database) -> None:
    """Disks of two reports together would count a disk that was moved twice; adapters need their addresses."""
    listing = virtual_machine(moid="vm-1", name="web", nics=(VmNic(MAC, None, None, None),))
    other = virtual_machine(moid="vm-2", name="db", nics=(VmNic(MAC, None, None, None),))
    store(database, "r1", 1, listed("virtual_machines", listing, other))
    detail = virtual_machine(
        moid="vm-1",
        instance_uuid=U1,
        nics=(VmNic(MAC, "10.0.0.1", 24, "ipv4"),),
        guest_disks=(GuestDisk("/", 10, 5),),
    )
    store(database, "r2", 2, asked(detail))
    store(database, "r3", 3, asked(detail._replace(guest_disks=(GuestDisk("/var", 10, 4),)), shape="other"))
    assert read(database, "vm_nics", "virtual_machine_key", "address", "report") == [
        ("acme/prod:11111111-1111-1111-1111-111111111111", "10.0.0.1", "r3"),
        ("acme/prod:vm-2", None, "r1"),
    ]
    assert read(database, "vm_guest_disks", "virtual_machine_key", "disk_path") == [
        ("acme/prod:11111111-1111-1111-1111-111111111111", "/var")
    ]


def test_tags_come_together_and_custom_attributes_do_not(database: Database) -> None:
    """A module that tells one tag at a time gives a file for each; a custom attribute has one newest value."""
    owner = (VmAttribute("custom_attribute", None, "Owner", "me"), VmAttribute("tag", "c", "a", None))
    store(database, "r1", 1, listed("virtual_machines", virtual_machine(moid="vm-1", name="w", attributes=owner)))
    for number, name in enumerate(("b", "c"), 2):
        tagged = virtual_machine(moid="vm-1", attributes=(VmAttribute("tag", None, name, None),))
        store(database, f"r{number}", number, asked(tagged, shape="vmware_tag_info"))
    other = (VmAttribute("custom_attribute", None, "Cost", "1"), VmAttribute("tag", "c", "a", None))
    store(database, "r4", 4, asked(virtual_machine(moid="vm-1", attributes=other)))
    assert read(database, "vm_attributes", "kind", "name", "report") == [
        ("custom_attribute", "Owner", "r1"),
        ("tag", "a", "r1"),
        ("tag", "b", "r2"),
        ("tag", "c", "r3"),
    ]


def test_snapshots_that_a_machine_tells_stand_for_those_of_the_list(database: Database) -> None:
    """One snapshot from two shapes would count twice, and one that was deleted since must go."""
    store(
        database, "r1", 1, listed("virtual_machines", *(virtual_machine(moid=f"vm-{n}", name=f"n{n}") for n in "123"))
    )
    store(database, "r2", 2, snapshots(of_name("n1", 1), of_name("n2", 2), of_name("gone", 3)))
    told = virtual_machine(moid="vm-1", name="n1", snapshot_count=1, snapshots=(snapshot(7),))
    none = virtual_machine(moid="vm-2", name="n2", snapshot_count=0)
    new = virtual_machine(moid="vm-3", name="n3", snapshot_count=1, snapshots=(snapshot(8),))
    store(database, "r3", 3, asked(told, none, new, shape="vmware_guest_snapshot_info"))
    assert read(database, "vm_snapshots", "snapshot_key", "virtual_machine_key") == [
        ("acme/prod:name/vm/gone/3/", None),
        ("acme/prod:vm-1/7", "acme/prod:vm-1"),
        ("acme/prod:vm-3/8", "acme/prod:vm-3"),
    ]
    store(database, "r4", 4, snapshots(of_name("n1", 9)))
    assert read(database, "vm_snapshots", "snapshot_id", "virtual_machine_key") == [(9, None)]
    store(database, "r5", 5, snapshots())
    assert read(database, "vm_snapshots", "snapshot_id") == []


def test_a_name_that_two_machines_bear_keeps_the_list(database: Database) -> None:
    """What one of them tells of itself says nothing of the snapshots of the other."""
    told = virtual_machine(moid="vm-1", name="web", snapshot_count=0)
    store(database, "r1", 1, snapshots(of_name("web", 1)), listed("virtual_machines", told))
    assert read(database, "vm_snapshots", "snapshot_id") == []
    store(
        database,
        "r2",
        2,
        snapshots(of_name("web", 1)),
        listed("virtual_machines", told, virtual_machine(moid="vm-2", name="web")),
    )
    assert read(database, "vm_snapshots", "snapshot_id") == [1]


def test_snapshots_follow_their_machine_where_lists_are_complete(database: Database) -> None:
    """The common case of a vSphere register: the list of machines has the snapshots in it."""
    told = virtual_machine(moid="vm-1", name="web", snapshot_count=1, snapshots=(snapshot(1),))
    store(database, "r1", 1, listed("virtual_machines", told))
    assert read(database, "vm_snapshots", "snapshot_key", "virtual_machine_key", "vm_name") == [
        ("acme/prod:vm-1/1", "acme/prod:vm-1", "web")
    ]


def alarm(name: str, **values: Any) -> TriggeredAlarm:  # noqa: ANN401 - as above
    """An alarm on the host of that name."""
    nothing = TriggeredAlarm(None, None, "alarm-1", "HostSystem", name, f"host-{name}", "red", None, None, None, None)
    return nothing._replace(**values)


def test_alarms_of_several_files(database: Database) -> None:
    """Without a list of all, each place of a report tells of its own alarms, and its newest file what still stands."""
    partial: dict[str, Any] = {"is_complete": False}
    store(database, "r1", 1, listed("triggered_alarms", alarm("a"), alarm("b"), shape="hosts", **partial))
    store(database, "r2", 1, listed("triggered_alarms", alarm("c"), shape="clusters", **partial))
    store(database, "r3", 2, listed("triggered_alarms", alarm("b"), shape="hosts", **partial))
    assert read(database, "triggered_alarms", "entity_name", "report") == [("b", "r3"), ("c", "r2")]
    store(database, "r4", 3, listed("triggered_alarms", alarm("b", is_acknowledged=None), shape="all"))
    store(database, "r5", 4, listed("triggered_alarms", alarm("b", is_acknowledged=True), alarm("d"), **partial))
    assert read(database, "triggered_alarms", "entity_name", "is_acknowledged", "report") == [
        ("b", True, "r4"),
        ("d", None, "r5"),
    ]
    store(database, "r6", 5, listed("triggered_alarms", shape="all"))
    assert read(database, "triggered_alarms", "entity_name") == []
    assert newest_collected_at(database, "acme", "prod", "triggered_alarms") == day(5)


def test_alarms_of_one_machine_a_file_do_not_clear_those_of_the_others(database: Database) -> None:
    """A playbook that writes a file for each machine: the last file would clear the alarms of all machines before."""

    def told(report: str, at: int, moid: str, *names: str) -> None:
        shape = "vmware_guest_info_alarms"
        alarms = [alarm(moid, alarm_name=name, alarm_moid=name, entity_moid=moid) for name in names]
        machine = asked(virtual_machine(moid=moid, name=moid), shape=shape)
        store(database, report, at, machine, listed("triggered_alarms", *alarms, shape=shape, is_complete=False))

    told("a", 1, "vm-1", "CPU", "memory")
    told("b", 1, "vm-2", "CPU")
    told("c", 2, "vm-1", "CPU")
    told("d", 2, "vm-3")
    assert sorted(read(database, "triggered_alarms", "entity_moid", "alarm_name")) == [("vm-1", "CPU"), ("vm-2", "CPU")]


def test_two_vcenters_do_not_mix(database: Database) -> None:
    """The same moid in two vCenters is two machines; the newest list of one says nothing of the other."""
    for number, uuid in enumerate((V1, V2), 1):
        nic = VmNic(f"00:50:56:00:00:0{number}", None, None, None)
        machine = virtual_machine(moid="vm-1", name=f"n{number}", nics=(nic,))
        about = listed("vcenters", VCenter(instance_uuid=uuid, version="8"), is_complete=False)
        store(database, f"r{number}", number, about, listed("virtual_machines", machine))
    assert read(database, "virtual_machines", "virtual_machine_key", "vcenter", "name") == [
        ("acme/prod:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa:vm-1", V1, "n1"),
        ("acme/prod:bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb:vm-1", V2, "n2"),
    ]
    assert read(database, "vm_nics", "virtual_machine_key", "mac_address") == [
        ("acme/prod:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa:vm-1", "00:50:56:00:00:01"),
        ("acme/prod:bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb:vm-1", "00:50:56:00:00:02"),
    ]
    assert read(database, "vcenters", "vcenter_key", "vcenter") == [
        ("acme/prod:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", V1),
        ("acme/prod:bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb", V2),
    ]


def test_a_vcenter_by_name_and_by_uuid_is_one(database: Database) -> None:
    """Keys stay short, and machines one, when one playbook names the host and another asks for the uuid."""
    machines = listed("virtual_machines", virtual_machine(moid="vm-1", name="web"), vcenter="vc01")
    store(database, "r1", 1, machines)
    about = listed("vcenters", VCenter(instance_uuid=V1, host_name="vc01.corp.example.com"), is_complete=False)
    host = listed("vcenters", VCenter(host_name="VC01", os_type="linux-x64"), is_complete=False, shape="envelope")
    store(database, "r2", 2, about, host, asked(virtual_machine(moid="vm-1", guest_os="Linux")))
    assert read(database, "virtual_machines", "virtual_machine_key", "vcenter", "guest_os") == [
        ("acme/prod:vm-1", V1, "Linux")
    ]
    assert read(database, "vcenters", "vcenter_key", "instance_uuid", "host_name", "os_type") == [
        ("acme/prod:aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", V1, "vc01.corp.example.com", "linux-x64")
    ]


def test_hosts_clusters_and_datastores_are_filled_as_machines_are(database: Database) -> None:
    """The REST API knows names and moids, the modules the rest."""
    store(
        database,
        "r1",
        1,
        listed("esxi_hosts", EsxiHost(name="esx1", moid="host-1")),
        listed("clusters", Cluster(name="c1", moid="domain-c1")),
        listed("datastores", Datastore(name="d1", moid="datastore-1")),
    )
    store(
        database,
        "r2",
        2,
        listed("esxi_hosts", EsxiHost(name="ESX1", version="8.0.2"), is_complete=False),
        listed("clusters", Cluster(name="c1", datacenter="dc1", is_ha_enabled=True), is_complete=False),
        listed("datastores", Datastore(name="d1", url="/vmfs/volumes/d1"), is_complete=False),
    )
    assert read(database, "esxi_hosts", "esxi_host_key", "moid", "version") == [("acme/prod:esx1", "host-1", "8.0.2")]
    assert read(database, "clusters", "cluster_key", "datacenter", "is_ha_enabled") == [
        ("acme/prod:domain-c1", "dc1", True)
    ]
    assert read(database, "datastores", "datastore_key", "moid") == [("acme/prod:/vmfs/volumes/d1", "datastore-1")]


def test_the_summary_counts_what_is_read(database: Database) -> None:
    """None says that no report speaks of it, and 0 that one does and names none."""
    machines: Sequence[Record] = [virtual_machine(moid="vm-1", name="web"), virtual_machine(moid="vm-2", name="db")]
    store(database, "r1", 1, listed("virtual_machines", *machines), listed("clusters"), snapshots(of_name("web", 1)))
    store(database, "r2", 2, asked(virtual_machine(moid="vm-1", instance_uuid=U2), virtual_machine(name="new")))
    store(database, "r3", 1, listed("esxi_hosts", EsxiHost(name="esx1")), client="globex")
    acme, globex = summary(database)
    assert (acme.virtual_machine_count, acme.triggered_alarm_count, acme.virtual_machines_collected_at) == (
        3,
        None,
        day(2),
    )
    assert (acme.esxi_host_count, acme.cluster_count, acme.datastore_count, acme.vm_snapshot_count) == (
        None,
        0,
        None,
        1,
    )
    assert (globex.virtual_machine_count, globex.esxi_host_count, globex.vm_snapshot_count) == (None, 1, None)


def test_collections_are_all_there(database: Database) -> None:
    """Why something is not current stands in them, so those that are not current have to be among them."""
    store(database, "r1", 1, listed("clusters"), asked(virtual_machine(name="a")))
    store(database, "r2", 2, listed("clusters", Cluster(name="c")))
    assert read(database, "collections", "report", "collection", "kind", "is_complete", "row_count") == [
        ("r1", 1, "clusters", True, 0),
        ("r1", 2, "virtual_machines", False, 1),
        ("r2", 1, "clusters", True, 1),
    ]
    assert CurrentState(database, "globex", "prod").read("collections").num_rows == 0
