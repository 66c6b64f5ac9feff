"""Collections of a report, and what virtual machines run on.

Every row gets the number of its collection, and that becomes part of its key. SQLite cannot change a key, so the
tables are made anew and filled from the old ones. A report of the first version had at most one list of virtual
machines and one of alarms, each of them complete.

Revision ID: 0002
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from alembic import context, op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_CHANGED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "virtual_machines": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, virtual_machine_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, instance_uuid TEXT, bios_uuid TEXT,
            power_state TEXT, guest_os TEXT, cpu_count INTEGER, memory_mib INTEGER, storage_bytes INTEGER,
            primary_ip TEXT, nic_count INTEGER, esxi_host TEXT, cluster TEXT, datacenter TEXT, folder TEXT,
            resource_pool TEXT, is_template INTEGER, is_system INTEGER, annotation TEXT, collected_at TEXT NOT NULL,
            guest_os_reported TEXT, guest_hostname TEXT, tools_status TEXT, tools_running_status TEXT,
            tools_version_status TEXT, tools_version TEXT, hardware_version TEXT, cores_per_socket INTEGER,
            connection_state TEXT, overall_status TEXT, snapshot_count INTEGER, oldest_snapshot_at TEXT,
            is_consolidation_needed INTEGER, disk_count INTEGER, provisioned_bytes INTEGER, booted_at TEXT,
            created_at TEXT, esxi_host_moid TEXT, committed_bytes INTEGER,
            PRIMARY KEY (report, collection, virtual_machine_key)
        """,
        "vm_nics": """
            virtual_machine_key TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL,
            mac_address TEXT NOT NULL, address TEXT, prefix_length INTEGER, family TEXT, collected_at TEXT NOT NULL,
            report TEXT NOT NULL, collection INTEGER NOT NULL
        """,
        "vm_datastores": """
            virtual_machine_key TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL, datastore_name TEXT,
            datastore_url TEXT, collected_at TEXT NOT NULL, report TEXT NOT NULL, collection INTEGER NOT NULL
        """,
        "vm_attributes": """
            virtual_machine_key TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL, kind TEXT NOT NULL,
            category TEXT, name TEXT NOT NULL, value TEXT, collected_at TEXT NOT NULL, report TEXT NOT NULL,
            collection INTEGER NOT NULL
        """,
        "triggered_alarms": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, alarm_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, alarm_name TEXT, description TEXT, alarm_moid TEXT,
            entity_type TEXT, entity_name TEXT, entity_moid TEXT, overall_status TEXT, severity TEXT, triggered_at TEXT,
            is_acknowledged INTEGER, acknowledged_by TEXT, acknowledged_at TEXT, collected_at TEXT NOT NULL,
            triggered_at_text TEXT, PRIMARY KEY (report, collection, alarm_key)
        """,
    },
)
_NEW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "vm_disks": """
            virtual_machine_key TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL, label TEXT,
            device_key INTEGER, capacity_bytes INTEGER, datastore_name TEXT, file_path TEXT, disk_mode TEXT,
            backing_type TEXT, is_thin INTEGER, controller_type TEXT, unit_number INTEGER, disk_uuid TEXT,
            collected_at TEXT NOT NULL, report TEXT NOT NULL, collection INTEGER NOT NULL
        """,
        "vm_guest_disks": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, virtual_machine_key TEXT NOT NULL,
            disk_path TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL, capacity_bytes INTEGER,
            free_bytes INTEGER, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, collection, virtual_machine_key, disk_path)
        """,
        "vm_snapshots": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, snapshot_key TEXT NOT NULL, virtual_machine_key TEXT,
            client TEXT NOT NULL, environment TEXT NOT NULL, vcenter TEXT NOT NULL, vm_name TEXT, vm_folder TEXT,
            name TEXT, description TEXT, snapshot_id INTEGER, created_at TEXT, power_state TEXT, is_quiesced INTEGER,
            is_current INTEGER, collected_at TEXT NOT NULL, PRIMARY KEY (report, collection, snapshot_key)
        """,
        "esxi_hosts": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, esxi_host_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, hardware_uuid TEXT, cluster TEXT,
            datacenter TEXT, connection_state TEXT, is_in_maintenance INTEGER, power_state TEXT, overall_status TEXT,
            version TEXT, build TEXT, vendor TEXT, model TEXT, serial_number TEXT, cpu_model TEXT,
            cpu_socket_count INTEGER, cpu_core_count INTEGER, cpu_thread_count INTEGER, cpu_mhz INTEGER,
            cpu_total_mhz INTEGER, cpu_used_mhz INTEGER, memory_mib INTEGER, memory_used_mib INTEGER,
            uptime_seconds INTEGER, booted_at TEXT, license_core_count INTEGER, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, collection, esxi_host_key)
        """,
        "clusters": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, cluster_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, datacenter TEXT,
            overall_status TEXT, is_ha_enabled INTEGER, is_drs_enabled INTEGER, drs_behavior TEXT,
            is_vsan_enabled INTEGER, is_admission_control_enabled INTEGER, ha_failover_level INTEGER,
            host_count INTEGER, cpu_total_mhz INTEGER, cpu_used_mhz INTEGER, memory_mib INTEGER,
            memory_used_mib INTEGER, storage_bytes INTEGER, storage_used_bytes INTEGER, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, collection, cluster_key)
        """,
        "datastores": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, datastore_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, url TEXT, datacenter TEXT,
            type TEXT, capacity_bytes INTEGER, free_bytes INTEGER, uncommitted_bytes INTEGER, provisioned_bytes INTEGER,
            is_accessible INTEGER, maintenance_mode TEXT, has_multiple_host_access INTEGER, datastore_cluster TEXT,
            overall_status TEXT, collected_at TEXT NOT NULL, PRIMARY KEY (report, collection, datastore_key)
        """,
        "resource_pools": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, resource_pool_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, owner TEXT, overall_status TEXT,
            cpu_limit_mhz INTEGER, cpu_reservation_mhz INTEGER, cpu_shares INTEGER, cpu_shares_level TEXT,
            is_cpu_expandable INTEGER, cpu_used_mhz INTEGER, memory_limit_mib INTEGER, memory_reservation_mib INTEGER,
            memory_shares INTEGER, memory_shares_level TEXT, is_memory_expandable INTEGER, memory_used_bytes INTEGER,
            collected_at TEXT NOT NULL, PRIMARY KEY (report, collection, resource_pool_key)
        """,
        "datacenters": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, datacenter_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, name TEXT, moid TEXT, overall_status TEXT,
            collected_at TEXT NOT NULL, PRIMARY KEY (report, collection, datacenter_key)
        """,
        "vcenters": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, vcenter_key TEXT NOT NULL, client TEXT NOT NULL,
            environment TEXT NOT NULL, vcenter TEXT NOT NULL, instance_uuid TEXT, host_name TEXT, name TEXT,
            full_name TEXT, version TEXT, build TEXT, api_version TEXT, api_type TEXT, os_type TEXT,
            collected_at TEXT NOT NULL, PRIMARY KEY (report, collection, vcenter_key)
        """,
        "collections": """
            report TEXT NOT NULL, collection INTEGER NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL,
            vcenter TEXT, kind TEXT NOT NULL, shape TEXT NOT NULL, path TEXT, is_complete INTEGER NOT NULL,
            row_count INTEGER NOT NULL, failed_item_count INTEGER, leaves_out TEXT, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, collection)
        """,
    },
)
_LOOSE: Final = ("vm_nics", "vm_datastores", "vm_attributes", "vm_disks")
"""Tables without a key, because a column that tells their rows apart may be null."""

_COUNTS: Final = (
    "esxi_host_count",
    "cluster_count",
    "datastore_count",
    "vm_snapshot_count",
    "resource_pool_count",
    "datacenter_count",
    "vcenter_count",
    "failed_item_count",
)

_OLD_COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "virtual_machines": """
            report, virtual_machine_key, client, environment, vcenter, name, moid, instance_uuid, bios_uuid,
            power_state, guest_os, cpu_count, memory_mib, storage_bytes, primary_ip, nic_count, esxi_host, cluster,
            datacenter, folder, resource_pool, is_template, is_system, annotation, collected_at
        """,
        "vm_nics": """
            virtual_machine_key, client, environment, mac_address, address, prefix_length, family, collected_at,
            report
        """,
        "vm_datastores": """
            virtual_machine_key, client, environment, datastore_name, datastore_url, collected_at, report
        """,
        "vm_attributes": """
            virtual_machine_key, client, environment, kind, category, name, value, collected_at, report
        """,
        "triggered_alarms": """
            report, alarm_key, client, environment, vcenter, alarm_name, description, alarm_moid, entity_type,
            entity_name, entity_moid, overall_status, severity, triggered_at, is_acknowledged, acknowledged_by,
            acknowledged_at, collected_at
        """,
    },
)

_IS_SECOND: Final = """
    CASE WHEN (SELECT virtual_machine_count FROM reports WHERE reports.report = old.report) IS NULL THEN 1 ELSE 2 END
