"""The assets as the graph shows them: names, groups, descriptions, columns, what they are made from."""

from typing import Final

import dagster as dg

from vcenter_pipeline.exports.contract import WORKBOOK_NAME
from vcenter_pipeline.exports.star import MADE_FROM
from vcenter_pipeline.model.columns import Table, core_table, published_table
from vcenter_pipeline.model.schemas import CORE_TABLES, HISTORY_TABLES, PUBLISHED_TABLES

REPORT: Final = dg.AssetKey(["raw", "report"])
HISTORY: Final = dg.AssetKey(["core", "history"])
WORKBOOK: Final = dg.AssetKey(["powerbi", "workbook"])

_HISTORY_MADE_FROM: Final = (
    "collections",
    "virtual_machines",
    "vm_datastores",
    "esxi_hosts",
    "clusters",
    "datastores",
    "vm_snapshots",
    "triggered_alarms",
)
_OWNERS: Final = ["team:vcenter-pipeline"]
_TYPES: Final = {"int64": "integer", "double": "float", "timestamp[us]": "timestamp", "date32[day]": "date"}


def core_key(table: str) -> dg.AssetKey:
    """Give the asset of a table of the database."""
    return dg.AssetKey(["core", table])


def _stored_key(table: str) -> dg.AssetKey:
    return HISTORY if table in HISTORY_TABLES else core_key(table)


def powerbi_key(table: str) -> dg.AssetKey:
    """Give the asset of a published table."""
    return dg.AssetKey(["powerbi", table])


def ingest_specs() -> list[dg.AssetSpec]:
    """Describe the raw report and the tables of the database."""
    report = dg.AssetSpec(
        REPORT,
        group_name="raw",
        description=(
            "One report from the input folder: read, recognised and fingerprinted. A report that nothing is "
            "recognised in goes to quarantine, with a sentence that says why."
        ),
        kinds={"file", "json", "yaml"},
        owners=_OWNERS,
    )
    tables = [
        dg.AssetSpec(
            core_key(name),
            deps=[REPORT],
            group_name="core",
            description=f"{core_table(name).description} Every collection is kept, by report.",
            kinds={"table", "pandera"},
            owners=_OWNERS,
            metadata={"dagster/column_schema": _column_schema(core_table(name))},
        )
        for name in CORE_TABLES
    ]
    history = dg.AssetSpec(
        HISTORY,
        deps=[core_key(name) for name in _HISTORY_MADE_FROM],
        group_name="core",
        description=(
            "How complete collections differ from those before them, what became of each alarm, and the numbers of "
            "each day. It is derived anew only where a report touches it: "
            + " ".join(f"`{name}`: {core_table(name).description}" for name in HISTORY_TABLES)
        ),
        kinds={"table", "pandera"},
        owners=_OWNERS,
        metadata={"dagster/column_schema": _history_schema()},
    )
    return [report, *tables, history]


def publish_specs(formats: tuple[str, ...]) -> list[dg.AssetSpec]:
    """Describe the published tables, and the workbook where it is written."""
    kinds = {*(name for name in formats if name != "excel"), "powerbi"}
    tables = [
        dg.AssetSpec(
            powerbi_key(name),
            deps=list(dict.fromkeys(_stored_key(table) for table in MADE_FROM[name])),
            group_name="powerbi",
            description=f"{published_table(name).description} One file a format in the source's output folder.",
            kinds=set(sorted(kinds)[:3]),
            owners=_OWNERS,
            metadata={"dagster/column_schema": _column_schema(published_table(name))},
        )
        for name in PUBLISHED_TABLES
    ]
    workbook = dg.AssetSpec(
        WORKBOOK,
        deps=[powerbi_key(name) for name in PUBLISHED_TABLES],
        group_name="powerbi",
        description=f"All published tables as named tables of one Excel workbook, {WORKBOOK_NAME}.",
        kinds={"excel", "powerbi"},
        owners=_OWNERS,
    )
    return [*tables, *([workbook] if "excel" in formats else [])]


def _history_schema() -> dg.TableSchema:
    columns = [column for name in HISTORY_TABLES for column in _column_schema(core_table(name), f"{name}.").columns]
    return dg.TableSchema(columns=columns)


def _column_schema(table: Table, prefix: str = "") -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                prefix + column.name,
                _TYPES.get(str(column.arrow_type), str(column.arrow_type)),
                f"{column.description} [{column.unit}]" if column.unit else column.description,
                constraints=dg.TableColumnConstraints(nullable=column.is_nullable, unique=table.key == (column.name,)),
            )
            for column in table.columns
        ]
    )
