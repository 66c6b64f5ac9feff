"""Which object of one state is the same as which of an earlier one. Rows are hand-made, as states have them."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import key_column
from vcenter_pipeline.model.matching import State, find_same, with_told

PREFIX = "acme/prod:"
U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"
U3 = "33333333-3333-3333-3333-333333333333"
ALWAYS = {
    "client": "acme",
    "environment": "prod",
    "vcenter": "vc01",
    "report": "r",
    "collection": 1,
    "collected_at": datetime.fromisoformat("2026-01-01"),
}


def state(kind: Kind, *rows: dict[str, Any], prefix: str = PREFIX) -> State:
    """Give a state with these rows; `key` is what the key of each ends with."""
    made = [ALWAYS | {key_column(kind): prefix + row["key"]} | row for row in rows]
    return State(pa.Table.from_pylist(made, core_table(kind).arrow_schema), prefix)


def machine(key: str, moid: str | None = None, uuid: str | None = None, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - columns of any type
    """Give a virtual machine."""
    return {"key": key, "moid": moid, "instance_uuid": uuid, **values}


def test_a_machine_that_is_registered_anew_stays_itself() -> None:
    """Whoever moves a machine to another vCenter folder by hand registers it again: its history must go on."""
    before = state("virtual_machines", machine(U1, "vm-1", U1), machine(U2, "vm-2", U2))
    now = state("virtual_machines", machine(U2, "vm-2", U2), machine(U1, "vm-7", U1))
    assert find_same("virtual_machines", now, before) == [1, 0]


def test_a_vcenter_that_is_installed_anew_counts_from_the_start() -> None:
    """Its vm-1 is another machine than the old vm-1; taken for one, every machine would have changed its name."""
    before = state("virtual_machines", machine(U1, "vm-1", U1, name="web"), machine(U2, "vm-2", U2, name="db"))
    now = state("virtual_machines", machine(U2, "vm-1", U2, name="db"), machine(U3, "vm-2", U3, name="new"))
    assert find_same("virtual_machines", now, before) == [1, None]


def test_swapped_names_are_two_renames() -> None:
    """Names are what people change; a machine that takes another one's name is not that one."""
    before = state("virtual_machines", machine("vm-1", "vm-1", name="blue"), machine("vm-2", "vm-2", name="green"))
    now = state("virtual_machines", machine("vm-1", "vm-1", name="green"), machine("vm-2", "vm-2", name="blue"))
    assert find_same("virtual_machines", now, before) == [0, 1]


def test_swapped_names_without_moids() -> None:
    """Old lists have no moid; the uuid decides then."""
    before = state("virtual_machines", machine(U1, None, U1, name="blue"), machine(U2, None, U2, name="green"))
    now = state("virtual_machines", machine(U2, None, U2, name="blue"), machine(U1, None, U1, name="green"))
    assert find_same("virtual_machines", now, before) == [1, 0]


def test_two_machines_with_one_uuid_are_told_apart_by_moid() -> None:
    """A copied machine keeps its uuid until vCenter repairs it; the one in front has the uuid as its key, by chance."""
    before = state("virtual_machines", machine(U1, "vm-1", U1), machine("vm-2", "vm-2", U1))
    now = state("virtual_machines", machine(U1, "vm-2", U1), machine("vm-1", "vm-1", U1))
    assert find_same("virtual_machines", now, before) == [1, 0]


def test_the_twin_that_stays_keeps_its_history() -> None:
    """When the one in front goes, the other one gets the uuid as its key, and is still itself."""
    before = state("virtual_machines", machine(U1, "vm-1", U1), machine("vm-2", "vm-2", U1))
    now = state("virtual_machines", machine(U1, "vm-2", U1))
    assert find_same("virtual_machines", now, before) == [1]


