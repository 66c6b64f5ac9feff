"""The playbook in `examples/` runs with the Ansible of today, loses no secret, and writes what the reader reads."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
PLAYBOOK = EXAMPLES / "collect_vcenter.yml"
REPORTS = ROOT / "vcenter_pipeline_tests" / "reports"
WHOLE = REPORTS / "collected" / "vcenter-vcenter.example.com-20261124T111144Z.json"
WITH_FAILURES = REPORTS / "collected" / "vcenter-vcenter.example.com-20261124T111220Z.json"
"""Both are real: the playbook read VMware's simulator. In the second, one virtual machine had no configuration, and an
ESXi host was named that does not exist. Only the simulator's folders and the vCenter's address were replaced."""

ALARM_KEYS = {
    "key",
    "alarm_moid",
    "alarm_name",
    "description",
    "entity",
    "entity_moid",
    "entity_type",
    "status",
    "severity",
    "time",
    "acknowledged",
    "acknowledged_by",
    "acknowledged_time",
}
FIRST_LOGIN = "community.vmware.vmware_about_info"
COLLECTING = {
    "community.vmware.vmware_vm_info",
    "vcenter_triggered_alarms",
    "community.vmware.vmware_datacenter_info",
    "community.vmware.vmware_cluster_info",
    "community.vmware.vmware_all_snapshots_info",
    "community.vmware.vmware_datastore_info",
    "community.vmware.vmware_resource_pool_info",
    "community.vmware.vmware_host_facts",
    "community.vmware.vmware_guest_info",
}


def load(path: Path) -> ModuleType:
    """Load a file that Ansible loads by its place, and that no package holds."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Read a report as plain JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def play() -> dict[str, Any]:
    """Give the playbook's only play."""
    plays = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    assert len(plays) == 1
    return dict(plays[0])


def tasks_of(module: str) -> list[dict[str, Any]]:
    """Give the playbook's tasks of one module."""
    return [task for task in play()["tasks"] if module in task]


