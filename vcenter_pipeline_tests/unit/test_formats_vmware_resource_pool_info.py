"""Resource pools as `vmware_resource_pool_info` describes them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from vcenter_pipeline.formats.estate import vmware_resource_pool_info
from vcenter_pipeline.formats.shape import SpoiltChild, Sureness, Surroundings
from vcenter_pipeline.model.records import ResourcePool

AROUND = Surroundings("resource_pool_info")


@pytest.fixture(name="pools")
def read_pools(real: Callable[[str], bytes]) -> list[dict[str, Any]]:
    """The three real resource pools."""
    pools: list[dict[str, Any]] = json.loads(real("ansible12/resource_pool_info.json"))["resource_pool_info"]
    return pools


def parse(item: dict[str, Any]) -> ResourcePool | None:
    """Parse one pool of which no part is spoilt."""
    spoilt: list[SpoiltChild] = []
    pool = vmware_resource_pool_info.parse_resource_pool(item, AROUND, spoilt)
    assert spoilt == []
    return pool


def test_a_real_pool_fills_every_column(pools: list[dict[str, Any]]) -> None:
    """The real numbers are alike, so each is set apart here: a swapped pair would show."""
    assert len(pools) == 3
    item = pools[2] | {
        "cpu_allocation_reservation": 11,
        "mem_allocation_reservation": 12,
        "mem_allocation_shares": 13,
        "mem_allocation_shares_level": "normal",
        "mem_allocation_expandable_reservation": True,
        "runtime_cpu_overall_usage": 14,
        "runtime_memory_overall_usage": 15,
    }
    assert parse(item) == ResourcePool(
        name="Resources",
        owner="muc-prod",
        overall_status="green",
        cpu_limit_mhz=4121,
        cpu_reservation_mhz=11,
        cpu_shares=9000,
        cpu_shares_level="custom",
        is_cpu_expandable=False,
        cpu_used_mhz=14,
        memory_limit_mib=961,
        memory_reservation_mib=12,
        memory_shares=13,
        memory_shares_level="normal",
        is_memory_expandable=True,
        memory_used_bytes=15,
    )
    assert [pool.owner for pool in map(parse, pools) if pool] == ["fra-prod", "fra-test", "muc-prod"]


def test_no_limit_is_null(pools: list[dict[str, Any]]) -> None:
    """No limit is -1 in vSphere, which is the lowest of all limits to a report; YAML writes it as text."""
    pool = parse(pools[0] | {"cpu_allocation_limit": -1, "mem_allocation_limit": "-1", "name": "a%2fb"})
    assert pool is not None
    assert (pool.cpu_limit_mhz, pool.memory_limit_mib, pool.name) == (None, None, "a/b")


def test_missing_keys_are_unknown() -> None:
    """A filtered report is a report."""
    item = {"name": "Resources", "cpu_allocation_limit": "4,121", "mem_allocation_limit": "N/A"}
    assert parse(item) == ResourcePool(name="Resources", cpu_limit_mhz=4121)
    assert parse({"name": None, "cpu_allocation_limit": 1, "mem_allocation_limit": 1}) is None


def test_pools_are_told_from_other_things(pools: list[dict[str, Any]]) -> None:
    """A list of another kind would be published as pools."""
    assert {vmware_resource_pool_info.to_sureness(pool, Surroundings("x")) for pool in pools} == {Sureness.SURE}
    others: list[dict[str, Any]] = [{"name": "Resources", "owner": "c"}, {"cpu_allocation_limit": {}}, {}]
    assert {vmware_resource_pool_info.to_sureness(item, AROUND) for item in others} == {Sureness.NO}


def test_a_bad_value_names_its_key_and_the_row_is_kept(pools: list[dict[str, Any]]) -> None:
    """The admin must find it."""
    item = pools[0] | {"cpu_allocation_shares": "many", "password": "hunter2"}
    with pytest.raises(ValueError, match=r"^cpu_allocation_shares: 'many' is not a whole number$"):
        parse(item)
    content = json.loads(vmware_resource_pool_info.content_of(item))
    assert (len(content), content["cpu_allocation_shares"], "password" in content) == (15, "many", False)
