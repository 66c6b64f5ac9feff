"""The moments at which an estate is known whole, and the steps that are derived of them."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current import Collection, plan_pieces
from vcenter_pipeline.model.timeline import Moment, Step, plan_history, plan_moments, plan_steps

NOON = datetime(2026, 1, 1, 12)  # noqa: DTZ001 - naive UTC, as everywhere in the model


def listed(report: str, days: float, *, shape: str = "x", rows: int = 9, **values: Any) -> Collection:  # noqa: ANN401 - each goes to its field
    """A complete list of virtual machines, so many days after the first noon of 2026."""
    at = NOON + timedelta(days=days)
    return Collection(report, 1, "virtual_machines", shape, "p", None, True, rows, at, at)._replace(**values)  # noqa: FBT003 - a named tuple


def detail(report: str, days: float, **values: Any) -> Collection:  # noqa: ANN401 - as above
    """What tells of one virtual machine."""
    return listed(report, days, rows=1, is_complete=False, **values)


def told(moments: list[Moment]) -> list[tuple[list[str], list[str]]]:
    """The reports of each moment: those of its lists, and those of its details."""
    return [([one.report for one in m.pieces.base], [one.report for one in m.pieces.partial]) for m in moments]


def steps_of(*collections: Collection, kind: Kind = "virtual_machines") -> dict[tuple[str, str], Step]:
    """The steps, by report and product."""
    found = plan_steps(kind, "acme/prod", plan_moments(kind, collections))
    return {(step.now.report, step.product): step for step in found}


def of_step(step: Step) -> tuple[str | None, list[str]]:
    """With which report a step compares, and which fill it."""
    return step.before and step.before.report, [moment.report for moment in step.filling]


def test_a_detail_belongs_to_the_list_before_it() -> None:
    """A machine that was resized would else be told so a day too late, or never."""
    collections = [listed("a", 1), detail("early", 0.5), detail("same", 1), detail("later", 1.5), listed("b", 2)]
    expected = [(["a"], ["later", "same"]), (["b"], [])]
    for some in permutations(collections):
        assert told(plan_moments("virtual_machines", some)) == expected


def test_a_detail_of_the_report_itself_stays_with_it() -> None:
    """A bundle's details have the time of its list, and so may another report."""
    bundle = [listed("a", 1), detail("a", 1, number=2), listed("b", 1, ingested_at=NOON + timedelta(days=9))]
    assert told(plan_moments("virtual_machines", bundle)) == [(["a"], ["a"]), (["b"], [])]


def test_the_newest_moment_is_the_current_state() -> None:
    """What the history compares and what Power BI shows as current would else be two estates."""
    collections = [listed("a", 1), listed("b", 2), detail("d", 2.5), detail("b", 2, number=3), detail("old", 1.5)]
    assert plan_moments("virtual_machines", collections)[-1].pieces == plan_pieces("virtual_machines", collections)


def test_an_empty_list_is_a_moment_of_alarms_only() -> None:
    """A playbook without permission lists no machine: all of them would be removed, and added again the next day."""
    collections = [listed("a", 1), listed("none", 2, rows=0), listed("b", 3)]
    assert told(plan_moments("virtual_machines", collections)) == [(["a"], []), (["b"], [])]
    assert len(plan_moments("triggered_alarms", collections)) == 3
    assert plan_moments("esxi_hosts", []) == []


def test_each_moment_is_compared_with_the_one_before() -> None:
    """Two lists in between would hide what came and went."""
    steps = steps_of(listed("c", 3), listed("a", 1), listed("b", 2))
    assert of_step(steps["a", "changes"]) == (None, [])
    assert of_step(steps["b", "changes"]) == ("a", [])
    assert of_step(steps["c", "changes"]) == ("b", [])


def test_a_list_of_another_shape_is_filled_from_the_last_one_of_its_own() -> None:
    """Two playbooks in turns, of which one tells no CPU: a resize would never be seen."""
    steps = steps_of(
        listed("a", 1, shape="full"),
        listed("b", 2, shape="short"),
        listed("c", 3, shape="full"),
        listed("d", 4, shape="full"),
    )
    assert of_step(steps["b", "changes"]) == ("a", [])
    assert of_step(steps["c", "changes"]) == ("b", ["a"])
    assert of_step(steps["d", "changes"]) == ("c", [])


