"""Every setting, declared once: an environment variable, or a line of a `.env` file in the working directory.

Nothing else in the package reads the environment. A value that cannot be used is a SettingsError whose
sentence names the variable.
"""

import os
from datetime import UTC, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from vcenter_pipeline.errors import SettingsError

ExportFormat = Literal["parquet", "csv", "json", "excel"]

_ENV_FILE: Final = ".env"
_MIB: Final = 1024 * 1024
_OWN_PREFIX: Final = "VCENTER_"
_MISSPELT: Final = 0.9
_MOST_DAYS: Final = 36_500
"""A hundred years; more would lie before the calendar begins."""


def _words(value: object) -> object:
    """Take `csv,parquet` as well as a list."""
    return tuple(word.strip().lower() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings of one process; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=_OWN_PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    home: Path = Field(default=Path("vcenter_home"), description="Everything lives below it unless moved.")
    input_dir: Path | None = Field(default=None, description="Where reports are dropped: <client>/<environment>/.")
    archive_dir: Path | None = Field(default=None, description="Where reports go after success.")
    quarantine_dir: Path | None = Field(default=None, description="Where reports go that could not be read.")
    output_dir: Path | None = Field(default=None, description="What Power BI reads: <client>/<environment>/.")
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="The database of the tables: sqlite:////path/to/file.db.",
    )
    dagster_home: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("DAGSTER_HOME", "dagster_home"),
        description="Dagster's own storage: runs, event logs, schedules.",
    )
    ui_port: int = Field(default=3000, ge=1, le=65_535, description="The port of the Dagster UI on 127.0.0.1.")
    poll_seconds: int = Field(default=10, ge=1, le=3_600, description="How often the sensor looks at the input.")
    stability_seconds: float = Field(
        default=5,
        ge=0,
        le=86_400,
        description="A report is finished when two looks so far apart find it unchanged.",
    )
    batch_threshold: int = Field(
        default=10, ge=1, le=100_000, description="More finished reports of a source than this are read in one run."
    )
    batch_size: int = Field(default=100, ge=1, le=10_000, description="The most reports that one run reads.")
    backlog_minutes: int = Field(
        default=15,
        ge=1,
        le=59,
        description="How often the schedule takes what still waits, and how old a request must be for that.",
    )
    max_file_mib: int = Field(default=512, ge=1, description="A larger report is quarantined unread, in MiB.")
    max_content_mib: int = Field(
        default=2_048, ge=1, description="A compressed report that grows larger than this is quarantined, in MiB."
    )
    max_runs: int = Field(default=4, ge=1, le=1_000, description="Runs at the same time.")
    retention_days: int = Field(
        default=0,
        ge=0,
        le=_MOST_DAYS,
        description="Archived and quarantined files older than this are removed once a day; 0 keeps them all.",
    )
    keep_all_days: int = Field(
        default=90,
        ge=0,
        le=_MOST_DAYS,
        description="The tables keep the rows of every report so long, in days; 0 keeps them for ever.",
    )
    keep_daily_days: int = Field(
        default=730,
        ge=0,
        le=_MOST_DAYS,
        description=(
            "After VCENTER_KEEP_ALL_DAYS and until this age in days, the tables keep the last complete list of each "
            "day, per vCenter and kind of object, then the last one of each month; 0 keeps each day for ever. What is "
            "current, and the history that was derived, is always kept."
        ),
    )
    run_days: int = Field(
        default=90,
        ge=0,
        le=_MOST_DAYS,
        description=(
            "Dagster's runs that ended longer ago than this many days are removed, with their event logs and compute "
            "logs, but for the newest of each source; 0 keeps them all."
        ),
    )
    tick_days: int = Field(
        default=30,
        ge=1,
        le=_MOST_DAYS,
        description="How many days Dagster keeps what its sensor and its schedules did at each tick.",
    )
    late_hours: int = Field(
        default=36,
        ge=1,
        le=_MOST_DAYS * 24,
        description=(
            "A source is late that has told nothing for so many hours, and for three times as long as it usually "
            "takes from one report to the next."
        ),
    )
    fall_percent: int = Field(
        default=20,
        ge=1,
        le=100,
        description="A list that has become shorter by more than this share, in percent, is told in a check.",
    )
    rejected_percent: int = Field(
        default=5,
        ge=0,
        le=100,
        description="More rejected rows than this share of a run's rows, in percent, are an error and no warning.",
    )
    snapshot_days: int = Field(
        default=7, ge=0, le=_MOST_DAYS, description="A snapshot of a virtual machine is too old after so many days."
    )
    datastore_percent: int = Field(
        default=85, ge=1, le=100, description="A datastore is too full when more than this is used, in percent."
    )
    overview_minutes: int = Field(
        default=15, ge=1, le=59, description="How often the overview of all sources is made anew, where anything came."
    )
    formats: Annotated[tuple[ExportFormat, ...], NoDecode, BeforeValidator(_words)] = Field(
        default=("parquet", "csv", "json", "excel"),
        min_length=1,
        description="What is written for Power BI, separated by commas: parquet, csv, json, excel.",
    )
    csv_formula_guard: bool = Field(
        default=True,
        description="Put an apostrophe before CSV text that a spreadsheet would run as a formula.",
    )
    free_text: Literal["keep", "mask", "drop"] = Field(
        default="keep",
        description="What becomes of annotations, tags, the values of custom attributes, and descriptions.",
    )
    time_zone: str = Field(
        default="UTC", description="The zone of times in reports and file names that name none: Europe/Berlin."
    )

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone such as UTC or Europe/Berlin")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_supported(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("sqlite:///"):
            raise ValueError("must begin with sqlite:///")
        return value

    @model_validator(mode="after")
    def _is_apart(self) -> Self:
        """Keep what the pipeline writes out of what it reads: it would take its own output for reports."""
        inputs = self.input_path
        for variable, path in {
            "VCENTER_ARCHIVE_DIR": self.archive_path,
            "VCENTER_QUARANTINE_DIR": self.quarantine_path,
            "VCENTER_OUTPUT_DIR": self.output_path,
        }.items():
            if path.is_relative_to(inputs) or inputs.is_relative_to(path):
                raise ValueError(f"{variable} and the input folder {inputs} must not lie one in the other")
        return self

    @model_validator(mode="after")
    def _keeps_days_longer_than_all(self) -> Self:
        """Refuse what would keep each day's last list for a shorter time than every list."""
        if self.keep_daily_days and self.keep_daily_days < self.keep_all_days:
            raise ValueError(
                f"VCENTER_KEEP_DAILY_DAYS ({self.keep_daily_days}) must not be less than VCENTER_KEEP_ALL_DAYS "
                f"({self.keep_all_days}): each day's last list is kept at least as long as every list. "
                "0 keeps it for ever"
            )
        return self

    @property
    def home_path(self) -> Path:
        """The home directory, absolute."""
        return self.home.expanduser().absolute()

    def _placed(self, moved: Path | None, name: str) -> Path:
        return moved.expanduser().absolute() if moved else self.home_path / name

    @property
    def input_path(self) -> Path:
        """Where reports are dropped."""
        return self._placed(self.input_dir, "input")

    @property
    def archive_path(self) -> Path:
        """Where reports go after success."""
        return self._placed(self.archive_dir, "archive")

    @property
    def quarantine_path(self) -> Path:
        """Where reports go that could not be read."""
        return self._placed(self.quarantine_dir, "quarantine")

    @property
    def output_path(self) -> Path:
        """What Power BI reads."""
        return self._placed(self.output_dir, "output")

    @property
    def dagster_path(self) -> Path:
        """Dagster's own storage."""
        return self._placed(self.dagster_home, "dagster")

    @property
    def database(self) -> str:
        """The URL of the database."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home_path / 'warehouse.db'}"

    @property
    def zone(self) -> tzinfo:
        """The zone of times that name none."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def max_file_bytes(self) -> int:
        """The largest report that is read."""
        return self.max_file_mib * _MIB

    @property
    def max_content_bytes(self) -> int:
        """The largest content that a compressed report may have."""
        return max(self.max_content_mib, self.max_file_mib) * _MIB


