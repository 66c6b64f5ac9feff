"""What is read of a report at a time: records of one kind, and rows that could not become one.

Small batches become larger ones here: a loop over a thousand virtual machines leaves a thousand lists of one, and
validation costs as much for one row as for hundreds.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, Literal, NamedTuple, get_args

from vcenter_pipeline.model.records import Record


class RejectedRow(NamedTuple):
    """One row of a report that did not pass, and why."""

    table: str
    """The table that it would have gone to."""
    position: str
    """Where in the report: `virtual_machines[3]`."""
    reason: str
    """One sentence."""
    content: str | None
    """What was read of the row, as JSON: only keys that are read anyway, and no free text."""


Kind = Literal[
    "virtual_machines",
    "triggered_alarms",
    "esxi_hosts",
    "clusters",
    "datastores",
    "resource_pools",
    "datacenters",
    "vcenters",
    "vm_snapshots",
]
"""What a report can say something about, named after the table that holds it."""

WHOLE: Final = "the report"
"""The position of what stands in no list and under no key."""

_SPELLED: Final = {"esxi_hosts": "ESXi hosts", "vcenters": "vCenters", "vm_snapshots": "snapshots"}

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def kind_name(kind: Kind) -> str:
    """Give the kind as people spell it: `ESXi hosts`."""
    return _SPELLED.get(kind, kind.replace("_", " "))


class Batch(NamedTuple):
    """Records of one kind from one list of a report, in the order of the report.

    A long list comes as several batches. An empty list comes as one batch without records: the report
    speaks of that kind and names nothing.
    """

    kind: Kind
    shape: str
    """What was recognised, in the word of the Ansible module: `vmware_vm_info`."""
    path: str
    """Where the list stands: `virtual_machines`, `results[2].virtual_machines`; empty for the whole document."""
    indexes: Sequence[int | None]
    """Where each record stands in that list, counted from 0; null for what stands at the path itself."""
    records: Sequence[Record]
    rejected: Sequence[RejectedRow]
    """Rows of this stretch of the list that could not become a record."""
    paths: Sequence[str] = ()
    """Where the list of each record stands, when they come from several; else empty."""
    group: str = ""
    """Lists of one group are one collection: the path with the turns of a loop left out (`results[].clusters`)."""
    vcenter: str | None = None
    """The host name under which the vCenter was asked, in lower case, where the report names it."""
    is_complete: bool = True
    """Whether the list names all that the vCenter has, as far as this stretch tells; a failed turn of a loop makes
    it incomplete, and so does a module that is asked for one object at a time."""
    may_repeat: bool = False
    """Whether one object may come several times without anything being wrong, and may be known by its name alone: a
    module that is asked for one at a time, or a mapping by name."""
    leaves_out: str | None = None
    """Which alarms the shape leaves out though they stand."""
    failed_count: int = 0
    """Turns of a loop, or tasks, that failed; each is among `rejected` as well."""

    @property
    def collection(self) -> tuple[Kind, str, str, str | None]:
        """What tells the collections of one report apart."""
        return self.kind, self.shape, self.group, self.vcenter

    def position(self, number: int) -> str:
        """Say where in the report a record stands: `results[2].virtual_machines[0]`."""
        path, index = self.paths[number] if self.paths else self.path, self.indexes[number]
        return path or WHOLE if index is None else f"{path}[{index}]"


def merge_batches(batches: Iterable[Batch], rows: int) -> Iterator[Batch]:
    """Give the same records in the same order, in batches that hold `rows` where the report has so many.

    Batches that follow each other become one when they are of one collection. Each record keeps its place.
    """
    waiting: list[Batch] = []
    size = 0
    for batch in batches:
        if waiting and batch.collection != waiting[0].collection:
            whole, waiting, size = _merged(waiting), [], 0
            yield whole
            del whole
        waiting.append(batch)
        size += len(batch.records) + len(batch.rejected)
        del batch  # it must not be in memory while the next one is read
        if size >= rows:
            whole, waiting, size = _merged(waiting), [], 0
            yield whole
            del whole
    if waiting:
        yield _merged(waiting)


def _merged(batches: list[Batch]) -> Batch:
    first = batches[0]
    if len(batches) == 1:
        return first
    records: list[Any] = list(chain.from_iterable(batch.records for batch in batches))
    return first._replace(
        indexes=list(chain.from_iterable(batch.indexes for batch in batches)),
        records=records,
        rejected=list(chain.from_iterable(batch.rejected for batch in batches)),
        paths=list(chain.from_iterable(batch.paths or [batch.path] * len(batch.records) for batch in batches)),
        is_complete=all(batch.is_complete for batch in batches),
        failed_count=sum(batch.failed_count for batch in batches),
    )
