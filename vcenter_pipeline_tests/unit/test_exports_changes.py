"""Which object a change is of, under the key that it has now."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.star import MADE_FROM, REFERRED_COLUMNS, build_table
from vcenter_pipeline.model.columns import core_table

LATE = datetime.fromisoformat("2026-01-31T23:59:59.999999")
EARLY = datetime.fromisoformat("2026-01-30T02:00")
ALWAYS = {"client": "acme", "environment": "prod", "vcenter": "vc1", "collected_at": LATE, "report": "r2"}
NAMES = ("fact_vm_change", "fact_esxi_host_change", "fact_datastore_change")


def core_of(name: str, **rows: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Give the tables that a published table is made from, with these rows."""
    return {
        table: pa.Table.from_pylist(
            [ALWAYS | {"collection": 1} | row for row in rows.get(table, [])], core_table(table).arrow_schema
        )
        for table in MADE_FROM[name]
    }


def change(kind: str, number: int, key: str, moid: str | None, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a row of `object_changes`: a rename, unless it is said otherwise."""
    row = {"kind": kind, "change_number": number, "object_key": key, "moid": moid, "previous_at": EARLY}
    return row | {"change": "changed", "aspect": "name", "column_name": "name"} | values


def published(name: str, **rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give a published table of a source with these rows, by its key."""
    return build_table(name, "acme", "prod", core_of(name, **rows)).to_pylist()


def test_a_change_with_all_that_is_known() -> None:
    """Who asks when a machine got its memory reads one row; a column that is lost on the way answers wrongly."""
    resize = change(
        "virtual_machines",
        7,
        "acme/prod:uuid-1",
        "vm-1",
        name="web",
        aspect="size",
        column_name="memory_mib",
        old_value="4096",
        new_value="2048",
        difference=-2048,
    )
    machine = {"virtual_machine_key": "acme/prod:uuid-1", "moid": "vm-1", "name": "web"}
    assert published("fact_vm_change", object_changes=[resize], virtual_machines=[machine]) == [
        {
            "virtual_machine_key": "acme/prod:uuid-1",
            "changed_on": date(2026, 1, 31),
            "client": "acme",
            "environment": "prod",
            "vcenter": "vc1",
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
            "change_number": 7,
        },
    ]


MACHINES: list[dict[str, Any]] = [
    {"virtual_machine_key": "uuid-1", "moid": "vm-1"},
    {"virtual_machine_key": "uuid-2", "moid": "vm-1", "vcenter": "vc2"},
    {"virtual_machine_key": "uuid-3", "moid": "vm-3"},
    {"virtual_machine_key": "uuid-4", "moid": "vm-3"},
    {"virtual_machine_key": "uuid-5", "moid": None},
]


@pytest.mark.parametrize(
    ("vcenter", "key", "moid", "expected"),
    [
        ("vc1", "vm-1", "vm-1", "uuid-1"),
        ("vc2", "vm-1", "vm-1", "uuid-2"),
        ("vc3", "vm-1", "vm-1", "vm-1"),
        ("vc1", "uuid-1", "vm-1", "uuid-1"),
        ("vc1", "uuid-9", "vm-9", "uuid-9"),
        ("vc1", "uuid-3", "vm-3", "uuid-3"),
        ("vc1", "uuid-5", None, "uuid-5"),
        ("vc1", "gone", None, "gone"),
    ],
)
def test_key_of_a_change(vcenter: str, key: str, moid: str | None, expected: str) -> None:
    """A machine whose instance uuid was told later would lose what happened before, or get what happened elsewhere."""
    rows = [change("virtual_machines", 1, key, moid, vcenter=vcenter)]
    found = published("fact_vm_change", object_changes=rows, virtual_machines=MACHINES)
    assert [row["virtual_machine_key"] for row in found] == [expected]


def test_changes_of_a_host_that_was_renamed() -> None:
    """A host's key is its name: without the moid its history would end when it is renamed."""
    rows = [
        change("esxi_hosts", 2, "acme/prod:esx1.old", "host-1", old_value="esx0.old", new_value="esx1.old"),
        change("esxi_hosts", 1, "acme/prod:esx9", "host-9", change="removed", aspect="existence", column_name=None),
    ]
    hosts = [{"esxi_host_key": "acme/prod:esx1.new", "moid": "host-1", "name": "esx1.new"}]
    found = published("fact_esxi_host_change", object_changes=rows, esxi_hosts=hosts)
    assert [(row["esxi_host_key"], row["change"], row["column_name"]) for row in found] == [
        ("acme/prod:esx9", "removed", None),
        ("acme/prod:esx1.new", "changed", "name"),
    ]


def test_changes_of_a_datastore() -> None:
    """As above, of a datastore whose URL no report told before."""
    rows = [change("datastores", 1, "acme/prod:datastore-1", "datastore-1")]
    datastores = [{"datastore_key": "acme/prod:/vmfs/volumes/1", "moid": "datastore-1"}]
    found = published("fact_datastore_change", object_changes=rows, datastores=datastores)
    assert [row["datastore_key"] for row in found] == ["acme/prod:/vmfs/volumes/1"]


def test_each_kind_has_its_table() -> None:
    """A host among the machines would join none, and be missing among the hosts."""
    rows = [
        change("virtual_machines", 1, "v1", None),
        change("esxi_hosts", 1, "h1", None),
        change("datastores", 1, "d1", None),
        change("virtual_machines", 2, "v2", None),
    ]
    keys = [[next(iter(row.values())) for row in published(name, object_changes=rows)] for name in NAMES]
    assert keys == [["v1", "v2"], ["h1"], ["d1"]]


def test_changes_come_as_time_goes() -> None:
    """Who scrolls through a sheet of changes looks for the last ones at its end."""
    rows = [
        change("virtual_machines", 1, "late", None, report="r0"),
        change("virtual_machines", 2, "early, second", None, report="r1", collected_at=EARLY),
        change("virtual_machines", 1, "early, first", None, report="r1", collected_at=EARLY),
        change("virtual_machines", 1, "early, of vc0", None, report="r1", collected_at=EARLY, vcenter="vc0"),
    ]
    found = published("fact_vm_change", object_changes=rows)
    keys = [row["virtual_machine_key"] for row in found]
    assert keys == ["early, of vc0", "early, first", "early, second", "late"]


@pytest.mark.parametrize("name", NAMES)
def test_no_changes(name: str) -> None:
    """A source with one report has no changes, and must be published all the same."""
    table = build_table(name, "acme", "prod", core_of(name))
    assert table.num_rows == 0
    assert str(table.schema.field("changed_on").type) == "date32[day]"


def test_few_columns_of_machines_suffice() -> None:
    """A run keeps only these of 100,000 virtual machines."""
    core = core_of(
        "fact_vm_change", object_changes=[change("virtual_machines", 1, "vm-1", "vm-1")], virtual_machines=MACHINES
    )
    core["virtual_machines"] = core["virtual_machines"].select(list(REFERRED_COLUMNS["virtual_machines"]))
    assert build_table("fact_vm_change", "acme", "prod", core)["virtual_machine_key"].to_pylist() == ["uuid-1"]


def test_a_vcenter_that_was_installed_anew() -> None:
    """Its vm-1 is another machine than the old vm-1, whose changes are not its own."""
    rows = [
        change("virtual_machines", 1, "acme/prod:uuid-old", "vm-1"),
        change("virtual_machines", 2, "acme/prod:vm-1", "vm-1"),
        change("virtual_machines", 3, "acme/prod:uuid-new", "vm-1"),
    ]
    machine = {"virtual_machine_key": "acme/prod:uuid-new", "moid": "vm-1", "instance_uuid": "uuid-new"}
    found = published("fact_vm_change", object_changes=rows, virtual_machines=[machine])
    assert sorted((row["change_number"], row["virtual_machine_key"]) for row in found) == [
        (1, "acme/prod:uuid-old"),
        (2, "acme/prod:uuid-new"),
        (3, "acme/prod:uuid-new"),
    ]
