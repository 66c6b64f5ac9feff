"""What the documentation says of shapes is what the reader does: tables, examples, refusals, the command."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import yaml

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.catalogue import render_shapes
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.formats.shape import Shape
from vcenter_pipeline.formats.shapes import SHAPES
from vcenter_pipeline.model.records import VirtualMachine

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "shapes.md"
EXAMPLES = ROOT / "vcenter_pipeline" / "formats" / "examples"
LIMITS = Limits(max_file_bytes=1_000_000, max_content_bytes=1_000_000)

MAY_BE_SECRET = ("advanced_settings", "cookie", "licen", "passw", "secret", "session", "token", "user")
HARMLESS = {"license_product_name", "license_product_version", "acknowledgedByUser", "userName"}


def keys_in(value: object) -> Iterator[str]:
    """Give all keys of a document, and those of JSON that stands in the output of a command."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_in(json.loads(inner) if key == "stdout" else inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_in(inner)


def test_the_page_of_shapes_is_up_to_date() -> None:
    """Whoever writes a playbook by it would produce what is not understood any more."""
    assert PAGE.read_text(encoding="utf-8") == render_shapes()


def test_every_shape_has_one_example_and_there_is_no_other() -> None:
    """A shape without an example would be missing in the page, and one left over would show what is not read."""
    assert sorted(path.name for path in EXAMPLES.iterdir()) == sorted(f"{shape.name}.json" for shape in SHAPES)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_example_is_read_as_its_shape_and_nothing_else(shape: Shape) -> None:
    """People copy the examples; one that another shape takes, or that loses a row, teaches them the wrong thing."""
    path = EXAMPLES / f"{shape.name}.json"
    with path.open("rb") as file:
        batches = list(read_batches(file, path.name, LIMITS))
    assert {batch.shape for batch in batches} == {shape.name}
    assert {batch.kind for batch in batches} == {shape.kind, *shape.also_kinds}
    assert {batch.kind for batch in batches if batch.records} == {shape.kind, *shape.also_kinds}
    assert [row for batch in batches for row in batch.rejected] == []
    assert sum(batch.failed_count for batch in batches) == 0


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.stem)
def test_an_example_shows_nothing_that_may_be_secret(path: Path) -> None:
    """An example that keeps a password's key in the module's arguments invites people to keep theirs."""
    keys = set(keys_in(json.loads(path.read_text(encoding="utf-8")))) - HARMLESS
    assert [key for key in keys if any(word in key.lower() for word in MAY_BE_SECRET)] == []


@pytest.mark.parametrize(
    ("document", "sentences"),
    [
        (
            "{'virtual_machines': [{'guest_name': None}]}",
            ["text stands in single quotes, as Python shows it. Write the report with to_nice_json."],
        ),
        (["web01", "web02"], ["The report lists names only (", "), without anything about them."]),
        ({"cluster_vms": ["web01"]}, ["The report lists names only (", "), without anything about them."]),
        (
            {"failed": True, "msg": "no route to host"},
            [
                "The report is the register of a task that failed with the message ",
                ", so it holds no result. Correct the playbook and run it again.",
            ],
        ),
        (
            {"unreachable": True, "changed": False, "msg": "Failed to connect"},
            ["The report is the register of a task that failed with the message "],
        ),
        (
            {"skipped": True, "changed": False},
            [
                (
                    "The report is the register of a task that was skipped, so it holds no result. Correct the "
                    "playbook and run it again."
                )
            ],
        ),
        (
            {"results": [{"item": 1, "failed": True, "msg": "gone"}, {"item": 2, "skipped": True}], "failed": True},
            ["The report is the register of a loop without any result: ", " of its items failed, ", " were skipped."],
        ),
        (
            {"censored": "the output has been hidden", "changed": False},
            [
                (
                    "The report holds no result, because no_log hid it. Set no_log: false for the tasks that read the "
                    "vCenter; the passwords in their arguments are hidden by the modules themselves."
                )
            ],
        ),
        (
            {"changed": False, "vmware_api_session_id": "x", "json": "x", "cookies_string": "x"},
            [
                (
                    "The report is the register of a login: it holds a session and no inventory. Write the register of "
                    "the tasks that read the vCenter, and keep this one out of files."
                )
            ],
        ),
        (
            {"changed": True, "cmd": "govc alarms -l", "rc": 0, "stdout": "Alarm Name  Object  Severity"},
            ["The report is the register of a command, and its output (stdout) cannot be read as JSON"],
        ),
        (
            {"changed": False, "flat_folder_info": [{"moid": "group-v3", "path": "/fra-dc1/vm"}]},
            ["Nothing in the report is recognised. It is an object with the keys "],
        ),
    ],
)
def test_the_page_quotes_the_sentences_of_refusal(document: object, sentences: list[str]) -> None:
    """Whoever searches the page for the sentence in quarantine would not find what to do."""
    content = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(ReportError) as caught:
        list(read_batches(BytesIO(content.encode()), "report.json", LIMITS))
    page = PAGE.read_text(encoding="utf-8")
    assert all(sentence in str(caught.value) for sentence in sentences), str(caught.value)
    assert all(sentence in page for sentence in sentences)


