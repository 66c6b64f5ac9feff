"""What is derived of several collections: how they differ, how long an alarm stood, each day's numbers.

The tables begin empty: whatever the database holds is compared at the next run. The ledger learns when a report was
read last, and when retention took its rows.

Revision ID: 0003
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from alembic import context, op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_NEW: Final[Mapping[str, str]] = MappingProxyType(
    {
        "history_steps": """
            report TEXT NOT NULL, kind TEXT NOT NULL, vcenter TEXT NOT NULL, product TEXT NOT NULL, client
            TEXT NOT NULL, environment TEXT NOT NULL, collected_at TEXT NOT NULL, previous_at TEXT,
            oldest_at TEXT NOT NULL, basis TEXT NOT NULL, is_frozen INTEGER NOT NULL, row_count INTEGER NOT
            NULL, PRIMARY KEY (report, kind, vcenter, product)
        """,
        "object_changes": """
            report TEXT NOT NULL, kind TEXT NOT NULL, vcenter TEXT NOT NULL, change_number INTEGER NOT NULL,
            client TEXT NOT NULL, environment TEXT NOT NULL, name TEXT, change TEXT NOT NULL, aspect TEXT
            NOT NULL, column_name TEXT, old_value TEXT, new_value TEXT, difference INTEGER, previous_at
            TEXT, collected_at TEXT NOT NULL, moid TEXT, object_key TEXT NOT NULL, PRIMARY KEY (report,
            kind, vcenter, change_number)
        """,
        "alarm_changes": """
            report TEXT NOT NULL, vcenter TEXT NOT NULL, change_number INTEGER NOT NULL, alarm_key TEXT NOT
            NULL, client TEXT NOT NULL, environment TEXT NOT NULL, alarm_name TEXT, alarm_moid TEXT,
            entity_type TEXT, entity_name TEXT, entity_moid TEXT, overall_status TEXT, severity TEXT,
            triggered_at TEXT, is_acknowledged INTEGER, acknowledged_by TEXT, acknowledged_at TEXT, change
            TEXT NOT NULL, ending TEXT, seen_at TEXT NOT NULL, cleared_at TEXT, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, vcenter, change_number)
        """,
        "source_daily": """
            report TEXT NOT NULL, kind TEXT NOT NULL, vcenter TEXT NOT NULL, collected_on TEXT NOT NULL,
            client TEXT NOT NULL, environment TEXT NOT NULL, virtual_machine_count INTEGER, powered_on_count
            INTEGER, powered_off_count INTEGER, suspended_count INTEGER, template_count INTEGER, vcpu_count
            INTEGER, vcpu_on_count INTEGER, vm_memory_mib INTEGER, vm_memory_on_mib INTEGER,
            vm_storage_bytes INTEGER, vm_provisioned_bytes INTEGER, vm_used_bytes INTEGER, snapshot_count
            INTEGER, oldest_snapshot_at TEXT, esxi_host_count INTEGER, cpu_core_count INTEGER, cpu_total_mhz
            INTEGER, cpu_used_mhz INTEGER, host_memory_mib INTEGER, host_memory_used_mib INTEGER,
            cluster_count INTEGER, datastore_count INTEGER, capacity_bytes INTEGER, free_bytes INTEGER,
            provisioned_bytes INTEGER, alarm_count INTEGER, critical_alarm_count INTEGER,
            warning_alarm_count INTEGER, unacknowledged_alarm_count INTEGER, collected_at TEXT NOT NULL,
            PRIMARY KEY (report, kind, vcenter)
        """,
        "cluster_daily": """
            report TEXT NOT NULL, kind TEXT NOT NULL, vcenter TEXT NOT NULL, row_number INTEGER NOT NULL,
            collected_on TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL,
            virtual_machine_count INTEGER, powered_on_count INTEGER, powered_off_count INTEGER,
            suspended_count INTEGER, template_count INTEGER, vcpu_count INTEGER, vcpu_on_count INTEGER,
            vm_memory_mib INTEGER, vm_memory_on_mib INTEGER, vm_storage_bytes INTEGER, vm_provisioned_bytes
            INTEGER, vm_used_bytes INTEGER, snapshot_count INTEGER, oldest_snapshot_at TEXT, esxi_host_count
            INTEGER, cpu_core_count INTEGER, cpu_total_mhz INTEGER, cpu_used_mhz INTEGER, host_memory_mib
            INTEGER, host_memory_used_mib INTEGER, cluster TEXT NOT NULL, datacenter TEXT, collected_at TEXT
            NOT NULL, PRIMARY KEY (report, kind, vcenter, row_number)
        """,
        "datastore_daily": """
            report TEXT NOT NULL, kind TEXT NOT NULL, vcenter TEXT NOT NULL, row_number INTEGER NOT NULL,
            collected_on TEXT NOT NULL, client TEXT NOT NULL, environment TEXT NOT NULL, name TEXT,
            capacity_bytes INTEGER, free_bytes INTEGER, provisioned_bytes INTEGER, collected_at TEXT NOT
            NULL, object_key TEXT NOT NULL, PRIMARY KEY (report, kind, vcenter, row_number)
        """,
    },
)


def upgrade() -> None:
    """Create the tables of the history, and the new columns of the ledger."""
    for column in ("read_at", "thinned_at"):
        op.execute(f"ALTER TABLE reports ADD COLUMN {column} TEXT")
    op.execute("UPDATE reports SET read_at = ingested_at WHERE status = 'ingested'")
    for table, definition in _NEW.items():
        options = ["WITHOUT ROWID", *(["STRICT"] if context.config.attributes["is_strict"] else [])]
        op.execute(f"CREATE TABLE {table} ({definition}) {', '.join(options)}")
        op.create_index(f"ix_{table}_client_environment", table, ["client", "environment"])
