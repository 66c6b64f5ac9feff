"""From a file to batches of records, on real reports and on what people write by mistake."""

import gc
import json
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.model.batches import Batch, RejectedRow
from vcenter_pipeline.model.records import TriggeredAlarm, VirtualMachine

REPORTS = Path(__file__).parents[1] / "reports"
LIMITS = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000)
MACHINE = {"guest_name": "web", "guest_fullname": "Linux", "power_state": "poweredOn", "moid": "vm-1"}
ALARM = {"alarm_name": "CPU", "entity": "web", "status": "red"}

AWKWARD_NAMES = [
    "Müller-Testsystem",
    "数据库-01",
    "O'Brien's \"test\" VM",
    "vm with  two spaces",
    "12345",
    "0012",
    "1e3",
    "0x1F",
    "yes",
    "null",
    "~",
    "2024-01-01",
    "12:30:45",
    "{{ inventory_hostname }}",
    "-starts-with-dash",
    "# hash",
    "a: b",
    "x" * 80,
    "FRA-WEB-01",
    "=1+1",
    "trailing space ",
    "emoji-🚀",
]


def read_report(name: str) -> list[Batch]:
    """Read one of the real reports."""
    with (REPORTS / name).open("rb") as file:
        return list(read_batches(file, name, LIMITS))


def read(document: object, name: str = "report.json", batch_rows: int = 5_000) -> list[Batch]:
    """Read a document that a test made up."""
    return list(read_batches(BytesIO(json.dumps(document).encode()), name, LIMITS, batch_rows=batch_rows))


def machines(batches: Sequence[Batch]) -> list[VirtualMachine]:
    """Give the virtual machines of some batches."""
    return [record for batch in batches for record in cast("Sequence[VirtualMachine]", batch.records)]


def refusal(document: object) -> str:
    """Give the sentence with which a document is refused."""
    with pytest.raises(ReportError) as caught:
        read(document)
    return str(caught.value)


@pytest.mark.parametrize(
    ("report", "path", "attributes"),
    [
        ("ansible12/vm_info_full.json", "virtual_machines", 86),
        ("ansible12/vm_info_full.yml", "virtual_machines", 86),
        ("ansible12/virtual_machines_only.json", "", 86),
        ("ansible12/virtual_machines_only.yaml", "", 86),
        ("ansible12/virtual_machines.jsonl", "", 86),
        ("ansible12/vcenter_report.json", "vms", 86),
    ],
)
def test_every_form_of_one_estate_says_the_same(report: str, path: str, attributes: int) -> None:
    """The whole point: register, list, JSON, JSONL and YAML of one vCenter are one inventory."""
    (batch,) = [batch for batch in read_report(report) if batch.kind == "virtual_machines"]
    records = machines([batch])
    assert (batch.kind, batch.shape, batch.path) == ("virtual_machines", "vmware_vm_info", path)
    assert (batch.is_complete, batch.failed_count) == (True, 0)
    assert batch.indexes == list(range(77))
    assert not batch.rejected
    assert Counter(record.power_state for record in records) == {"poweredOn": 62, "poweredOff": 10, "suspended": 5}
    nics = [nic for record in records for nic in record.nics]
    assert Counter(nic.family for nic in nics) == {"ipv4": 40, "ipv6": 44, None: 48}
    assert {nic.prefix_length for nic in nics} == {24, 64, None}
    assert sum(len(record.datastores) for record in records) == 75
    assert sum(len(record.attributes) for record in records) == attributes
    assert sum(record.primary_ip is not None for record in records) == 57
    assert [record.name for record in records][55:] == AWKWARD_NAMES
    second = records[1]
    assert (second.name, second.moid, second.cpu_count, second.memory_mib) == ("sapp02", "vm-194", 8, 8192)
    assert (second.storage_bytes, second.primary_ip, second.nic_count) == (17179869184, "10.10.0.25", 1)
    assert (second.resource_pool, second.is_system, second.is_template) == (None, False, None)


def test_ansible_2_9_knew_less() -> None:
    """Old controllers are still in use; what they did not say must be unknown and not empty."""
    records = machines(read_report("ansible29/vm_facts.json"))
    assert len(records) == 77
    assert {(record.moid, record.instance_uuid, record.cpu_count, record.folder) for record in records} == {(None,) * 4}
    assert sum(record.bios_uuid is not None for record in records) == 77
    nics = [nic for record in records for nic in record.nics]
    assert sum(nic.address is not None for nic in nics) == 112
    assert {nic.prefix_length for nic in nics} == {None}


def test_what_was_not_asked_for_is_unknown() -> None:
    """A slim report would otherwise say that no machine has an adapter, a datastore or a folder."""
    records = machines(read_report("ansible12/vm_info_slim.json"))
    assert len(records) == 75
    assert {(record.nic_count, record.nics, record.folder, record.esxi_host) for record in records} == {
        (None, (), None, None)
    }


