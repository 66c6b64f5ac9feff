"""The calendar: every day of the years that the history of a source touches.

Power BI reckons with time (a month ago, a running total) only over a table that has every day of whole years.
"""

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from vcenter_pipeline.exports.chunks import Array, pc

_MONTHS: Final = pa.array(
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)
_WEEKDAYS: Final = pa.array(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
_SATURDAY: Final = 6
_FIRST_YEAR: Final = 1970
"""File times begin there. An earlier year is a program's word for no time (year 1 of Go and .NET), and two thousand
years of days would fill most of a sheet."""
_YEAR_MONTH_LENGTH: Final = 7


def to_days(instants: Array) -> Array:
    """Give the day of each instant, in UTC as the instants are."""
    days: Array = instants.cast(pa.date32())
    return days


def build_dates(touched: Iterable[Array]) -> pa.Table:
    """Give the days from the first January to the last December of the years in which any of these days lies.

    Names are English, whatever the machine's locale: a report that sorts or filters by them is the same for all.

    Args:
        touched: arrays of days, which may hold nulls.
    """
    years: Array = pc.unique(pa.concat_arrays([pa.array([], pa.int64()), *(pc.year(days) for days in touched)]))
    years = years.filter(pc.greater_equal(years, _FIRST_YEAR))
    days = _days_of_years(pc.min(years).as_py(), pc.max(years).as_py()) if len(years) else pa.array([], pa.date32())
    months, weeks, weekdays = pc.month(days), pc.iso_calendar(days), pc.day_of_week(days, count_from_zero=False)
    return pa.table(
        {
            "date": days,
            "year": pc.year(days),
            "quarter": pc.quarter(days),
            "month": months,
            "month_name": _MONTHS.take(pc.subtract(months, 1)),
            "year_month": pc.utf8_slice_codeunits(days.cast(pa.string()), 0, _YEAR_MONTH_LENGTH),
            "iso_year": pc.struct_field(weeks, "iso_year"),
            "iso_week": pc.struct_field(weeks, "iso_week"),
            "day_of_month": pc.day(days),
            "day_of_week": weekdays,
            "day_name": _WEEKDAYS.take(pc.subtract(weekdays, 1)),
            "is_weekend": pc.greater_equal(weekdays, _SATURDAY),
        }
    )


def _days_of_years(first: int, last: int) -> Array:
    ends = pa.array([f"{first:04}-01-01", f"{last:04}-12-31"]).cast(pa.date32()).cast(pa.int32())
    return pa.array(range(ends[0].as_py(), ends[1].as_py() + 1), pa.int32()).cast(pa.date32())
