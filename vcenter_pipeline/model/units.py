"""The only conversions: whole numbers, booleans, text, UTC, MAC, IP.

Each takes what a report may hold (YAML leaves every number a text, old modules write numbers as text)
and gives the value in the model's unit, or None where the report says nothing. What cannot be meant
is a ValueError with the rest of a sentence: `'four' is not a whole number`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final, TypeVar
from urllib.parse import unquote

INT64_MAX: Final = 2**63 - 1

T = TypeVar("T")

_SHOWN = 60
_LONGEST_SHOWN = 10**_SHOWN
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.0{1,9})?")
_GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.0{1,9})?")
_ESCAPE = re.compile(r"%(2f|5c|25)", re.IGNORECASE)
_SIZE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*([KMGTP]?)(?:i?B)?", re.IGNORECASE)
_POWERS_OF_1024 = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_UNKNOWN = frozenset({"n/a", "na", "none", "null", "unknown", "-"})
"""Words that modules write into a number or a flag which they do not know."""
_SECONDS = re.compile(r"[0-9]{9,10}(\.[0-9]+)?")
_MILLISECONDS = re.compile(r"[0-9]{12,13}")
_SCRIPT_DATE = re.compile(r"\\?/Date\((-?[0-9]{1,15})([+-][0-9]{4})?\)\\?/")
"""How PowerShell 5 writes a time as JSON."""
_AMERICAN_TIME = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})? [AP]M", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as every instant here
_FRACTION = re.compile(r"(\.\d{6})\d+")
_DASHED_MAC = re.compile(r"[-.]")
_BITS_OF_IPV4, _BITS_OF_IPV6 = 32, 128
_PREFIX_LENGTHS = {"": None, **{str(length): length for length in range(_BITS_OF_IPV6 + 1)}}
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def shown(value: object) -> str:
    """Give the value as a message may show it: quoted and short.

    A list or an object is only named: it may hold a password, and messages are stored.
    """
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    if isinstance(value, int) and abs(value) > _LONGEST_SHOWN:
        return f"a number of {value.bit_length()} bits"
    text = repr(value[:_SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def to_text(value: object) -> str | None:
    """Give text as it is; an empty text says nothing and becomes None.

    Numbers and booleans become the text that JSON has for them. A list or a mapping is no text, and neither is
    half of a surrogate pair (JSON can write one): no file and no database takes it.
    """
    if type(value) is str:
        if not value.isascii():
            _refuse_surrogates(value)
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) <= _LONGEST_SHOWN):
        return str(value)
    message = f"{shown(value)} is not a text"
    raise ValueError(message)


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        message = f"{shown(text)} holds half of a surrogate pair, which cannot be stored"
        raise ValueError(message) from None


def to_name(value: object) -> str | None:
    r"""Give the name of a vSphere object as people see it.

    vSphere keeps `/`, `\` and `%` in names as `%2f`, `%5c` and `%25`; some modules decode that and some do not.
    """
    text = to_text(value)
    return _ESCAPE.sub(lambda escape: unquote(escape[0]), text) if text is not None and "%" in text else text


def to_count(value: object) -> int | None:
    """Give a whole number that fits in 64 bits; `1,048,576` is one, and `N/A` says nothing."""
    if type(value) is int:
        if -INT64_MAX <= value <= INT64_MAX:
            return value
    elif value is None or value == "":
        return None
    elif isinstance(value, float) and value.is_integer() and abs(value) <= INT64_MAX:
        return int(value)
    elif isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        return to_count(int(value.strip().partition(".")[0]))
    elif isinstance(value, str) and _GROUPED_NUMBER.fullmatch(value.strip()):
        return to_count(value.strip().replace(",", ""))
    elif _says_unknown(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        message = f"{shown(value)} does not fit in 64 bits"
    else:
        message = f"{shown(value)} is not a whole number"
    raise ValueError(message)


def _says_unknown(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in _UNKNOWN


def to_limit(value: object) -> int | None:
    """Give a limit, which vSphere writes as -1 where there is none."""
    limit = to_count(value)
    return None if limit is not None and limit < 0 else limit


def to_rounded(value: object) -> int | None:
    """Give the whole part of a number that may have a fraction: `12531937.54` seconds."""
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal():
        value = float(value) if "." in value else value
    if isinstance(value, float) and abs(value) <= INT64_MAX:
        return int(value)
    return to_count(value)


def to_bytes(value: object) -> int | None:
    """Give a size in bytes: a number of them, or a text with a unit of powers of 1024: `69.73 GB`, `1,048,576 KB`.

    A text has two decimals at best, so what it gives is near the size, not the size.
    """
    if isinstance(value, str) and not _says_unknown(value):
        found = _SIZE.fullmatch(value.strip())
        if found is not None:
            number, unit = found[1].replace(",", ""), found[2].upper()
            power: int = 1024 ** _POWERS_OF_1024[unit]
            return to_count(round(float(number) * power) if "." in number else int(number) * power)
        if value.strip():
            message = f"{shown(value)} is not a size such as 69.73 GB"
            raise ValueError(message)
    return to_count(value)


def to_flag(value: object) -> bool | None:
    """Give a boolean; Ansible and YAML 1.1 also write `yes`, `no`, `on`, `off`, and `N/A` says nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if _says_unknown(value):
        return None
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    message = f"{shown(value)} is neither true nor false"
    raise ValueError(message)


_assumed_zone: Final[ContextVar[tzinfo]] = ContextVar("_assumed_zone", default=UTC)


@contextmanager
def times_without_zone(zone: tzinfo) -> Iterator[None]:
    """Take times that name no zone as times of this zone, for the block."""
    token = _assumed_zone.set(zone)
    try:
        yield
    finally:
        _assumed_zone.reset(token)


def to_instant(value: object) -> datetime | None:
    """Give a time as a naive UTC datetime of microseconds.

    Read are ISO 8601, seconds and milliseconds since 1970, and what PowerShell writes: `/Date(…)/` and, in English
    only, `7/31/2026 9:00:00 PM`. A time without a zone is taken as `times_without_zone` says, as UTC outside of it:
    pyVmomi and govc both write UTC. Finer fractions are cut.
    """
    if value is None or value == "":
        return None
    moment = value if isinstance(value, datetime) else _to_moment(value)
    try:
        if moment.tzinfo is None:
            if _assumed_zone.get() is UTC:
                return moment
            moment = moment.replace(tzinfo=_assumed_zone.get())
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        message = f"{shown(value)} is outside the years 1 to 9999"
        raise ValueError(message) from None


def _to_moment(value: object) -> datetime:
    text = str(value).strip()
    try:
        return datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        if isinstance(value, bool):
            pass
        elif _SECONDS.fullmatch(text):
            return (_EPOCH + timedelta(seconds=float(text))).replace(tzinfo=UTC)
        elif found := _MILLISECONDS.fullmatch(text) or _SCRIPT_DATE.fullmatch(text):
            return (_EPOCH + timedelta(milliseconds=int(found[(found.lastindex and 1) or 0]))).replace(tzinfo=UTC)
        elif _AMERICAN_TIME.fullmatch(text):
            with suppress(ValueError):
                form = "%m/%d/%Y %I:%M:%S %p" if text.count(":") > 1 else "%m/%d/%Y %I:%M %p"
                return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
    message = f"{shown(value)} is not a time such as 2026-01-31T02:00:00Z"
    raise ValueError(message) from None


def to_text_without_zone(value: object) -> str | None:
    """Give a time as it was written when it names no zone, so that nothing is lost by assuming one; else None."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        is_bare = _to_moment(value).tzinfo is None
    except ValueError:
        return None
    return value.strip() if is_bare else None


def to_mac_address(value: object) -> str | None:
    """Give a MAC address in lower case with colons: `00:50:56:aa:00:00`.

    What has another form is only lowered, so that validation can refuse it by name.
    """
    text = to_text(value)
    if text is None:
        return None
    lowered = text.lower()
    if ":" in lowered:
        return lowered
    digits = _DASHED_MAC.sub("", lowered)
    twelve = 12
    if len(digits) != twelve:
        return lowered
    return ":".join(digits[i : i + 2] for i in range(0, twelve, 2))


def to_address(value: object) -> tuple[str, int | None, str] | None:
    """Give (address, prefix length, family) of `10.0.0.1`, `10.0.0.1/24` or `fe80::1/64`.

    The address comes out in its canonical spelling, a zone (`fe80::1%eth0`) is left out.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        address, _, prefix = value.partition("/")
        try:
            length = _PREFIX_LENGTHS[prefix]
            if ":" in address:
                packed = inet_pton(AF_INET6, address.partition("%")[0] if "%" in address else address)
                return inet_ntop(AF_INET6, packed), length, "ipv6"
            inet_pton(AF_INET, address)  # takes no spelling but the canonical one
            if length is None or length <= _BITS_OF_IPV4:
                return address, length, "ipv4"
        except (LookupError, OSError, ValueError):
            if value != value.strip():
                return to_address(value.strip())
    message = f"{shown(value)} is not an IP address"
    raise ValueError(message)


@lru_cache(maxsize=4096)
def to_datastore_url(value: str | None) -> str | None:
    """Give `/vmfs/volumes/x` for that and for `ds:///vmfs/volumes/x/`: one datastore, two spellings."""
    if value is None:
        return None
    return value.removeprefix("ds://").rstrip("/") or None


def named(column: str, convert: Callable[[object], T], value: object) -> T:
    """Convert the value; a failure also says which column it was for."""
    try:
        return convert(value)
    except ValueError as error:
        message = f"{column}: {error}"
        raise ValueError(message) from None