@pytest.mark.parametrize(
    ("report", "shape", "path", "named", "with_moid"),
    [
        ("alarms_module_register.json", "triggered_alarms", "alarms", 29, 29),
        ("alarms_module_register.yml", "triggered_alarms", "alarms", 29, 29),
        ("alarms_module_list.json", "triggered_alarms", "", 29, 29),
        ("alarms_script_register.json", "triggered_alarms", "stdout.alarms", 29, 0),
        ("govc_alarms.json", "govc_alarms", "", 29, 29),
        ("govc_object_collect_root_triggered.json", "govc_alarms", "[0].val._value", 0, 29),
    ],
)
def test_every_way_to_get_alarms_gives_the_same(report: str, shape: str, path: str, named: int, with_moid: int) -> None:
    """There is no module for alarms, so everybody gets them differently."""
    (batch,) = read_report(f"alarms/{report}")
    alarms = cast("Sequence[TriggeredAlarm]", batch.records)
    assert (batch.kind, batch.shape, batch.path) == ("triggered_alarms", shape, path)
    assert not batch.rejected
    assert len(alarms) == 29
    assert Counter(alarm.overall_status for alarm in alarms) == {"yellow": 16, "red": 13}
    assert Counter(alarm.entity_type for alarm in alarms) == {
        "VirtualMachine": 23,
        "HostSystem": 3,
        "Datastore": 2,
        "ClusterComputeResource": 1,
    }
    assert Counter(alarm.is_acknowledged for alarm in alarms) == {False: 26, True: 3}
    assert sum(alarm.entity_name is not None for alarm in alarms) == named
    assert sum(alarm.entity_moid is not None for alarm in alarms) == with_moid
    assert {alarm.triggered_at.year for alarm in alarms if alarm.triggered_at} == {2026}


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        ("folder_info.json", "flat_folder_info is a list of 9 objects with the keys moid, path."),
        ("tag_info.json", "a task that failed with the message \"Task failed: Module failed: 'VoidValue' object"),
        ("guest_tools_info.json", "a task that failed with the message \"Task failed: Module failed: 'NoneType'"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_was_found(report: str, sentence: str) -> None:
    """The admin sees what the file is, and need not open it."""
    with pytest.raises(ReportError) as caught:
        read_report(f"ansible12/{report}")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, "It is an empty object."),
        ([], "It is an empty list."),
        ("{'changed': False}", "It is a single value (a text), neither an object nor a list."),
        (None, "It is a single value (null), neither an object nor a list."),
        ({"skipped": True, "changed": False}, "The report is the register of a task that was skipped"),
        ({"failed": True}, "The report is the register of a task that failed, so it holds no result."),
        ({"success": False, "error": "no login"}, "a task that failed with the message 'no login', so"),
        (["a", "b"], "The report lists names only (2), without anything about them."),
        ([{"c": 1, "a": 2}], "It is a list of 1 object with the keys a, c."),
        (
            {"virtual_machines": ["a"]},
            "The report lists names only (1 in virtual_machines), without anything about them.",
        ),
        ([1, 2], "It is a list of 2 whose first item is a number."),
        ({"json": {"value": "0f"}, "cookies_string": "s=0f", "status": 200}, "is the register of a login"),
        ({"censored": "hidden due to no_log", "changed": False}, "because no_log hid it. Set no_log: false"),
        ({"unreachable": True, "msg": "no route"}, "a task that failed with the message 'no route'"),
        ({"virtual_machines": [{"name": "x"}]}, "virtual_machines is a list of 1 object with the keys name."),
        ({"vms": [], "changed": False}, "It is an object with the keys changed, vms."),
        ({"stdout": "VM  STATUS\nweb red", "rc": 0}, "its output (stdout) cannot be read as JSON: At line 1, column 1"),
        ({"stdout": "12", "rc": 0}, "its output (stdout) cannot be read as JSON: it is a number."),
        (
            {"stdout": '{"success": false, "error": "no login"}', "rc": 0},
            "a task that failed with the message 'no login'",
        ),
        ({"results": []}, "results is an empty list."),
        ({"ansible_job_id": "j1", "started": 1, "finished": 0}, "Write what async_status gives when it is finished."),
        (
            {"results": [{"failed": True, "msg": "x"}, {"skipped": True}]},
            "1 of its items failed, 1 were skipped. The first failed one ended with the message 'x'.",
        ),
        ({"results": [{"skipped": True}, {"skipped": True}]}, "a loop whose 2 items were all skipped."),
    ],
)
def test_each_mistake_has_its_own_sentence(document: object, sentence: str) -> None:
    """The file lies in quarantine, and this sentence is all that the admin gets."""
    assert sentence in refusal(document)


