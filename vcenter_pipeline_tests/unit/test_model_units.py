"""The only conversions."""

from datetime import UTC, datetime

import pytest

from vcenter_pipeline.model.units import (
    named,
    shown,
    to_address,
    to_count,
    to_datastore_url,
    to_flag,
    to_instant,
    to_mac_address,
    to_text,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0012", "0012"),
        ("trailing space ", "trailing space "),
        ("Büro 数据 🚀", "Büro 数据 🚀"),
        (0, "0"),
        (True, "true"),
        (1.5, "1.5"),
    ],
)
def test_text_comes_out_as_it_went_in(value: object, expected: str | None) -> None:
    """Names lose zeros or spaces otherwise, and no longer match the ones in vCenter."""
    assert to_text(value) == expected


@pytest.mark.parametrize("value", [["a"], {"password": "hunter2"}, 10**100, "half \ud800 pair"])
def test_what_no_text_column_can_hold_is_refused(value: object) -> None:
    """A surrogate that gets through fails the whole batch when it is stored."""
    with pytest.raises(ValueError, match=r"text|surrogate") as caught:
        to_text(value)
    assert "hunter2" not in str(caught.value)
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (0, 0),
        ("4", 4),
        (" 4096 ", 4096),
        (4.0, 4),
        ("4.0", 4),
        ("-1", -1),
        (9223372036854775807, 9223372036854775807),
    ],
)
def test_whole_numbers_come_from_numbers_and_texts(value: object, expected: int | None) -> None:
    """YAML leaves every number a text: a report in YAML would lose its CPU counts. Unknown must not become zero."""
    assert to_count(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "four",
        1.5,
        True,
        [4],
        float("nan"),
        float("inf"),
        2**63,
        "99999999999999999999",
        pytest.param(10**5_000, id="5,001 digits"),
        "4 GB",
    ],
)
def test_what_is_no_whole_number_of_64_bits_is_refused(value: object) -> None:
    """An integer beyond 64 bits overflows in Arrow and takes the whole batch with it."""
    with pytest.raises(ValueError, match=r"is not a whole number|does not fit in 64 bits"):
        to_count(value)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), (True, True), ("yes", True), ("False", False), ("off", False)]
)
def test_flags_come_from_booleans_and_words(value: object, expected: bool | None) -> None:  # noqa: FBT001 - a parametrized value
    """The text `false` is truthy: every alarm would be acknowledged."""
    assert to_flag(value) is expected


def test_a_flag_that_is_none_is_refused() -> None:
    """A guess would be published as a fact."""
    with pytest.raises(ValueError, match="'maybe' is neither true nor false"):
        to_flag("maybe")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("2026-11-24T04:19:11.689839761Z", datetime(2026, 11, 24, 4, 19, 11, 689839)),  # noqa: DTZ001 - instants are naive UTC
        ("2026-11-24 04:19:11.689839+00:00", datetime(2026, 11, 24, 4, 19, 11, 689839)),  # noqa: DTZ001 - as above
        ("2026-01-31T02:00:00+02:00", datetime(2026, 1, 31, 0, 0)),  # noqa: DTZ001 - as above
        ("2026-01-31T02:00:00", datetime(2026, 1, 31, 2, 0)),  # noqa: DTZ001 - as above
        (datetime(2026, 1, 31, 2, 0, tzinfo=UTC), datetime(2026, 1, 31, 2, 0)),  # noqa: DTZ001 - as above
    ],
)
def test_instants_are_utc(value: object, expected: datetime | None) -> None:
    """Alarms shift by the zone's hours otherwise, and govc's nanoseconds make no instant at all."""
    assert to_instant(value) == expected


@pytest.mark.parametrize("value", ["2026-02-30", "soon", 12345, ["x"], "0001-01-01T00:00:00+14:00"])
def test_what_is_no_instant_is_refused(value: object) -> None:
    """An OverflowError of the year 1 would end the run instead of rejecting a row."""
    with pytest.raises(ValueError, match=r"is not a time|is outside the years"):
        to_instant(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("00:50:56:AA:00:0c", "00:50:56:aa:00:0c"),
        ("00-50-56-AA-00-0C", "00:50:56:aa:00:0c"),
        ("0050.56aa.000c", "00:50:56:aa:00:0c"),
        ("nonsense", "nonsense"),
    ],
)
def test_mac_addresses_have_one_spelling(value: object, expected: str | None) -> None:
    """An adapter would be listed twice: once per spelling."""
    assert to_mac_address(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("10.0.0.1", ("10.0.0.1", None, "ipv4")),
        ("10.0.0.1/24", ("10.0.0.1", 24, "ipv4")),
        (" 10.0.0.1/24 ", ("10.0.0.1", 24, "ipv4")),
        ("fe80::250:56ff:fe08:08/64", ("fe80::250:56ff:fe08:8", 64, "ipv6")),
        ("FE80::1%eth0", ("fe80::1", None, "ipv6")),
        ("fe80::1%12/64", ("fe80::1", 64, "ipv6")),
        ("2001:db8:10::0", ("2001:db8:10::", None, "ipv6")),
        ("::ffff:10.0.0.1", ("::ffff:10.0.0.1", None, "ipv6")),
    ],
)
def test_addresses_have_one_spelling(value: object, expected: tuple[str, int | None, str] | None) -> None:
    """One address with two spellings joins to nothing in Power BI."""
    assert to_address(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "10.0.0",
        "010.0.0.1",
        "10.0.0.1/33",
        "::1/129",
        "::1/-1",
        "10.0.0.1/x",
        "a:b",
        "::1\0",
        "1.1.1.1\0",
        "\ud800",
        5,
        ["10.0.0.1"],
    ],
)
def test_what_is_no_address_is_refused(value: object) -> None:
    """Anything but a ValueError would end the run."""
    with pytest.raises(ValueError, match="is not an IP address"):
        to_address(value)


def test_a_datastore_has_one_url() -> None:
    """One datastore would be two: `vmware_datastore_info` and `vmware_vm_info` spell its URL differently."""
    assert to_datastore_url("ds:///vmfs/volumes/5a69/") == "/vmfs/volumes/5a69"
    assert to_datastore_url("/vmfs/volumes/5a69") == "/vmfs/volumes/5a69"
    assert to_datastore_url(None) is None


def test_a_message_never_shows_what_is_inside_a_value() -> None:
    """Messages are stored and logged; an object where a text belongs may hold a password."""
    assert shown({"password": "hunter2"}) == "an object"
    assert shown(["hunter2"]) == "a list"
    assert shown("x" * 1_000) == "'" + "x" * 58 + "…"
    assert shown(2**20_000) == "a number of 20001 bits"


def test_a_failure_names_its_column() -> None:
    """The admin would have to look through 18 keys."""
    with pytest.raises(ValueError, match=r"^allocated\.cpu: 'four' is not a whole number$"):
        named("allocated.cpu", to_count, "four")