def test_a_repaired_uuid_is_another_machine_only_where_both_are_told() -> None:
    """A list that tells no uuid is no other machine."""
    before = state("virtual_machines", machine(U1, "vm-1", U1), machine("vm-2", "vm-2"))
    now = state("virtual_machines", machine("vm-1", "vm-1"), machine(U2, "vm-2", U2))
    assert find_same("virtual_machines", now, before) == [0, 1]


def test_lists_that_know_machines_by_different_names() -> None:
    """An inventory knows the uuid, the REST API the moid: only the name says that both mean one."""
    before = state("virtual_machines", machine("vm-1", "vm-1", name="web"), machine("vm-2", "vm-2", name="db"))
    now = state("virtual_machines", machine(U2, None, U2, name="db"), machine(U1, None, U1, name="web"))
    assert find_same("virtual_machines", now, before) == [1, 0]


def test_a_name_that_two_bear_says_nothing() -> None:
    """A change on the wrong machine is worse than a machine that seems to be new."""
    before = state("virtual_machines", machine("vm-1", "vm-1", name="web"), machine("vm-2", "vm-2", name="web"))
    now = state("virtual_machines", machine(U1, None, U1, name="web"))
    assert find_same("virtual_machines", now, before) == [None]


def test_a_new_machine_under_an_old_name_is_new() -> None:
    """Deleted and built anew under its name is what a rebuild is: another machine."""
    before = state("virtual_machines", machine("vm-1", "vm-1", name="web"))
    now = state("virtual_machines", machine("vm-9", "vm-9", name="web"))
    assert find_same("virtual_machines", now, before) == [None]


def test_keys_are_compared_without_what_they_begin_with() -> None:
    """A vCenter that gets a name later has keys that begin with it."""
    before = state("virtual_machines", machine(U1, None, U1), prefix="acme/prod:")
    now = state("virtual_machines", machine(U1, None, U1), prefix="acme/prod:vc01:")
    assert find_same("virtual_machines", now, before) == [0]


def test_hosts_are_known_by_name_without_regard_to_case() -> None:
    """Names of hosts are kept apart without regard to case; facts of hosts have no moid."""
    before = state("esxi_hosts", {"key": "esx1.example.com", "name": "esx1.example.com"})
    now = state("esxi_hosts", {"key": "esx1.example.com", "name": "ESX1.example.com", "moid": "host-1"})
    assert find_same("esxi_hosts", now, before) == [0]


def test_a_renamed_host_is_known_by_its_moid() -> None:
    """Hosts change their domain; a host that left and one that came would hide that."""
    before = state("esxi_hosts", {"key": "10.0.0.1", "name": "10.0.0.1", "moid": "host-1"})
    now = state("esxi_hosts", {"key": "esx1", "name": "esx1", "moid": "host-1"})
    assert find_same("esxi_hosts", now, before) == [0]


def test_another_machine_under_a_hosts_name_is_another_host() -> None:
    """A replaced server often gets the old one's name: its cores and memory were not changed, it was exchanged."""
    before = state("esxi_hosts", {"key": "esx1", "name": "esx1", "hardware_uuid": U1})
    now = state("esxi_hosts", {"key": "esx1", "name": "esx1", "hardware_uuid": U2})
    assert find_same("esxi_hosts", now, before) == [None]


def test_datastores_are_known_by_their_url() -> None:
    """Renamed it is the same; formatted anew under its old name it is another one."""
    before = state(
        "datastores",
        {"key": "/vmfs/volumes/a", "url": "/vmfs/volumes/a", "name": "gold"},
        {"key": "/vmfs/volumes/b", "url": "/vmfs/volumes/b", "name": "scratch"},
    )
    now = state(
        "datastores",
        {"key": "/vmfs/volumes/a", "url": "/vmfs/volumes/a", "name": "gold-old"},
        {"key": "/vmfs/volumes/c", "url": "/vmfs/volumes/c", "name": "scratch"},
    )
    assert find_same("datastores", now, before) == [0, None]