def test_a_refusal_says_what_is_understood() -> None:
    """The admin must know what to write instead."""
    assert refusal({"a": 1}).endswith(
        "Understood are, of the modules that the documentation lists: virtual machines, snapshots, ESXi hosts, "
        "clusters, datastores, resource pools, datacenters, vCenters, triggered alarms; as the register of the task, "
        "of a loop, as the bare list, or several of these in one file. Write what the module gave as it is, or "
        "keep its own names for the keys that json_query or map picks out of it."
    )


def test_a_failed_task_s_arguments_are_not_quoted() -> None:
    """`invocation` holds the vCenter's password."""
    message = refusal({"failed": True, "msg": "m" * 500, "invocation": {"module_args": {"password": "hunter2"}}})
    assert "hunter2" not in message
    assert "invocation" not in refusal({"a": 1, "invocation": {"password": "hunter2"}})
    assert len(message) < 400


@pytest.mark.parametrize("key", ["virtual_machines", "alarms"])
def test_an_empty_list_under_the_module_s_key_is_a_report_of_nothing(key: str) -> None:
    """A vCenter without alarms would be quarantined every morning."""
    (batch,) = read({key: [], "changed": False})
    assert (batch.path, list(batch.records), list(batch.rejected)) == (key, [], [])


def test_a_loop_gives_what_its_items_gave() -> None:
    """Loops over datacenters: one that failed must not hide the others, and `item` must not count twice."""
    batches = read(
        {
            "failed": True,
            "msg": "One or more items failed",
            "results": [
                {"failed": True, "msg": "no such datacenter", "item": MACHINE, "virtual_machines": [MACHINE]},
                {"item": MACHINE, "virtual_machines": [MACHINE, {**MACHINE, "moid": "vm-2"}]},
                {"skipped": True, "item": [MACHINE]},
                {"ansible_loop_var": "vm", "vm": [MACHINE], "virtual_machines": []},
            ],
        }
    )
    assert [(batch.path, len(batch.records)) for batch in batches] == [
        ("results[1].virtual_machines", 2),
        ("results[3].virtual_machines", 0),
        ("results[1].virtual_machines", 0),
    ]
    assert [record.moid for record in machines(batches)] == ["vm-1", "vm-2"]
    assert {batch.collection for batch in batches} == {
        ("virtual_machines", "vmware_vm_info", "results[].virtual_machines", None)
    }
    assert [(batch.is_complete, batch.failed_count) for batch in batches] == [(True, 0), (True, 0), (False, 1)]
    reason = "the task failed: 'no such datacenter'"
    assert batches[-1].rejected == [RejectedRow("virtual_machines", "results[0]", reason, None)]


def test_the_oldest_module_wrote_a_mapping_by_name() -> None:
    """Ansible 2.4 and older: the key is the name."""
    (batch,) = read({"virtual_machines": {"web": {"guest_fullname": "Linux", "power_state": "poweredOn", "uuid": "U"}}})
    assert [(record.name, record.bios_uuid) for record in machines([batch])] == [("web", "u")]
    (batch,) = read({"virtual_machines": {}})
    assert not batch.records


@pytest.mark.parametrize(
    ("report", "count"),
    [("guest_info.json", 25), ("guest_info.yml", 25), ("disk_info.json", 10), ("guest_snapshot_info.json", 20)],
)
def test_the_machine_that_a_loop_repeats_is_not_counted_again(report: str, count: int) -> None:
    """Every `item` there holds a whole machine: a part of the estate would stand in place of all of it."""
    batches = read_report(f"ansible12/{report}")
    assert sum(len(batch.records) for batch in batches) == count
    assert not any(batch.shape == "vmware_vm_info" or batch.is_complete for batch in batches)


def test_several_kinds_in_one_report_are_all_read() -> None:
    """A combined report would lose its second half."""
    batches = read({"vms": [MACHINE], "hosts": [{"no_name": "esx"}], "alarms": [ALARM]})
    assert [(batch.path, batch.kind) for batch in batches] == [
        ("vms", "virtual_machines"),
        ("alarms", "triggered_alarms"),
    ]


def test_a_list_of_registers_is_read() -> None:
    """JSONL with one register a line."""
    lines = b"\n".join(json.dumps({"virtual_machines": [MACHINE], "item": MACHINE}).encode() for _ in range(2))
    batches = list(read_batches(BytesIO(lines), "x.jsonl", LIMITS))
    assert [batch.path for batch in batches] == ["[0].virtual_machines", "[1].virtual_machines"]


