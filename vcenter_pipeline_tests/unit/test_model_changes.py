"""How one state differs from the one before. Rows are hand-made, as states have them."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.changes import DATASTORES, WATCHED, Comparison, find_changes, with_datastores
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import key_column
from vcenter_pipeline.model.matching import State
from vcenter_pipeline.model.vocabulary import ASPECTS

PREFIX = "acme/prod:"
U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"
U3 = "33333333-3333-3333-3333-333333333333"
EARLY = datetime.fromisoformat("2026-01-30T02:00")
LATE = datetime.fromisoformat("2026-01-31T02:00")
SHARED = Comparison("acme", "prod", "vc01", "r2", LATE, EARLY)
ALWAYS = {
    "client": "acme",
    "environment": "prod",
    "vcenter": "vc01",
    "report": "r",
    "collection": 1,
    "collected_at": EARLY,
}
COLUMNS = [column.name for column in core_table("object_changes").columns]


def state(kind: Kind, *rows: dict[str, Any]) -> State:
    """Give a state with these rows, keyed by `key`, else by moid; virtual machines with the names of datastores."""
    made = [ALWAYS | {key_column(kind): PREFIX + (row.get("key") or row["moid"])} | row for row in rows]
    schema = core_table(kind).arrow_schema
    if kind == "virtual_machines":
        schema = schema.append(pa.field(DATASTORES, pa.string()))
    return State(pa.Table.from_pylist(made, schema), PREFIX)


def changes(kind: Kind, before: State, now: State, *filling: State) -> list[dict[str, Any]]:
    """Give the changes by column."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in find_changes(kind, now, before, filling, SHARED)]


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Give of each change its column, or what happened, from what and to what."""
    return [(row["column_name"] or row["change"], row["old_value"], row["new_value"]) for row in rows]


def of_one(before: dict[str, Any], now: dict[str, Any], *filling: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Give how one virtual machine changed."""
    states = [state("virtual_machines", {"moid": "vm-1"} | row) for row in (before, now, *filling)]
    return told(changes("virtual_machines", *states))


def test_a_change_with_all_that_is_known() -> None:
    """Every column of the row stands for a question of somebody; one that is lost on the way answers none."""
    before = state("virtual_machines", {"moid": "vm-1", "key": U1, "name": "web", "memory_mib": 4096})
    now = state("virtual_machines", {"moid": "vm-1", "key": U1, "name": "web", "memory_mib": 2048})
    assert changes("virtual_machines", before, now) == [
        {
            "client": "acme",
            "environment": "prod",
            "vcenter": "vc01",
            "name": "web",
            "change": "changed",
            "aspect": "size",
            "column_name": "memory_mib",
            "old_value": "4096",
            "new_value": "2048",
            "difference": -2048,
            "previous_at": EARLY,
            "collected_at": LATE,
            "report": "r2",
            "moid": "vm-1",
            "kind": "virtual_machines",
            "change_number": 1,
            "object_key": U1,
        }
    ]


def test_the_order_is_that_of_the_keys_and_what_is_gone_comes_last() -> None:
    """The same two states must give the same rows under the same numbers, or every file changes at each refresh."""
    before = state(
        "virtual_machines",
        {"moid": "vm-4", "name": "gone2"},
        {"moid": "vm-3", "name": "gone1"},
        {"moid": "vm-2", "name": "db", "power_state": "poweredOn", "cpu_count": 2},
    )
    now = state(
        "virtual_machines",
        {"moid": "vm-2", "name": "db2", "power_state": "poweredOff", "cpu_count": 4},
        {"moid": "vm-1", "name": "new"},
    )
    found = changes("virtual_machines", before, now)
    assert [
        (row["change_number"], row["object_key"], row["name"], row["change"], row["aspect"], row["column_name"])
        for row in found
    ] == [
        (1, "vm-1", "new", "added", "existence", None),
        (2, "vm-2", "db2", "changed", "name", "name"),
        (3, "vm-2", "db2", "changed", "power", "power_state"),
        (4, "vm-2", "db2", "changed", "size", "cpu_count"),
        (5, "vm-3", "gone1", "removed", "existence", None),
        (6, "vm-4", "gone2", "removed", "existence", None),
    ]
    assert told(found)[0] == ("added", None, None)
    assert [row["moid"] for row in found] == ["vm-1", "vm-2", "vm-2", "vm-2", "vm-3", "vm-4"]


