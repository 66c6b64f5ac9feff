"""Which rows are one object, and which vCenter they are of, does not depend on what comes first."""

from datetime import datetime
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current_objects import LEVELS, find_objects, to_identities
from vcenter_pipeline.model.vcenters import Named, VCenters

START: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the database takes naive UTC
UUIDS: Final = [f"00000000-0000-0000-0000-{number:012d}" for number in range(4)]
IDENTIFIERS: Final = st.lists(
    st.tuples(*(st.none() | st.sampled_from("ab") for _ in range(4))).filter(any), min_size=1, max_size=8
)


@given(IDENTIFIERS)
def test_machines_with_two_moids_stay_two(rows: list[tuple[str | None, ...]]) -> None:
    """A moid is never given twice in a vCenter: merging two machines would lose one of them."""
    names = ("moid", "instance_uuid", "bios_uuid", "name")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    objects = find_objects("virtual_machines", columns)
    moids: dict[int, set[object]] = {}
    for number, moid in zip(objects, columns["moid"], strict=True):
        moids.setdefault(number, set()).update({moid} - {None})
    assert all(len(some) <= 1 for some in moids.values())
    by_moid: dict[object, set[int]] = {}
    for number, moid in zip(objects, columns["moid"], strict=True):
        by_moid.setdefault(moid, set()).add(number)
    assert all(len(some) == 1 for moid, some in by_moid.items() if moid)
    assert all(objects[number] == number for number in objects)


@given(st.sampled_from(sorted(LEVELS)), IDENTIFIERS)
def test_no_two_objects_have_one_identity(kind: Kind, rows: list[tuple[str | None, ...]]) -> None:
    """The key of a published table is unique, whatever names an estate has."""
    count = len(dict.fromkeys(name for level in LEVELS[kind] for name in level.columns))
    names = list(dict.fromkeys(name for level in LEVELS[kind] for name in level.columns))
    columns = dict(zip(names, map(list, zip(*(row[:count] for row in rows), strict=True)), strict=True))
    found = to_identities(kind, columns)
    assert len(set(found)) == len(rows)


@given(
    st.lists(
        st.builds(
            Named,
            report=st.sampled_from(["r1", "r2", "r3"]),
            collected_at=st.just(START),
            instance_uuid=st.none() | st.sampled_from(UUIDS[:2]),
            host_name=st.none() | st.sampled_from(["vc01", "VC01", "vc01.a", "vc01.b", "vc02"]),
        ),
        max_size=6,
    ).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some)))
)
def test_vcenters_are_the_same_in_any_order(named: tuple[list[Named], list[Named]]) -> None:
    """Keys begin with the vCenter: one that depended on the order would change every key of a client."""
    first, second = (VCenters("acme/prod", some) for some in named)
    assert first.known == second.known
    for report in ("r1", "r2", "r3", "r4"):
        for host in (None, "vc01", "vc01.a", "vc02", "vc03"):
            assert first.of_collection(report, host) == second.of_collection(report, host)
