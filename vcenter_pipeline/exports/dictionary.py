"""The data dictionary: every published column, in words, as Markdown."""

from vcenter_pipeline.model.columns import Column, published_table
from vcenter_pipeline.model.schemas import PUBLISHED_TABLES

_TYPES = {
    "string": "text",
    "int64": "whole number",
    "bool": "true/false",
    "timestamp[us]": "date and time",
    "date32[day]": "date",
    "double": "decimal number",
}

_HEAD = """\
# Data dictionary

What Power BI reads, per source. Parquet, CSV, JSON and SQL use the column's name; Excel shows the display name.
Times and days are UTC. Where a report does not say something, the value is null: unknown is never zero.
This page is printed by `vcenter-pipeline dictionary`.
"""


def render_dictionary() -> str:
    """Render all published tables."""
    return "\n".join([_HEAD, *(_render_table(name) for name in PUBLISHED_TABLES)])


def _render_table(name: str) -> str:
    table = published_table(name)
    lines = [
        f"## {name}",
        "",
        table.description,
        f"Unique: {', '.join(f'`{column}`' for column in table.key)}.",
        "",
        "| column | display name | type | unit | null | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_render_column(column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _render_column(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.display_name,
        _TYPES[str(column.arrow_type)],
        column.unit or "",
        "yes" if column.is_nullable else "never",
        column.description,
    )
    return f"| {' | '.join(cells)} |"