CHANGES_OF_A_MACHINE: list[tuple[str, Any, Any, str, str, str, int | None]] = [
    ("name", "web", "web1", "name", "web", "web1", None),
    ("power_state", "poweredOn", "poweredOff", "power", "poweredOn", "poweredOff", None),
    ("esxi_host", "esx1", "esx2", "place", "esx1", "esx2", None),
    ("cluster", "c1", "c2", "place", "c1", "c2", None),
    ("datacenter", "dc1", "dc2", "place", "dc1", "dc2", None),
    ("folder", "/dc1/vm", "/dc1/vm/old", "place", "/dc1/vm", "/dc1/vm/old", None),
    ("resource_pool", "gold", "silver", "place", "gold", "silver", None),
    (DATASTORES, "ds1", "ds1, ds2", "place", "ds1", "ds1, ds2", None),
    ("cpu_count", 2, 4, "size", "2", "4", 2),
    ("cores_per_socket", 1, 2, "size", "1", "2", 1),
    ("memory_mib", 4096, 2048, "size", "4096", "2048", -2048),
    ("storage_bytes", 107374182400, 214748364800, "size", "107374182400", "214748364800", 107374182400),
    ("disk_count", 1, 0, "size", "1", "0", -1),
    ("hardware_version", "vmx-13", "vmx-19", "hardware", "vmx-13", "vmx-19", None),
    ("tools_status", "toolsOk", "toolsOld", "tools", "toolsOk", "toolsOld", None),
    ("tools_version_status", "guestToolsCurrent", "guestToolsOld", "tools", "guestToolsCurrent", "guestToolsOld", None),
    ("tools_version", "12352", "12384", "tools", "12352", "12384", None),
    ("guest_os", "Debian 11", "Debian 12", "guest", "Debian 11", "Debian 12", None),
    ("guest_hostname", "web", "web1", "guest", "web", "web1", None),
    ("primary_ip", "10.0.0.1", "10.0.0.2", "network", "10.0.0.1", "10.0.0.2", None),
    ("nic_count", 1, 2, "network", "1", "2", 1),
    ("snapshot_count", 0, 1, "snapshots", "0", "1", 1),
    ("is_consolidation_needed", False, True, "snapshots", "false", "true", None),
    ("is_template", True, False, "state", "true", "false", None),
    ("connection_state", "connected", "orphaned", "state", "connected", "orphaned", None),
    ("annotation", "old note", "new note", "notes", "old note", "new note", None),
]


@pytest.mark.parametrize(
    ("column", "old", "new", "aspect", "old_text", "new_text", "difference"),
    CHANGES_OF_A_MACHINE,
    ids=[row[0] for row in CHANGES_OF_A_MACHINE],
)
def test_every_column_that_is_watched(  # noqa: PLR0913, PLR0917 - one row of the table above
    column: str, old: object, new: object, aspect: str, old_text: str, new_text: str, difference: int | None
) -> None:
    """A column that is forgotten makes a resize or a move that nobody sees."""
    before = state("virtual_machines", {"moid": "vm-1", column: old})
    now = state("virtual_machines", {"moid": "vm-1", column: new})
    (row,) = changes("virtual_machines", before, now)
    assert (row["column_name"], row["aspect"], row["change"]) == (column, aspect, "changed")
    assert (row["old_value"], row["new_value"], row["difference"]) == (old_text, new_text, difference)


