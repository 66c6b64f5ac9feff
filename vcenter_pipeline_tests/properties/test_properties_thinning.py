"""Whatever reports tell, and however they name their vCenters: thinning changes nothing of what is left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current import Collection, Pieces, plan_pieces
from vcenter_pipeline.model.thinning import Described, Rules, plan_thinning
from vcenter_pipeline.model.vcenters import Named, VCenters

NOW: Final = datetime(2026, 6, 1, 3, 17)  # noqa: DTZ001 - the tables hold naive UTC
HOSTS: Final = (None, "vc1", "vc1.example.com", "VC2", "vc2.other.org")
UUIDS: Final = ("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb")
KINDS_OF_TEST: Final[tuple[Kind, ...]] = ("virtual_machines", "triggered_alarms", "datacenters", "vcenters")

Rows = dict[tuple[str, int], Sequence[Described]]


@st.composite
def reports(draw: st.DrawFn) -> tuple[list[Collection], Rows]:
    """Give the collections of some reports of the last 100 days, and the rows of those that describe vCenters."""
    collections: list[Collection] = []
    described: Rows = {}
    for report in range(draw(st.integers(1, 8))):
        moment = NOW - timedelta(hours=draw(st.integers(0, 2_400)))
        for number in range(1, draw(st.integers(1, 4)) + 1):
            kind = draw(st.sampled_from(KINDS_OF_TEST))
            one = Collection(
                report=f"r{report}",
                number=number,
                kind=kind,
                shape=draw(st.sampled_from(("one", "two"))),
                path="x",
                vcenter=draw(st.sampled_from(HOSTS)),
                is_complete=draw(st.booleans()),
                row_count=draw(st.integers(0, 2)),
                collected_at=moment,
                ingested_at=moment,
            )
            collections.append(one)
            if kind == "vcenters" and one.row_count:
                uuid, host = draw(st.sampled_from((None, *UUIDS))), draw(st.sampled_from(HOSTS))
                described[one.report, number] = [Described(uuid or host or "", uuid, host)]
    return collections, described


def read(collections: Iterable[Collection], described: Rows) -> VCenters:
    """Give the vCenters that these collections name, as the database reads them."""
    found = []
    for one in collections:
        rows = described.get((one.report, one.number), ())
        found += [Named(one.report, one.collected_at, row.instance_uuid, row.host_name) for row in rows]
        if one.vcenter and (one.row_count or one.is_complete):
            found.append(Named(one.report, one.collected_at, None, one.vcenter))
    return VCenters("acme/prod", found)


def known(collections: Iterable[Collection], vcenters: VCenters) -> dict[Kind, dict[str, list[Collection]]]:
    """Give the collections by kind and vCenter, as the database reads them."""
    found: dict[Kind, dict[str, list[Collection]]] = {}
    for one in collections:
        vcenter = "" if one.kind == "vcenters" else vcenters.of_collection(one.report, one.vcenter)
        found.setdefault(one.kind, {}).setdefault(vcenter, []).append(one)
    return found


def current(collections: Mapping[Kind, Mapping[str, Sequence[Collection]]]) -> dict[tuple[Kind, str], Pieces]:
    """Give what makes the current state, by kind and vCenter."""
    planned = {
        (kind, vcenter): plan_pieces(kind, some)
        for kind, of_vcenters in collections.items()
        for vcenter, some in of_vcenters.items()
        if kind != "vcenters"
    }
    return {place: pieces for place, pieces in planned.items() if pieces.all}


def newest_described(collections: Iterable[Collection], described: Rows) -> dict[tuple[str, str], str]:
    """Give the report of the newest description of each shape and vCenter."""
    ordered = sorted(collections, key=lambda one: one.moment)
    return {
        (one.shape, row.identity): one.report for one in ordered for row in described.get((one.report, one.number), ())
    }


@given(reports(), st.integers(0, 60), st.integers(0, 60))
def test_nothing_of_what_is_left_changes(told: tuple[list[Collection], Rows], keep_all: int, more: int) -> None:
    """A vCenter that loses its name over night splits every machine's history in two; nobody would look for it here."""
    collections, described = told
    rules = Rules(keep_all, keep_all + more)
    before = read(collections, described)
    gone = plan_thinning(known(collections, before), described, NOW, rules)
    left = [one for one in collections if one not in gone]
    after = read(left, described)
    assert [before.of_collection(one.report, one.vcenter) for one in left] == [
        after.of_collection(one.report, one.vcenter) for one in left
    ]
    labels = [*(host for host in HOSTS if host), *UUIDS, "acme/prod"]
    assert [before.of_label(label) for label in labels] == [after.of_label(label) for label in labels]
    assert before.known == after.known
    assert current(known(collections, before)) == current(known(left, after))
    assert set(known(collections, before)) == set(known(left, after)), "kinds that any report speaks of"
    assert newest_described(collections, described) == newest_described(left, described)
    assert plan_thinning(known(left, after), described, NOW, rules) == [], "what is left is all that is to be kept"
