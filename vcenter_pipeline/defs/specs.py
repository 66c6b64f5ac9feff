"""The assets as the graph shows them: names, groups, descriptions, columns, what they are made from."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import dagster as dg

from vcenter_pipeline.defs.keys import HISTORY, REPORT, WORKBOOK, core_key, powerbi_key, stored_key, to_link
from vcenter_pipeline.defs.lineage import lists_of
from vcenter_pipeline.defs.table_columns import history_columns, published_columns, report_columns, stored_columns
from vcenter_pipeline.exports.contract import WORKBOOK_NAME
from vcenter_pipeline.exports.star import MADE_FROM
from vcenter_pipeline.model.columns import core_table, published_table
from vcenter_pipeline.model.schemas import CORE_TABLES, HISTORY_TABLES, PUBLISHED_TABLES

__all__ = ["HISTORY", "REPORT", "WORKBOOK", "core_key", "ingest_specs", "powerbi_key", "publish_specs"]

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
_REPORT_DESCRIPTION: Final = """\
One report from the input folder: read, recognised and fingerprinted. A report that nothing is recognised in goes to \
quarantine, with a sentence that says why.

The columns are the lists that a report may hold, and the shapes that tell each. A shape is named after the Ansible \
module or program that writes it: \
[community.vmware](https://github.com/ansible-collections/community.vmware), \
[vmware.vmware](https://github.com/ansible-collections/vmware.vmware), \
[vmware.vmware_rest](https://github.com/ansible-collections/vmware.vmware_rest), \
[govc](https://github.com/vmware/govmomi/tree/main/govc), PowerCLI. `vcenter-pipeline shapes` lists all of them, and \
`vcenter-pipeline shapes NAME` shows how to produce one, and an example.
"""
_DICTIONARY: Final = "`vcenter-pipeline dictionary` prints the columns of all tables."
_PLOTTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fact_source_daily": (
            "**Trends of a source are here.** Open a source under Partitions: `Trend` shows its last 30 days, and "
            "the numbers are the newest that complete lists tell. Plots, beside the metadata below, compare the "
            "sources by each number."
        ),
        "fact_alarm_episode": "The numbers of a source say how many alarms are open, and how long they stay so.",
        "fact_vm_change": "The numbers of a source say how many machines were added, removed and changed of late.",
        "dim_source": (
            f"One row; what it says over time is in {to_link(powerbi_key('fact_source_daily'))}, and what each report "
            f"held is in {to_link(REPORT)}."
        ),
    }
)
"""What else a table's page is good for."""


def ingest_specs() -> list[dg.AssetSpec]:
    """Describe the raw report and the tables of the database."""
    report = dg.AssetSpec(
        REPORT,
        group_name="raw",
        description=_REPORT_DESCRIPTION,
        kinds={"file", "json", "yaml"},
        owners=_OWNERS,
        metadata=report_columns(),
    )
    tables = [
        dg.AssetSpec(
            core_key(name),
            deps=[REPORT],
            group_name="core",
            description=_stored_description(name),
            kinds={"table", "pandera"},
            owners=_OWNERS,
            metadata=stored_columns(name),
        )
        for name in CORE_TABLES
    ]
    history = dg.AssetSpec(
        HISTORY,
        deps=[core_key(name) for name in _HISTORY_MADE_FROM],
        group_name="core",
        description=(
            "How complete collections differ from those before them, what became of each alarm, and the numbers of "
            "each day. It is derived anew only where a report touches it. Its tables:\n\n"
            + "\n".join(f"- `{name}`: {core_table(name).description}" for name in HISTORY_TABLES)
        ),
        kinds={"table", "pandera"},
        owners=_OWNERS,
        metadata=history_columns(),
    )
    return [report, *tables, history]


def publish_specs(formats: tuple[str, ...]) -> list[dg.AssetSpec]:
    """Describe the published tables, and the workbook where it is written."""
    kinds = {*(name for name in formats if name != "excel"), "powerbi"}
    tables = [
        dg.AssetSpec(
            powerbi_key(name),
            deps=list(dict.fromkeys(stored_key(table) for table in MADE_FROM[name])),
            group_name="powerbi",
            description=_published_description(name),
            kinds=set(sorted(kinds)[:3]),
            owners=_OWNERS,
            metadata=published_columns(name),
        )
        for name in PUBLISHED_TABLES
    ]
    workbook = dg.AssetSpec(
        WORKBOOK,
        deps=[powerbi_key(name) for name in PUBLISHED_TABLES],
        group_name="powerbi",
        description=(
            f"All published tables as named tables of one Excel workbook, `{WORKBOOK_NAME}` in the source's output "
            f"folder. {_DICTIONARY}"
        ),
        kinds={"excel", "powerbi"},
        owners=_OWNERS,
    )
    return [*tables, *([workbook] if "excel" in formats else [])]


def _stored_description(name: str) -> str:
    """Say what a table holds, what fills it, and where Power BI reads it."""
    lists = ", ".join(f"`{kind}`" for kind in lists_of(name)) or "files"
    readers = [to_link(powerbi_key(table)) for table, tables in MADE_FROM.items() if tables[0] == name]
    read_as = f" Power BI reads it as {', '.join(readers)}." if readers else ""
    return (
        f"{core_table(name).description} Every collection is kept, by report.\n\n"
        f"Filled from {lists} of {to_link(REPORT)}.{read_as}"
    )


def _published_description(name: str) -> str:
    told = f"\n\n{_PLOTTED[name]}" if name in _PLOTTED else ""
    description = published_table(name).description
    return f"{description}{told}\n\nOne file a format in the source's output folder. {_DICTIONARY}"