def test_everything_that_is_watched_is_held_here() -> None:
    """A column that is added to the list of what is watched needs a row above; so does its aspect a word."""
    held = {row[0] for row in CHANGES_OF_A_MACHINE}
    assert set(WATCHED["virtual_machines"]) - held == {"esxi_host_moid", "moid"}
    for kind, columns in WATCHED.items():
        assert set(columns.values()) <= set(ASPECTS)
        assert set(columns) - {DATASTORES} <= {column.name for column in core_table(kind).columns}


@pytest.mark.parametrize(("column", "old", "new"), [row[:3] for row in CHANGES_OF_A_MACHINE])
def test_unknown_is_no_change(column: str, old: object, new: object) -> None:
    """A list that does not tell CPUs would make every machine lose them, and get them back the day after."""
    assert of_one({column: old}, {column: None}) == []
    assert of_one({column: None}, {column: new}) == []
    assert of_one({column: None}, {column: None}) == []
    assert of_one({column: old}, {column: old}) == []


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("overall_status", "green", "red"),
        ("booted_at", EARLY, LATE),
        ("oldest_snapshot_at", EARLY, LATE),
        ("committed_bytes", 1, 2),
        ("provisioned_bytes", 1, 2),
        ("tools_running_status", "guestToolsRunning", "guestToolsExecutingScripts"),
        ("guest_os_reported", "Debian 12.4", "Debian 12.5"),
        ("collected_at", EARLY, LATE),
        ("report", "r1", "r2"),
        ("collection", 1, 2),
    ],
)
def test_what_changes_by_itself_is_no_change(column: str, old: object, new: object) -> None:
    """Noise of every machine each day hides the one resize that somebody looks for."""
    assert of_one({column: old}, {column: new}) == []


def test_tools_stop_with_the_machine() -> None:
    """That Tools do not run in what is off goes without saying; all machines of a maintenance would come twice."""
    on = {"power_state": "poweredOn", "tools_status": "toolsOk"}
    off = {"power_state": "poweredOff", "tools_status": "toolsNotRunning"}
    assert of_one(on, off) == [("power_state", "poweredOn", "poweredOff")]
    assert of_one(off, on) == [("power_state", "poweredOff", "poweredOn")]
    assert of_one(on, on | {"tools_status": "toolsNotRunning"}) == [("tools_status", "toolsOk", "toolsNotRunning")]
    unknown = {"power_state": None, "tools_status": "toolsOld"}
    assert of_one(on, unknown) == [("tools_status", "toolsOk", "toolsOld")]


def test_only_the_machine_that_was_switched_off_is_excused() -> None:
    """The power of one machine says nothing of the Tools of another one."""
    on = {"power_state": "poweredOn", "tools_status": "toolsOk"}
    off = {"power_state": "poweredOff", "tools_status": "toolsNotRunning"}
    before = state("virtual_machines", {"moid": "vm-1"} | on, {"moid": "vm-2"} | on)
    now = state("virtual_machines", {"moid": "vm-1"} | on | {"tools_status": "toolsOld"}, {"moid": "vm-2"} | off)
    found = [(row["moid"], row["column_name"]) for row in changes("virtual_machines", before, now)]
    assert found == [("vm-1", "tools_status"), ("vm-2", "power_state")]


def test_the_moid_of_a_host_stands_in_for_its_name() -> None:
    """A move is one change, not two; but a list that knows hosts by moid alone must show it."""
    one, other = {"esxi_host": "esx1", "esxi_host_moid": "host-1"}, {"esxi_host": "esx2", "esxi_host_moid": "host-2"}
    assert of_one(one, other) == [("esxi_host", "esx1", "esx2")]
    assert of_one(one | {"esxi_host": None}, other) == [("esxi_host_moid", "host-1", "host-2")]
    assert of_one(one, other | {"esxi_host": None}) == [("esxi_host_moid", "host-1", "host-2")]
    assert of_one(one, other | {"esxi_host_moid": None}) == [("esxi_host", "esx1", "esx2")]
    assert of_one(one, one | {"esxi_host_moid": "host-9"}) == []


