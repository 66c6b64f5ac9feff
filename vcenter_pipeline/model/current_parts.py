"""What belongs to virtual machines that were merged of several rows: adapters, disks, tags, snapshots."""

from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current import Collection
from vcenter_pipeline.model.current_rows import Numbers, Objects, first_of, pc, values_of, with_column

_KEY: Final = "virtual_machine_key"
_NOT_OF_THE_PART: Final = frozenset({"report", "collection"})


class Machines(NamedTuple):
    """The current virtual machines of one vCenter, and the rows that each is made of."""

    pieces: tuple[Collection, ...]
    places: Numbers
    """Of each row: which of the pieces it stands in."""
    row_keys: "pa.ChunkedArray[Any]"
    """Of each row: the key that it has there."""
    numbers: Numbers
    """Of each row: its machine, counted from 0."""
    keys: "pa.ChunkedArray[Any]"
    """Of each machine: its key."""
    names: list[str | None]
    """Of each machine: its name."""
    tellers: Numbers
    """Of each machine: the first piece that tells how many snapshots it has, or -1."""


class Parts(NamedTuple):
    """Rows of one table of parts, those of the piece that counts first in front."""

    table: pa.Table
    places: Numbers
    machines: Numbers
    """Of each row: its machine."""

    def kept(self, which: Any) -> "Parts":  # noqa: ANN401 - numpy's type of a mask depends on how it was made
        """Give the rows for which it is true."""
        return Parts(self.table.filter(pa.array(which)), self.places[which], self.machines[which])


def to_machines(
    pieces: tuple[Collection, ...], places: Numbers, rows: pa.Table, objects: Objects, merged: pa.Table
) -> Machines:
    """Note which rows each machine is made of.

    Args:
        pieces: the collections.
        places: of each row, the number of its collection.
        rows: the rows as they are stored.
        objects: which of them are one machine.
        merged: one row a machine, with its key.
    """
    tell = np.flatnonzero(pc.is_valid(rows["snapshot_count"]).to_numpy(zero_copy_only=False))
    return Machines(
        pieces=pieces,
        places=places,
        row_keys=rows[_KEY],
        numbers=objects.numbers,
        keys=merged[_KEY],
        names=values_of(merged, "name"),
        tellers=first_of(objects.numbers[tell], places[tell], len(objects.first)),
    )


def to_parts(table: pa.Table, places: Numbers, machines: Machines) -> Parts:
    """Find the machine of each row of a table of parts, and give the rows of known machines with its key now."""
    known = _located(machines.places, machines.row_keys)
    rows = pc.index_in(_located(places, table[_KEY]), value_set=known)
    is_known = pc.is_valid(rows).to_numpy(zero_copy_only=False)
    rows = rows.filter(pc.is_valid(rows)).to_numpy(zero_copy_only=False)
    numbers = machines.numbers[rows]
    table = table.filter(pa.array(is_known))
    keys: Any = machines.keys.take(pa.array(numbers))
    if "snapshot_key" in table.column_names:
        triples = zip(keys.to_pylist(), values_of(table, "snapshot_key"), values_of(table, _KEY), strict=True)
        own = [key + snapshot[len(told) :] for key, snapshot, told in triples]
        table = with_column(table, "snapshot_key", pa.array(own, pa.string()))
    return Parts(with_column(table, _KEY, keys), places[is_known], numbers)


def _located(places: Numbers, keys: "pa.ChunkedArray[Any]") -> Any:  # noqa: ANN401 - an Arrow array of any layout
    return pc.binary_join_element_wise(pc.cast(pa.array(places), pa.string()), keys.combine_chunks(), ":")


def choose_parts(name: str, parts: Parts, machine_count: int) -> pa.Table:
    """Give the parts of each machine as the first piece tells them that tells of any.

    Adapters are better told with addresses than without. Tags are told one at a time by some modules, so those of all
    pieces count.
    """
    counts = np.ones(len(parts.places), bool)
    if name == "vm_nics":
        has_address = pc.is_valid(parts.table["address"]).to_numpy(zero_copy_only=False)
        with_address = first_of(parts.machines[has_address], parts.places[has_address], machine_count)
        first = np.where(with_address < 0, _first_places(parts, machine_count), with_address)
        counts = parts.places == first[parts.machines]
    elif name == "vm_attributes":
        is_tag = pc.equal(parts.table["kind"], "tag").to_numpy(zero_copy_only=False)
        first = _first_places(parts.kept(~is_tag), machine_count)
        counts = is_tag | (parts.places == first[parts.machines])
    else:
        counts = parts.places == _first_places(parts, machine_count)[parts.machines]
    return _distinct(name, parts.kept(counts).table)


def choose_snapshots(
    parts: Parts, machines: Machines, listed: pa.Table | None, listed_at: datetime | None, vcenter: str
) -> list[pa.Table]:
    """Give the snapshots of one vCenter, as machines tell of their own and as lists tell of all by the machine's name.

    What a machine tells counts where it is not older than what the lists say. Then rows of the lists go out that bear
    its name, unless another machine of that name tells nothing.

    Args:
        parts: the snapshots that machines tell of themselves.
        machines: the machines.
        listed: the rows of the lists, which know no machine but by its name.
        listed_at: when the complete list was collected, if there is one.
        vcenter: the vCenter.
    """
    newest: dict[str | None, datetime] = {}
    if listed is not None and listed_at is None:
        for name, at in zip(values_of(listed, "vm_name"), values_of(listed, "collected_at"), strict=True):
            newest[name] = max(at, newest.get(name, at))
    first = np.full(len(machines.keys), -1, np.int64)
    for machine in np.flatnonzero(machines.tellers >= 0).tolist():
        limit = listed_at or newest.get(machines.names[machine])
        if limit is None or machines.pieces[machines.tellers[machine]].collected_at >= limit:
            first[machine] = machines.tellers[machine]
    own = _distinct("vm_snapshots", parts.kept(parts.places == first[parts.machines]).table)
    found = [with_column(own, "vcenter", vcenter)]
    if listed is not None:
        silent = {machines.names[machine] for machine in np.flatnonzero(first < 0)}
        told = {machines.names[machine] for machine in np.flatnonzero(first >= 0)} - silent - {None}
        found.append(listed.filter(pa.array([name not in told for name in values_of(listed, "vm_name")], pa.bool_())))
    return found


def _first_places(parts: Parts, machine_count: int) -> Numbers:
    return first_of(parts.machines, parts.places, machine_count)


def _distinct(name: str, table: pa.Table) -> pa.Table:
    """Keep the first of the rows with one key, which several rows of one machine may have brought."""
    key = [column for column in core_table(name).key if column not in _NOT_OF_THE_PART]
    numbered = table.select(key).append_column("row", pa.array(np.arange(table.num_rows)))
    rows = numbered.group_by(key).aggregate([("row", "min")])["row_min"]
    if len(rows) == table.num_rows:
        return table
    return table.take(rows.sort())