"""
"""The number of a collection of alarms: they come second where the report speaks of virtual machines as well."""

_NUMBERS: Final[Mapping[str, str]] = MappingProxyType({"triggered_alarms": _IS_SECOND})

_OLD_COLLECTIONS: Final = """
    INSERT INTO collections (report, collection, client, environment, kind, shape, is_complete, row_count, collected_at)
    SELECT report, 1, client, environment, 'virtual_machines', coalesce(shapes, ''), 1, virtual_machine_count,
        collected_at
    FROM reports
    WHERE status = 'ingested' AND virtual_machine_count IS NOT NULL AND collected_at IS NOT NULL
    UNION ALL
    SELECT report, CASE WHEN virtual_machine_count IS NULL THEN 1 ELSE 2 END, client, environment,
        'triggered_alarms', coalesce(shapes, ''), 1, triggered_alarm_count, collected_at
    FROM reports
    WHERE status = 'ingested' AND triggered_alarm_count IS NOT NULL AND collected_at IS NOT NULL
"""


def upgrade() -> None:
    """Give every row its collection, add the new columns and tables, and say what the old reports were made of."""
    for column in _COUNTS:
        op.execute(f"ALTER TABLE reports ADD COLUMN {column} INTEGER")
    for table, definition in _CHANGED.items():
        op.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
        _create(table, definition)
        columns, number = _OLD_COLUMNS[table], _NUMBERS.get(table, "1")
        op.execute(
            f"INSERT INTO {table} ({columns}, collection) SELECT {columns}, {number} FROM old_{table} AS old"  # noqa: S608 - only names of this module
        )
        op.execute(f"DROP TABLE old_{table}")
    for table, definition in _NEW.items():
        _create(table, definition)
    for table in _LOOSE:
        op.create_index(f"ix_{table}_report_collection", table, ["report", "collection"])
    names = ["client", "environment", "kind", "collected_at"]
    op.create_index(f"ix_collections_{'_'.join(names)}", "collections", names)
    op.execute(_OLD_COLLECTIONS)


def _create(table: str, definition: str) -> None:
    options = [] if table in _LOOSE else ["WITHOUT ROWID"]
    if context.config.attributes["is_strict"]:
        options.append("STRICT")
    op.execute(f"CREATE TABLE {table} ({definition}) {', '.join(options)}")
