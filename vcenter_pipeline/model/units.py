"""The only conversions: whole numbers, booleans, text, UTC, MAC, IP.

Each takes what a report may hold (YAML leaves every number a text, old modules write numbers as text)
and gives the value in the model's unit, or None where the report says nothing. What cannot be meant
is a ValueError with the rest of a sentence: `'four' is not a whole number`.
"""

import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TypeVar

INT64_MAX: Final = 2**63 - 1

T = TypeVar("T")

_SHOWN = 60
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.0{1,9})?")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_DASHED_MAC = re.compile(r"[-.]")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


def shown(value: object) -> str:
    """Give the value as a message may show it: quoted and short."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def to_text(value: object) -> str | None:
    """Give text as it is; an empty text says nothing and becomes None.

    Numbers and booleans become the text that JSON has for them. A list or a mapping is no text.
    """
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    message = f"{shown(value)} is not a text"
    raise ValueError(message)


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
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


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
    text = to_text(value)
    if text is None:
        return None
    address, _, prefix = text.partition("/")
    is_six = ":" in address
    family, bits = (socket.AF_INET6, 128) if is_six else (socket.AF_INET, 32)
    try:
        canonical = socket.inet_ntop(family, socket.inet_pton(family, address.partition("%")[0].strip()))
        length = int(prefix) if prefix else None
    except (OSError, ValueError):
        canonical, length = "", None
    if not canonical or (length is not None and not 0 <= length <= bits):
        message = f"{shown(value)} is not an IP address"
        raise ValueError(message)
    return canonical, length, "ipv6" if is_six else "ipv4"


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
