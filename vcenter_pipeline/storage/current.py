"""The current state of one source: what the newest complete collections say, filled from what tells of some objects.

What it is made of is looked up once. Where one complete collection is all there is, its rows are passed through as they
are; only where several tell of one kind are they compared.
"""

from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import sqlalchemy as sa

from vcenter_pipeline.model.batches import KINDS, Kind
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.current import Pieces
from vcenter_pipeline.model.current_objects import IDENTIFYING
from vcenter_pipeline.model.current_parts import Machines, choose_parts, choose_snapshots, to_machines, to_parts
from vcenter_pipeline.model.current_rows import (
    certain_rows,
    key_column,
    merge_rows,
    to_objects,
    vcenter_rows,
    with_keys,
    with_prefix,
)
from vcenter_pipeline.model.schemas import HISTORY_TABLES
from vcenter_pipeline.storage.database import Database
from vcenter_pipeline.storage.ddl import declared_table
from vcenter_pipeline.storage.history_rows import read_history
from vcenter_pipeline.storage.known import Known, read_known
from vcenter_pipeline.storage.ledger import read_ledger_of_source
from vcenter_pipeline.storage.pieces import PieceRows, Wanted, read_collection, read_pieces, read_rows_of_source

PARTS: Final = frozenset({"vm_nics", "vm_datastores", "vm_attributes", "vm_disks", "vm_guest_disks"})
"""Tables of what belongs to virtual machines."""

_OF_REPORTS: Final = frozenset({"reports", "rejected_rows"})
_MACHINE: Final = "virtual_machine_key"


