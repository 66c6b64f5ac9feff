"""What a report must not give away: passwords, keys and guest secrets stay in the file that they came in."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Take = Callable[[], Pass]

SECRET = "hunter2-51c7"  # noqa: S105 - made up, to be looked for
SEEN = "web-visible-0f3a"
"""A name that must be found wherever rows go: it proves that a secret would be found as well."""


def secretive(number: int, **changes: object) -> dict[str, Any]:
    """Give a virtual machine with everything that modules add and nobody should keep."""
    return {
        "guest_name": f"{SEEN}-{number}",
        "moid": f"vm-{number}",
        "power_state": "poweredOn",
        "guest_fullname": "Debian",
        "advanced_settings": {"guestinfo.userdata": SECRET, "RemoteDisplay.vnc.password": SECRET},
        "customvalues": {"root password": SECRET},
        "guestinfo": SECRET,
        "session_id": SECRET,
        "license_key": SECRET,
        "ansible_facts": {"env": {"VMWARE_PASSWORD": SECRET}},
        "invocation": {"module_args": {"password": SECRET}},
        **changes,
    }


INVOCATION = {"module_args": {"hostname": "vc", "username": "ansible", "password": SECRET, "proxy": [SECRET]}}
ROWS = [
    secretive(1),
    secretive(2, allocated={"cpu": "four", "memory": {"password": SECRET}}),
    secretive(3, power_state={"password": SECRET}),
    secretive(4, annotation=[SECRET]),
    secretive(5, moid="vm-1"),
    secretive(6, power_state="on", annotation=SECRET),
    secretive(7, tags=[{"password": SECRET}], datastore_url=[[SECRET]], vm_network={"00:50:56:00:00:01": [SECRET]}),
]
REGISTER = {
    "changed": False,
    "virtual_machines": ROWS,
    "invocation": INVOCATION,
    "ansible_facts": {"vcenter_password": SECRET},
    "warnings": [SECRET],
    "deprecations": [{"msg": SECRET}],
}
GUEST = {
    "hw_name": f"{SEEN}-guest",
    "moid": "vm-20",
    "hw_product_uuid": None,
    "hw_processor_count": 2,
    "hw_power_status": "poweredOn",
    "advanced_settings": {"guestinfo.userdata": SECRET, "password": SECRET},
    "vnc": {"password": SECRET},
    "env": {"VMWARE_PASSWORD": SECRET},
    "guestinfo": SECRET,
}
HOST = {
    "ansible_hostname": f"{SEEN}-esx",
    "ansible_os_type": "vmnix-x86",
    "ansible_distribution": "VMware ESXi",
    "ansible_processor_cores": 8,
    "ansible_env": {"VMWARE_PASSWORD": SECRET},
    "ansible_cmdline": {"key": SECRET},
    "ansible_license_key": SECRET,
}
MACHINE_OF_INVENTORY = {
    "config": {
        "name": {"__ansible_unsafe": f"{SEEN}-inventory"},
        "instanceUuid": "0b0e0daf-6d66-59bd-a449-f293fbc0e26c",
        "extraConfig": [{"key": "guestinfo.userdata", "value": SECRET}],
    },
    "runtime": {"powerState": "poweredOn"},
    "guest": {"guestState": "running"},
    "ansible_password": SECRET,
    "vmware_token": {"__ansible_vault": SECRET},
}
REST = {
    "status": 200,
    "json": [{"vm": "vm-30", "name": f"{SEEN}-rest", "power_state": "POWERED_ON", "cpu_count": 1, "secret": SECRET}],
    "cookies": {"vmware-api-session-id": SECRET},
    "cookies_string": SECRET,
    "set_cookie": SECRET,
    "vmware_api_session_id": SECRET,
    "invocation": {"module_args": {"headers": {"vmware-api-session-id": SECRET}}},
}
READ = {
    "guest.json": json.dumps(
        {"results": [{"item": SECRET, "instance": GUEST, "invocation": INVOCATION}, {"failed": True, "cmd": SECRET}]}
    ),
    "host.json": json.dumps({"ansible_facts": HOST, "invocation": INVOCATION}),
    "inventory.json": json.dumps({"_meta": {"hostvars": {"web": MACHINE_OF_INVENTORY}}, "all": {"vars": SECRET}}),
    "rest.json": json.dumps(REST),
    "bundle.json": json.dumps(
        {
            "vcenter": "vc.example.com",
            "vcenter_password": SECRET,
            "alarms": [
                {"alarm_name": "CPU", "entity": SEEN, "status": "red", "session": SECRET, "time": {"a": SECRET}}
            ],
            "licenses": [SECRET],
            "datastores": {"failed": True, "msg": "denied", "exception": SECRET, "module_stdout": SECRET},
        }
    ),
    "register.json": json.dumps(REGISTER),
    "loop.json": json.dumps({"results": [REGISTER | {"item": {"password": SECRET}, "cmd": SECRET}], "msg": SECRET}),
}
REFUSED = {
    "unknown.json": json.dumps({"invocation": INVOCATION, "clusters": {"a": {"password": SECRET}}, "token": SECRET}),
    "failed.json": json.dumps({"failed": True, "msg": "no route", "invocation": INVOCATION, "exception": SECRET}),
    "twice.json": json.dumps({"invocation": INVOCATION})[:-1] + ', "invocation": {}}',
    "twice.yaml": f"invocation:\n  password: {SECRET}\n  password: {SECRET}\n",
    "alias.yaml": f"password: &p {SECRET}\nother: *q\n",
    "named_alias.yaml": f"password: *{SECRET}\n",
    "unquoted.json": f'{{"user": "root", "password": {SECRET}}}',
    "no_comma.json": f'{{"user": "root" "{SECRET}"}}',
    "no_colon.json": f'{{"password" "{SECRET}"}}',
    "more.json": f'{{"clusters": {{}}}} {SECRET}',
    "output.json": json.dumps({"cmd": ["dump"], "rc": 0, "stdout": SECRET, "changed": False}),
    "list.json": json.dumps([SECRET, SECRET]),
    "licenses.json": json.dumps({"licenses": [SECRET, SECRET], "changed": False}),
    "login.json": json.dumps({"status": 200, "json": {"value": SECRET}, "cookies_string": SECRET, "msg": "OK"}),
    "session.json": json.dumps({"status": 200, "json": SECRET, "vmware_api_session_id": SECRET}),
    "python.json": f"{{'virtual_machines': [], 'password': '{SECRET}', 'failed': False}}",
    "hidden.json": json.dumps({"censored": "the output has been hidden due to no_log", "changed": False}),
    "text.json": json.dumps(SECRET),
}


def readable(path: Path) -> Iterator[bytes]:
    """Give what stands in a file: its bytes, and what they hold when they are compressed."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if path.suffix == ".parquet":
        yield repr(pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()).encode()


