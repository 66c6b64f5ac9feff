"""Tasks of a report that failed: they stand among its rejected rows, and make what they belong to incomplete."""

from collections.abc import Iterator, Sequence

from vcenter_pipeline.formats.envelope import Outcome, Place
from vcenter_pipeline.formats.findings import message_of
from vcenter_pipeline.formats.shape import Item, Shape
from vcenter_pipeline.model.batches import WHOLE, Batch, RejectedRow

_UNKNOWN_TABLE = "unknown"


class Failures:
    """Collects failed tasks and turns of loops, and the collections that they may belong to."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes
        self._collections: dict[object, Batch] = {}
        self._failed: list[tuple[str, str, RejectedRow]] = []

    def note_collection(self, batch: Batch) -> None:
        """Note a collection of the report."""
        self._collections.setdefault(batch.collection, batch)

    def note(self, register: Item, place: Place, outcome: Outcome) -> None:
        """Note a task that gave nothing."""
        reason = f"the task failed:{message_of(register) or ' it left no message'}"
        if outcome == "hidden":
            reason = "its output is hidden by no_log; set no_log: false for the task that reads the vCenter"
        action = register.get("action")
        module = action.rpartition(".")[2] if isinstance(action, str) else ""
        table = next(
            (shape.kind for shape in self._shapes if place.key in shape.list_keys or module == shape.name),
            _UNKNOWN_TABLE,
        )
        self._failed.append((place.group, table, RejectedRow(table, place.path or WHOLE, reason, None)))

    def give(self) -> Iterator[Batch]:
        """Give each failure with the collection that it makes incomplete; one that belongs to none, with the first."""
        collections = list(self._collections.values())
        for group, table, row in self._failed:
            own = [batch for batch in collections if group.endswith("[]") and batch.group.startswith(group)]
            if own:
                kind = row.table if table != _UNKNOWN_TABLE else own[0].kind
                for number, batch in enumerate(own):
                    rejected = [row._replace(table=kind)] if number == 0 else []
                    yield batch._replace(rejected=rejected, is_complete=False, failed_count=1)
            elif collections:
                first = collections[0]
                yield first._replace(rejected=[row], failed_count=1)
