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
from vcenter_pipeline.model.schemas import STORED_TABLES
from vcenter_pipeline_tests.contracts import columns_of_current_tables, columns_of_history_tables

COLUMNS: Final = columns_of_current_tables.COLUMNS | columns_of_history_tables.COLUMNS
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
    "dim_cluster.csv",
    "dim_cluster.json",
    "dim_cluster.parquet",
    "dim_datacenter.csv",
    "dim_datacenter.json",
    "dim_datacenter.parquet",
    "dim_datastore.csv",
    "dim_datastore.json",
    "dim_datastore.parquet",
    "dim_date.csv",
    "dim_date.json",
    "dim_date.parquet",
    "dim_esxi_host.csv",
    "dim_esxi_host.json",
    "dim_esxi_host.parquet",
    "dim_resource_pool.csv",
    "dim_resource_pool.json",
    "dim_resource_pool.parquet",
    "dim_source.csv",
    "dim_source.json",
    "dim_source.parquet",
    "dim_vcenter.csv",
    "dim_vcenter.json",
    "dim_vcenter.parquet",
    "dim_virtual_machine.csv",
    "dim_virtual_machine.json",
    "dim_virtual_machine.parquet",
    "dim_vm_disk.csv",
    "dim_vm_disk.json",
    "dim_vm_disk.parquet",
    "dim_vm_guest_disk.csv",
    "dim_vm_guest_disk.json",
    "dim_vm_guest_disk.parquet",
    "dim_vm_snapshot.csv",
    "dim_vm_snapshot.json",
    "dim_vm_snapshot.parquet",
    "fact_alarm_episode.csv",
    "fact_alarm_episode.json",
    "fact_alarm_episode.parquet",
    "fact_cluster_daily.csv",
    "fact_cluster_daily.json",
    "fact_cluster_daily.parquet",
    "fact_collection.csv",
    "fact_collection.json",
    "fact_collection.parquet",
    "fact_datastore_change.csv",
    "fact_datastore_change.json",
    "fact_datastore_change.parquet",
    "fact_datastore_daily.csv",
    "fact_datastore_daily.json",
    "fact_datastore_daily.parquet",
    "fact_esxi_host_change.csv",
    "fact_esxi_host_change.json",
    "fact_esxi_host_change.parquet",
    "fact_rejected_row.csv",
    "fact_rejected_row.json",
    "fact_rejected_row.parquet",
    "fact_report.csv",
    "fact_report.json",
    "fact_report.parquet",
    "fact_source_daily.csv",
    "fact_source_daily.json",
    "fact_source_daily.parquet",
    "fact_triggered_alarm.csv",
    "fact_triggered_alarm.json",
    "fact_triggered_alarm.parquet",
    "fact_vm_change.csv",
    "fact_vm_change.json",
    "fact_vm_change.parquet",
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
    ("Dim vCenter", "dim_vcenter"),
    ("Dim Datacenter", "dim_datacenter"),
    ("Dim Cluster", "dim_cluster"),
    ("Dim ESXi Host", "dim_esxi_host"),
    ("Dim Datastore", "dim_datastore"),
    ("Dim Resource Pool", "dim_resource_pool"),
    ("Dim VM Disk", "dim_vm_disk"),
    ("Dim VM Guest Disk", "dim_vm_guest_disk"),
    ("Dim VM Snapshot", "dim_vm_snapshot"),
    ("Fact Collection", "fact_collection"),
    ("Fact VM Change", "fact_vm_change"),
    ("Fact ESXi Host Change", "fact_esxi_host_change"),
    ("Fact Datastore Change", "fact_datastore_change"),
    ("Fact Alarm Episode", "fact_alarm_episode"),
    ("Fact Source Daily", "fact_source_daily"),
    ("Fact Cluster Daily", "fact_cluster_daily"),
    ("Fact Datastore Daily", "fact_datastore_daily"),
    ("Dim Date", "dim_date"),
]


def spelled(table: str) -> tuple[list[str], list[str]]:
    """Give the columns as `name type [required]`, and the headers."""
    halves = [line.strip().split(" | ") for line in COLUMNS[table].strip().splitlines()]
    return [half[0] for half in halves], [half[1] for half in halves]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a source about which nothing is known yet."""
    directory = tmp_path_factory.mktemp("output") / "acme" / "prod"
    core: dict[str, pa.Table] = {name: core_table(name).arrow_schema.empty_table() for name in STORED_TABLES}
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
