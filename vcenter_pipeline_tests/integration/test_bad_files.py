"""Files that cannot be read, dropped in among good ones: each ends in a clear sentence, and nothing else stops."""

import gzip
import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vcenter_pipeline.defs import ingestion
from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]
Published = Callable[[str, str], list[dict[str, Any]]]

MIB = 1024 * 1024

ROW = b'{"guest_name": "web", "moid": "vm-1", "power_state": "poweredOn", "uuid": null, "allocated": {"cpu": 2}}'
LAUGHS = b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 10)) for level in range(1, 10)
)
MERGES = b"a0: &a0 {k: v}\n" + b"".join(
    b"a%d: &a%d {<<: [*a%d, *a%d]}\n" % (level, level, level - 1, level - 1) for level in range(1, 25)
)

UNREADABLE: Mapping[str, tuple[bytes, str]] = {
    "empty.json": (b"", "The file is empty."),
    "blank.json": (b" \n\t\n", "The file holds nothing but white space."),
    "too_large.json": (b"[" + b" " * MIB, "has 1,048,577 bytes, more than the limit of 1,048,576"),
    "latin_1.json": (
        b'[{"guest_name": "caf\xe9 1"}]',
        "At line 1, column 21 (byte 20, counted from 0): byte 0xe9 is not UTF-8.",
    ),
    "latin_1.yaml": (b"guest_name: caf\xe9 1\n", "Byte 16 cannot stand in YAML: "),
    "nan.json": (
        b'[{"memory": NaN}]',
        "At line 1, column 13 (byte 12, counted from 0): NaN is no JSON value. Write null where a number is not known.",
    ),
    "infinity.json": (b'[{"memory": -Infinity}]', "(byte 12, counted from 0): -Infinity is no JSON value."),
    "huge_float.json": (b'[{"memory": 1e999}]', "the number 1e999 is too large"),
    "many_digits.json": (b'[{"memory": ' + b"9" * 5_000 + b"}]", "a number has 5,000 digits."),
    "deep.json": (b"[" * 100_000 + b"]" * 100_000, "(byte 100, counted from 0): lists and objects stand too deep"),
    "deep_and_open.json": (b'{"a":' * 100_000, "lists and objects stand too deep inside each other."),
    "deep.yaml": (
        b"[" * 100_000 + b"]" * 100_000,
        ": lists and mappings stand more than 100 deep inside each other.",
    ),
    "deep_block.yml": (b"- " * 100_000 + b"x", "lists and mappings stand more than 100 deep inside each other."),
    "laughs.yaml": (LAUGHS, "written out, the aliases are more than 1,000,000 values"),
    "merges.yaml": (MERGES, "At line 2, column 10: merge keys (<<) are not read."),
    "loop.yaml": (b"a: &a [*a]\n", "At line 1, column 8: an alias (*) stands inside of the value it names."),
    "two_keys.json": (
        b'{"virtual_machines": [{"moid": "vm-1",\n "moid": "vm-2"}]}',
        'At line 2, column 2 (byte 40, counted from 0): the key "moid" stands twice in one object',
    ),
    "two_keys.yaml": (
        b"virtual_machines:\n- moid: vm-1\n  moid: vm-2\n",
        "At line 3, column 3: the key 'moid' stands twice in one mapping",
    ),
    "two_documents.yaml": (b"a: 1\n---\na: 2\n", "At line 2, column 1: a second YAML document begins here"),
    "two_documents.json": (b"[1]\n[2]", "At line 2, column 1 (byte 4, counted from 0): a second JSON document begins"),
    "bomb.json.gz": (
        gzip.compress(b"[" + b" " * 8 * MIB + b"]"),
        "The file holds more than the limit of 2,097,152 bytes of text.",
    ),
    "no_gzip.json.gz": (b"[" + ROW + b"]", "The gzip file is damaged or no gzip file: "),
    "hidden_gzip.json": (gzip.compress(ROW), "The file is compressed with gzip but its name does not end in .gz."),
    "python.json": (b"{'changed': False}", "text stands in single quotes, as Python shows it."),
    "text.yaml": (b"ok: [localhost] => no\n", "At line 1, column "),
    "failed.json": (
        b'{"changed": false, "failed": true, "msg": "Unable to connect to vCenter"}',
        "The report is the register of a task that failed with the message 'Unable to connect to vCenter'",
    ),
    "number.json": (b"42", "It is a single value (a number), neither an object nor a list."),
}
"""What is dropped into one environment, and a part of the sentence that it must get."""

NOT_UNDERSTOOD: Mapping[str, str] = {
    "ansible12/folder_info.json": "flat_folder_info is a list of 9 objects with the keys moid, path.",
    "ansible12/tag_info.json": "a task that failed with the message \"Task failed: Module failed: 'VoidValue'",
}
"""Real reports of a module that tells of folders only, and of a task that failed."""