def test_junk_among_machines_is_rejected_row_by_row() -> None:
    """One string in a list of 10,000 machines must cost one row."""
    (batch,) = read([MACHINE, "junk", 5, None, {**MACHINE, "allocated": {"cpu": "four"}}, MACHINE])
    assert batch.indexes == [0, 5]
    content = (
        '{"guest_name": "web", "moid": "vm-1", "power_state": "poweredOn", "guest_fullname": "Linux", '
        '"allocated.cpu": "four"}'
    )
    assert batch.rejected == [
        RejectedRow("virtual_machines", "[1]", "it is a text, not an object", None),
        RejectedRow("virtual_machines", "[2]", "it is a number, not an object", None),
        RejectedRow("virtual_machines", "[3]", "it is null, not an object", None),
        RejectedRow("virtual_machines", "[4]", "allocated.cpu: 'four' is not a whole number", content),
    ]


def test_a_bad_part_says_where_it_stood() -> None:
    """The admin must find the address in a file of 142 MB."""
    (batch,) = read({"results": [{"virtual_machines": [MACHINE, {**MACHINE, "vm_network": {"m": {"ipv4": ["x"]}}}]}]})
    assert batch.indexes == [0, 1]
    assert [(row.table, row.position) for row in batch.rejected] == [
        ("vm_nics", "results[0].virtual_machines[1].vm_network.m"),
    ]


def test_a_half_surrogate_pair_is_rejected() -> None:
    """Neither SQL nor Arrow takes it: the whole report would fail."""
    (batch,) = read([MACHINE, {**MACHINE, "guest_name": "a\ud800"}])
    assert batch.indexes == [0]
    assert batch.rejected[0].reason == "guest_name: 'a\\ud800' holds half of a surrogate pair, which cannot be stored"
    cast("str", batch.rejected[0].content).encode()


def test_batches_are_cut_and_keep_their_place() -> None:
    """A batch without end would need memory without end; a wrong index would blame the wrong machine."""
    items: list[Any] = [{**MACHINE, "moid": f"vm-{number}"} for number in range(7)]
    items[3] = "junk"
    batches = read({"virtual_machines": items}, batch_rows=3)
    assert [batch.indexes for batch in batches] == [[0, 1, 2], [4, 5], [6]]
    assert [record.moid for record in machines(batches)] == ["vm-0", "vm-1", "vm-2", "vm-4", "vm-5", "vm-6"]
    assert batches[1].rejected[0].position == "virtual_machines[3]"


def test_a_list_in_stretches_is_one_list() -> None:
    """Long reports are read in stretches: a machine at a boundary must be neither lost nor moved."""
    document = {"a": 1, "virtual_machines": [{**MACHINE, "moid": f"vm-{number}"} for number in range(2_000)], "z": 2}
    limits = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000, chunk_bytes=4_096)
    batches = list(read_batches(BytesIO(json.dumps(document).encode()), "x.json", limits, batch_rows=900))
    assert [len(batch.records) for batch in batches] == [900, 900, 200]
    assert [index for batch in batches for index in batch.indexes] == list(range(2_000))
    assert [record.moid for record in machines(batches)] == [f"vm-{number}" for number in range(2_000)]


def test_junk_before_the_first_machine_is_not_lost() -> None:
    """A stretch of junk is seen before it is known what the list holds."""
    limits = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000, chunk_bytes=4_096)
    content = json.dumps({"virtual_machines": [{"junk": "x" * 100}] * 1_000 + [MACHINE]}).encode()
    batches = list(read_batches(BytesIO(content), "x.json", limits))
    assert sum(len(batch.records) for batch in batches) + sum(len(batch.rejected) for batch in batches) == 1_001
    assert batches[-1].indexes[-1] == 1_000


def test_a_failed_task_s_list_is_not_taken_however_long_it_is() -> None:
    """`failed: true` stands after a long list; half an inventory would count as all of it."""
    limits = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000, chunk_bytes=4_096)
    content = json.dumps({"virtual_machines": [MACHINE] * 1_000, "failed": True, "msg": "timeout"}).encode()
    with pytest.raises(ReportError, match="a task that failed with the message 'timeout'"):
        list(read_batches(BytesIO(content), "x.json", limits))


def test_garbage_collection_is_as_it_was_between_batches_and_afterwards() -> None:
    """Switched off for good, a long-lived process grows; left on, parsing takes three times as long."""
    content = json.dumps([MACHINE] * 10).encode()
    gc.enable()
    batches = read_batches(BytesIO(content), "x.json", LIMITS, batch_rows=2)
    next(batches)
    assert gc.isenabled()
    del batches
    assert gc.isenabled()
    with pytest.raises(ReportError):
        list(read_batches(BytesIO(b"{}"), "x.json", LIMITS))
    assert gc.isenabled()
    gc.disable()
    try:
        list(read_batches(BytesIO(content), "x.json", LIMITS))
        assert not gc.isenabled()
    finally:
        gc.enable()