def test_registered_anew() -> None:
    """One row says that it got another moid, and that it is not another machine."""
    before = state("virtual_machines", {"key": U1, "instance_uuid": U1, "moid": "vm-1", "name": "web"})
    now = state("virtual_machines", {"key": U1, "instance_uuid": U1, "moid": "vm-7", "name": "web"})
    (row,) = changes("virtual_machines", before, now)
    assert (row["column_name"], row["old_value"], row["new_value"]) == ("moid", "vm-1", "vm-7")
    assert (row["aspect"], row["moid"], row["object_key"]) == ("state", "vm-7", U1)


def test_a_vcenter_that_is_installed_anew() -> None:
    """Moids begin at the start again; who is who is told by the uuids, and what is new is new."""
    before = state(
        "virtual_machines",
        {"key": U1, "instance_uuid": U1, "moid": "vm-1", "name": "web", "cpu_count": 2},
        {"key": U2, "instance_uuid": U2, "moid": "vm-2", "name": "db", "cpu_count": 8},
    )
    now = state(
        "virtual_machines",
        {"key": U2, "instance_uuid": U2, "moid": "vm-1", "name": "db", "cpu_count": 8},
        {"key": U3, "instance_uuid": U3, "moid": "vm-2", "name": "new", "cpu_count": 1},
    )
    assert [(row["object_key"], *told([row])[0]) for row in changes("virtual_machines", before, now)] == [
        (U2, "moid", "vm-2", "vm-1"),
        (U3, "added", None, None),
        (U1, "removed", None, None),
    ]


def test_a_note_that_is_masked_from_now_on() -> None:
    """Whoever has notes masked must not find each of them once more as what it was before."""
    assert of_one({"annotation": "root / s3cr3t"}, {"annotation": "(masked)"}) == []
    assert of_one({"annotation": "(masked)"}, {"annotation": "call Anna"}) == []
    assert of_one({"annotation": "(masked)"}, {"annotation": "(masked)"}) == []


def test_swapped_names() -> None:
    """Blue becomes green and green blue: two renames, nothing that went or came."""
    before = state("virtual_machines", {"moid": "vm-1", "name": "blue"}, {"moid": "vm-2", "name": "green"})
    now = state("virtual_machines", {"moid": "vm-1", "name": "green"}, {"moid": "vm-2", "name": "blue"})
    found = changes("virtual_machines", before, now)
    assert [(row["moid"], row["name"]) for row in found] == [("vm-1", "green"), ("vm-2", "blue")]
    assert told(found) == [("name", "blue", "green"), ("name", "green", "blue")]


def test_two_machines_with_one_uuid() -> None:
    """Each has its own changes, and one that goes is the one that went."""
    before = state(
        "virtual_machines",
        {"key": U1, "instance_uuid": U1, "moid": "vm-1", "name": "web", "cpu_count": 2},
        {"key": "vm-2", "instance_uuid": U1, "moid": "vm-2", "name": "copy", "cpu_count": 2},
    )
    now = state("virtual_machines", {"key": U1, "instance_uuid": U1, "moid": "vm-2", "name": "copy", "cpu_count": 4})
    found = changes("virtual_machines", before, now)
    assert [(row["moid"], row["name"], *told([row])[0]) for row in found] == [
        ("vm-2", "copy", "cpu_count", "2", "4"),
        ("vm-1", "web", "removed", None, None),
    ]