MISPLACED: Mapping[str, tuple[str, str]] = {
    "root.json": ("_misplaced/root.json", "lies in the input folder itself, so nobody knows whose it is."),
    "acme/shallow.json": ("_misplaced/acme/shallow.json", "lies in a client's folder, not in one of"),
    "acme/bad/2024/deep.json": ("_misplaced/acme/bad/2024/deep.json", "lies deeper than in an environment's folder."),
    "CON/prod/reserved.json": ("_misplaced/CON/prod/reserved.json", "because Windows reserves that name"),
    "acme/lpt1/port.json": ("_misplaced/acme/lpt1/port.json", "because Windows reserves that name"),
    "big corp/prod/space.json": ("_misplaced/big corp/prod/space.json", "'big corp' cannot name a client"),
    "acme/bad/bell\x07.json": ("acme/bad/bell%07.json", "has a name that holds a control character"),
}
"""What lies where no report can be: where it goes, and a part of its sentence."""


def ledger(settings: Settings) -> dict[str, tuple[str, str | None]]:
    """Give status and reason of every report in the ledger, by path."""
    with sqlite3.connect(settings.home_path / "warehouse.db") as connection:
        found = connection.execute("SELECT path, status, reason FROM reports")
        return {path: (status, reason) for path, status, reason in found}


def reason_of(quarantined: Path) -> dict[str, Any]:
    """Read what stands beside a quarantined file."""
    reason: dict[str, Any] = json.loads(quarantined.with_name(f"{quarantined.name}.reason.json").read_bytes())
    return reason


