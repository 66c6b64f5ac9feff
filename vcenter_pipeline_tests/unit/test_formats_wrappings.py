"""In what else a result may be wrapped: captures of plays, events, several objects in one file, bundles."""

import json
from base64 import b64encode
from io import BytesIO
from typing import cast

import pytest

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.model.batches import Batch
from vcenter_pipeline.model.records import Cluster, Record, VirtualMachine

LIMITS = Limits(max_file_bytes=1_000_000, max_content_bytes=1_000_000)
MACHINE = {"guest_name": "web", "guest_fullname": "Linux", "power_state": "poweredOn", "moid": "vm-1"}
OTHER = {**MACHINE, "guest_name": "db", "moid": "vm-2"}
REGISTER = {"changed": False, "virtual_machines": [MACHINE, OTHER]}
ALARM = {"alarm_name": "CPU", "entity": "web", "status": "red"}
GUEST = {
    "hw_name": "web",
    "moid": "vm-1",
    "hw_product_uuid": None,
    "hw_processor_count": 2,
    "hw_power_status": "poweredOn",
}


def read(content: str, name: str = "report.json") -> list[Batch]:
    """Read what a test made up."""
    return list(read_batches(BytesIO(content.encode()), name, LIMITS))


def told(content: str, name: str = "report.json") -> list[tuple[str, str, int]]:
    """Give shape, path and records of every list that was read."""
    return [(batch.shape, batch.path, len(batch.records)) for batch in read(content, name)]


def lines(*objects: object) -> str:
    """Write each object on a line of its own."""
    return "".join(json.dumps(one) + "\n" for one in objects)


def test_a_whole_play_with_warnings_before_and_a_recap_behind() -> None:
    """`ansible-playbook > file` with the json callback: admins have no other file of their night's run."""
    play = {"plays": [{"tasks": [{"hosts": {"localhost": REGISTER}, "task": {"name": "VMs"}}]}], "stats": {}}
    content = f"[WARNING]: No inventory was parsed\n\n{json.dumps(play, indent=4)}\n\nPLAY RECAP *****\n"
    assert told(content) == [("vmware_vm_info", "plays[0].tasks[0].hosts.localhost.virtual_machines", 2)]


def test_the_jsonl_callback() -> None:
    """A line an event, and the result below the host's name."""
    content = lines({"_event": "v2_playbook_on_start"}, {"_event": "v2_runner_on_ok", "hosts": {"localhost": REGISTER}})
    assert told(content, "play.jsonl") == [("vmware_vm_info", "[1].hosts.localhost.virtual_machines", 2)]


def test_events_of_ansible_runner() -> None:
    """The machine that a loop's turn repeats must not pass for a mapping of machines by name."""
    turn = {"event": "runner_item_on_ok", "event_data": {"res": {"item": MACHINE, "instance": GUEST}}}
    content = lines({"event": "runner_on_ok", "event_data": {"res": REGISTER}}, turn)
    assert told(content, "events.jsonl") == [
        ("vmware_vm_info", "[0].event_data.res.virtual_machines", 2),
        ("vmware_guest_info", "[1].event_data.res.instance", 1),
    ]


def test_ad_hoc_output_of_two_hosts_of_which_one_failed() -> None:
    """`ansible all -m … > file`: the good one counts, and the other is told of."""
    content = f'vc1 | SUCCESS => {json.dumps(REGISTER, indent=4)}\nvc2 | FAILED! => {{"msg": "no login"}}\n'
    batches = read(content)
    assert (batches[0].path, len(batches[0].records)) == ("[0].virtual_machines", 2)
    assert [row.reason for batch in batches for row in batch.rejected] == ["the task failed: 'no login'"]


def test_the_default_callback_s_prefix() -> None:
    """A `debug` task whose line somebody cut out of a log."""
    content = f"ok: [localhost] => {json.dumps({'vm_info': REGISTER}, indent=4)}"
    assert told(content) == [("vmware_vm_info", "vm_info.virtual_machines", 2)]