def test_a_datastore_that_gets_its_url_is_the_same() -> None:
    """The REST API tells a moid and no URL, the module a URL and no moid."""
    before = state("datastores", {"key": "datastore-1", "moid": "datastore-1", "name": "gold"})
    now = state("datastores", {"key": "/vmfs/volumes/a", "url": "/vmfs/volumes/a", "name": "gold"})
    assert find_same("datastores", now, before) == [0]


@pytest.mark.parametrize("kind", ["virtual_machines", "esxi_hosts", "datastores", "clusters", "triggered_alarms"])
def test_nothing_is_the_same_as_nothing(kind: Kind) -> None:
    """The first list, and the first list after an empty one, must not stop the whole history."""
    assert find_same(kind, state(kind), state(kind)) == []


def test_nobody_is_two() -> None:
    """Two rows that claim one earlier row would hide that one of them is new."""
    before = state("virtual_machines", machine("vm-1", "vm-1", U1, name="web"))
    now = state("virtual_machines", machine("vm-1", "vm-1", None, name="web"), machine(U1, None, U1, name="web"))
    assert sorted(find_same("virtual_machines", now, before), key=str) == [0, None]


def test_alarms_are_known_by_their_key() -> None:
    """They have no moid of their own that lasts; the key is made of the two moids."""
    before = state("triggered_alarms", {"key": "alarm-1/vm-1"}, {"key": "alarm-1/vm-2"})
    now = state("triggered_alarms", {"key": "alarm-1/vm-2"}, {"key": "alarm-2/vm-1"})
    assert find_same("triggered_alarms", now, before) == [1, None]


def test_told_earlier_fills_only_what_is_open() -> None:
    """Lists of two shapes take turns: what only the other one tells is known all the same, and no more than that."""
    now = state("virtual_machines", machine("vm-1", "vm-1", cpu_count=2), machine("vm-2", "vm-2"), machine("x", "vm-3"))
    newer = state("virtual_machines", machine("vm-2", "vm-2", cpu_count=4), machine("vm-1", "vm-1", cpu_count=8))
    older = state(
        "virtual_machines", machine("vm-2", "vm-2", cpu_count=16, memory_mib=1024), machine("vm-4", "vm-4", cpu_count=1)
    )
    found = with_told("virtual_machines", now, [newer, older])
    assert found.prefix == PREFIX
    assert found.table.select(["moid", "cpu_count", "memory_mib"]).to_pylist() == [
        {"moid": "vm-1", "cpu_count": 2, "memory_mib": None},
        {"moid": "vm-2", "cpu_count": 4, "memory_mib": 1024},
        {"moid": "vm-3", "cpu_count": None, "memory_mib": None},
    ]


def test_told_earlier_of_another_machine_is_not_taken() -> None:
    """vm-1 of a vCenter that was installed anew must not get the memory of the old vm-1."""
    now = state("virtual_machines", machine(U2, "vm-1", U2))
    older = state("virtual_machines", machine(U1, "vm-1", U1, memory_mib=1024))
    assert with_told("virtual_machines", now, [older]).table["memory_mib"].to_pylist() == [None]


def test_nothing_told_earlier() -> None:
    """The table goes through as it is, its types as well."""
    now = state("virtual_machines", machine("vm-1", "vm-1"))
    assert with_told("virtual_machines", now, []).table == now.table
    assert with_told("virtual_machines", now, [state("virtual_machines")]).table == now.table


def test_a_renamed_host_without_a_moid_is_known_by_its_hardware() -> None:
    """Facts of hosts tell no moid; its rename would be a host removed and another one added."""
    before = state("esxi_hosts", {"key": "esx1.old", "name": "esx1.old", "hardware_uuid": U1})
    now = state("esxi_hosts", {"key": "esx1.new", "name": "esx1.new", "hardware_uuid": U1})
    assert find_same("esxi_hosts", now, before) == [0]
