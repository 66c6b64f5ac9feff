"""How a column is declared: its type, and a field for each kind of column, with the checks that go with it.

`schemas` puts them together. A check's `error` is the middle of the sentence that a rejected row gets:
`power_state is not one of poweredOn, poweredOff, suspended: 'x'`.
"""

from typing import Annotated, Any, Final

import pandas as pd
import pyarrow as pa
from pandera.pandas import Field

Text = Annotated[pd.ArrowDtype, pa.string()]
Count = Annotated[pd.ArrowDtype, pa.int64()]
Flag = Annotated[pd.ArrowDtype, pa.bool_()]
Instant = Annotated[pd.ArrowDtype, pa.timestamp("us")]
Seconds = Annotated[pd.ArrowDtype, pa.float64()]
Number = Annotated[pd.ArrowDtype, pa.float64()]
Day = Annotated[pd.ArrowDtype, pa.date32()]

NAME_LENGTH: Final = 1_024
"""vSphere allows 80 characters in a name, and escapes some as three; a folder path holds many names."""
FREE_TEXT_LENGTH: Final = 65_536

_NO_CONTROLS: Final = {
    "pattern": "^[^\\x00-\\x1f\\x7f\ufffe\uffff]*$",
    "error": "holds a character that no name can hold",
}
"""Excel and PostgreSQL refuse control characters, and nobody means them."""
_NO_NONCHARACTERS: Final = {
    "pattern": "^[^\\x00\ufffe\uffff]*$",
    "error": "holds a character that no file can hold",
}
"""Free text may hold line breaks, tabs and what else editors leave."""
UUID: Final = {
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "error": "is no uuid",
}
MAC_ADDRESS: Final = {"pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "error": "is no MAC address"}
NOT_NEGATIVE: Final = {"min_value": 0, "error": "is less than 0"}


def _at_most(characters: int) -> dict[str, Any]:
    return {"max_value": characters, "error": f"is longer than {characters:,} characters"}


def build_field(
    title: str,
    description: str,
    *,
    unit: str | None = None,
    is_free_text: bool = False,
    **checks: Any,  # noqa: ANN401 - each goes to the check of its name
) -> Any:  # noqa: ANN401 - pandera types a field as Any, so that a class body may annotate it as a column
    """Build a field; `checks` are those of Pandera."""
    return Field(title=title, description=description, metadata={"unit": unit, "free_text": is_free_text}, **checks)


def text(title: str, description: str, *, nullable: bool = True, **checks: Any) -> Any:  # noqa: ANN401 - as above
    """Build the field of a text that somebody named something with."""
    checks.setdefault("str_matches", _NO_CONTROLS)
    return build_field(title, description, nullable=nullable, str_length=_at_most(NAME_LENGTH), **checks)


def one_of(title: str, description: str, words: tuple[str, ...], *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    """Build the field of a text out of a closed set."""
    listed = ", ".join(words)
    return build_field(
        title,
        f"{description} One of {listed}.",
        nullable=nullable,
        isin={"allowed_values": words, "error": f"is not one of {listed}"},
    )


def free_text(title: str, description: str) -> Any:  # noqa: ANN401 - as above
    """Build the field of a text that people write freely: it may hold anything, and is never shown in a preview."""
    return build_field(
        title,
        description,
        is_free_text=True,
        nullable=True,
        str_matches=_NO_NONCHARACTERS,
        str_length=_at_most(FREE_TEXT_LENGTH),
    )


def count(title: str, description: str, *, unit: str | None = None, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    """Build the field of a number that is never below 0."""
    return build_field(title, description, unit=unit, nullable=nullable, ge=NOT_NEGATIVE)


def flag(title: str, description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    """Build the field of a boolean."""
    return build_field(title, description, nullable=nullable)


def instant(title: str, description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    """Build the field of a UTC instant."""
    return build_field(title, description, unit="UTC", nullable=nullable)


def day(title: str, description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    """Build the field of a date."""
    return build_field(title, description, nullable=nullable)


def number(title: str, description: str, *, ge_zero: bool = False) -> Any:  # noqa: ANN401 - as above
    """Build the field of a number that may be null, and below 0 unless it is said not to be."""
    if ge_zero:
        return build_field(title, description, nullable=True, ge=NOT_NEGATIVE)
    return build_field(title, description, nullable=True)
