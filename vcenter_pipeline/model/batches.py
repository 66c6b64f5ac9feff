"""Small batches -> larger ones.

A loop over a thousand virtual machines leaves a thousand lists of one, and validation costs as much for one row as
for hundreds.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from vcenter_pipeline.model.records import Batch


def merge_batches(batches: Iterable[Batch], rows: int) -> Iterator[Batch]:
    """Give the same records in the same order, in batches that hold `rows` where the report has so many.

    Batches that follow each other become one when they are of one kind and shape. Each record keeps its place.
    """
    waiting: list[Batch] = []
    size = 0
    for batch in batches:
        if waiting and (batch.kind, batch.shape) != (waiting[0].kind, waiting[0].shape):
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
    )