REGISTER = json.loads((EXAMPLES / "vmware_vm_info.json").read_text(encoding="utf-8"))
LISTED = REGISTER["virtual_machines"]
IN_ONE_LINE = json.dumps(REGISTER)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (REGISTER, "register.json"),
        ({"results": [{"item": LISTED[0], "invocation": {"module_args": {}}, **REGISTER}]}, "loop.json"),
        (LISTED, "list.json"),
        ({one["guest_name"]: one for one in LISTED}, "by_name.json"),
        ({"my_machines": LISTED, "other": {"results": []}}, "bundle.json"),
        ({"changed": True, "cmd": ["x"], "rc": 0, "stdout": json.dumps(LISTED), "stderr": ""}, "command.json"),
        ({"raw_vms": {"metadata": {"environment": "prod"}, "data": REGISTER}}, "set_stats.json"),
        (
            f'[WARNING]: x\n{{"plays": [{{"tasks": [{{"hosts": {{"h": {IN_ONE_LINE}}}}}]}}]}}\nPLAY RECAP ***\n',
            "p.json",
        ),
        (f'{{"_event": "v2_runner_on_ok", "hosts": {{"h": {IN_ONE_LINE}}}}}\n', "callback.jsonl"),
        (f'{{"event": "runner_on_ok", "event_data": {{"res": {IN_ONE_LINE}}}}}\n', "runner.jsonl"),
        (f"localhost | SUCCESS => {json.dumps(REGISTER, indent=4)}\n", "ad_hoc.json"),
        (f"ok: [localhost] => {json.dumps(REGISTER, indent=4)}\n", "callback.json"),
        (f"{json.dumps(LISTED[0])}\n{json.dumps(LISTED[1])}\n", "several.json"),
        (f"{json.dumps(LISTED[0])}\n{json.dumps(LISTED[1])}\n", "lines.jsonl"),
        (yaml.safe_dump(REGISTER), "register.yml"),
        (gzip.compress(yaml.safe_dump(LISTED).encode(), mtime=0), "list.yaml.gz"),
        (gzip.compress(IN_ONE_LINE.encode(), mtime=0), "register.json.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else "",
)
def test_the_page_tells_the_truth_about_wrappings(content: object, name: str) -> None:
    """An admin who has one of these files would be refused although the page says that it is read."""
    data = (
        content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else json.dumps(content)).encode()
    )
    batches = list(read_batches(BytesIO(data), name, LIMITS))
    assert {batch.shape for batch in batches} == {"vmware_vm_info"}
    machines = [record for batch in batches for record in batch.records if isinstance(record, VirtualMachine)]
    assert [machine.name for machine in machines] == ["web01", "db01"]
    assert [row for batch in batches for row in batch.rejected] == []


def test_the_page_tells_the_truth_about_answers_of_uri() -> None:
    """The REST API's answers wear no key of their own."""
    listed = json.loads((EXAMPLES / "vcenter_vm_info.json").read_text(encoding="utf-8"))["value"]
    for answer in (listed, {"value": listed}):
        content = json.dumps({"changed": False, "json": answer, "status": 200}).encode()
        (batch,) = read_batches(BytesIO(content), "uri.json", LIMITS)
        assert (batch.shape, len(batch.records)) == ("vcenter_vm_info", 2)


def test_the_command_prints_the_shapes(command: list[str]) -> None:
    """It is the documentation of whoever has no browser where the playbooks run."""
    done = subprocess.run([*command, "shapes"], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert all(shape.name in done.stdout for shape in SHAPES)
    assert "Complete: whether such a list is taken for all that the vCenter has." in done.stdout


def test_the_command_shows_one_shape_with_its_example(command: list[str]) -> None:
    """The example must come out as it can be saved: whoever pipes it into a file wants JSON, not a drawing."""
    done = subprocess.run(  # noqa: S603 - our own words
        [*command, "shapes", "community.vmware.vmware_about_info"], capture_output=True, text=True, check=True
    )
    told, _, example = done.stdout.partition("\nExample:\n")
    assert told == (
        "vmware_about_info: the vCenter itself\n\nProduced by:\n    community.vmware.vmware_about_info: {}\n\nFills:\n"
        "    vcenters: instance_uuid, name, full_name, version, build, api_version, api_type, os_type\n\n"
        "Taken for all that the vCenter has: no\nCannot tell: Under which name the vCenter was asked.\n"
    )
    assert json.loads(example)["about_info"]["api_type"] == "VirtualCenter"


def test_the_command_refuses_an_unknown_name_with_a_sentence(command: list[str]) -> None:
    """A traceback, or an empty page with exit code 0, says nothing of the misspelled name."""
    done = subprocess.run([*command, "shapes", "vmware_vm"], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip() == (
        "vcenter-pipeline: There is no shape 'vmware_vm'. `vcenter-pipeline shapes` lists them all."
    )


def test_the_command_prints_the_page(command: list[str]) -> None:
    """The page says that this command prints it."""
    done = subprocess.run([*command, "shapes", "--markdown"], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout == PAGE.read_text(encoding="utf-8")