def test_lists_that_take_turns() -> None:
    """A list without CPUs stands between two that tell them: the resize must not be lost."""
    full, bare = {"name": "web", "cpu_count": 2, "memory_mib": 1024}, {"name": "web"}
    assert of_one(bare, full | {"cpu_count": 4}, full) == [("cpu_count", "2", "4")]
    assert of_one(bare, full, full | {"cpu_count": None}, full | {"cpu_count": 1}) == [("cpu_count", "1", "2")]
    assert of_one(bare | {"name": "db"}, full, full) == [("name", "db", "web")]


def test_what_only_an_older_list_had_is_not_removed_twice() -> None:
    """Older lists fill what the one before left open; that a machine was there is told by the one before alone."""
    before, now = state("virtual_machines", {"moid": "vm-1"}), state("virtual_machines", {"moid": "vm-1"})
    older = state("virtual_machines", {"moid": "vm-1"}, {"moid": "vm-9"})
    assert changes("virtual_machines", before, now, older) == []


def test_what_is_gone_has_the_name_that_an_older_list_told() -> None:
    """`vm-2 was removed` helps nobody who does not know moids by heart."""
    before = state("virtual_machines", {"moid": "vm-1", "name": "web"}, {"moid": "vm-2"})
    now, older = state("virtual_machines", {"moid": "vm-1"}), state("virtual_machines", {"moid": "vm-2", "name": "db"})
    assert [row["name"] for row in changes("virtual_machines", before, now, older)] == ["db"]


def test_all_or_nothing_of_an_estate() -> None:
    """States without rows, or with columns that nobody tells, must not stop the history."""
    empty, one = state("virtual_machines"), state("virtual_machines", {"moid": "vm-1"})
    assert changes("virtual_machines", empty, empty) == []
    assert told(changes("virtual_machines", empty, one)) == [("added", None, None)]
    assert told(changes("virtual_machines", one, empty)) == [("removed", None, None)]


def test_hosts() -> None:
    """A host that is updated restarts: its build is a change; its load and the time of its last boot are none."""
    before = state(
        "esxi_hosts",
        {
            "moid": "host-1",
            "name": "esx1",
            "cluster": "c1",
            "version": "8.0.2",
            "build": "21997540",
            "is_in_maintenance": False,
            "connection_state": "connected",
            "power_state": "poweredOn",
            "cpu_core_count": 32,
            "memory_mib": 524288,
            "memory_used_mib": 1,
            "cpu_used_mhz": 1,
            "uptime_seconds": 9999,
            "booted_at": EARLY,
            "overall_status": "green",
        },
    )
    now = state(
        "esxi_hosts",
        {
            "moid": "host-1",
            "name": "esx1",
            "cluster": "c2",
            "version": "8.0.3",
            "build": "24022510",
            "is_in_maintenance": True,
            "connection_state": "notResponding",
            "power_state": "standBy",
            "cpu_core_count": 64,
            "memory_mib": 262144,
            "memory_used_mib": 2,
            "cpu_used_mhz": 2,
            "uptime_seconds": 1,
            "booted_at": LATE,
            "overall_status": "red",
        },
    )
    found = changes("esxi_hosts", before, now)
    assert [(row["aspect"], *told([row])[0], row["difference"]) for row in found] == [
        ("place", "cluster", "c1", "c2", None),
        ("power", "power_state", "poweredOn", "standBy", None),
        ("state", "connection_state", "connected", "notResponding", None),
        ("state", "is_in_maintenance", "false", "true", None),
        ("version", "version", "8.0.2", "8.0.3", None),
        ("version", "build", "21997540", "24022510", None),
        ("size", "cpu_core_count", "32", "64", 32),
        ("size", "memory_mib", "524288", "262144", -262144),
    ]
    assert {row["kind"] for row in found} == {"esxi_hosts"}


