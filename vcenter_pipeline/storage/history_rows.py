"""The rows of the history as they are stored, and as they are read.

They stay longer than the collections that they were derived of. So they are stored under the name that their vCenter
had then, with keys that name neither it nor the source, and get both as they are now when they are read.
"""

from typing import Any, Final, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current_rows import pc, values_of, with_column
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.insertion import insertion
from vcenter_pipeline.storage.known import Known
from vcenter_pipeline.storage.pieces import read_rows_of_source
from vcenter_pipeline.storage.values import Row

STEPS: Final = "history_steps"
_KEYS: Final = ("object_key", "alarm_key")
_OF_PRODUCT: Final = {
    "changes": ("object_changes", "alarm_changes"),
    "day": ("source_daily", "cluster_daily", "datastore_daily"),
}
"""The tables that hold what is derived, by product."""


class StoredStep(NamedTuple):
    """A step as it stands in the database."""

    report: str
    kind: str
    vcenter: str
    """Under the name that it had then."""
    product: str
    moment: tuple[str, str]
    """The order of its moment among others: the time as the database holds it, and the report."""
    basis: str
    is_frozen: bool

    @property
    def stored_key(self) -> tuple[str, str, str, str]:
        """What tells it apart in the database."""
        return self.report, self.kind, self.vcenter, self.product


def read_steps(connection: sa.Connection, source: tuple[str, str]) -> list[StoredStep]:
    """Read which steps of a source were derived, and of what."""
    steps = declared_table(STEPS)
    names = ("report", "kind", "vcenter", "product", "collected_at", "basis", "is_frozen")
    select = sa.select(*(steps.c[name] for name in names)).where(
        steps.c.client == source[0], steps.c.environment == source[1]
    )
    return [
        StoredStep(report, kind, vcenter, product, (collected_at, report), basis, bool(is_frozen))
        for report, kind, vcenter, product, collected_at, basis, is_frozen in connection.execute(select)
    ]


def delete_step(connection: sa.Connection, report: str, kind: str, vcenter: str, product: str) -> None:
    """Delete a step and what was derived in it; the vCenter goes by the name under which it was derived."""
    for name in (STEPS, *_OF_PRODUCT[product]):
        table = declared_table(name)
        delete = sa.delete(table).where(table.c.report == report, table.c.vcenter == vcenter)
        if "kind" in table.c:
            delete = delete.where(table.c.kind == kind)
        elif kind != "triggered_alarms":
            continue
        if name == STEPS:
            delete = delete.where(table.c.product == product)
        connection.execute(delete)


def write_step(connection: sa.Connection, step: Row, rows: dict[str, list[Row]]) -> None:
    """Write a step, a row of `history_steps`, and what was derived in it, by table."""
    insertion(STEPS).run(connection, [step])
    for table, some in rows.items():
        if some:
            insertion(table).run(connection, some)


def read_history(connection: sa.Connection, table: str, known: Known) -> pa.Table:
    """Read all rows of a source in a table of the history, with the vCenters and the keys that hold now."""
    found = read_rows_of_source(connection, table, known.source)
    labels = values_of(found, "vcenter")
    now = {label: known.vcenters.of_label(label) for label in set(labels)}
    vcenters = [now[label] for label in labels]
    for name in _KEYS:
        if name in found.column_names:
            prefixes: Any = pa.array([known.prefix(vcenter) for vcenter in vcenters], pa.string())
            found = with_column(found, name, pc.binary_join_element_wise(prefixes, found[name].combine_chunks(), ""))
    return with_column(found, "vcenter", pa.array(vcenters, pa.string()))


def step_row(values: dict[str, Any]) -> Row:
    """Put the values of a step in the order of its columns."""
    return tuple(values[column.name] for column in core_table(STEPS).columns)