class CurrentState:
    """The current state of one source, as it is when it is first asked; or an earlier one."""

    def __init__(self, database: Database, client: str, environment: str, known: Known | None = None) -> None:
        """Take the source; `known` says of which collections an earlier state is made."""
        self.database: Final = database
        self._source = (client, environment)
        self._given = known
        self._machines: dict[str, Machines] = {}

    def read(self, table: str) -> pa.Table:
        """Give the current rows of a table, with the declared types however few they are.

        Of `reports`, `collections`, `rejected_rows` and the history all rows are current.

        Args:
            table: a table of `model.schemas.STORED_TABLES`.

        Returns:
            A table with exactly `core_table(table).arrow_schema`. `report`, `collection` and `collected_at` are
            those of the collection that counts first of all that tell of the object.

        Raises:
            StorageError: the database did not answer.
        """
        schema = core_table(table).arrow_schema
        with self.database.reading(f"read {table}") as connection:
            if table == "collections":
                return read_rows_of_source(connection, table, self._source)
            if table in HISTORY_TABLES:
                return read_history(connection, table, self._known)
            if table in _OF_REPORTS:
                return read_ledger_of_source(connection, table, self._source)
            if table == "vm_snapshots":
                found = self._snapshots(connection)
            elif table == "vcenters":
                found = self._vcenters(connection)
            elif table in PARTS:
                pieces = self._known.pieces["virtual_machines"]
                found = [self._parts(connection, table, *one) for one in pieces.items()]
            else:
                (kind,) = (kind for kind in KINDS if kind == table)
                found = [self._objects(connection, kind, *one) for one in self._known.pieces[kind].items()]
        return pa.concat_tables(found) if found else schema.empty_table()

    def count(self, kind: Kind) -> int | None:
        """Count the current objects of a kind, without reading them where one collection tells; None if none does.

        Raises:
            StorageError: the database did not answer.
        """
        if kind == "vm_snapshots":
            return self.read(kind).num_rows if kind in self._known.spoken_of or self._has_told_snapshots() else None
        if kind not in self._known.spoken_of:
            return None
        if kind == "vcenters":
            return self.read(kind).num_rows
        count = 0
        with self.database.reading(f"count {kind}") as connection:
            for vcenter, pieces in self._known.pieces[kind].items():
                if pieces.alone:
                    count += pieces.alone.row_count
                elif kind == "virtual_machines":
                    count += len(self._of_vcenter(connection, vcenter, pieces).keys)
                else:
                    names = (key_column(kind), *IDENTIFYING.get(kind, ()))
                    found = self._certain(connection, Wanted(kind, names), kind, pieces)
                    count += len(to_objects(kind, found.table, self._prefix_lengths(pieces, found)).first)
        return count

    def newest_collected_at(self, kind: Kind) -> datetime | None:
        """Give the newest time of the collections that make the current state of a kind, or None without any.

        Raises:
            StorageError: the database did not answer.
        """
        moments = (pieces.collected_at for pieces in self._known.pieces[kind].values())
        return max((moment for moment in moments if moment is not None), default=None)

    @cached_property
    def _known(self) -> Known:
        if self._given is not None:
            return self._given
        with self.database.reading("read what is current") as connection:
            return read_known(connection, *self._source)

    def _has_told_snapshots(self) -> bool:
        reports = declared_table("reports")
        select = sa.select(sa.func.max(reports.c.vm_snapshot_count)).where(
            reports.c.client == self._source[0], reports.c.environment == self._source[1]
        )
        with self.database.reading("read the ledger") as connection:
            return connection.scalar(select) is not None

    def _prefix_lengths(self, pieces: Pieces, found: PieceRows) -> npt.NDArray[np.int64]:
        lengths = np.asarray([len(self._known.told_prefix(one)) for one in pieces.all], np.int64)
        return lengths[found.places]

    def _certain(self, connection: sa.Connection, wanted: Wanted, kind: Kind, pieces: Pieces) -> PieceRows:
        """Read the rows of several collections, but for those that nobody can say of which object they are."""
        found = read_pieces(connection, wanted, self._known.source, pieces)
        certain = certain_rows(kind, found.table)
        return found if certain is None else PieceRows(found.table.filter(pa.array(certain)), found.places[certain])

    def _objects(self, connection: sa.Connection, kind: Kind, vcenter: str, pieces: Pieces) -> pa.Table:
        """Read the current objects of one vCenter."""
        known, prefix = self._known, self._known.prefix(vcenter)
        if pieces.alone:
            table = read_collection(connection, kind, known.source, pieces.alone)
            return with_prefix(table, [key_column(kind)], known.told_prefix(pieces.alone), prefix, vcenter)
        found = self._certain(connection, Wanted(kind), kind, pieces)
        lengths = self._prefix_lengths(pieces, found)
        objects = to_objects(kind, found.table, lengths)
        merged = with_keys(
            kind, merge_rows(kind, found.table, objects), prefix, lengths[objects.first], vcenter=vcenter
        )
        if kind == "virtual_machines":
            self._machines[vcenter] = to_machines(pieces.all, found.places, found.table, objects, merged)
        return merged

    def _of_vcenter(self, connection: sa.Connection, vcenter: str, pieces: Pieces) -> Machines:
        """Give the machines of one vCenter, and read only what identifies them where they were not read yet."""
        if vcenter not in self._machines:
            kind: Kind = "virtual_machines"
            names = (_MACHINE, *IDENTIFYING[kind], "snapshot_count")
            found = self._certain(connection, Wanted(kind, names), kind, pieces)
            lengths = self._prefix_lengths(pieces, found)
            objects = to_objects(kind, found.table, lengths)
            merged = merge_rows(kind, found.table, objects)
            merged = with_keys(kind, merged, self._known.prefix(vcenter), lengths[objects.first])
            self._machines[vcenter] = to_machines(pieces.all, found.places, found.table, objects, merged)
        return self._machines[vcenter]

    def _parts(self, connection: sa.Connection, table: str, vcenter: str, pieces: Pieces) -> pa.Table:
        """Read what belongs to the current virtual machines of one vCenter."""
        known = self._known
        if pieces.alone:
            found = read_collection(connection, table, known.source, pieces.alone)
            return with_prefix(found, [_MACHINE], known.told_prefix(pieces.alone), known.prefix(vcenter))
        machines = self._of_vcenter(connection, vcenter, pieces)
        rows = self._part_rows(connection, table, pieces, machines)
        return choose_parts(table, to_parts(rows.table, rows.places, machines), len(machines.keys))

    def _part_rows(self, connection: sa.Connection, table: str, pieces: Pieces, machines: Machines) -> PieceRows:
        """Read the parts of those pieces of which any machine was taken."""
        used = np.unique(machines.places)
        some = [pieces.all[place] for place in used]
        count = int(np.count_nonzero(used < len(pieces.base)))
        chosen = Pieces(tuple(some[:count]), tuple(some[count:]))
        found = read_pieces(connection, Wanted(table, are_parts=True), self._known.source, chosen)
        return PieceRows(found.table, used[found.places])

    def _snapshots(self, connection: sa.Connection) -> list[pa.Table]:
        """Read the snapshots: those that a list of all of them tells, and those that a machine tells of itself."""
        of_lists, of_machines = self._known.pieces["vm_snapshots"], self._known.pieces["virtual_machines"]
        found = []
        for vcenter in sorted({*of_lists, *of_machines}):
            lists, pieces = of_lists.get(vcenter), of_machines.get(vcenter)
            listed = None if lists is None else self._objects(connection, "vm_snapshots", vcenter, lists)
            if pieces is None or (pieces.alone and lists is None):
                if pieces is not None and pieces.alone is not None:
                    listed = self._alone_snapshots(connection, vcenter, pieces)
                found += [] if listed is None else [listed]
                continue
            machines = self._of_vcenter(connection, vcenter, pieces)
            rows = self._part_rows(connection, "vm_snapshots", pieces, machines)
            base_at = lists.base[0].collected_at if lists is not None and lists.base else None
            found += choose_snapshots(to_parts(rows.table, rows.places, machines), machines, listed, base_at, vcenter)
        return found

    def _alone_snapshots(self, connection: sa.Connection, vcenter: str, pieces: Pieces) -> pa.Table | None:
        if pieces.alone is None:
            return None
        known = self._known
        table = read_collection(connection, "vm_snapshots", known.source, pieces.alone)
        told = known.told_prefix(pieces.alone)
        return with_prefix(table, ["snapshot_key", _MACHINE], told, known.prefix(vcenter), vcenter)

    def _vcenters(self, connection: sa.Connection) -> list[pa.Table]:
        """Read the descriptions of the vCenters: one row each."""
        known = self._known
        found = []
        for pieces in known.pieces["vcenters"].values():
            table = read_pieces(connection, Wanted("vcenters"), known.source, pieces).table
            columns = (table[name].to_pylist() for name in ("report", "instance_uuid", "host_name"))
            of_rows = [known.vcenters.of_row(*row) for row in zip(*columns, strict=True)]
            found.append(vcenter_rows(table, of_rows))
        return found