def files_below(root: Path) -> list[str]:
    """Give the paths of all that is no folder."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_symlink() or not path.is_dir())


@pytest.fixture
def _as_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VCENTER_BATCH_THRESHOLD", "1")


@pytest.mark.usefixtures("_as_one_batch")
def test_bad_files_are_explained_and_good_ones_go_on(
    monkeypatch: pytest.MonkeyPatch, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """One file that stops the others, or vanishes without a word, costs a client the day and us the trust."""
    monkeypatch.setenv("VCENTER_MAX_FILE_MIB", "1")
    monkeypatch.setenv("VCENTER_MAX_CONTENT_MIB", "2")
    good = real("ansible12/vm_info_full.json")
    drop("acme/bad/z_good.json", real("alarms/alarms_module_register.json"))
    drop("globex/prod/good.json", good)
    home = drop("acme/bad/a_good.json", good).parents[3]
    expected = dict(UNREADABLE)
    expected |= {name.rpartition("/")[2]: (real(name), part) for name, part in NOT_UNDERSTOOD.items()}
    for name, (content, _) in expected.items():
        drop(f"acme/bad/{name}", content)

    done = take()

    assert not done.is_good
    assert {run.source: (run.reports, len(run.quarantined), run.failed) for run in done.runs} == {
        "acme/bad": (31, 29, ()),
        "globex/prod": (1, 0, ()),
    }
    rows = ledger(Settings(home=home))
    told = {name: reason_of(home / "quarantine/acme/bad" / name) for name in expected}
    unclear = {name: reason["reason"] for name, reason in told.items() if expected[name][1] not in reason["reason"]}
    assert unclear == {}
    for name, (content, _) in expected.items():
        reason = told[name]
        assert f"acme/bad/{name}" in reason["reason"], "the sentence names the file"
        assert rows[f"acme/bad/{name}"] == ("quarantined", reason["reason"]), name
        assert (reason["client"], reason["environment"], reason["file"]) == ("acme", "bad", f"acme/bad/{name}")
        assert reason["advice"], name
        assert (home / "quarantine/acme/bad" / name).read_bytes() == content, name
    assert files_below(home / "input") == []

    assert [rows[path] for path in ("acme/bad/a_good.json", "acme/bad/z_good.json")] == [("ingested", None)] * 2
    for source in ("acme/bad", "globex/prod"):
        assert len(published(source, "dim_virtual_machine")) == 77
        assert published(source, "fact_rejected_row") == []
    assert len(published("acme/bad", "fact_triggered_alarm")) == 29
    archived = {path.name: path.read_bytes() for path in (home / "archive").rglob("*.json")}
    assert (archived["a_good.json"], archived["good.json"]) == (good, good)
    assert take().runs == (), "nothing is left to be tried again"


def test_what_lies_where_no_report_can_be_is_explained(
    home: Settings, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """A playbook with a slip in its path would deliver for months, and nobody would see a row of it."""
    outside = home.home_path.parent / "outside"
    outside.mkdir()
    (outside / "secret.json").write_bytes(real("ansible12/vm_info_full.json"))
    for path in MISPLACED:
        drop(path, b"[" + ROW + b"]")
    drop("..hidden/prod/hidden.json", b"[" + ROW + b"]")
    drop("acme/bad/good.json", real("ansible12/vm_info_full.json"))
    drop("globex/prod/good.json", real("ansible12/vm_info_full.json"))
    (home.input_path / "acme/bad/folder.json").mkdir()
    (home.input_path / "acme/bad/folder.json/inside.json").write_bytes(ROW)
    (home.input_path / "acme/bad/link.json").symlink_to(outside / "secret.json")
    (home.input_path / "linked").symlink_to(outside, target_is_directory=True)
    os.mkfifo(home.input_path / "acme/bad/pipe.json")
    expected = {
        **MISPLACED,
        "acme/bad/folder.json": ("acme/bad/folder.json", "is a folder that is named like a report."),
        "acme/bad/link.json": ("acme/bad/link.json", "is a symbolic link that leads out of the input folder."),
        "linked": ("_misplaced/linked", "is a symbolic link that leads out of the input folder."),
        "acme/bad/pipe.json": ("acme/bad/pipe.json", "is a named pipe, not a file."),
    }

    done = take()

    assert not done.is_good
    assert len(done.misplaced) == 11
    for path, (target, part) in expected.items():
        reason = reason_of(home.quarantine_path / target)
        assert part in reason["reason"], (path, reason["reason"])
        assert path.replace("\x07", "\\x07") in reason["reason"], "the sentence names the file"
        assert reason["advice"], path
        assert any(part in sentence and reason["advice"] in sentence for sentence in done.misplaced), path
    assert (home.quarantine_path / "acme/bad/folder.json/inside.json").read_bytes() == ROW
    assert (home.quarantine_path / "acme/bad/link.json").is_symlink()
    assert files_below(outside) == ["secret.json"]
    assert files_below(home.input_path) == ["..hidden/prod/hidden.json"], "hidden names are somebody's work in progress"
    assert sorted(ledger(home)) == ["acme/bad/good.json", "globex/prod/good.json"]
    assert {run.source: (run.quarantined, run.failed) for run in done.runs} == {
        "acme/bad": ((), ()),
        "globex/prod": ((), ()),
    }
    assert sorted(path.name for path in home.output_path.iterdir()) == ["acme", "globex"]
    for source in ("acme/bad", "globex/prod"):
        assert len(published(source, "dim_virtual_machine")) == 77


@pytest.mark.usefixtures("_as_one_batch")
def test_a_file_that_ends_in_the_middle_is_given_up_after_the_last_try(
    home: Settings, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """A copy that was cut off would wait for ever, be tried for ever, and hold up what came with it."""
    whole = real("ansible12/vm_info_full.json")
    cut = {
        "cut.json": whole[:50_000],
        "cut.json.gz": gzip.compress(whole)[:-100],
        "cut.yaml": b'virtual_machines:\n- guest_name: "web',
    }
    drop("acme/cut/whole.json", whole)
    for name, content in cut.items():
        drop(f"acme/cut/{name}", content)

    done = take()

    (run,) = done.runs
    assert (run.reports, len(run.quarantined), run.failed) == (4, 3, ())
    rows = ledger(home)
    for name, content in cut.items():
        quarantined = home.quarantine_path / "acme/cut" / name
        reason = reason_of(quarantined)["reason"]
        assert reason.startswith(f"acme/cut/{name}: The file ends in the middle: "), reason
        assert "It is still being written, or its copy was cut off." in reason
        assert rows[f"acme/cut/{name}"] == ("quarantined", reason)
        assert quarantined.read_bytes() == content
    assert rows["acme/cut/whole.json"] == ("ingested", None)
    assert len(published("acme/cut", "dim_virtual_machine")) == 77
    assert len(published("acme/cut", "fact_report")) == 4
    assert files_below(home.input_path) == []


@pytest.mark.usefixtures("_as_a_common_user", "_as_one_batch")
def test_a_file_that_may_not_be_read_is_explained(
    monkeypatch: pytest.MonkeyPatch, drop: Drop, real: Real, take: Take, published: Published
) -> None:
    """A wrong mode is the most common slip of all, and only the sentence tells it from "no report came".

    For a minute after the mode was set the file is waited for; the run's clock is an hour ahead of it.
    """
    later = ingestion.utc_now() + timedelta(hours=1)
    monkeypatch.setattr(ingestion, "utc_now", lambda: later)
    home = drop("acme/prod/good.json", real("ansible12/vm_info_full.json")).parents[3]
    drop("acme/prod/closed.json", real("ansible12/vm_info_full.json")).chmod(0)

    done = take()

    (run,) = done.runs
    reason = reason_of(home / "quarantine/acme/prod/closed.json")["reason"]
    assert reason.startswith("'acme/prod/closed.json' may not be read; its mode is ---------- and its owner ")
    assert "Give the pipeline's user the right to read it" in reason
    assert (run.quarantined, run.failed) == ((reason,), ())
    assert ledger(Settings(home=home)) == {
        "acme/prod/closed.json": ("quarantined", reason),
        "acme/prod/good.json": ("ingested", None),
    }
    assert len(published("acme/prod", "dim_virtual_machine")) == 77
