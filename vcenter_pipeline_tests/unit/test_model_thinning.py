"""Which collections retention takes, and which it must leave. Collections are hand-made; times are UTC."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from vcenter_pipeline.model.batches import Kind
from vcenter_pipeline.model.current import Collection
from vcenter_pipeline.model.thinning import Described, Rules, plan_thinning
from vcenter_pipeline.model.vcenters import Named, VCenters

NOW = datetime(2026, 3, 10, 3, 17)  # noqa: DTZ001 - the tables hold naive UTC
RULES = Rules(keep_all_days=3, keep_daily_days=40)
"""Everything from 7 March on is kept, and each day's last from 29 January on."""
U1 = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
U2 = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"


def at(text: str) -> datetime:
    """Give a time of 2026: `03-06 13:00`."""
    return datetime.fromisoformat(f"2026-{text}")


def listed(text: str, kind: Kind = "virtual_machines", **values: Any) -> Collection:  # noqa: ANN401 - each goes to its field
    """Give a complete list of that time, in a report that bears it as its name."""
    found = Collection(text, 1, kind, "vmware_vm_info", "x", None, True, 5, at(text), at(text))  # noqa: FBT003 - as declared
    return found._replace(**values)


def told(text: str, kind: Kind = "virtual_machines", **values: Any) -> Collection:  # noqa: ANN401 - as above
    """Give what a report of that time tells of some objects."""
    return listed(text, kind, **{"is_complete": False, "row_count": 1, "shape": "vmware_guest_info", **values})


def gone(
    *collections: Collection,
    rules: Rules = RULES,
    described: Mapping[tuple[str, int], Sequence[Described]] | None = None,
) -> list[str]:
    """Give what is taken of the collections of one vCenter, as `report` or `report#number`."""
    by_kind: dict[Kind, dict[str, list[Collection]]] = {}
    for one in collections:
        by_kind.setdefault(one.kind, {}).setdefault("acme/prod", []).append(one)
    found = plan_thinning(by_kind, described or {}, NOW, rules)
    return [one.report + (f"#{one.number}" if one.number > 1 else "") for one in found]


def test_all_then_days_then_months() -> None:
    """Whoever asks for 90 days of every list, two years of days and the months after must get just that."""
    assert gone(
        listed("01-05 04:00"),
        listed("01-31 04:00"),
        listed("01-31 16:00"),
        listed("01-28 04:00"),
        listed("02-01 04:00"),
        listed("02-01 16:00"),
        listed("03-06 00:00"),
        listed("03-06 23:59"),
        listed("03-07 00:00"),
        listed("03-07 12:00"),
        listed("03-09 12:00"),
    ) == ["01-05 04:00", "01-28 04:00", "01-31 04:00", "02-01 04:00", "03-06 00:00"]


def test_the_last_of_a_month_stays_when_its_days_go() -> None:
    """A month of which nothing is left is a gap in every trend over the years."""
    rules = Rules(keep_all_days=1, keep_daily_days=2)
    found = gone(
        listed("01-05 04:00"), listed("01-30 04:00"), listed("02-20 04:00"), listed("03-10 01:00"), rules=rules
    )
    assert found == ["01-05 04:00"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(0, 0), []),
        (Rules(0, 5), []),
        (Rules(3, 0), ["01-02 04:00"]),
        (Rules(3, 3), ["01-02 04:00", "01-02 16:00", "01-03 04:00"]),
        (Rules(36_500, 36_500), []),
    ],
)
def test_zero_keeps_for_ever(rules: Rules, expected: list[str]) -> None:
    """0 days taken at its word would delete everything on the first night."""
    collections = [listed(text) for text in ("01-02 04:00", "01-02 16:00", "01-03 04:00", "01-04 04:00", "03-09 04:00")]
    assert gone(*collections, rules=rules) == expected


def test_what_is_current_stays_however_old_it_is() -> None:
    """A vCenter that nobody reports of any more would be empty in Power BI after three months."""
    assert gone(
        listed("01-02 04:00"),
        listed("01-02 16:00"),
        told("01-02 15:00", row_count=3),
        told("01-03 04:00", row_count=3),
        told("01-04 04:00", row_count=0),
        listed("01-05 04:00", row_count=0),
    ) == ["01-02 04:00", "01-02 15:00", "01-04 04:00", "01-05 04:00"]


def test_details_and_empty_lists_go_and_each_list_of_the_last_report_stays() -> None:
    """Details of one machine a thousand times a day are what fills the disk."""
    assert gone(
        listed("02-10 04:00"),
        told("02-10 05:00"),
        listed("02-10 16:00"),
        listed("02-10 16:00", number=2),
        told("02-10 16:00", number=3),
        listed("02-10 18:00", row_count=0),
        listed("03-09 04:00"),
    ) == ["02-10 04:00", "02-10 05:00", "02-10 16:00#3", "02-10 18:00"]


