"""Whatever a report holds, reading it ends in records, rejected rows or one sentence."""

import json
from io import BytesIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.document import Limits
from vcenter_pipeline.formats.reading import read_batches
from vcenter_pipeline.model.batches import Batch

LIMITS = Limits(max_file_bytes=10_000_000, max_content_bytes=10_000_000)

READ_KEYS = [
    "guest_name",
    "moid",
    "instance_uuid",
    "uuid",
    "power_state",
    "guest_fullname",
    "ip_address",
    "esxi_hostname",
    "cluster",
    "datacenter",
    "folder",
    "resource_pool",
    "allocated",
    "mac_address",
    "vm_network",
    "datastore_url",
    "tags",
    "alarm_name",
    "alarm_moid",
    "entity",
    "entity_moid",
    "entity_type",
    "status",
    "time",
    "acknowledged",
    "acknowledged_by",
    "acknowledged_time",
    "alarm",
    "overallStatus",
    "acknowledgedByUser",
    "acknowledgedTime",
    "name",
]
KEPT_KEYS = {
    *READ_KEYS,
    "overall_status",
    "address",
    "allocated.cpu",
    "allocated.memory",
    "allocated.storage",
    "alarm.type",
    "alarm.value",
    "entity.type",
    "entity.value",
    "name.name",
}
OTHER_KEYS = [
    "annotation",
    "attributes",
    "description",
    "event",
    "cpu",
    "ipv4",
    "ipv6",
    "url",
    "value",
    "type",
    "secret",
]
WRAPPERS = ["virtual_machines", "alarms", "results", "item", "stdout", "failed", "skipped", "msg", "val", "_value", "x"]

texts = st.text(st.characters(), max_size=8) | st.sampled_from(
    ["10.0.0.1", "red", "poweredOn", "four", "00:50:56:aa:00:00"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
keys = st.sampled_from(READ_KEYS + OTHER_KEYS + WRAPPERS) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=12
)
machine_like = st.fixed_dictionaries(
    {"guest_name": values, "guest_fullname": values, "vm_network": values},
    optional={
        key: values for key in READ_KEYS[:17] + OTHER_KEYS if key not in {"guest_name", "guest_fullname", "vm_network"}
    },
)
alarm_like = st.fixed_dictionaries(
    {"alarm_name": values, "entity": values, "status": values},
    optional={key: values for key in READ_KEYS[17:] if key not in {"alarm_name", "entity", "status"}},
)
lists = st.lists(machine_like | values, max_size=4) | st.lists(alarm_like | values, max_size=4)
registers = st.dictionaries(st.sampled_from(WRAPPERS), lists | values, max_size=4)
documents = values | lists | registers | st.fixed_dictionaries({"results": st.lists(registers | values, max_size=3)})


def read(document: object) -> list[Batch]:
    """Read a document; one that is refused gives nothing."""
    try:
        return list(read_batches(BytesIO(json.dumps(document).encode()), "report.json", LIMITS))
    except ReportError as error:
        str(error).encode()
        return []


def every_text(value: object) -> list[str]:
    """Give every text in records, however deep."""
    if isinstance(value, str):
        return [value]
    return [text for part in value for text in every_text(part)] if isinstance(value, tuple | list) else []


@given(documents)
def test_junk_ends_in_rows_or_in_one_sentence_that_can_be_stored(document: object) -> None:
    """Any other error would look like a fault that trying again can help, and the file would be tried for ever."""
    for batch in read(document):
        assert len(batch.indexes) == len(batch.records)
        for text in every_text([tuple(batch.records), [tuple(row) for row in batch.rejected], batch.path]):
            text.encode()


@given(st.binary(max_size=200), st.sampled_from([".json", ".jsonl", ".yaml", ".yml", ".json.gz"]))
def test_bytes_that_are_no_report_end_in_one_sentence(content: bytes, extension: str) -> None:
    """As above, for files that are no document at all."""
    try:
        list(read_batches(BytesIO(content), f"x{extension}", LIMITS))
    except ReportError as error:
        message = str(error)
        assert message


@given(lists)
def test_every_item_of_a_list_is_a_record_or_a_rejected_row(items: list[Any]) -> None:
    """A row that is neither has vanished without a trace."""
    for batch in read(items):
        if batch.path == "":
            own = {row.position for row in batch.rejected if row.table == batch.kind}
            assert own | {f"[{index}]" for index in batch.indexes} == {f"[{index}]" for index in range(len(items))}


@given(documents)
def test_a_rejected_row_keeps_no_key_that_is_not_read(document: object) -> None:
    """Content of rejected rows is stored and published."""
    for batch in read(document):
        for row in batch.rejected:
            assert row.content is None or len(row.content) <= 2_000
            if row.content is not None:
                assert set(json.loads(row.content)) <= KEPT_KEYS


@given(st.lists(machine_like, min_size=1, max_size=3))
def test_a_password_next_to_what_is_read_goes_nowhere(items: list[dict[str, Any]]) -> None:
    """Secrets stop at the door."""
    secret = "correct-horse-battery"  # noqa: S105 - not a real one
    spiked = [{**item, "advanced_settings": {"guestinfo": secret}, "folder": {"password": secret}} for item in items]
    assert secret not in repr(read(spiked))
    assert secret not in repr(read({"virtual_machines": spiked, "invocation": {"password": secret}}))
