"""Which collections are current, and which of their rows are one object."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current import Collection, plan_pieces
from vcenter_pipeline.model.current_objects import find_doubtful, find_objects, to_identities
from vcenter_pipeline.model.current_rows import merge_rows, to_objects, with_keys, with_prefix

U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"
MACHINE = ("moid", "instance_uuid", "bios_uuid", "name")


def day(number: int) -> datetime:
    """A day of January 2026."""
    return datetime(2026, 1, number)  # noqa: DTZ001 - naive UTC, as everywhere in the model


def told(report: str, at: int, rows: int, *, is_complete: bool, **values: Any) -> Collection:  # noqa: ANN401 - each goes to its field
    """A collection of virtual machines."""
    one = Collection(report, 1, "virtual_machines", "x", "p", None, is_complete, rows, day(at), day(at))
    return one._replace(**values)


def planned(kind: Kind, *collections: Collection) -> tuple[list[str], list[str]]:
    """The reports of the base and of the others, those that count first in front."""
    pieces = plan_pieces(kind, collections)
    assert plan_pieces(kind, collections[::-1]) == pieces
    return [one.report for one in pieces.base], [one.report for one in pieces.partial]


def test_the_newest_complete_list_is_the_base() -> None:
    """Only what lists all says that something is gone; an older list must not bring it back."""
    old, new = told("old", 1, 9, is_complete=True), told("new", 2, 8, is_complete=True)
    assert planned("virtual_machines", old, new) == (["new"], [])
    assert plan_pieces("virtual_machines", [old, new]).alone == new
    assert plan_pieces("virtual_machines", [old, new]).collected_at == day(2)


def test_of_one_time_the_later_ingested_is_newer() -> None:
    """A corrected file has the time of the one that it corrects."""
    wrong = told("z", 1, 9, is_complete=True)
    assert planned("virtual_machines", wrong, wrong._replace(report="a", ingested_at=day(3))) == (["a"], [])


def test_an_empty_list_is_no_base_but_no_alarm_is_an_answer() -> None:
    """A playbook without permission on the inventory lists nothing; that alarms were cleared must show."""
    some, none = told("some", 1, 9, is_complete=True), told("none", 2, 0, is_complete=True)
    assert planned("virtual_machines", some, none) == (["some"], [])
    assert planned("triggered_alarms", some, none) == (["none"], [])
    assert planned("vm_snapshots", some, none) == (["none"], [])


def test_partial_lists_count_from_the_base_on_newest_first() -> None:
    """What is older than the list of all may name machines that are gone."""
    base = told("base", 5, 9, is_complete=True)
    before, same = told("before", 4, 1, is_complete=False), told("same", 5, 1, is_complete=False)
    newer, newest = told("newer", 6, 1, is_complete=False), told("newest", 7, 1, is_complete=False)
    assert planned("virtual_machines", base, before, same, newer, newest) == (["base"], ["newest", "newer", "same"])
    assert planned("virtual_machines", before, newer) == ([], ["newer", "before"])


def test_all_lists_of_the_base_report_count() -> None:
    """A bundle may hold the list of the REST API beside that of another module, and details beside both."""
    first, second = told("r", 5, 9, is_complete=True), told("r", 5, 9, is_complete=True, number=2)
    detail = told("r", 5, 1, is_complete=False, number=3)
    pieces = plan_pieces("virtual_machines", [detail, second, first])
    assert pieces.all == (first, second, detail)
    assert pieces.alone is None


def test_of_alarms_told_in_pieces_the_newest_of_each_place_counts() -> None:
    """An alarm of yesterday's file that today's does not name was cleared; other files tell of other alarms."""
    yesterday, today = told("a1", 1, 2, is_complete=False), told("a2", 2, 0, is_complete=False)
    other = told("b", 1, 2, is_complete=False, path="other")
    assert planned("triggered_alarms", yesterday, today, other) == ([], ["a2", "b"])


def objects(*rows: tuple[str | None, ...], kind: Kind = "virtual_machines", names: tuple[str, ...] = MACHINE) -> str:
    """Say in letters which rows are the same object: `aab`."""
    firsts = find_objects(kind, dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    letters = dict(zip(sorted(set(firsts)), "abcdefgh", strict=False))
    return "".join(letters[first] for first in firsts)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("vm-1", None, None, "web"), ("vm-1", U1, None, None)], "aa"),
        ([("vm-1", None, None, "web"), ("vm-2", None, None, "web")], "ab"),
        ([("vm-1", U1, None, "web"), ("vm-2", U1, None, "web")], "ab"),
        ([("vm-1", None, None, "a"), (None, U1, None, "b"), ("vm-1", U1, None, None)], "aaa"),
        ([(None, U1, None, "a"), (None, U1, None, "b")], "aa"),
        ([(None, None, U1, "a"), (None, None, U1, "b")], "ab"),
        ([(None, None, U1, "a"), ("vm-1", None, U1, "a")], "aa"),
        ([(None, None, U1, "a"), ("vm-1", None, U2, "a")], "ab"),
        ([("vm-1", None, None, "web"), (None, None, None, "web")], "aa"),
        ([("vm-1", None, None, "web"), ("vm-2", None, None, "web"), (None, None, None, "web")], "abc"),
        ([("vm-1", None, None, "web"), (None, U1, None, "web")], "aa"),
        ([("vm-1", None, None, "web"), (None, U1, None, "web"), (None, None, None, "web")], "aaa"),
        ([("vm-1", None, None, "web"), (None, U1, None, "web"), ("vm-2", None, None, "web")], "abc"),
        ([("vm-1", None, None, "web"), ("vm-2", None, None, "web"), *[(None, None, None, "web")] * 2], "abcc"),
        ([("vm-1", None, None, "web"), (None, None, None, "WEB")], "ab"),
    ],
)
def test_the_first_identifier_that_both_have_decides(rows: list[tuple[str | None, ...]], expected: str) -> None:
    """One machine as two rows counts twice in Power BI; two machines as one row hide one of them."""
    assert objects(*rows) == expected


def test_hosts_clusters_datastores_pools() -> None:
    """Each kind has identifiers of its own: a datastore's URL holds where two vCenters' names do not."""
    host: dict[str, Any] = {"kind": "esxi_hosts", "names": ("moid", "name")}
    assert objects(("host-1", "esx1"), (None, "ESX1"), ("host-2", "esx1"), **host) == "aab"
    cluster: dict[str, Any] = {"kind": "clusters", "names": ("moid", "datacenter", "name")}
    assert objects(("domain-c1", None, "c"), (None, "dc1", "c"), **cluster) == "aa"
    assert objects((None, "dc1", "c"), (None, "dc2", "c"), (None, None, "c"), **cluster) == "abc"
    datastore: dict[str, Any] = {"kind": "datastores", "names": ("url", "moid", "datacenter", "name")}
    assert objects(("/a", "d-1", None, "s"), ("/a", "d-2", None, "s"), (None, "d-1", None, "s"), **datastore) == "aaa"
    assert objects(("/a", None, "dc", "s"), ("/b", None, "dc", "s"), **datastore) == "ab"
    pool: dict[str, Any] = {"kind": "resource_pools", "names": ("moid", "owner", "name")}
    assert objects((None, "c1", "Resources"), (None, "c2", "Resources"), ("r-1", "c1", "Resources"), **pool) == "aba"


@pytest.mark.parametrize(
    ("rows", "doubtful"),
    [
        ([("/a", None, None, "ds"), ("/b", None, None, "ds"), (None, None, "dc1", "ds")], {2}),
        ([("/a", None, "dc1", "ds"), ("/b", None, "dc2", "ds"), (None, None, "dc3", "ds")], set()),
        ([("/a", None, None, "ds"), (None, None, "dc1", "ds")], set()),
        ([(None, None, "dc1", "ds"), ("/a", None, None, "ds"), ("/b", None, None, "ds")], set()),
        ([("/a", None, None, "ds"), ("/b", None, None, "ds"), (None, None, None, "other")], set()),
    ],
)
def test_a_name_that_several_bear_makes_no_further_one(rows: list[tuple[str | None, ...]], doubtful: set[int]) -> None:
    """Hosts tell of datastores by name: beside two of that name a third would be counted, and its size with it."""
    names = ("url", "moid", "datacenter", "name")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    assert find_doubtful("datastores", columns) == doubtful


def test_an_identity_is_given_once() -> None:
    """Two machines with one instance uuid stay two, so the second goes by its moid."""
    rows = [("vm-1", U1, None, "a"), ("vm-2", U1, None, "b"), (None, None, U1, "c"), (None, None, None, "d")]
    columns: dict[str, list[Any]] = dict(zip(MACHINE, map(list, zip(*rows, strict=True)), strict=True))
    assert to_identities("virtual_machines", columns) == [U1, "vm-2", f"{U1}/c", "name/d"]
    slashes: dict[str, list[Any]] = {"moid": [None, None], "datacenter": ["a/b", "a"], "name": ["c", "b/c"]}
    assert to_identities("clusters", slashes) == ["a/b/c", "b/c"]
    hosts: dict[str, list[Any]] = {"moid": ["host-1", "host-2"], "name": ["ESX1", "esx1"]}
    assert to_identities("esxi_hosts", hosts) == ["esx1", "host-2"]


def table(kind: str, *rows: dict[str, Any]) -> pa.Table:
    """Rows of a table; what is not given is null."""
    schema = core_table(kind).arrow_schema
    return pa.table({name: [row.get(name) for row in rows] for name in schema.names}, schema=schema)


def test_nulls_are_filled_and_values_stay() -> None:
    """Zero and false are values: only what is not known may be taken from elsewhere."""
    shared = {"client": "acme", "environment": "prod", "vcenter": "acme/prod", "collection": 1}
    base = shared | {"report": "base", "collected_at": day(5)}
    newer = shared | {"report": "newer", "collected_at": day(6)}
    found = table(
        "virtual_machines",
        base | {"virtual_machine_key": "acme/prod:vm-1", "moid": "vm-1", "cpu_count": 0, "is_template": False},
        base | {"virtual_machine_key": "acme/prod:vm-2", "moid": "vm-2"},
        newer
        | {"virtual_machine_key": f"acme/prod:{U1}", "moid": "vm-1", "instance_uuid": U1}
        | {"cpu_count": 4, "is_template": True, "guest_os": "Linux", "created_at": day(1)},
    )
    lengths = np.full(3, len("acme/prod:"))
    merged_objects = to_objects("virtual_machines", found, lengths)
    merged = merge_rows("virtual_machines", found, merged_objects)
    merged = with_keys("virtual_machines", merged, "acme/prod:vc1:", lengths[:2], vcenter="vc1")
    first, second = merged.to_pylist()
    assert merged.schema == core_table("virtual_machines").arrow_schema
    assert (first["virtual_machine_key"], first["vcenter"]) == (f"acme/prod:vc1:{U1}", "vc1")
    assert (first["cpu_count"], first["is_template"], first["guest_os"]) == (0, False, "Linux")
    assert (first["created_at"], first["report"], first["collected_at"]) == (day(1), "base", day(5))
    assert (second["virtual_machine_key"], second["guest_os"], second["created_at"]) == (
        "acme/prod:vc1:vm-2",
        None,
        None,
    )


def test_keys_of_one_collection_take_the_prefix_of_their_vcenter() -> None:
    """When a second vCenter comes, the keys of the first must begin with it as well, parts and all."""
    nics = table("vm_nics", {"virtual_machine_key": "acme/prod:vm-1"}, {"virtual_machine_key": "acme/prod:vm-2"})
    moved = with_prefix(nics, ["virtual_machine_key"], "acme/prod:", "acme/prod:vc1:")
    assert moved["virtual_machine_key"].to_pylist() == ["acme/prod:vc1:vm-1", "acme/prod:vc1:vm-2"]
    assert with_prefix(nics, ["virtual_machine_key"], "acme/prod:", "acme/prod:") is nics
