"""The only conversions: whole numbers, booleans, text, UTC, MAC, IP.

Each takes what a report may hold (YAML leaves every number a text, old modules write numbers as text)
and gives the value in the model's unit, or None where the report says nothing. What cannot be meant
is a ValueError with the rest of a sentence: `'four' is not a whole number`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final, TypeVar

INT64_MAX: Final = 2**63 - 1

T = TypeVar("T")

_SHOWN = 60
_LONGEST_SHOWN = 10**_SHOWN
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.0{1,9})?")
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


def to_count(value: object) -> int | None:
    """Give a whole number that fits in 64 bits."""
    if type(value) is int:
        if -INT64_MAX <= value <= INT64_MAX:
            return value
    elif value is None or value == "":
        return None
    elif isinstance(value, float) and value.is_integer() and abs(value) <= INT64_MAX:
        return int(value)
    elif isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value.strip()):
        return to_count(int(value.strip().partition(".")[0]))
    if isinstance(value, int) and not isinstance(value, bool):
        message = f"{shown(value)} does not fit in 64 bits"
    else:
        message = f"{shown(value)} is not a whole number"
    raise ValueError(message)


def to_flag(value: object) -> bool | None:
    """Give a boolean; Ansible and YAML 1.1 also write `yes`, `no`, `on`, `off`."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    message = f"{shown(value)} is neither true nor false"
    raise ValueError(message)


def to_instant(value: object) -> datetime | None:
    """Give an ISO 8601 time as a naive UTC datetime of microseconds.

    A time without a zone is taken as UTC: pyVmomi and govc both write UTC. Finer fractions are cut.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        moment = value
    else:
        try:
            moment = datetime.fromisoformat(_FRACTION.sub(r"\1", str(value).strip()))
        except ValueError:
            message = f"{shown(value)} is not a time such as 2026-01-31T02:00:00Z"
            raise ValueError(message) from None
    if moment.tzinfo is None:
        return moment
    try:
        return moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        message = f"{shown(value)} is outside the years 1 to 9999"
        raise ValueError(message) from None


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