def test_objects_one_after_the_other() -> None:
    """`govc` and shell loops append: only the first would be read, or none."""
    content = json.dumps({"alarms": [ALARM]}, indent=2) + json.dumps({"alarms": []}, indent=2)
    assert told(content) == [("triggered_alarms", "[0].alarms", 1), ("triggered_alarms", "[1].alarms", 0)]


def test_what_set_stats_bundles() -> None:
    """Each part has a `data` of its own, and says of which vCenter it is."""
    stats = {"raw_vms": {"metadata": {"vcenter": "VC01"}, "data": REGISTER}, "raw_alarms": {"data": [ALARM]}}
    batches = read(json.dumps(stats))
    assert [(batch.kind, batch.path, batch.vcenter) for batch in batches] == [
        ("virtual_machines", "raw_vms.data.virtual_machines", "vc01"),
        ("triggered_alarms", "raw_alarms.data", None),
        ("vcenters", "", "vc01"),
    ]


def test_machines_by_their_names() -> None:
    """`dict(names | zip(machines))` is what people make of a list to look one up."""
    (batch,) = read(json.dumps({"web": MACHINE, "db": OTHER}))
    assert (batch.shape, len(batch.records), batch.is_complete) == ("vmware_vm_info", 2, True)


def test_one_machine_alone_is_not_all_of_them() -> None:
    """One machine in a file of its own, taken for an inventory, would remove all others."""
    (batch,) = read(json.dumps(MACHINE))
    assert (len(batch.records), batch.is_complete, batch.position(0)) == (1, False, "the report")


def test_the_old_program_s_file() -> None:
    """Those who come from it have years of such files."""
    document = {
        "vms": [{"name": "web", "power_state": "poweredOn", "cpu": 2, "memory_mb": 1024}],
        "alarms": [{"vm_name": "web", "alarm_name": "CPU", "severity": "critical", "status": "active"}],
    }
    assert told(json.dumps(document)) == [("old_vm_list", "vms", 1), ("triggered_alarms", "alarms", 1)]


def test_an_inventory_may_have_hosts_that_are_no_machines() -> None:
    """`localhost` and a switch stand in most inventories: without this each machine would be a list of its own."""
    machine = {"config": {"name": "web", "instanceUuid": "0b0e0daf-6d66-59bd-a449-f293fbc0e26c"}, "guest": {}}
    hostvars = {"localhost": {"ansible_connection": "local"}, "web_0b0e": machine, "switch": {"ports": 48}}
    (batch,) = read(json.dumps({"_meta": {"hostvars": hostvars}, "all": {"children": []}}))
    assert (batch.shape, len(batch.records), batch.rejected, batch.is_complete) == ("vmware_vm_inventory", 1, [], True)


def test_a_list_of_templates_is_not_all_machines() -> None:
    """The templates of a vCenter, taken for its machines, would remove all others."""
    turn = {"virtual_machines": [MACHINE], "invocation": {"module_args": {"vm_type": "template"}}}
    (batch,) = read(json.dumps({"results": [turn]}))
    assert not batch.is_complete


def test_alarms_that_are_only_declared_are_not_taken_for_triggered_ones() -> None:
    """Every definition of an alarm would stand as an alarm on its folder."""
    state = {
        "overallStatus": "green",
        "alarm": {"type": "Alarm", "value": "alarm-1"},
        "entity": {"type": "Folder", "value": "group-d1"},
        "time": "2026-01-31T02:00:00Z",
    }
    collected = [{"name": "declaredAlarmState", "op": "assign", "val": {"_value": [state]}}]
    with pytest.raises(ReportError):
        read(json.dumps(collected))
    triggered = [{**collected[0], "name": "triggeredAlarmState"}]
    assert told(json.dumps(triggered)) == [("govc_alarms", "[0].val._value", 1)]


def test_a_failed_part_of_a_bundle_does_not_hide_the_others() -> None:
    """The vCenter refused one question; the answer to the other is good, and the failure is told."""
    batches = read(json.dumps({"vms": [MACHINE], "datastores": {"failed": True, "msg": "denied"}}))
    assert [(batch.kind, len(batch.records), batch.is_complete) for batch in batches] == [
        ("virtual_machines", 1, True),
        ("virtual_machines", 0, True),
    ]
    (row,) = batches[1].rejected
    assert (row.table, row.position, row.reason) == ("datastores", "datastores", "the task failed: 'denied'")


