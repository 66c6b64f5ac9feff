"""What the database knows of a source before any row is read: its collections, its vCenters, what is current."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

import sqlalchemy as sa

from vcenter_pipeline.model.batches import KINDS, Kind
from vcenter_pipeline.model.current import Collection, Pieces, plan_pieces
from vcenter_pipeline.model.keys import to_key_prefix
from vcenter_pipeline.model.vcenters import Named, VCenters
from vcenter_pipeline.storage.ddl import declared_table


class Known(NamedTuple):
    """What makes the current state of one source."""

    source: tuple[str, str]
    """Client and environment."""
    vcenters: VCenters
    pieces: Mapping[Kind, Mapping[str, Pieces]]
    """By kind and vCenter, in the order of the vCenters; only what there is. Descriptions of vCenters are not by
    vCenter: each of their rows says itself which one it is of."""
    collections: Mapping[Kind, Mapping[str, Sequence[Collection]]]
    """Everything that is known, by kind and vCenter; those of `vcenters` under no vCenter."""
    spoken_of: frozenset[Kind]
    """Kinds that any report speaks of, whether it names one or not."""
    is_only: bool
    """Whether the source has only one vCenter, which its keys then need not name."""

    def prefix(self, vcenter: str) -> str:
        """Give what every current key of the vCenter begins with."""
        return to_key_prefix(*self.source, None if self.is_only else vcenter)

    def told_prefix(self, collection: Collection) -> str:
        """Give what the keys of a collection begin with as they are stored."""
        return to_key_prefix(*self.source, collection.vcenter)


def read_known(connection: sa.Connection, client: str, environment: str) -> Known:
    """Read what is known of a source."""
    collections = _read_collections(connection, client, environment)
    if any(one.kind == "triggered_alarms" and not one.is_complete for one in collections):
        only = _read_only_objects(connection, client, environment)
        collections = [
            one._replace(only_object=only.get((one.report, one.shape))) if one.kind == "triggered_alarms" else one
            for one in collections
        ]
    named = _read_named(connection, client, environment)
    named += [
        Named(one.report, one.collected_at, None, one.vcenter)
        for one in collections
        if one.vcenter and (one.row_count or one.is_complete)
    ]
    vcenters = VCenters(f"{client}/{environment}", named)
    found: dict[Kind, dict[str, list[Collection]]] = {}
    every = set(vcenters.known)
    of_told: dict[tuple[str, str | None], str] = {}
    for one in collections:
        vcenter = ""
        if one.kind != "vcenters":
            told = (one.report, one.vcenter)
            vcenter = of_told.get(told) or of_told.setdefault(told, vcenters.of_collection(*told))
        found.setdefault(one.kind, {}).setdefault(vcenter, []).append(one)
    pieces = {kind: _planned(kind, found.get(kind, {})) for kind in KINDS}
    every.update(vcenter for kind in KINDS for vcenter in pieces[kind] if vcenter)
    return Known((client, environment), vcenters, pieces, found, frozenset(found), len(every) <= 1)


def _planned(kind: Kind, found: Mapping[str, Iterable[Collection]]) -> dict[str, Pieces]:
    if kind == "vcenters":
        found = {vcenter: [one._replace(is_complete=False) for one in some] for vcenter, some in found.items()}
    planned = {vcenter: plan_pieces(kind, found[vcenter]) for vcenter in sorted(found)}
    return {vcenter: pieces for vcenter, pieces in planned.items() if pieces.all}


def _read_collections(connection: sa.Connection, client: str, environment: str) -> list[Collection]:
    table, reports = declared_table("collections"), declared_table("reports")
    columns = ("report", "collection", "kind", "shape", "path", "vcenter", "is_complete", "row_count")
    select = (
        sa.select(*(table.c[name] for name in columns), table.c.collected_at, reports.c.ingested_at, table.c.leaves_out)
        .join(reports, reports.c.report == table.c.report)
        .where(table.c.client == client, table.c.environment == environment, reports.c.status == "ingested")
        .order_by(table.c.report, table.c.collection)
    )
    return [
        Collection(
            report,
            number,
            cast("Kind", kind),
            shape,
            path,
            vcenter,
            bool(is_complete),
            row_count,
            datetime.fromisoformat(collected_at),
            datetime.fromisoformat(ingested_at),
            leaves_out=leaves_out,
        )
        for (
            report,
            number,
            kind,
            shape,
            path,
            vcenter,
            is_complete,
            row_count,
            collected_at,
            ingested_at,
            leaves_out,
        ) in connection.execute(select)
    ]


def _read_only_objects(connection: sa.Connection, client: str, environment: str) -> dict[tuple[str, str], str]:
    """Read of which object alone a report tells, by report and shape, where it tells of its alarms as well."""
    collections = declared_table("collections")
    alarms = collections.alias()
    tells_alarms = sa.exists().where(
        alarms.c.report == collections.c.report,
        alarms.c.shape == collections.c.shape,
        alarms.c.kind == "triggered_alarms",
    )
    found: dict[tuple[str, str], str] = {}
    for kind, key in (("virtual_machines", "virtual_machine_key"), ("esxi_hosts", "esxi_host_key")):
        rows = declared_table(kind)
        is_row = sa.and_(rows.c.report == collections.c.report, rows.c.collection == collections.c.collection)
        select = (
            sa.select(collections.c.report, collections.c.shape, rows.c[key])
            .select_from(collections.join(rows, is_row))
            .where(collections.c.client == client, collections.c.environment == environment)
            .where(collections.c.kind == kind, collections.c.row_count == 1, tells_alarms)
        )
        found |= {(report, shape): object_key for report, shape, object_key in connection.execute(select)}
    return found


def _read_named(connection: sa.Connection, client: str, environment: str) -> list[Named]:
    table, collections = declared_table("vcenters"), declared_table("collections")
    is_of_it = sa.and_(table.c.report == collections.c.report, table.c.collection == collections.c.collection)
    select = (
        sa.select(table.c.report, table.c.collected_at, table.c.instance_uuid, table.c.host_name)
        .select_from(collections.join(table, is_of_it))
        .where(collections.c.client == client, collections.c.environment == environment)
        .where(collections.c.kind == "vcenters")
    )
    return [
        Named(report, datetime.fromisoformat(collected_at), instance_uuid, host_name)
        for report, collected_at, instance_uuid, host_name in connection.execute(select)
    ]
