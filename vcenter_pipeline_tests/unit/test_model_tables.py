"""Records become rows, and what does not pass becomes a rejected row with its reason."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.model.batches import Batch, RejectedRow, merge_batches
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.free_text import FreeText
from vcenter_pipeline.model.records import (
    EsxiHost,
    GuestDisk,
    NamedSnapshot,
    TriggeredAlarm,
    VirtualMachine,
    VmAttribute,
    VmDatastore,
    VmDisk,
    VmNic,
    VmSnapshot,
    virtual_machine,
)
from vcenter_pipeline.model.tables import Normalizer, Origin, Rows

_AT = datetime(2026, 1, 31, 2, 0)  # noqa: DTZ001 - the model's instants are naive UTC
_ORIGIN = Origin("acme", "prod", "acme/prod", "0123456789abcdef", _AT)
_UUID = "ed5a5e8b-cd22-5dfd-affe-dcea815f16d3"
_OTHER_UUID = "5d1e720b-a878-55e3-8e0e-ce29868b3653"
_EMPTY = virtual_machine()
_NAMED = _EMPTY._replace(name="fra-web-02", moid="vm-152", instance_uuid=_UUID)
_ALARM = TriggeredAlarm(*[None] * 11)._replace(
    alarm_name="Host connection", alarm_moid="alarm-1", entity_type="HostSystem", entity_moid="host-9"
)
_REPORTS = Path(__file__).parents[1] / "reports"


def _normalizer(free_text: FreeText = "keep") -> Normalizer:
    return Normalizer(_ORIGIN, free_text)


def _machines(*records: VirtualMachine, indexes: Sequence[int] = (), rejected: Sequence[RejectedRow] = ()) -> Batch:
    numbers = indexes or range(len(records))
    return Batch("virtual_machines", "vmware_vm_info", "virtual_machines", numbers, records, rejected)


def _alarms(*records: TriggeredAlarm) -> Batch:
    return Batch("triggered_alarms", "triggered_alarms", "alarms", range(len(records)), records, ())


def _column(rows: Rows, table: str, column: str) -> list[Any]:
    number = [declared.name for declared in core_table(table).columns].index(column)
    return [row[number] for row in rows.get(table, [])]


def _reasons(rows: Rows) -> list[tuple[str, str, str]]:
    columns = (_column(rows, "rejected_rows", name) for name in ("table_name", "position", "reason"))
    return list(zip(*columns, strict=True))


def test_a_row_of_every_table_stands_in_the_declared_order() -> None:
    """Rows go to the database by position: one column out of place would fill every report with wrong values."""
    machine = _NAMED._replace(
        bios_uuid=_OTHER_UUID,
        power_state="poweredOn",
        cpu_count=2,
        memory_mib=2048,
        is_system=False,
        annotation="call Jo",
        tools_version="12389",
        hardware_version="vmx-19",
        committed_bytes=4096,
        disks=(
            VmDisk(
                "Hard disk 1",
                2000,
                512,
                "vmfs-01",
                None,
                None,
                None,
                is_thin=True,
                controller_type=None,
                unit_number=0,
                disk_uuid=None,
            ),
        ),
        guest_disks=(GuestDisk("/var", 10, 4),),
        snapshots=(VmSnapshot("before", None, 7, _AT, "poweredOn", is_quiesced=False, is_current=True),),
        nics=(VmNic("00:0c:29:36:35:33", "10.10.10.11", 24, "ipv4"),),
        datastores=(VmDatastore("vmfs-01", "/vmfs/volumes/vmfs-01"),),
        attributes=(VmAttribute("custom_attribute", None, "Owner", "Jo"),),
    )
    key = f"acme/prod:{_UUID}"
    origin = ("acme", "prod")
    own = (_AT, "0123456789abcdef")
    tail = (*own, 1)
    facts = ("poweredOn", None, 2, 2048, 512, *[None] * 8, False, "call Jo")
    details = (*[None] * 5, "12389", "vmx-19", *[None] * 11, 4096)
    assert _normalizer().add(_machines(machine)) == {
        "virtual_machines": [
            (key, *origin, "acme/prod", "fra-web-02", "vm-152", _UUID, _OTHER_UUID, *facts, *own, *details, 1),
        ],
        "vm_nics": [(key, *origin, "00:0c:29:36:35:33", "10.10.10.11", 24, "ipv4", *tail)],
        "vm_datastores": [(key, *origin, "vmfs-01", "/vmfs/volumes/vmfs-01", *tail)],
        "vm_attributes": [(key, *origin, "custom_attribute", None, "Owner", "Jo", *tail)],
        "vm_disks": [(key, *origin, "Hard disk 1", 2000, 512, "vmfs-01", *[None] * 3, True, None, 0, None, *tail)],
        "vm_guest_disks": [(key, *origin, "/var", 10, 4, *tail)],
        "vm_snapshots": [
            (
                f"{key}/7",
                key,
                *origin,
                "acme/prod",
                "fra-web-02",
                None,
                "before",
                None,
                7,
                _AT,
                "poweredOn",
                False,
                True,
                *tail,
            )
        ],
        "rejected_rows": [],
    }


def test_the_vcenter_is_part_of_the_key_where_it_is_known() -> None:
    """Two vCenters of one source may both have a vm-152; without this one would hide the other."""
    origin = _ORIGIN._replace(vcenter="vc01.corp.example.com")
    rows = Normalizer(origin).add(_machines(_EMPTY._replace(moid="vm-152")))
    assert _column(rows, "virtual_machines", "virtual_machine_key") == ["acme/prod:vc01.corp.example.com:vm-152"]


def test_identity_falls_back_to_what_there_is() -> None:
    """Old modules write no moid and some machines have no instance uuid; dropping them would lose real machines."""
    rows = _normalizer().add(
        _machines(
            _EMPTY._replace(instance_uuid=_UUID, name="a"),
            _EMPTY._replace(moid="vm-7"),
            _EMPTY._replace(bios_uuid=_OTHER_UUID, name="clone"),
        )
    )
    assert _column(rows, "virtual_machines", "virtual_machine_key") == [
        f"acme/prod:{_UUID}",
        "acme/prod:vm-7",
        f"acme/prod:{_OTHER_UUID}/clone",
    ]
    assert _reasons(rows) == []


@pytest.mark.parametrize("machine", [_EMPTY, _EMPTY._replace(name="x"), _EMPTY._replace(bios_uuid=_UUID)])
def test_a_machine_without_identity_is_rejected_with_a_sentence(machine: VirtualMachine) -> None:
    """Without a key it would be taken for another machine at the next report."""
    rows = _normalizer().add(_machines(machine, indexes=[41]))
    assert rows["virtual_machines"] == []
    reason = "it has neither an instance uuid, nor a moid, nor a BIOS uuid with a name, so it cannot be told apart"
    assert _reasons(rows) == [("virtual_machines", "virtual_machines[41]", reason)]


def test_two_moids_with_one_instance_uuid_are_two_machines() -> None:
    """A real report has such a pair; keeping one would lose a machine that runs."""
    normalizer = _normalizer()
    first = normalizer.add(_machines(_NAMED))
    later = normalizer.add(_machines(_NAMED._replace(name="FRA-WEB-02", moid="vm-365"), indexes=[1]))
    assert _column(first, "virtual_machines", "virtual_machine_key") == [f"acme/prod:{_UUID}"]
    assert _column(later, "virtual_machines", "virtual_machine_key") == ["acme/prod:vm-365"]
    assert _reasons(later) == []
    assert normalizer.counts == {"virtual_machines": 2}


def test_every_machine_of_the_real_report_is_kept() -> None:
    """77 machines, of which two share an instance uuid: the count that a person sees in vCenter."""
    normalizer = _normalizer()
    keys: list[str] = []
    with (_REPORTS / "ansible12" / "vm_info_full.json").open("rb") as file:
        for batch in read_batches(file, "vm_info_full.json", Limits(10**9, 10**9), batch_rows=30):
            keys += _column(normalizer.add(batch), "virtual_machines", "virtual_machine_key")
    assert len(keys) == len(set(keys)) == 77
    assert "acme/prod:b6f3f6a9-0b55-5016-a929-f065676a206b" in keys
    assert len({"acme/prod:vm-377", "acme/prod:vm-365"} & set(keys)) == 1
    assert normalizer.counts == {"virtual_machines": 77}
    assert normalizer.rejected_count == 0


def test_a_machine_that_is_listed_twice_is_kept_once() -> None:
    """Two equal keys would be refused by the database, and with them the whole report; also over two batches."""
    normalizer = _normalizer()
    rows = normalizer.add(_machines(_NAMED, _NAMED._replace(name="again")))
    again = normalizer.add(_machines(_NAMED, indexes=[2]))
    assert _column(rows, "virtual_machines", "name") == ["fra-web-02"]
    assert again["virtual_machines"] == []
    reason = f"the report has it twice; the first one was kept (acme/prod:{_UUID})"
    assert _reasons(rows) == [("virtual_machines", "virtual_machines[1]", reason)]
    assert _reasons(again) == [("virtual_machines", "virtual_machines[2]", reason)]


def test_a_machine_after_a_rejected_one_of_the_same_key_is_kept() -> None:
    """The rejected one is not there, so the good one repeats nothing."""
    normalizer = _normalizer()
    refused = normalizer.add(_machines(_NAMED._replace(cpu_count=-1)))
    rows = normalizer.add(_machines(_NAMED, indexes=[1]))
    assert refused["virtual_machines"] == []
    assert _column(rows, "virtual_machines", "name") == ["fra-web-02"]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cpu_count": -1}, "cpu_count is less than 0: -1"),
        ({"power_state": "on"}, "power_state is not one of poweredOn, poweredOff, suspended: 'on'"),
        ({"bios_uuid": "123"}, "bios_uuid is no uuid: '123'"),
        ({"name": "a\x00b"}, "name holds a character that no name can hold: 'a\\x00b'"),
        ({"name": "a\nb"}, "name holds a character that no name can hold: 'a\\nb'"),
        ({"annotation": "s3cret\x00"}, "annotation holds a character that no file can hold"),
        ({"name": "x" * 1025}, "name is longer than 1,024 characters: '" + "x" * 58 + "…"),
        (
            {"cpu_count": -1, "memory_mib": -5},
            "cpu_count is less than 0: -1; memory_mib is less than 0: -5",
        ),
    ],
)
def test_what_does_not_pass_is_said_in_a_sentence(changed: dict[str, Any], reason: str) -> None:
    """An admin reads this to correct a playbook: column, what is wrong, and the value; the rest goes on."""
    rows = _normalizer().add(_machines(_NAMED._replace(moid="vm-1", instance_uuid=None), _NAMED._replace(**changed)))
    assert _column(rows, "virtual_machines", "moid") == ["vm-1"]
    assert _reasons(rows) == [("virtual_machines", "virtual_machines[1]", reason)]


def test_positions_are_those_of_the_report() -> None:
    """A batch may begin anywhere and lack rows that a format refused; a wrong position sends an admin astray."""
    bad = _EMPTY._replace(moid="vm-3", cpu_count=-1)
    before = RejectedRow("virtual_machines", "virtual_machines[8]", "it is a text, not an object", None)
    rows = _normalizer().add(_machines(_NAMED, bad, indexes=[7, 9], rejected=[before]))
    assert _reasons(rows) == [
        ("virtual_machines", "virtual_machines[8]", "it is a text, not an object"),
        ("virtual_machines", "virtual_machines[9]", "cpu_count is less than 0: -1"),
    ]
    assert _column(rows, "rejected_rows", "row_number") == [1, 2]


def test_children_of_a_rejected_machine_go_with_it() -> None:
    """A network adapter without its machine would break the relationship in Power BI."""
    nic = VmNic("00:0c:29:36:35:33", "10.10.10.11", 24, "ipv4")
    parts: dict[str, Any] = {
        "nics": (nic,),
        "datastores": (VmDatastore("d", None),),
        "attributes": (VmAttribute("tag", "c", "n", None),),
    }
    rows = _normalizer().add(_machines(_NAMED._replace(cpu_count=-1, **parts), _EMPTY._replace(moid="vm-2", **parts)))
    for table in ("vm_nics", "vm_datastores", "vm_attributes"):
        assert _column(rows, table, "virtual_machine_key") == ["acme/prod:vm-2"]
    assert len(_reasons(rows)) == 1


def test_a_child_that_does_not_pass_leaves_its_machine() -> None:
    """One odd MAC address is no reason to lose a machine."""
    good, bad = VmNic("00:0c:29:36:35:33", None, None, None), VmNic("00:0c", None, None, None)
    rows = _normalizer().add(_machines(_NAMED._replace(nics=(good, bad)), indexes=[5]))
    assert _column(rows, "virtual_machines", "name") == ["fra-web-02"]
    assert _column(rows, "vm_nics", "mac_address") == ["00:0c:29:36:35:33"]
    assert _reasons(rows) == [("vm_nics", "virtual_machines[5]", "mac_address is no MAC address: '00:0c'")]


def test_equal_children_count_once_and_unequal_ones_of_one_key_are_told() -> None:
    """A module that lists a datastore twice means one; two values of one attribute are a contradiction."""
    store = VmDatastore("vmfs-01", "/vmfs/volumes/vmfs-01")
    values = tuple(VmAttribute("custom_attribute", None, "Owner", value) for value in ("Jo", "Max"))
    rows = _normalizer().add(_machines(_NAMED._replace(datastores=(store, store), attributes=values)))
    assert _column(rows, "vm_datastores", "datastore_name") == ["vmfs-01"]
    assert _column(rows, "vm_attributes", "value") == ["Jo"]
    reason = "the report has it twice; the first one was kept"
    assert _reasons(rows) == [("vm_attributes", "virtual_machines[0]", reason)]


def test_equal_children_of_two_machines_are_kept() -> None:
    """Every machine has an attribute Owner; taking the second for a repetition would empty the table."""
    parts: dict[str, Any] = {"attributes": (VmAttribute("custom_attribute", None, "Owner", "Jo"),)}
    rows = _normalizer().add(_machines(_NAMED._replace(**parts), _EMPTY._replace(moid="vm-2", **parts)))
    assert _column(rows, "vm_attributes", "virtual_machine_key") == [f"acme/prod:{_UUID}", "acme/prod:vm-2"]


@pytest.mark.parametrize(
    ("free_text", "shown", "tags"),
    [
        ("keep", "s3cret", [("Owner", "s3cret-a"), ("Owner", "s3cret-b")]),
        ("mask", "(masked)", [("Owner", "(masked)")]),
        ("drop", None, []),
    ],
)
def test_free_text_is_kept_masked_or_dropped(
    free_text: FreeText, shown: str | None, tags: list[tuple[str, str]]
) -> None:
    """People write passwords into notes; who masks them must not find one in any table."""
    machine = _NAMED._replace(
        annotation="s3cret",
        attributes=(
            VmAttribute("custom_attribute", None, "Key", "s3cret"),
            VmAttribute("tag", "Owner", "s3cret-a", None),
            VmAttribute("tag", "Owner", "s3cret-b", None),
        ),
        snapshots=(VmSnapshot("before", "s3cret", 1, None, None, is_quiesced=None, is_current=None),),
    )
    rows = _normalizer(free_text).add(_machines(machine, _EMPTY._replace(moid="vm-2")))
    assert _column(rows, "virtual_machines", "annotation") == [shown, None]
    assert _column(rows, "vm_snapshots", "description") == [shown]
    attributes = [row[3:7] for row in rows["vm_attributes"]]
    assert attributes[0] == ("custom_attribute", None, "Key", shown)
    assert [(category, name) for _, category, name, _ in attributes[1:]] == tags


def test_a_rejected_row_holds_no_free_text() -> None:
    """Rejected rows are shown in previews and mails; notes and attribute values must not get there."""
    value = VmAttribute("custom_attribute", None, "a\nb", "s3cret")
    machine = _NAMED._replace(attributes=(value,))
    rows = _normalizer().add(_machines(machine, _EMPTY._replace(moid="vm-2", cpu_count=-1, annotation="s3cret")))
    assert len(_reasons(rows)) == 2
    assert not any("s3cret" in str(row) for row in rows["rejected_rows"])
    assert '"moid": "vm-2"' in _column(rows, "rejected_rows", "content")[0]


def test_the_keys_of_alarms_are_alarm_and_entity() -> None:
    """The key follows an alarm through reports; names and the time stand in only where moids are missing."""
    by_name = _ALARM._replace(
        alarm_moid=None,
        entity_moid=None,
        entity_name="esx-1",
        triggered_at=datetime(2026, 1, 30, 4, 5, 6),  # noqa: DTZ001 - as above
    )
    rows = _normalizer().add(_alarms(_ALARM, by_name))
    assert _column(rows, "triggered_alarms", "alarm_key") == [
        "acme/prod:alarm-1/host-9",
        "acme/prod:Host connection/HostSystem/esx-1/2026-01-30T04:05:06",
    ]


def test_the_severity_follows_from_the_colour() -> None:
    """People filter by severity; an unknown colour must not become the harmless one."""
    colours = ("red", "yellow", "green", "gray", None)
    records = [_ALARM._replace(overall_status=colour, entity_moid=f"host-{n}") for n, colour in enumerate(colours)]
    rows = _normalizer().add(_alarms(*records))
    assert _column(rows, "triggered_alarms", "severity") == ["critical", "warning", "normal", "unknown", None]


def test_alarms_that_do_not_pass_are_told() -> None:
    """An alarm without an entity cannot be followed; a new colour of vSphere must be seen, not swallowed."""
    normalizer = _normalizer()
    rows = normalizer.add(
        _alarms(
            _ALARM, _ALARM, _ALARM._replace(entity_moid=None), _ALARM._replace(entity_moid="h", overall_status="blue")
        )
    )
    assert normalizer.counts == {"triggered_alarms": 1}
    assert [position for _, position, _ in _reasons(rows)] == ["alarms[1]", "alarms[2]", "alarms[3]"]
    assert _reasons(rows)[2][2] == "overall_status is not one of gray, green, yellow, red: 'blue'"


def test_an_empty_list_says_that_there_is_nothing() -> None:
    """No alarms is an answer; a report that says so must be told from one that does not speak of alarms."""
    normalizer = _normalizer()
    assert not any(normalizer.add(_alarms()).values())
    assert normalizer.counts == {"triggered_alarms": 0}


def test_merged_batches_keep_every_place() -> None:
    """A loop over machines leaves a list of one each: the sentence must still name the result that is wrong."""
    loop = [
        _machines(_EMPTY._replace(moid=f"vm-{number}", cpu_count=-1 if number == 2 else 1))._replace(
            path=f"results[{number}].virtual_machines"
        )
        for number in range(5)
    ]
    merged = list(merge_batches([*loop[:4], _alarms(_ALARM), loop[4]], 3))
    assert [(batch.kind, len(batch.records)) for batch in merged] == [
        ("virtual_machines", 3),
        ("virtual_machines", 1),
        ("triggered_alarms", 1),
        ("virtual_machines", 1),
    ]
    rows = _normalizer().add(merged[0])
    assert _column(rows, "virtual_machines", "moid") == ["vm-0", "vm-1"]
    assert _reasons(rows) == [
        ("virtual_machines", "results[2].virtual_machines[0]", "cpu_count is less than 0: -1"),
    ]


def test_merging_keeps_rejected_rows_and_empty_lists() -> None:
    """An empty list says that there is nothing; a refused row has no record, so the places must not shift."""
    refused = RejectedRow("virtual_machines", "results[0].virtual_machines[0]", "it is a text, not an object", None)
    nic = VmNic("00:0c", None, None, None)
    loop = [
        _machines(_EMPTY._replace(moid="vm-1"), indexes=[1], rejected=[refused])._replace(path="results[0].x"),
        _machines()._replace(path="results[1].x"),
        _machines(_EMPTY._replace(moid="vm-2", nics=(nic,)))._replace(path="results[2].x"),
    ]
    (merged,) = merge_batches(loop, 100)
    assert [position for _, position, _ in _reasons(_normalizer().add(merged))] == [
        "results[0].virtual_machines[0]",
        "results[2].x[0]",
    ]
    assert list(merge_batches([_alarms()], 100)) == [_alarms()]


def test_a_report_says_of_what_it_was_made() -> None:
    """Without `collections` nobody could tell that a list was cut short, and its missing machines would be removed."""
    normalizer = _normalizer()
    machines = _machines(_NAMED)._replace(group="results[].virtual_machines", vcenter="vc01")
    normalizer.add(machines)
    normalizer.add(machines._replace(indexes=(), records=(), is_complete=False, failed_count=1))
    normalizer.add(_alarms(_ALARM)._replace(leaves_out="acknowledged"))
    head = ("0123456789abcdef", 1, "acme", "prod", "vc01", "virtual_machines", "vmware_vm_info")
    assert normalizer.finish() == {
        "collections": [
            (*head, "results[].virtual_machines", False, 1, 1, None, _AT),
            (
                *("0123456789abcdef", 2, "acme", "prod", None, "triggered_alarms", "triggered_alarms"),
                *(None, True, 1, 0, "acknowledged", _AT),
            ),
        ]
    }
    assert normalizer.failed_count == 1


def test_a_machine_that_several_lists_name_counts_once() -> None:
    """A bundle lists a machine and describes it again: 154 machines would be reported of 77."""
    normalizer = _normalizer()
    listed = normalizer.add(_machines(virtual_machine(moid="vm-152", name="fra-web-02")))
    details = Batch(
        "virtual_machines", "vmware_guest_info", "instance", [None], [_NAMED], (), group="results[]", may_repeat=True
    )
    described = normalizer.add(details)
    assert _column(listed, "virtual_machines", "collection") == [1]
    assert _column(described, "virtual_machines", "collection") == [2]
    assert normalizer.counts == {"virtual_machines": 1}
    assert normalizer.rejected_count == 0


def test_what_is_asked_one_by_one_may_come_twice_and_by_its_name() -> None:
    """A tag names a machine for each tag that it bears; as a repeated row every second tag would be lost."""
    batch = _machines(
        virtual_machine(name="web", attributes=(VmAttribute("tag", None, "gold", None),)),
        virtual_machine(name="web", attributes=(VmAttribute("tag", None, "gold", None),)),
        virtual_machine(name="web", attributes=(VmAttribute("tag", None, "linux", None),)),
    )
    rows = _normalizer().add(batch._replace(may_repeat=True, is_complete=False))
    assert _column(rows, "virtual_machines", "virtual_machine_key") == ["acme/prod:name/web"]
    assert _column(rows, "vm_attributes", "name") == ["gold", "linux"]
    assert _reasons(rows) == []


def test_two_vcenters_of_one_report_have_their_own_machines() -> None:
    """A loop over two vCenters: both have a vm-152, and one would hide the other."""
    normalizer = _normalizer()
    first = _machines(virtual_machine(moid="vm-152"))._replace(vcenter="vc01")
    keys = [
        _column(normalizer.add(batch), "virtual_machines", "virtual_machine_key")
        for batch in (first, first._replace(vcenter="vc02"))
    ]
    assert keys == [["acme/prod:vc01:vm-152"], ["acme/prod:vc02:vm-152"]]


@pytest.mark.parametrize(
    ("sockets", "cores", "licenses"),
    [(2, 16, 32), (2, 48, 48), (1, 12, 16), (None, 16, None), (2, None, None), (0, 0, None)],
)
def test_license_cores_are_counted_as_vmware_does(sockets: int | None, cores: int | None, licenses: int | None) -> None:
    """16 cores a processor at least: a wrong count is a wrong bill."""
    host = EsxiHost(name="ESX01.example.com", cpu_socket_count=sockets, cpu_core_count=cores)
    rows = _normalizer().add(Batch("esxi_hosts", "vmware_host_facts", "", [None], [host], ()))
    assert _column(rows, "esxi_hosts", "license_core_count") == [licenses]
    assert _column(rows, "esxi_hosts", "esxi_host_key") == ["acme/prod:esx01.example.com"]
    assert _column(rows, "esxi_hosts", "name") == ["ESX01.example.com"]


def test_the_sum_of_disks_of_unknown_size_is_unknown() -> None:
    """Half of the storage, shown as all of it, is worse than none."""
    disk = VmDisk("Hard disk 1", 2000, 512, None, None, None, None, None, None, None, None)
    known = virtual_machine(moid="vm-1", disks=(disk, disk._replace(label="Hard disk 2", capacity_bytes=256)))
    unknown = virtual_machine(moid="vm-2", disks=(disk, disk._replace(label="Hard disk 2", capacity_bytes=None)))
    assert _column(_normalizer().add(_machines(known, unknown)), "virtual_machines", "storage_bytes") == [768, None]


def test_a_snapshot_known_by_name_alone_has_no_machine_yet() -> None:
    """Names are not unique: the machine is looked for when all of them are known, not guessed here."""
    snapshot = NamedSnapshot(
        "web", "prod", "before", "call Jo", 3, _AT, "poweredOn", is_quiesced=False, is_current=None
    )
    rows = _normalizer("mask").add(Batch("vm_snapshots", "vmware_all_snapshots_info", "", [0], [snapshot], ()))
    (row,) = rows["vm_snapshots"]
    assert row == (
        "acme/prod:name/prod/web/3/2026-01-31T02:00:00",
        None,
        *("acme", "prod", "acme/prod", "web", "prod", "before", "(masked)", 3, _AT, "poweredOn", False, None),
        *(_AT, "0123456789abcdef", 1),
    )


def test_of_the_events_of_one_alarm_the_newest_says_how_it_stands() -> None:
    """`govc events` writes the oldest first: an alarm that was cleared would stand for ever."""
    red = _ALARM._replace(overall_status="red", triggered_at=_AT)
    green = red._replace(overall_status="green", triggered_at=datetime(2026, 1, 31, 3, 0))  # noqa: DTZ001 - naive UTC
    rows = _normalizer().add(_alarms(red, green, red)._replace(may_repeat=True))
    assert _column(rows, "triggered_alarms", "overall_status") == ["green"]
    assert _reasons(rows) == []