def test_datastores() -> None:
    """A datastore that grows is a change; that it fills up is what the days tell."""
    url = {"key": "/vmfs/volumes/a", "url": "/vmfs/volumes/a"}
    before = state(
        "datastores",
        url | {"name": "gold", "capacity_bytes": 100, "free_bytes": 90, "is_accessible": True, "type": "VMFS"},
    )
    now = state(
        "datastores",
        url | {"name": "silver", "capacity_bytes": 300, "free_bytes": 9, "is_accessible": False, "type": "VMFS"},
    )
    found = changes("datastores", before, now)
    assert [(row["aspect"], *told([row])[0], row["difference"]) for row in found] == [
        ("name", "name", "gold", "silver", None),
        ("size", "capacity_bytes", "100", "300", 200),
        ("state", "is_accessible", "true", "false", None),
    ]
    assert [(row["object_key"], row["name"], row["moid"]) for row in found] == [("/vmfs/volumes/a", "silver", None)] * 3


def test_words_of_changes_are_those_of_the_vocabulary() -> None:
    """A word that the published table does not declare stops every export of the client."""
    before = state("virtual_machines", {"moid": "vm-1", "name": "a"}, {"moid": "vm-2"})
    now = state("virtual_machines", {"moid": "vm-1", "name": "b"}, {"moid": "vm-3"})
    found = changes("virtual_machines", before, now)
    assert {row["change"] for row in found} == set(vocabulary.CHANGES)


def files(*rows: tuple[str, str | None, str | None]) -> pa.Table:
    """Give rows of `vm_datastores`: machine, name, URL."""
    made = [
        ALWAYS | {"virtual_machine_key": PREFIX + key, "datastore_name": name, "datastore_url": url}
        for key, name, url in rows
    ]
    return pa.Table.from_pylist(made, core_table("vm_datastores").arrow_schema)


def test_datastores_of_machines_in_one_text() -> None:
    """The order in which a report lists them is chance; a move is a difference of the set."""
    machines = state("virtual_machines", {"moid": "vm-1"}, {"moid": "vm-2"}, {"moid": "vm-3"}).table
    machines = machines.drop_columns([DATASTORES])
    of_files = files(
        ("vm-2", "silver", "/vmfs/volumes/s"),
        ("vm-1", "silver", "/vmfs/volumes/s"),
        ("vm-1", "gold", None),
        ("vm-1", "gold", "/vmfs/volumes/g"),
        ("vm-2", None, "/vmfs/volumes/x"),
    )
    found = with_datastores(machines, of_files)
    assert found.num_rows == machines.num_rows
    assert found[DATASTORES].to_pylist() == ["gold, silver", "/vmfs/volumes/x, silver", None]
    assert with_datastores(machines, files())[DATASTORES].to_pylist() == [None, None, None]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("/dc1/vm/Team 1", "Team 1", []),
        ("Team 1", "/dc1/vm/Team 1", []),
        ("/dc1/vm/Team 1", "Team 2", [("folder", "/dc1/vm/Team 1", "Team 2")]),
        ("/dc1/vm/Team 1", "1", [("folder", "/dc1/vm/Team 1", "1")]),
    ],
)
def test_the_last_part_of_a_folder_is_the_folder(old: str, new: str, expected: list[tuple[Any, ...]]) -> None:
    """PowerCLI tells a folder's name and Ansible its path: in turns, every machine would move every night."""
    assert of_one({"folder": old}, {"folder": new}) == expected


def test_a_datastore_that_is_renamed_moves_no_machine() -> None:
    """Two thousand moves on one night, because somebody tidied up a name, hide the one that was."""
    machines = state("virtual_machines", {"moid": "vm-1"}, {"moid": "vm-2"}).table.drop_columns(DATASTORES)
    before = with_datastores(machines, files(("vm-1", "old", "/x/1"), ("vm-2", "old", "/x/1")))
    now = with_datastores(machines, files(("vm-1", "new", "/x/1"), ("vm-2", "other", "/x/2")))
    found = changes("virtual_machines", State(before, PREFIX), State(now, PREFIX))
    assert [(row["object_key"], row["old_value"], row["new_value"]) for row in found] == [("vm-2", "old", "other")]
