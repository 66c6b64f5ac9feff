"""The columns that many tables have: whose it is, of which vCenter, when, and which report says so."""

from typing import Any

from pandera.pandas import DataFrameModel

from vcenter_pipeline.model.fields import count, instant, text


class DeclaredTable(DataFrameModel):
    """What every table has in common: exactly its columns, and no value is converted."""

    class Config:
        strict = True
        coerce = False


def client() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the client."""
    return text("Client", "Whose vCenter it is: the first folder below the input.", nullable=False)


def environment() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the environment."""
    return text("Environment", "Which of the client's environments: the second folder.", nullable=False)


def vcenter() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the vCenter."""
    return text(
        "vCenter",
        "The vCenter's instance uuid or host name where a report says it, else the source (client/environment).",
        nullable=False,
    )


def collected_at() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the time of collection."""
    return instant("Collected", "When the report says that this was so.", nullable=False)


def report() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the report."""
    return text("Report", "The report that says so: a key of fact_report.", nullable=False)


def collection() -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of the collection, which only the database has."""
    return count("Collection", "The number of the collection in the report, counted from 1.", nullable=False)


def virtual_machine_key(*, nullable: bool = False) -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of a virtual machine's key."""
    return text(
        "Virtual Machine Key",
        "client/environment, the vCenter where the source has several, and the instance uuid; without one the moid, "
        "without that the BIOS uuid and the name.",
        nullable=nullable,
    )


def object_key(title: str, identity: str, *, nullable: bool = False) -> Any:  # noqa: ANN401 - as in `fields`
    """Build the column of another object's key."""
    return text(
        title,
        f"client/environment, the vCenter where the source has several, and {identity}.",
        nullable=nullable,
    )
