"""Which vCenter a collection is of."""

from datetime import datetime

from vcenter_pipeline.model.vcenters import Named, VCenters

U1 = "11111111-1111-1111-1111-111111111111"
U2 = "22222222-2222-2222-2222-222222222222"


def named(report: str, uuid: str | None = None, host: str | None = None, day: int = 1) -> Named:
    """What a report tells of a vCenter on a day of January 2026."""
    return Named(report, datetime(2026, 1, day), uuid, host)  # noqa: DTZ001 - naive UTC, as everywhere in the model


def test_without_any_vcenter_the_source_stands_for_it() -> None:
    """Most playbooks name none: their rows must have one all the same."""
    assert VCenters("acme/prod", []).of_collection("r1", None) == "acme/prod"
    assert VCenters("acme/prod", []).known == frozenset()


def test_a_description_is_of_all_that_its_report_tells() -> None:
    """A bundle asks the vCenter for its uuid once, and lists machines and hosts beside it."""
    vcenters = VCenters("acme/prod", [named("r1", U1), named("r2", U2)])
    assert vcenters.of_collection("r1", None) == U1
    assert vcenters.of_collection("r2", None) == U2


def test_a_report_that_tells_none_is_of_the_only_one() -> None:
    """A file of alarms beside a bundle would otherwise make a second vCenter out of one."""
    vcenters = VCenters("acme/prod", [named("r1", U1)])
    assert vcenters.of_collection("r2", None) == U1
    assert VCenters("acme/prod", [named("r1", U1), named("r2", U2)]).of_collection("r3", None) == "acme/prod"


def test_a_report_that_describes_two_does_not_say_whose_its_lists_are() -> None:
    """Machines of one vCenter in the list of another would be a wrong estate; in none they are merely not told."""
    assert VCenters("acme/prod", [named("r1", U1), named("r1", U2)]).of_collection("r1", None) == "acme/prod"


def test_a_host_name_beside_a_uuid_is_that_vcenter_in_every_report() -> None:
    """One playbook names the host and asks for the uuid, another only names the host: it is one vCenter."""
    vcenters = VCenters("acme/prod", [named("r1", U1), named("r1", host="VC01"), named("r2", host="vc01")])
    assert vcenters.of_collection("r2", "Vc01") == U1
    assert vcenters.known == frozenset({U1})
    of_one_object = VCenters("acme/prod", [named("r1", U1, "vc01"), named("r1", U2, "vc02")])
    assert (of_one_object.of_collection("r2", "vc01"), of_one_object.of_collection("r2", "vc02")) == (U1, U2)


def test_two_host_names_beside_one_uuid_are_not_linked() -> None:
    """Either may be the one: a guess would put the machines of two vCenters together."""
    vcenters = VCenters("acme/prod", [named("r1", U1), named("r1", host="vc01"), named("r1", host="vc02")])
    assert vcenters.of_collection("r1", "vc01") == "vc01"


def test_a_short_name_is_the_full_one_where_only_one_begins_so() -> None:
    """People write `vc01` in one playbook and the full name in the next."""
    vcenters = VCenters("acme/prod", [named("r1", host="vc01.corp.example.com"), named("r2", host="vc01")])
    assert vcenters.of_collection("r2", "vc01") == "vc01.corp.example.com"
    assert vcenters.of_collection("r3", None) == "vc01.corp.example.com"
    two = VCenters("acme/prod", [named("r1", host="vc01.a"), named("r2", host="vc01.b"), named("r3", host="vc01")])
    assert two.of_collection("r3", "vc01") == "vc01"


def test_an_address_is_no_full_name() -> None:
    """`10` is not short for `10.0.0.1`."""
    vcenters = VCenters("acme/prod", [named("r1", host="10.0.0.1"), named("r2", host="10")])
    assert vcenters.of_collection("r2", "10") == "10"


def test_a_vcenter_that_was_installed_anew_keeps_its_name() -> None:
    """Its old reports are of the old installation, and a report that names only the host is of the new one."""
    vcenters = VCenters("acme/prod", [named("old", U1, "vc01", day=1), named("new", U2, "vc01", day=2)])
    assert vcenters.of_collection("old", "vc01") == U1
    assert vcenters.of_collection("new", "vc01") == U2
    assert vcenters.of_collection("other", "vc01") == U2


def test_a_description_is_of_itself() -> None:
    """A loop over vCenters gives one collection with a row for each."""
    vcenters = VCenters("acme/prod", [named("r1", U1), named("r1", U2), named("r2", host="vc03")])
    assert vcenters.of_row("r1", U1, None) == U1
    assert vcenters.of_row("r2", None, "VC03") == "vc03"