@pytest.mark.parametrize("depth", [17, 60])
def test_what_lies_too_deep_is_not_looked_for(depth: int) -> None:
    """A file of brackets must end in a sentence, not in the end of the process."""
    document: object = REGISTER
    for _ in range(depth):
        document = {"inner": document}
    with pytest.raises(ReportError, match="Nothing in the report is recognised"):
        read(json.dumps(document))


CLUSTERS: dict[str, object] = {
    "cl-1": {"drs_default_vm_behavior": None, "enable_ha": True, "enabled_drs": True, "hosts": []}
}
"""As `vmware_cluster_info` documents them: the name stands nowhere but in the mapping's key."""


@pytest.mark.parametrize(
    "pairs",
    [
        [{"key": "cl-1", "value": CLUSTERS["cl-1"]}],
        [{"name": "cl-1", "cluster": CLUSTERS["cl-1"]}],
        [["cl-1", CLUSTERS["cl-1"]]],
    ],
    ids=["dict2items", "dict2items with words of its own", "dictsort or zip"],
)
def test_a_mapping_by_name_that_was_made_a_list(pairs: list[object]) -> None:
    """Playbooks loop over `dict2items`; the clusters would be refused, or stand there without a name."""
    (batch,) = [batch for batch in read(json.dumps({"clusters": pairs})) if batch.kind == "clusters"]
    assert [cast("Cluster", record).name for record in batch.records] == ["cl-1"]
    assert (batch.path, batch.is_complete, len(batch.rejected)) == ("clusters", True, 0)


def test_pairs_of_machines_are_all_machines() -> None:
    """One object each, they were no inventory, and a machine that is gone was never noticed."""
    pairs = [{"key": "web", "value": MACHINE}, {"key": "db", "value": OTHER}]
    (batch,) = read(json.dumps(pairs))
    assert ([name_of(record) for record in batch.records], batch.is_complete) == (["web", "db"], True)
    (batch,) = read(json.dumps([["web", MACHINE], ["db", OTHER]]))
    assert ([name_of(record) for record in batch.records], batch.rejected) == (["web", "db"], [])


def test_a_mapping_by_moid_keeps_the_names() -> None:
    """`dict(moids | zip(machines))`: all machines would be called `vm-1`."""
    (batch,) = read(json.dumps({"vm-1": MACHINE, "vm-2": OTHER}))
    assert [name_of(record) for record in batch.records] == ["web", "db"]


def name_of(record: Record) -> str | None:
    """Give a machine's name."""
    return cast("VirtualMachine", record).name


def test_json_inside_of_a_text_is_read() -> None:
    """`to_json` twice, `debug: msg="{{ vms | to_json }}"`, `slurp`: nothing tells the admin why it was refused."""
    text = json.dumps(REGISTER)
    assert told(json.dumps(text)) == [("vmware_vm_info", "virtual_machines", 2)]
    assert told(json.dumps({"msg": text})) == [("vmware_vm_info", "msg.virtual_machines", 2)]
    bundle = {"vms": json.dumps([MACHINE]), "alarms": json.dumps([ALARM], indent=4)}
    assert told(json.dumps(bundle)) == [("vmware_vm_info", "vms", 1), ("triggered_alarms", "alarms", 1)]
    slurped = {"content": b64encode(text.encode()).decode(), "encoding": "base64", "source": "/srv/vms.json"}
    assert told(json.dumps({"results": [slurped]})) == [("vmware_vm_info", "results[0].content.virtual_machines", 2)]


@pytest.mark.parametrize("text", ['{"a', "{}", "[]", "[WARNING]: x", "{not json}", '{"vms": "{\\"a\\": 1}"}', "[[[[["])
def test_a_text_that_only_looks_like_json_is_left_alone(text: str) -> None:
    """A message with a bracket must not cost the report."""
    assert told(json.dumps({"msg": text, **REGISTER})) == [("vmware_vm_info", "virtual_machines", 2)]