def test_a_kind_of_which_nothing_was_ever_found_is_still_known_to_have_been_asked() -> None:
    """No virtual machine in an empty vCenter is 0; without any list it would become unknown."""
    assert gone(listed("01-02 04:00", row_count=0), listed("01-03 04:00", row_count=0)) == ["01-02 04:00"]


def test_no_alarm_is_an_answer() -> None:
    """A day without alarms is a day's last list like any other."""
    assert gone(
        listed("02-10 04:00", "triggered_alarms"),
        listed("02-10 16:00", "triggered_alarms", row_count=0),
        listed("03-09 16:00", "triggered_alarms"),
    ) == ["02-10 04:00"]


def test_whose_alarms_they_are_is_not_forgotten() -> None:
    """A report of one machine tells its alarms; without the machine they would replace those of all others."""
    collections = [
        listed("01-02 04:00", "triggered_alarms"),
        listed("02-02 04:00"),
        told("01-03 04:00"),
        told("01-03 04:00", "triggered_alarms", number=2, only_object="vm-1"),
        told("01-04 04:00"),
        told("01-04 04:00", "triggered_alarms", number=2, only_object="vm-2"),
        told("01-01 04:00"),
    ]
    assert gone(*collections) == ["01-01 04:00"]


def names(collections: Sequence[Collection], described: Mapping[tuple[str, int], Sequence[Described]]) -> VCenters:
    """Give what these collections tell of the vCenters, as the database reads it."""
    found = [Named(one.report, one.collected_at, None, one.vcenter) for one in collections if one.vcenter]
    for one in collections:
        rows = described.get((one.report, one.number), ())
        found += [Named(one.report, one.collected_at, row.instance_uuid, row.host_name) for row in rows]
    return VCenters("acme/prod", found)


def test_what_names_a_vcenter_outlives_what_it_named() -> None:
    """The host name of a list is a uuid only by the word of an old report: without it one vCenter becomes two."""
    word = listed("01-02 04:00", "vcenters", number=2, shape="vmware_about_info", row_count=1, vcenter="vc.example.com")
    collections = [
        listed("01-02 04:00", vcenter="vc.example.com"),
        word,
        listed("01-03 04:00", "vcenters", shape="vmware_about_info", row_count=1, vcenter="other"),
        listed("02-19 04:00", vcenter="vc.example.com"),
        listed("02-20 04:00", vcenter="vc.example.com"),
        listed("03-09 04:00", vcenter="vc.example.com"),
    ]
    described = {("01-02 04:00", 2): [Described(U1, U1, None)], ("01-03 04:00", 1): [Described(U2, U2, None)]}
    assert gone(*collections, described=described, rules=Rules(1, 1)) == ["02-19 04:00"]
    older = [one._replace(report="01-01 04:00", collected_at=at("01-01 04:00")) for one in collections[:2]]
    described |= {("01-01 04:00", 2): [Described(U1, U1, None)]}
    assert gone(*older, *collections, described=described) == ["01-01 04:00", "01-01 04:00#2"], (
        "the next day's report says just the same"
    )


def test_the_only_word_stays_although_its_report_tells_nothing_else_that_does() -> None:
    """The uuid came from a playbook that was run once; the history bears it."""
    word = told("01-02 04:00", "vcenters", shape="vmware_about_info", vcenter="vc")
    collections = [
        word,
        told("01-02 04:00", number=2, vcenter="vc"),
        told("01-02 04:00", number=3, vcenter="vc2"),
        listed("01-31 04:00", vcenter="vc"),
        listed("03-09 04:00", vcenter="vc2"),
    ]
    described = {("01-02 04:00", 1): [Described(U1, U1, "vc")]}
    assert gone(*collections, described=described) == ["01-02 04:00#2"], "of what names vc2 in it one stays"
    left = [one for one in collections if one.number != 2]
    for one in left:
        before = names(collections, described).of_collection(one.report, one.vcenter)
        assert names(left, described).of_collection(one.report, one.vcenter) == before


def test_of_descriptions_the_newest_of_each_shape_stays() -> None:
    """The current row of a vCenter is filled from all shapes; a daily one would otherwise be kept for ever."""

    def about(text: str, shape: str) -> Collection:
        return listed(text, "vcenters", shape=shape, row_count=1)

    collections = [
        about("01-02 04:00", "vmware_about_info"),
        about("01-03 04:00", "vmware_about_info"),
        about("01-04 04:00", "govc_about"),
        about("01-05 04:00", "govc_about"),
    ]
    described = {(one.report, 1): [Described(U1, U1, None)] for one in collections}
    assert gone(*collections, described=described) == ["01-02 04:00", "01-04 04:00"]
