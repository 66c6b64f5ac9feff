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
READ = {
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
    assert (source.ingested_count, source.virtual_machine_count) == (2, 2)
    assert source.rejected_row_count > 0

    seen = holders(home, SEEN)
    assert "warehouse.db" in seen or "warehouse.db-wal" in seen
    assert {f"output/acme/prod/dim_virtual_machine.{kind}" for kind in ("csv", "json", "parquet")} <= set(seen)
    assert "output/acme/prod/vcenter.xlsx" in seen
    assert any(path.startswith("dagster/history/runs/") for path in seen), "Dagster shows names in its previews"
    assert holders(home, SECRET) == []
    assert SECRET not in "".join(capfd.readouterr())
    assert SECRET not in caplog.text
    assert SECRET not in repr(done)