def test_an_answer_and_its_text_count_once() -> None:
    """`uri` with `return_content` gives both; two collections of one answer would be told as two."""
    assert told(json.dumps({"json": REGISTER, "content": json.dumps(REGISTER)})) == [
        ("vmware_vm_info", "json.virtual_machines", 2)
    ]


def test_json_in_what_went_into_a_task_is_not_read() -> None:
    """The arguments of the task, and what a failed one was about, are no result."""
    turn = {"item": json.dumps(REGISTER), "invocation": {"module_args": {"body": json.dumps(REGISTER)}}}
    with pytest.raises(ReportError):
        read(json.dumps({"results": [turn]}))


def vcenters(document: object) -> list[tuple[str, str | None, int]]:
    """Give kind, vCenter and number of every batch."""
    return [(batch.kind, batch.vcenter, len(batch.records)) for batch in read(json.dumps(document))]


@pytest.mark.parametrize("kept", [[MACHINE], REGISTER, {"vms": [MACHINE]}], ids=["list", "register", "bundle"])
def test_a_bundle_keyed_by_the_host_names_of_vcenters(kept: object) -> None:
    """One moid in two vCenters is two machines; both would be one, and one of the two hosts gone."""
    told_of = vcenters({"metadata": {}, "vc01.example.com": kept, "FRA-VCSA.example.com": kept})
    count = len(cast("dict[str, list[object]]", kept)["virtual_machines"]) if kept is REGISTER else 1
    assert told_of == [
        ("virtual_machines", "vc01.example.com", count),
        ("virtual_machines", "fra-vcsa.example.com", count),
        ("vcenters", "vc01.example.com", 1),
        ("vcenters", "fra-vcsa.example.com", 1),
    ]


def test_a_key_is_a_vcenter_s_name_when_its_identity_stands_below() -> None:
    """Nobody has to call a vCenter `vc`; the uuid of its installation belongs to the key above."""
    about = {"about_info": {"api_type": "VirtualCenter", "product_full_name": "vCenter 8", "version": "8.0.2"}}
    kept = {"about": about, "vms": [MACHINE]}
    assert vcenters({"lab": kept, "prod": kept}) == [
        ("vcenters", "lab", 1),
        ("virtual_machines", "lab", 1),
        ("vcenters", "prod", 1),
        ("virtual_machines", "prod", 1),
    ]
    assert vcenters({"data": kept}) == [("vcenters", None, 1), ("virtual_machines", None, 1)]


@pytest.mark.parametrize(
    "keys",
    [("esx01.example.com", "esx02.example.com"), ("vcenter01.example.com", "web.example.com"), ("svc1.example.com",)],
    ids=["ESXi hosts", "machines, one of them a vCenter", "a service"],
)
def test_other_host_names_are_no_vcenters(keys: tuple[str, ...]) -> None:
    """`groupby('esxi_hostname')`: every ESXi host would become a vCenter."""
    assert {vcenter for _, vcenter, _ in vcenters({key: {"vms": [MACHINE]} for key in keys})} == {None}


def test_machines_that_name_their_vcenter_themselves() -> None:
    """`map('combine', {'vcenter': item})` before lists are joined: the machines of all vCenters would be in one."""
    joined = [{**MACHINE, "vcenter": "vc1"}, {**OTHER, "vcenter": "vc1"}, {**MACHINE, "vcenter": "vc2"}]
    batches = read(json.dumps({"vms": joined}))
    assert [(batch.vcenter, batch.indexes, len(batch.records)) for batch in batches[:2]] == [
        ("vc1", [0, 1], 2),
        ("vc2", [2], 1),
    ]