def test_a_list_without_details_is_filled_from_the_last_one_with() -> None:
    """One night without the loop over details, and a change of hardware would never be seen."""
    steps = steps_of(
        listed("a", 1),
        detail("d1", 1.1, shape="details"),
        listed("b", 2),
        listed("c", 3),
        detail("d3", 3.1, shape="details"),
    )
    assert of_step(steps["c", "changes"]) == ("b", ["a"])
    assert [one.report for one in steps["c", "changes"].filling[0].pieces.all] == ["a", "d1"]


def test_a_day_is_told_by_its_last_list() -> None:
    """One row a day: with every list of a quarter of an hour the trend would be a hundred times as long."""
    steps = steps_of(listed("a", 1), listed("b", 1.2), listed("c", 2))
    assert sorted(key for key in steps if key[1] == "day") == [("b", "day"), ("c", "day")]
    assert of_step(steps["b", "day"]) == (None, [])


def test_a_day_is_filled_from_the_other_shapes_of_that_day() -> None:
    """The evening's list tells no CPU, and that of noon does; that of yesterday is of another day."""
    steps = steps_of(
        listed("y", 0, shape="other"),
        listed("a", 1, shape="full"),
        listed("b", 1.1, shape="full"),
        listed("c", 1.2, shape="short"),
    )
    assert of_step(steps["c", "day"]) == (None, ["b"])


@pytest.mark.parametrize(
    ("kind", "products"),
    [
        ("virtual_machines", {"changes", "day"}),
        ("esxi_hosts", {"changes", "day"}),
        ("datastores", {"changes", "day"}),
        ("triggered_alarms", {"changes", "day"}),
        ("clusters", {"day"}),
        ("vm_snapshots", {"day"}),
        ("vcenters", set()),
        ("datacenters", set()),
        ("resource_pools", set()),
    ],
)
def test_what_is_derived_of_which_kind(kind: Kind, products: set[str]) -> None:
    """A kind that is forgotten has no history, and nobody would miss it for months."""
    assert {product for _, product in steps_of(listed("a", 1), kind=kind)} == products


def test_a_late_report_makes_stale_its_neighbours_and_nothing_else() -> None:
    """With a year of history every late report would else cost a year."""
    year = [listed(f"r{day:03d}", day) for day in range(365)]
    late = listed("late", 100.2)
    before, after = ({key: step.basis for key, step in steps_of(*some).items()} for some in (year, [late, *year]))
    changed = {key for key in after if before.get(key) != after[key]}
    assert changed == {("late", "changes"), ("late", "day"), ("r101", "changes")}
    assert set(before) - set(after) == {("r100", "day")}


def test_a_late_detail_makes_stale_the_two_comparisons_that_know_it() -> None:
    """A detail tells of the moment before it, which two comparisons read."""
    year = [listed(f"r{day}", day) for day in range(5)]
    before, after = (
        {key: step.basis for key, step in steps_of(*some).items()} for some in (year, [*year, detail("d", 2.1)])
    )
    assert {key for key in after if before[key] != after[key]} == {("r2", "changes"), ("r2", "day"), ("r3", "changes")}


def test_the_oldest_time_is_that_of_all_that_was_read() -> None:
    """Retention freezes a step by it; a step that were not frozen would be derived again of what is gone."""
    steps = steps_of(listed("a", 1, shape="full"), listed("b", 2, shape="short"), listed("c", 3, shape="full"))
    assert steps["c", "changes"].oldest_at == NOON + timedelta(days=1)
    assert steps["c", "day"].oldest_at == NOON + timedelta(days=3)


def test_a_history_is_made_of_every_kind_and_vcenter() -> None:
    """Two vCenters of one source must not be compared with each other."""
    moments: dict[Kind, dict[str, list[Moment]]] = {
        "virtual_machines": {
            "one": plan_moments("virtual_machines", [listed("a", 1)]),
            "two": plan_moments("virtual_machines", [listed("b", 2)]),
        }
    }
    steps = [step for step in plan_history(moments) if step.product == "changes"]
    assert [(step.vcenter, step.now.report, step.before) for step in steps] == [("one", "a", None), ("two", "b", None)]