class SettingFact(NamedTuple):
    """What `vcenter-pipeline settings` prints of one setting."""

    variable: str
    value: str
    origin: str
    """`environment`, `.env` or `default`."""
    meaning: str


_PLACES: Final = {
    "home": "home_path",
    "input_dir": "input_path",
    "archive_dir": "archive_path",
    "quarantine_dir": "quarantine_path",
    "output_dir": "output_path",
    "dagster_home": "dagster_path",
    "database_url": "database",
}


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - each is checked against its own field
    """Read the settings; arguments win over the environment, the environment over `.env`.

    Raises:
        SettingsError: a value cannot be used, or a variable is a setting's name misspelt, which would
            otherwise be silently without effect. Other variables `VCENTER_…` are left alone: playbooks
            on the same machine have theirs.
    """
    known = [_variable(name) for name in Settings.model_fields]
    for variable in sorted({*os.environ, *dotenv_values(_ENV_FILE)}):
        if variable.startswith(_OWN_PREFIX) and variable not in known:
            for meant in get_close_matches(variable, known, n=1, cutoff=_MISSPELT):
                raise SettingsError(f"{variable} is no setting; {meant} is.")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        sentences = [
            ": ".join([*(_variable(str(place)) for place in problem["loc"][:1]), _sentence(problem["msg"])])
            for problem in error.errors()
        ]
        raise SettingsError(" ".join(sentences)) from None


def setting_facts(settings: Settings) -> list[SettingFact]:
    """Describe every setting; a password in a URL is masked."""
    in_file = dotenv_values(_ENV_FILE)
    facts = []
    for name, field in Settings.model_fields.items():
        variable = _variable(name)
        if os.environ.get(variable):
            origin = "environment"
        elif in_file.get(variable):
            origin = ".env"
        else:
            origin = "default"
        value = getattr(settings, _PLACES.get(name, name))
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        facts.append(SettingFact(variable, _masked(shown), origin, field.description or ""))
    return facts


def _variable(name: str) -> str:
    bare = name.upper()
    return bare if bare in {"DATABASE_URL", "DAGSTER_HOME"} else _OWN_PREFIX + bare


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return (text if text.startswith(_OWN_PREFIX) else text[:1].lower() + text[1:]) + "."


def _masked(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{user.partition(':')[0]}:****@{place}" if separator and at else url
