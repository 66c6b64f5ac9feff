"""What Power BI files depend on, spelled by hand: a change here breaks the refresh of every report in use."""

from pathlib import Path
from typing import Final

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vcenter_pipeline.exports.contract import TABLE_NAMES
from vcenter_pipeline.exports.publishing import publish
from vcenter_pipeline.exports.star import build_star
from vcenter_pipeline.model.columns import core_table
from vcenter_pipeline.model.schemas import CORE_TABLES

COLUMNS: Final = {
    "dim_source": """
        source string required | Source
        client string required | Client
        environment string required | Environment
        virtual_machine_count int64 | VMs
        triggered_alarm_count int64 | Alarms
        virtual_machines_collected_at timestamp[us] | VMs Collected
        triggered_alarms_collected_at timestamp[us] | Alarms Collected
        report_count int64 required | Reports
        rejected_row_count int64 required | Rejected Rows
    """,
    "dim_virtual_machine": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | VM
        moid string | VM Moid
        instance_uuid string | Instance UUID
        bios_uuid string | BIOS UUID
        power_state string | Power State
        guest_os string | Guest OS
        cpu_count int64 | vCPUs
        memory_mib int64 | Memory MiB
        storage_bytes int64 | Storage Bytes
        primary_ip string | Primary IP
        nic_count int64 | NICs
        esxi_host string | ESXi Host
        cluster string | Cluster
        datacenter string | Datacenter
        folder string | Folder
        resource_pool string | Resource Pool
        is_template bool | Is Template
        is_system bool | Is System
        annotation string | Annotation
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "bridge_vm_nic": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        mac_address string required | MAC Address
        address string | IP Address
        prefix_length int64 | Prefix Length
        family string | IP Family
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "bridge_vm_datastore": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        datastore_name string | Datastore
        datastore_url string | Datastore URL
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "bridge_vm_attribute": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        kind string required | Attribute Kind
        category string | Tag Category
        name string required | Attribute
        value string | Attribute Value
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "fact_triggered_alarm": """
        alarm_key string required | Alarm Key
        virtual_machine_key string | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        alarm_name string | Alarm
        description string | Alarm Description
        alarm_moid string | Alarm Moid
        entity_type string | Entity Type
        entity_name string | Entity
        entity_moid string | Entity Moid
        overall_status string | Overall Status
        severity string | Severity
        triggered_at timestamp[us] | Triggered
        is_acknowledged bool | Is Acknowledged
        acknowledged_by string | Acknowledged By
        acknowledged_at timestamp[us] | Acknowledged
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "fact_report": """
        report string required | Report
        client string required | Client
        environment string required | Environment
        vcenter string | vCenter
        path string required | Path
        fingerprint string | Fingerprint
        size_bytes int64 | Size Bytes
        modified_at timestamp[us] | File Time
        collected_at timestamp[us] | Collected
        collected_at_origin string | Collected From
        shapes string | Shapes
        virtual_machine_count int64 | VMs
        triggered_alarm_count int64 | Alarms
        rejected_row_count int64 | Rejected Rows
        status string required | Status
        reason string | Reason
        run_id string | Run
        ingested_at timestamp[us] required | Ingested
        ingest_seconds double | Ingest Seconds
    """,
    "fact_rejected_row": """
        report string required | Report
        client string required | Client
        environment string required | Environment
        row_number int64 required | Row Number
        table_name string required | Table
        position string required | Position
        reason string | Reason
        content string | Content
        collected_at timestamp[us] required | Collected
    """,
}
"""Name, type and whether it is never null; after the bar the header in the workbook."""

FILES: Final = {
    "bridge_vm_attribute.csv",
    "bridge_vm_attribute.json",
    "bridge_vm_attribute.parquet",
    "bridge_vm_datastore.csv",
    "bridge_vm_datastore.json",
    "bridge_vm_datastore.parquet",
    "bridge_vm_nic.csv",
    "bridge_vm_nic.json",
    "bridge_vm_nic.parquet",
    "dim_source.csv",
    "dim_source.json",
    "dim_source.parquet",
    "dim_virtual_machine.csv",
    "dim_virtual_machine.json",
    "dim_virtual_machine.parquet",
    "fact_rejected_row.csv",
    "fact_rejected_row.json",
    "fact_rejected_row.parquet",
    "fact_report.csv",
    "fact_report.json",
    "fact_report.parquet",
    "fact_triggered_alarm.csv",
    "fact_triggered_alarm.json",
    "fact_triggered_alarm.parquet",
    "vcenter.xlsx",
}

SHEETS: Final = [
    ("Overview", "overview"),
    ("Dim Source", "dim_source"),
    ("Dim Virtual Machine", "dim_virtual_machine"),
    ("Bridge VM NIC", "bridge_vm_nic"),
    ("Bridge VM Datastore", "bridge_vm_datastore"),
    ("Bridge VM Attribute", "bridge_vm_attribute"),
    ("Fact Triggered Alarm", "fact_triggered_alarm"),
    ("Fact Report", "fact_report"),
    ("Fact Rejected Row", "fact_rejected_row"),
]


def spelled(table: str) -> tuple[list[str], list[str]]:
    """Give the columns as `name type [required]`, and the headers."""
    halves = [line.strip().split(" | ") for line in COLUMNS[table].strip().splitlines()]
    return [half[0] for half in halves], [half[1] for half in halves]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a source about which nothing is known yet."""
    directory = tmp_path_factory.mktemp("output") / "acme" / "prod"
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in CORE_TABLES}
    publish(directory, build_star("acme", "prod", core), ["parquet", "csv", "json", "excel"])
    return directory