def holders(settings: Settings, text: str) -> list[str]:
    """Give the files below the home that hold a text, but for the reports themselves."""
    reports = (settings.input_path, settings.archive_path, settings.quarantine_path)
    return sorted(
        str(path.relative_to(settings.home_path))
        for path in settings.home_path.rglob("*")
        if path.is_file()
        and (path.name.endswith(".reason.json") or not any(path.is_relative_to(root) for root in reports))
        and any(text.encode() in content for content in readable(path))
    )


def test_secrets_stay_in_the_report(
    home: Settings, drop: Drop, take: Take, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A vCenter password in a table is in every backup and on every Power BI user's screen, and has to be changed."""
    for name, content in (READ | REFUSED).items():
        drop(f"acme/prod/{name}", content)

    done = take()

    quarantined = {sentence.partition(":")[0] for run in done.runs for sentence in run.quarantined}
    assert quarantined == {f"acme/prod/{name}" for name in REFUSED}
    assert all(run.failed == () for run in done.runs)
    (source,) = done.sources
    assert (source.ingested_count, source.virtual_machine_count) == (7, 2)
    assert source.rejected_row_count > 0
    assert (source.esxi_host_count, source.triggered_alarm_count) == (1, 0)

    seen = holders(home, SEEN)
    assert "warehouse.db" in seen or "warehouse.db-wal" in seen
    assert {f"output/acme/prod/dim_virtual_machine.{kind}" for kind in ("csv", "json", "parquet")} <= set(seen)
    assert "output/acme/prod/vcenter.xlsx" in seen
    assert any(path.startswith("dagster/history/runs/") for path in seen), "Dagster shows names in its previews"
    assert holders(home, SECRET) == []
    assert SECRET not in "".join(capfd.readouterr())
    assert SECRET not in caplog.text
    assert SECRET not in repr(done)