def test_the_near_end_of_a_tunnel_is_no_vcenter_s_name() -> None:
    """One report would tell of two vCenters: of that which it names, and of 127.0.0.1."""
    asked = {"virtual_machines": [MACHINE], "invocation": {"module_args": {"hostname": "127.0.0.1"}}}
    assert vcenters({"metadata": {"vcenter": "vc1"}, "data": asked})[0] == ("virtual_machines", "vc1", 1)
    assert vcenters(asked) == [("virtual_machines", "127.0.0.1", 1)]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("cannot reach https://admin:hunter2@vc1/sdk", "cannot reach https://***@vc1/sdk"),
        ("login with password=hunter2, user=admin failed", "login with password=***, user=admin failed"),
        ('{"vcenter_password": "hunter2 two", "user": "x"}', '{"vcenter_password": ***, "user": "x"}'),
        ("Authorization: Basic aHVudGVyMg==", "Authorization: ***"),
        ("vmware-api-session-id: hunter2", "vmware-api-session-id: ***"),
        ("govc --vc-password hunter2 ls", "govc --vc-password *** ls"),
        (
            "Cannot complete login: incorrect user name or password",
            "Cannot complete login: incorrect user name or password",
        ),
    ],
)
def test_the_message_of_a_failed_task_gives_no_password_away(message: str, shown: str) -> None:
    """Reasons stand in the ledger, in Power BI and beside the file; a module's message repeats what it was given."""
    with pytest.raises(ReportError) as caught:
        read(json.dumps({"failed": True, "msg": message}))
    assert repr(shown) in str(caught.value)
    batches = read(json.dumps({"vms": [MACHINE], "hosts": {"failed": True, "msg": message}}))
    assert [row.reason for batch in batches for row in batch.rejected] == [f"the task failed: {shown!r}"]


def test_alarms_by_a_key_of_somebody_s_choosing() -> None:
    """`items2dict`, and `dict2items` of that: a list was understood, and the same alarms by their moids were not."""
    by_moid = {"alarm-1": ALARM, "alarm-2": {**ALARM, "entity": "db"}}
    assert told(json.dumps(by_moid)) == [("triggered_alarms", "", 2)]
    pairs = [{"key": key, "value": alarm} for key, alarm in by_moid.items()]
    assert told(json.dumps({"alarms": pairs})) == [("triggered_alarms", "alarms", 2)]


@pytest.mark.parametrize(
    "arguments",
    [
        {"connection_states": ["DISCONNECTED"]},
        {"filter_names": ["esx1"]},
        {"names": ["esx1"]},
        {"clusters": ["domain-c8"]},
    ],
)
def test_a_list_that_was_filtered_is_not_all_of_them(arguments: dict[str, object]) -> None:
    """The disconnected hosts, taken for all hosts, would remove those that run."""
    host = {"host": "host-3", "name": "esx3", "connection_state": "DISCONNECTED", "power_state": "POWERED_ON"}
    (batch,) = read(json.dumps({"invocation": {"module_args": arguments}, "value": [host]}))
    assert (len(batch.records), batch.is_complete) == (1, False)
    (batch,) = read(json.dumps({"status": 200, "json": [host], "url": "https://vc/api/vcenter/host?names=esx3"}))
    assert not batch.is_complete
    (batch,) = read(json.dumps({"status": 200, "json": [host], "url": "https://vc/api/vcenter/host"}))
    assert batch.is_complete


def test_one_machine_under_the_name_of_a_variable_is_not_all_of_them() -> None:
    """`debug: var=vm` prints `{"vm": {…}}`: all other machines would be removed."""
    (batch,) = read(json.dumps({"vm": MACHINE}))
    assert (len(batch.records), batch.is_complete) == (1, False)


def test_clusters_share_datastores() -> None:
    """A loop over clusters tells of each shared datastore once a cluster: that is no fault of the report."""
    store = {"name": "nfs", "url": "ds:///vmfs/volumes/nfs/", "capacity": 5, "freeSpace": 1, "type": "NFS"}
    turn = {"datastores": [{**store, "accessible": True, "multipleHostAccess": True, "maintenanceMode": "normal"}]}
    batches = read(json.dumps({"results": [{**turn, "item": "c1"}, {**turn, "item": "c2"}]}))
    assert [(batch.may_repeat, batch.is_complete) for batch in batches] == [(True, True)] * 2