def test_files(published: Path) -> None:
    """A renamed file ends every query that reads it with "could not find file"."""
    assert {path.name for path in published.iterdir()} == FILES


def test_tables_have_a_contract() -> None:
    """A table that is published without being spelled here could be renamed unseen."""
    assert list(COLUMNS) == list(TABLE_NAMES)


@pytest.mark.parametrize("table", COLUMNS)
def test_parquet_columns(published: Path, table: str) -> None:
    """A renamed, moved or retyped column ends a refresh with "the column of the table wasn't found"."""
    schema = pq.read_schema(published / f"{table}.parquet")
    written = [f"{field.name} {field.type}{'' if field.nullable else ' required'}" for field in schema]
    assert written == spelled(table)[0]


@pytest.mark.parametrize("table", COLUMNS)
def test_csv_columns(published: Path, table: str) -> None:
    """Power Query reads CSV by the names in its first line."""
    header = (published / f"{table}.csv").read_text("utf-8-sig").splitlines()[0]
    assert header == ",".join(f'"{column.split()[0]}"' for column in spelled(table)[0])


@pytest.mark.parametrize("table", COLUMNS)
def test_workbook_headers(published: Path, table: str) -> None:
    """The queries of the workbook's users name these headers."""
    [title] = [title for title, name in SHEETS if name == table]
    sheet = openpyxl.load_workbook(published / "vcenter.xlsx")[title]
    assert sheet.tables[table].column_names == spelled(table)[1]
    assert [cell.value for cell in sheet[1]] == spelled(table)[1]


def test_workbook_tables(published: Path) -> None:
    """Power Query finds a table of the workbook by its name, people by its sheet."""
    workbook = openpyxl.load_workbook(published / "vcenter.xlsx")
    assert [(sheet.title, *sheet.tables) for sheet in workbook.worksheets] == SHEETS


def test_names_fit_excel() -> None:
    """Excel repairs a workbook, and so loses its tables, when two names differ in case only or are too long."""
    titles = [title.casefold() for title, _ in SHEETS]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 31
    for table in COLUMNS:
        headers = [header.casefold() for header in spelled(table)[1]]
        assert len(set(headers)) == len(headers)
