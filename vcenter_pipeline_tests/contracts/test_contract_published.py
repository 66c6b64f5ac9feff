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
        esxi_host_count int64 | ESXi Hosts
        cluster_count int64 | Clusters
        datastore_count int64 | Datastores
        vm_snapshot_count int64 | Snapshots
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
        guest_os_reported string | Guest OS Reported
        guest_hostname string | Guest Host Name
        tools_status string | Tools Status
        tools_running_status string | Tools Running Status
        tools_version_status string | Tools Version Status
        tools_version string | Tools Version
        hardware_version string | Hardware Version
        cores_per_socket int64 | Cores per Socket
        connection_state string | VM Connection
        overall_status string | VM Status
        snapshot_count int64 | Snapshots
        oldest_snapshot_at timestamp[us] | Oldest Snapshot
        is_consolidation_needed bool | Needs Consolidation
        disk_count int64 | Disks
        provisioned_bytes int64 | Provisioned Bytes
        booted_at timestamp[us] | Booted
        created_at timestamp[us] | Created
        esxi_host_moid string | ESXi Host Moid
        committed_bytes int64 | Committed Bytes
        esxi_host_key string | ESXi Host Key
        cluster_key string | Cluster Key
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
        datastore_key string | Datastore Key
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
        triggered_at_text string | Triggered As Written
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
        esxi_host_count int64 | ESXi Hosts
        cluster_count int64 | Clusters
        datastore_count int64 | Datastores
        vm_snapshot_count int64 | Snapshots
        resource_pool_count int64 | Resource Pools
        datacenter_count int64 | Datacenters
        vcenter_count int64 | vCenters
        failed_item_count int64 | Failed Items
        read_at timestamp[us] | Read
        thinned_at timestamp[us] | Thinned
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
    "dim_vcenter": """
        vcenter_key string required | vCenter Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        instance_uuid string | vCenter UUID
        host_name string | vCenter Host
        name string | Product
        full_name string | Product Full Name
        version string | vCenter Version
        build string | vCenter Build
        api_version string | API Version
        api_type string | API Type
        os_type string | vCenter OS
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_datacenter": """
        datacenter_key string required | Datacenter Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Datacenter
        moid string | Datacenter Moid
        overall_status string | Datacenter Status
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_cluster": """
        cluster_key string required | Cluster Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Cluster
        moid string | Cluster Moid
        datacenter string | Datacenter
        overall_status string | Cluster Status
        is_ha_enabled bool | HA Enabled
        is_drs_enabled bool | DRS Enabled
        drs_behavior string | DRS Behavior
        is_vsan_enabled bool | vSAN Enabled
        is_admission_control_enabled bool | Admission Control
        ha_failover_level int64 | HA Failover Level
        host_count int64 | Hosts
        cpu_total_mhz int64 | Cluster CPU MHz
        cpu_used_mhz int64 | Cluster CPU Used MHz
        memory_mib int64 | Cluster Memory MiB
        memory_used_mib int64 | Cluster Memory Used MiB
        storage_bytes int64 | Cluster Storage Bytes
        storage_used_bytes int64 | Cluster Storage Used Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_esxi_host": """
        esxi_host_key string required | ESXi Host Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | ESXi Host
        moid string | ESXi Host Moid
        hardware_uuid string | Hardware UUID
        cluster string | Cluster
        datacenter string | Datacenter
        connection_state string | Host Connection
        is_in_maintenance bool | In Maintenance
        power_state string | Host Power State
        overall_status string | Host Status
        version string | ESXi Version
        build string | ESXi Build
        vendor string | Vendor
        model string | Model
        serial_number string | Serial Number
        cpu_model string | CPU Model
        cpu_socket_count int64 | CPU Sockets
        cpu_core_count int64 | CPU Cores
        cpu_thread_count int64 | CPU Threads
        cpu_mhz int64 | Core MHz
        cpu_total_mhz int64 | CPU MHz
        cpu_used_mhz int64 | CPU Used MHz
        memory_mib int64 | Host Memory MiB
        memory_used_mib int64 | Host Memory Used MiB
        uptime_seconds int64 | Uptime Seconds
        booted_at timestamp[us] | Host Booted
        license_core_count int64 | License Cores
        collected_at timestamp[us] required | Collected
        report string required | Report
        cluster_key string | Cluster Key
    """,
    "dim_datastore": """
        datastore_key string required | Datastore Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Datastore
        moid string | Datastore Moid
        url string | Datastore URL
        datacenter string | Datacenter
        type string | Datastore Type
        capacity_bytes int64 | Capacity Bytes
        free_bytes int64 | Free Bytes
        uncommitted_bytes int64 | Uncommitted Bytes
        provisioned_bytes int64 | Datastore Provisioned Bytes
        is_accessible bool | Is Accessible
        maintenance_mode string | Maintenance Mode
        has_multiple_host_access bool | Multiple Host Access
        datastore_cluster string | Datastore Cluster
        overall_status string | Datastore Status
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_resource_pool": """
        resource_pool_key string required | Resource Pool Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Resource Pool
        moid string | Resource Pool Moid
        owner string | Pool Owner
        overall_status string | Pool Status
        cpu_limit_mhz int64 | CPU Limit MHz
        cpu_reservation_mhz int64 | CPU Reservation MHz
        cpu_shares int64 | CPU Shares
        cpu_shares_level string | CPU Shares Level
        is_cpu_expandable bool | CPU Expandable
        cpu_used_mhz int64 | Pool CPU Used MHz
        memory_limit_mib int64 | Memory Limit MiB
        memory_reservation_mib int64 | Memory Reservation MiB
        memory_shares int64 | Memory Shares
        memory_shares_level string | Memory Shares Level
        is_memory_expandable bool | Memory Expandable
        memory_used_bytes int64 | Pool Memory Used Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_disk": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        label string | Disk
        device_key int64 | Device Key
        capacity_bytes int64 | Disk Capacity Bytes
        datastore_name string | Disk Datastore
        file_path string | Disk File
        disk_mode string | Disk Mode
        backing_type string | Backing Type
        is_thin bool | Is Thin
        controller_type string | Controller
        unit_number int64 | Unit Number
        disk_uuid string | Disk UUID
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_guest_disk": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        disk_path string required | File System
        capacity_bytes int64 | File System Bytes
        free_bytes int64 | File System Free Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_snapshot": """
        snapshot_key string required | Snapshot Key
        virtual_machine_key string | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        vm_name string | Snapshot Of
        vm_folder string | Snapshot Of Folder
        name string | Snapshot
        description string | Snapshot Description
        snapshot_id int64 | Snapshot Id
        created_at timestamp[us] | Taken
        power_state string | Snapshot Power State
        is_quiesced bool | Is Quiesced
        is_current bool | Is Current
        collected_at timestamp[us] required | Collected
        report string required | Report
        vm_match string required | Snapshot Match
    """,
    "fact_collection": """
        report string required | Report
        collection int64 required | Collection
        client string required | Client
        environment string required | Environment
        vcenter string | vCenter
        kind string required | Kind
        shape string required | Shape
        path string | Path
        is_complete bool required | Is Complete
        row_count int64 required | Rows
        failed_item_count int64 | Failed Items
        leaves_out string | Leaves Out
        collected_at timestamp[us] required | Collected
    """,
    "fact_vm_change": """
        virtual_machine_key string required | Virtual Machine Key
        changed_on date32[day] required | Changed On
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Changed Name
        change string required | Change
        aspect string required | Aspect
        column_name string | Column
        old_value string | Old Value
        new_value string | New Value
        difference int64 | Difference
        previous_at timestamp[us] | Seen Before
        collected_at timestamp[us] required | Collected
        report string required | Report
        moid string | Changed Moid
        change_number int64 required | Change Number
    """,
    "fact_esxi_host_change": """
        esxi_host_key string required | ESXi Host Key
        changed_on date32[day] required | Changed On
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Changed Name
        change string required | Change
        aspect string required | Aspect
        column_name string | Column
        old_value string | Old Value
        new_value string | New Value
        difference int64 | Difference
        previous_at timestamp[us] | Seen Before
        collected_at timestamp[us] required | Collected
        report string required | Report
        moid string | Changed Moid
        change_number int64 required | Change Number
    """,
    "fact_datastore_change": """
        datastore_key string required | Datastore Key
        changed_on date32[day] required | Changed On
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Changed Name
        change string required | Change
        aspect string required | Aspect
        column_name string | Column
        old_value string | Old Value
        new_value string | New Value
        difference int64 | Difference
        previous_at timestamp[us] | Seen Before
        collected_at timestamp[us] required | Collected
        report string required | Report
        moid string | Changed Moid
        change_number int64 required | Change Number
    """,
    "fact_alarm_episode": """
        alarm_key string required | Alarm Key
        episode int64 required | Episode
        virtual_machine_key string | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        alarm_name string | Alarm
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
        first_seen_at timestamp[us] required | First Seen
        last_seen_at timestamp[us] required | Last Seen
        cleared_at timestamp[us] | Cleared
        is_open bool required | Is Open
        ending string | Ending
        acknowledged_seen_at timestamp[us] | Seen Acknowledged
        open_minutes int64 | Open Minutes
        acknowledge_minutes int64 | Minutes To Acknowledge
        began_on date32[day] required | Began On
        cleared_on date32[day] | Cleared On
    """,
    "fact_source_daily": """
        collected_on date32[day] required | Day
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        virtual_machine_count int64 | VMs
        powered_on_count int64 | VMs On
        powered_off_count int64 | VMs Off
        suspended_count int64 | VMs Suspended
        template_count int64 | Templates
        vcpu_count int64 | vCPUs
        vcpu_on_count int64 | vCPUs On
        vm_memory_mib int64 | VM Memory MiB
        vm_memory_on_mib int64 | VM Memory On MiB
        vm_storage_bytes int64 | VM Disk Bytes
        vm_provisioned_bytes int64 | VM Provisioned Bytes
        vm_used_bytes int64 | VM Used Bytes
        snapshot_count int64 | Snapshots
        oldest_snapshot_at timestamp[us] | Oldest Snapshot
        esxi_host_count int64 | ESXi Hosts
        cpu_core_count int64 | CPU Cores
        cpu_total_mhz int64 | CPU MHz
        cpu_used_mhz int64 | CPU Used MHz
        host_memory_mib int64 | Host Memory MiB
        host_memory_used_mib int64 | Host Memory Used MiB
        cluster_count int64 | Clusters
        datastore_count int64 | Datastores
        capacity_bytes int64 | Datastore Bytes
        free_bytes int64 | Datastore Free Bytes
        provisioned_bytes int64 | Datastore Provisioned Bytes
        alarm_count int64 | Alarms Open
        critical_alarm_count int64 | Critical Alarms
        warning_alarm_count int64 | Warning Alarms
        unacknowledged_alarm_count int64 | Unacknowledged Alarms
        vcpu_per_core double | vCPUs per Core
        oldest_snapshot_days int64 | Oldest Snapshot Days
    """,
    "fact_cluster_daily": """
        collected_on date32[day] required | Day
        cluster_key string | Cluster Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        datacenter string | Datacenter
        cluster string required | Cluster
        virtual_machine_count int64 | VMs
        powered_on_count int64 | VMs On
        powered_off_count int64 | VMs Off
        suspended_count int64 | VMs Suspended
        template_count int64 | Templates
        vcpu_count int64 | vCPUs
        vcpu_on_count int64 | vCPUs On
        vm_memory_mib int64 | VM Memory MiB
        vm_memory_on_mib int64 | VM Memory On MiB
        vm_storage_bytes int64 | VM Disk Bytes
        vm_provisioned_bytes int64 | VM Provisioned Bytes
        vm_used_bytes int64 | VM Used Bytes
        snapshot_count int64 | Snapshots
        oldest_snapshot_at timestamp[us] | Oldest Snapshot
        esxi_host_count int64 | ESXi Hosts
        cpu_core_count int64 | CPU Cores
        cpu_total_mhz int64 | CPU MHz
        cpu_used_mhz int64 | CPU Used MHz
        host_memory_mib int64 | Host Memory MiB
        host_memory_used_mib int64 | Host Memory Used MiB
        vcpu_per_core double | vCPUs per Core
        oldest_snapshot_days int64 | Oldest Snapshot Days
    """,
    "fact_datastore_daily": """
        collected_on date32[day] required | Day
        datastore_key string required | Datastore Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Datastore
        capacity_bytes int64 | Capacity Bytes
        free_bytes int64 | Free Bytes
        provisioned_bytes int64 | Provisioned Bytes
        used_bytes int64 | Used Bytes
        used_share double | Used Share
    """,
    "dim_date": """
        date date32[day] required | Date
        year int64 required | Year
        quarter int64 required | Quarter
        month int64 required | Month
        month_name string required | Month Name
        year_month string required | Year Month
        iso_year int64 required | ISO Year
        iso_week int64 required | ISO Week
        day_of_month int64 required | Day Of Month
        day_of_week int64 required | Day Of Week
        day_name string required | Day Name
        is_weekend bool required | Is Weekend
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
