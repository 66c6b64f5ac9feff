"""A source over time, as its page shows it."""

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from vcenter_pipeline.defs.measures import count_changes
from vcenter_pipeline.defs.trends import TREND, source_trend
from vcenter_pipeline.model.columns import published_table

SCHEMA = published_table("fact_source_daily").arrow_schema
GIB = 1024
TIB = 1024**4


def day(number: int, vcenter: str = "vc1", **values: Any) -> dict[str, Any]:  # noqa: ANN401 - each goes to its column
    """A day of March of one vCenter with these values."""
    return {"collected_on": date(2026, 3, number), "vcenter": vcenter, **values}


def trend(*rows: dict[str, Any]) -> dict[str, Any]:
    """Give the numbers of these days, and the table as its lines."""
    found = source_trend(pa.Table.from_pylist(list(rows), SCHEMA))
    return {label: value.value.splitlines() if label == TREND else value for label, value in found.items()}


def test_numbers_are_in_units_that_people_read() -> None:
    """A plot of bytes has an axis that nobody reads, and a label without its unit one that nobody trusts."""
    machines: dict[str, Any] = {
        "virtual_machine_count": 3,
        "powered_on_count": 2,
        "powered_off_count": 1,
        "vcpu_count": 8,
    }
    amounts: dict[str, Any] = {"vm_memory_mib": 96 * GIB, "vm_storage_bytes": 3 * TIB // 2}
    stores: dict[str, Any] = {"datastore_count": 1, "capacity_bytes": 4 * TIB, "free_bytes": TIB}
    assert trend(day(1, **machines, **amounts, **stores)) == {
        "VMs": 3,
        "VMs on": 2,
        "VMs off": 1,
        "vCPUs": 8,
        "Memory of VMs, GiB": 96.0,
        "Disks of VMs, TiB": 1.5,
        "Datastores": 1,
        "Datastores total, TiB": 4.0,
        "Datastores free, TiB": 1.0,
    }


def test_a_weekly_list_counts_until_the_next_one() -> None:
    """Hosts are often collected once a week: they are not gone for six days."""
    found = trend(
        day(1, virtual_machine_count=10, esxi_host_count=4),
        day(2, virtual_machine_count=12),
        day(4, virtual_machine_count=17),
    )
    assert found["Hosts"] == 4
    assert found[TREND] == [
        "|2026-03-01 to 2026-03-04|newest|change|a day a block|",
        "|-|-:|-:|-|",
        "|VMs|17|+7|▁▃▃█|",
        "|Hosts|4|0|▄▄▄▄|",
    ]


def test_vcenters_are_added_up_where_all_of_them_tell() -> None:
    """A sum over some of the vCenters looks like machines that were switched off."""
    found = trend(
        day(1, "vc1", virtual_machine_count=10, powered_on_count=6),
        day(2, "vc2", virtual_machine_count=5),
    )
    assert found["VMs"] == 15
    assert "VMs on" not in found
    assert found[TREND][2:] == ["|VMs|15|+5|▁█|", "|VMs on|6|0|▄·|"]


def test_a_number_that_a_newer_list_does_not_tell_is_not_known() -> None:
    """Unknown is never the number of yesterday: the newest list may be of a shape that cannot tell it."""
    found = trend(
        day(1, virtual_machine_count=10, powered_on_count=6),
        day(2, virtual_machine_count=10),
    )
    assert found["VMs"] == 10
    assert "VMs on" not in found


def test_only_thirty_days_are_shown_and_a_vcenter_of_last_year_is_gone() -> None:
    """An event is kept for every run, so ten years of days must not be in each of them."""
    old = {"collected_on": date(2025, 3, 31), "vcenter": "gone", "virtual_machine_count": 100}
    january = {"collected_on": date(2026, 1, 1), "vcenter": "vc1", "virtual_machine_count": 1}
    found = trend(old, january, day(31, virtual_machine_count=8))
    assert found["VMs"] == 8
    assert found[TREND][2] == f"|VMs|8|+7|{'▁' * 29}█|"
    assert found[TREND][0].startswith("|2026-03-02 to 2026-03-31|")


def test_the_page_shows_the_table_of_the_largest_source_at_once() -> None:
    """From 1,000 characters on Dagster hides Markdown behind a button, and nobody clicks on what he does not see."""
    counts = [name for name in SCHEMA.names if name.endswith("_count")]
    amounts: dict[str, Any] = {
        "vm_memory_mib": 1_500_000 * GIB,
        "vm_storage_bytes": 20_000 * TIB,
        "free_bytes": 10_000 * TIB,
    }
    few: dict[str, Any] = dict.fromkeys([*counts, *amounts], 1)
    many: dict[str, Any] = dict.fromkeys(counts, 100000) | amounts
    found = trend(day(1, **few), day(31, **many))
    assert len(found[TREND]) == 14
    assert len("\n".join(found[TREND])) < 1_000


def test_a_source_without_days_has_no_trend() -> None:
    """A source of which only rejected reports came must be published all the same."""
    assert source_trend(SCHEMA.empty_table()) == {}


def test_changes_of_the_last_day_are_counted_by_machine() -> None:
    """A machine of which three columns changed is one that changed."""
    now = datetime(2026, 3, 31, 12)  # noqa: DTZ001 - naive UTC, as everywhere
    schema = published_table("fact_vm_change").arrow_schema
    rows = [
        {"virtual_machine_key": "a", "change": "changed", "collected_at": datetime(2026, 3, 31, 1)},  # noqa: DTZ001 - as above
        {"virtual_machine_key": "a", "change": "changed", "collected_at": datetime(2026, 3, 31, 1)},  # noqa: DTZ001 - as above
        {"virtual_machine_key": "b", "change": "added", "collected_at": datetime(2026, 3, 31, 1)},  # noqa: DTZ001 - as above
        {"virtual_machine_key": "c", "change": "removed", "collected_at": datetime(2026, 3, 30, 12)},  # noqa: DTZ001 - as above
    ]
    assert count_changes(pa.Table.from_pylist(rows, schema), now) == {
        "VMs added, 24 hours": 1,
        "VMs removed, 24 hours": 0,
        "VMs changed, 24 hours": 1,
    }
