"""Only what is declared is published."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from vcenter_pipeline.exports.contract import conform

COLUMNS: dict[str, Any] = {
    "virtual_machine_key": ["acme/prod:1"],
    "client": ["acme"],
    "environment": ["prod"],
    "mac_address": ["00:50:56:aa:00:00"],
    "address": ["10.0.0.1"],
    "prefix_length": [24],
    "family": ["ipv4"],
    "collected_at": pa.array([datetime.fromisoformat("2026-01-31T02:00")], pa.timestamp("us")),
    "report": ["0123456789abcdef"],
}


def test_layouts_of_text_are_one_type() -> None:
    """Pandas gives large strings; without this every table that went through it would be refused."""
    table = pa.table({**COLUMNS, "client": pa.array(["acme"], pa.large_string()), "address": pa.nulls(1)})
    conformed = conform("bridge_vm_nic", table.select(list(reversed(table.column_names))))
    assert conformed.column_names == list(COLUMNS)
    assert conformed.schema.field("client").type == pa.string()
    assert conformed["address"].type == pa.string()
    assert conformed["address"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"family": None}, "bridge_vm_nic is not as declared: family is missing"),
        ({"vlan": ["1"]}, "bridge_vm_nic is not as declared: vlan is not declared"),
        ({"prefix_length": [24.0]}, "bridge_vm_nic is not as declared: prefix_length is double, not int64"),
        (
            {"report": pa.nulls(1, pa.string())},
            "bridge_vm_nic is not as declared: report is null in 1 rows",
        ),
    ],
)
def test_differences_are_named(changed: dict[str, Any], sentence: str) -> None:
    """A file with another column, or an integer column that became floats, would break the refresh of its readers."""
    columns = {name: values for name, values in {**COLUMNS, **changed}.items() if values is not None}
    with pytest.raises(ValueError, match=sentence) as error:
        conform("bridge_vm_nic", pa.table(columns))
    assert str(error.value) == sentence