def run_ansible(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the `ansible-playbook` of the tests' own environment, with nothing of the machine's settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "LC_ALL": "C.UTF-8",
        "VMWARE_USER": "reader@vsphere.local",
        "VMWARE_PASSWORD": "planted-secret-1",
    }
    program = Path(sys.executable).with_name("ansible-playbook")
    return subprocess.run(  # noqa: S603 - our own words
        [program, *words, PLAYBOOK], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def module() -> ModuleType:
    """Give the alarm module."""
    return load(EXAMPLES / "library" / "vcenter_triggered_alarms.py")


@pytest.fixture(scope="module")
def filters() -> ModuleType:
    """Give the playbook's filters."""
    return load(EXAMPLES / "filter_plugins" / "vcenter_bundle.py")


def test_ansible_takes_the_playbook(tmp_path: Path) -> None:
    """The first thing that an admin tries would end in a syntax error, or in a module that the collections lack."""
    done = run_ansible(tmp_path, "--syntax-check")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"playbook: {PLAYBOOK}"


def test_without_a_login_there_is_one_try_no_file_and_no_password(tmp_path: Path) -> None:
    """Ten tries with an old password lock the account; a password in a log is everybody's."""
    done = run_ansible(
        tmp_path,
        *("-vvv", "--diff"),
        *("-e", "vcenter_hostname=127.0.0.1", "-e", "vcenter_port=1", "-e", "validate_certs=false"),
        *("-e", f"input_dir={tmp_path / 'input'}", "-e", "client=acme", "-e", "environment_name=prod"),
    )
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert "Read what the vCenter is" in said
    assert "List the virtual machines" not in said
    assert "Connection refused" in said
    assert "planted-secret-1" not in said
    assert not (tmp_path / "input").exists()


@pytest.mark.parametrize("client", ["../acme", "", "a" * 64])
def test_a_client_that_is_no_folder_name_is_refused(client: str, tmp_path: Path) -> None:
    """A report would be written where it belongs to another client, or to nobody."""
    done = run_ansible(
        tmp_path,
        *("-e", "vcenter_hostname=127.0.0.1", "-e", "vcenter_port=1", "-e", f"input_dir={tmp_path / 'input'}"),
        *("-e", json.dumps({"client": client, "environment_name": "prod"})),
    )
    assert done.returncode == 2
    assert "Set client to the client's name, made of letters, digits, _ and -." in done.stdout + done.stderr
    assert "Read what the vCenter is" not in done.stdout
    assert not (tmp_path / "input").exists()


def test_one_failed_task_loses_nothing_of_the_others() -> None:
    """One module that fails on one odd machine would cost the whole collection, every night."""
    names = {name for task in play()["tasks"] for name in task if name in COLLECTING}
    assert names == COLLECTING
    for name in COLLECTING:
        assert all(task["ignore_errors"] is True and "register" in task for task in tasks_of(name)), name
    assert ["ignore_errors" in task for task in tasks_of(FIRST_LOGIN)] == [False]
    assert not any("failed_when" in task for task in play()["tasks"])


def test_what_may_hold_a_secret_is_not_logged() -> None:
    """With `-v` or a callback that keeps results, passwords in annotations and settings end in a log file."""
    quiet = {
        *("ansible.builtin.pause", "ansible.builtin.copy", "ansible.builtin.set_fact"),
        *("community.vmware.vmware_vm_info", "community.vmware.vmware_guest_info"),
    }
    loud = [
        task["name"]
        for task in play()["tasks"]
        if any(name in task for name in quiet) and task.get("no_log") is not True
    ]
    assert loud == ["Remember when it began"]
    assert tasks_of("ansible.builtin.pause")[0]["ansible.builtin.pause"]["echo"] is False


def test_the_report_is_written_whole() -> None:
    """The pipeline would meet half a report; a shell's redirection or a direct write shows one."""
    (task,) = tasks_of("ansible.builtin.copy")
    copy = task["ansible.builtin.copy"]
    assert copy["unsafe_writes"] is False
    assert copy["mode"] == "{{ report_mode | default('0640') }}"
    used = {key for task in play()["tasks"] for key in task if "." in key}
    assert used - COLLECTING - {FIRST_LOGIN} == {
        *("ansible.builtin.pause", "ansible.builtin.assert", "ansible.builtin.set_fact", "ansible.builtin.stat"),
        *("ansible.builtin.file", "ansible.builtin.copy"),
    }


def test_certificates_are_checked_unless_somebody_says_otherwise(module: ModuleType) -> None:
    """An admin who changes nothing would send the password to whoever answers."""
    assert play()["vars"]["_connection"]["validate_certs"] == "{{ validate_certs | default(omit) }}"
    assert yaml.safe_load(module.DOCUMENTATION)["options"]["validate_certs"]["default"] is True


def test_readme_tells_of_every_variable_and_of_no_other() -> None:
    """A variable that README does not name is found by nobody; one that it invents does nothing."""
    rows = [
        line.split(" | ")[0]
        for line in (EXAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    told = {name for row in rows for name in re.findall("`([a-z_]+)`", row)}
    assert told == {
        *("vcenter_hostname", "vcenter_username", "vcenter_password", "vcenter_port", "validate_certs"),
        *("proxy_host", "proxy_port", "input_dir", "client", "environment_name"),
        *("collect_guest_details", "collect_attributes", "collect_tags", "other_hosts"),
        *("report_mode", "folder_mode", "report_group"),
    }
    text = PLAYBOOK.read_text(encoding="utf-8")
    assert [name for name in sorted(told) if not re.search(rf"\b{name} \| default\(", text)] == []


def test_the_alarm_module_documents_the_keys_that_the_reader_reads(module: ModuleType) -> None:
    """A key of another name is an alarm without that fact in Power BI, and nothing says so."""
    documented = yaml.safe_load(module.RETURN)["alarms"]["contains"]
    assert set(documented) == ALARM_KEYS
    assert {key for alarm in read(REPORTS / "alarms" / "alarms_module_list.json") for key in alarm} == ALARM_KEYS
    assert {key for alarm in read(WHOLE)["alarms"] for key in alarm} == ALARM_KEYS
    assert yaml.safe_load(module.DOCUMENTATION)["module"] == "vcenter_triggered_alarms"
    assert len(yaml.safe_load(module.EXAMPLES)) == 2


def test_an_alarm_state_becomes_plain_values(module: ModuleType) -> None:
    """An alarm would come without its name, or with the hour of another zone."""
    state = module.vim.alarm.AlarmState(
        key="972.149",
        entity=module.vim.VirtualMachine("vm-149"),
        alarm=module.vim.alarm.Alarm("alarm-972"),
        overallStatus="red",
        time=datetime(2026, 11, 24, 5, 19, 11, 689839, tzinfo=timezone(timedelta(hours=1))),
        acknowledged=True,
        acknowledgedByUser="administrator@vsphere.local",
        acknowledgedTime=datetime(2026, 11, 24, 4, 30, 0, tzinfo=timezone.utc),  # noqa: UP017 - as pyVmomi gives it
    )
    info = module.vim.alarm.AlarmInfo(name="Virtual machine CPU usage", description="Default alarm")
    assert module.to_alarm(state, info, "fra-web-01") == {
        "key": "972.149",
        "alarm_moid": "alarm-972",
        "alarm_name": "Virtual machine CPU usage",
        "description": "Default alarm",
        "entity": "fra-web-01",
        "entity_moid": "vm-149",
        "entity_type": "vim.VirtualMachine",
        "status": "red",
        "severity": "CRITICAL",
        "time": "2026-11-24T04:19:11.689839+00:00",
        "acknowledged": True,
        "acknowledged_by": "administrator@vsphere.local",
        "acknowledged_time": "2026-11-24T04:30:00+00:00",
    }


def test_what_the_vcenter_does_not_say_is_null(module: ModuleType) -> None:
    """An alarm that nobody acknowledged, or on an object that is gone, would look like one that somebody did."""
    state = module.vim.alarm.AlarmState(
        key="1.host-9",
        entity=module.vim.HostSystem("host-9"),
        alarm=module.vim.alarm.Alarm("alarm-1"),
        overallStatus="gray",
        time=datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - without a zone, as some vCenters send it
        acknowledgedByUser="",
    )
    assert module.to_alarm(state, None, None) == {
        "key": "1.host-9",
        "alarm_moid": "alarm-1",
        "alarm_name": "alarm-1",
        "description": None,
        "entity": None,
        "entity_moid": "host-9",
        "entity_type": "vim.HostSystem",
        "status": "gray",
        "severity": "UNKNOWN",
        "time": "2026-01-02T03:04:05+00:00",
        "acknowledged": None,
        "acknowledged_by": None,
        "acknowledged_time": None,
    }


def test_real_registers_lose_what_went_in_and_settings_of_machines(filters: ModuleType) -> None:
    """`invocation` and `advanced_settings` hold accounts and passwords; a report goes to many hands."""
    register = read(REPORTS / "ansible12" / "guest_info.json")
    text = json.dumps(register)
    assert '"invocation"' in text
    assert '"advanced_settings"' in text
    looped = filters.to_looped(register, are_items_known=True)
    kept = json.dumps(looped)
    assert len(looped["results"]) == len(register["results"]) == 25
    for key in ("invocation", "module_args", "advanced_settings", "vnc"):
        assert f'"{key}"' not in kept
    assert looped["results"][0]["instance"]["hw_name"] == "sapp01"
    assert looped["results"][0]["instance"]["moid"] == "vm-191"


def test_a_failed_task_is_no_empty_list(filters: ModuleType) -> None:
    """Everything that the task would have listed would count as deleted."""
    failed = {
        "failed": True,
        "changed": False,
        "msg": "Login failure",
        "invocation": {"module_args": {"password": "planted-secret-1"}},
        "exception": "Traceback",
        "_ansible_no_log": False,
    }
    told = {"failed": True, "changed": False, "msg": "Login failure"}
    assert filters.to_listed(failed, "datastores") == told
    assert filters.to_listed({"skipped": True, "changed": False}, "datastores") == {"skipped": True, "changed": False}
    nothing_listed = filters.to_looped({"results": [], "skipped": True}, are_items_known=False)
    assert nothing_listed["failed"] is True
    assert filters.to_looped({"results": [], "skipped": True}, are_items_known=True) == {"results": []}
    assert filters.to_listed({"datastores": []}, "datastores") == []


def test_what_was_not_asked_for_is_left_out(filters: ModuleType) -> None:
    """vmware_vm_info gives `tags: []` when it was not asked for tags, which reads as a machine without any."""
    register = {"virtual_machines": [{"moid": "vm-1", "tags": [], "attributes": {"tags": "kept"}}]}
    listed = filters.to_listed(register, "virtual_machines", ["tags"])
    assert listed == [{"moid": "vm-1", "attributes": {"tags": "kept"}}]
    clusters = {"results": [{"clusters": {"tags": {"moid": "domain-c1", "tags": []}}, "failed": False}]}
    assert filters.to_looped(clusters, True, ["tags"]) == {  # noqa: FBT003 - as Jinja gives it
        "results": [{"clusters": {"tags": {"moid": "domain-c1"}}, "failed": False}]
    }


def test_the_admin_is_told_what_a_report_lacks(filters: ModuleType) -> None:
    """A collection that lacks its hosts would end as a success, night after night."""
    assert filters.to_failures(read(WHOLE)) == []
    assert filters.to_failures(read(WITH_FAILURES)) == [
        "host_facts (esx-fra-99.example.com): ESXi 'esx-fra-99.example.com' not found",
        "virtual_machines_in_full: Task failed: Module failed: 'NoneType' object has no attribute 'hardware'",
    ]
    many = {"host_facts": {"results": [{"failed": True, "item": f"esx{n}", "msg": "x" * 500} for n in range(30)]}}
    lines = filters.to_failures(many)
    assert len(lines) == 21
    assert lines[0] == f"host_facts (esx0): {'x' * 199}…"
    assert lines[20] == "… and 10 more"


@pytest.mark.parametrize(("path", "host_count"), [(WHOLE, 6), (WITH_FAILURES, 7)])
def test_what_the_playbook_wrote_is_complete_and_clean(path: Path, host_count: int) -> None:
    """A topic that a change of the playbook drops would be missed by whoever reads its table."""
    report = read(path)
    text = path.read_text(encoding="utf-8")
    for word in ("invocation", "module_args", "advanced_settings", "correct-horse", "_ansible"):
        assert f'"{word}' not in text
    assert report["vcenter"] == "vcenter.example.com"
    assert report["about"]["instance_uuid"] == "dbed6e0c-bd88-4ef6-b594-21283e1c677f"
    assert datetime.strptime(report["collected_at"], "%Y-%m-%dT%H:%M:%S%z").strftime("%Y%m%dT%H%M%SZ") in path.name
    assert len(report["virtual_machines"]) == 20
    assert len(report["alarms"]) == 6
    assert len(report["datacenter_info"]) == 2
    assert len(report["datastores"]) == 4
    assert len(report["resource_pool_info"]) == 6
    assert [list(result["clusters"]) for result in report["cluster_info"]["results"]] == [
        ["fra-cluster-1"],
        ["muc-cluster-1"],
    ]
    assert [len(r["vmware_all_snapshots_info"]) for r in report["all_snapshots_info"]["results"]] == [5, 5]
    assert len(report["host_facts"]["results"]) == host_count
    assert not any("tags" in machine for machine in report["virtual_machines"])


def test_what_the_playbook_wrote_tells_the_unknown_from_the_empty() -> None:
    """Sizes that could not be read would count as none, and details that nobody asked for as missing machines."""
    whole, with_failures = read(WHOLE), read(WITH_FAILURES)
    assert len(whole["guest_info"]["results"]) == 20
    assert "guest_info" not in with_failures
    assert whole["virtual_machines"][0]["allocated"] == {"storage": 1048576, "cpu": 1, "memory": 32}
    assert not any("allocated" in machine for machine in with_failures["virtual_machines"])
    assert with_failures["virtual_machines_in_full"]["failed"] is True
    gone = whole["alarms"][5]
    assert (gone["entity"], gone["entity_moid"], gone["alarm_name"]) == (None, "vm-99999", "Virtual machine CPU usage")
