"""When a report was collected, where the report itself does not say."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - instants are naive UTC everywhere behind the door
_YEAR_9999: Final = 253_370_764_800
"""Its first second. File systems of 64-bit seconds take the year 30,000, `datetime` does not."""
_DATE: Final = re.compile(r"(?<![0-9])(20[0-9]{2})([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])")
_ZONE: Final = r"(?:([Zz])|([+-])(0[1-9]|1[0-4]):?(00|15|30|45)|[+-]00:?00)?"
_TIME: Final = re.compile(
    r"(?:[Tt_\- .]|(?=[0-9]))([01][0-9]|2[0-3])([-:_.]?)([0-5][0-9])(?:\2([0-5][0-9])(?:[.,][0-9]{1,9})?)?"
    rf"(?![0-9]){_ZONE}(?![0-9])",
)
_ZERO: Final = re.compile(r"[+-]00:?00$")
_HOUR: Final = re.compile(rf"[Tt]([01][0-9]|2[0-3])()()()(?![0-9]){_ZONE}(?![0-9])")


def to_collected_at(name: str, mtime_ns: int, zone: tzinfo = UTC) -> tuple[datetime, str]:
    """Give (naive UTC instant, origin) from the file's name, else from its mtime.

    Understood are a date of the years 2000 to 2099 and a time after it, in the forms people give Ansible's
    `strftime` and `ansible_date_time`: `20260131`, `2026-01-31`, `2026-01-31T0200Z`, `20260131T020015+0100`,
    `2026-01-31_02-00-15`, `20260131020015`. The last date of the name counts. A time without a zone is
    taken as one of `zone`, and a date without a time as its first minute there. Numbers that only look alike, such as
    `20261399` or a ticket of ten digits, are none.

    Returns:
        The instant, and `file name` or `file time` as in `vocabulary.COLLECTED_AT_ORIGINS`.
    """
    found = _to_named_instant(name, zone)
    if found is not None:
        return found, "file name"
    return _EPOCH + timedelta(seconds=min(max(mtime_ns // 1_000_000_000, 0), _YEAR_9999)), "file time"


def _to_named_instant(name: str, zone: tzinfo) -> datetime | None:
    for match in reversed(list(_DATE.finditer(name))):
        year, separator, month, day = match.groups()
        follows_digit = name[match.end() : match.end() + 1].isdigit()
        time = _TIME.match(name, match.end()) or _HOUR.match(name, match.end())
        if follows_digit and (separator or time is None):
            continue  # a longer number
        try:
            moment = datetime(int(year), int(month), int(day))  # noqa: DTZ001 - the zone is applied below
        except ValueError:  # 31 February
            continue
        if time is None:
            return _to_utc(moment, zone)
        hour, _, minute, second, zulu, sign, zone_hour, zone_minute = time.groups()
        moment += timedelta(hours=int(hour), minutes=int(minute or 0), seconds=int(second or 0))
        if sign:
            offset = timedelta(hours=int(zone_hour), minutes=int(zone_minute))
            return moment + (offset if sign == "-" else -offset)
        return moment if zulu or _ZERO.search(time[0]) else _to_utc(moment, zone)
    return None


def _to_utc(moment: datetime, zone: tzinfo) -> datetime:
    return moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
