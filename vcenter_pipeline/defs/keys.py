"""The names of the assets, and links to their pages."""

from typing import Final

import dagster as dg

from vcenter_pipeline.model.schemas import HISTORY_TABLES

REPORT: Final = dg.AssetKey(["raw", "report"])
HISTORY: Final = dg.AssetKey(["core", "history"])
WORKBOOK: Final = dg.AssetKey(["powerbi", "workbook"])


def core_key(table: str) -> dg.AssetKey:
    """Give the asset of a table of the database."""
    return dg.AssetKey(["core", table])


def powerbi_key(table: str) -> dg.AssetKey:
    """Give the asset of a published table."""
    return dg.AssetKey(["powerbi", table])


def stored_key(table: str) -> dg.AssetKey:
    """Give the asset that holds a table of the database: those of the history are one asset."""
    return HISTORY if table in HISTORY_TABLES else core_key(table)


def to_link(key: dg.AssetKey) -> str:
    """Give a link to an asset's page, as Markdown."""
    name = key.to_user_string()
    return f"[{name}](/assets/{name})"
