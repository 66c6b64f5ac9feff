"""The first tables.

Revision ID: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import context, op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create every table of the first version."""
    is_strict = context.config.attributes["is_strict"]
    op.create_table(
        "virtual_machines",
        sa.Column("report", sa.TEXT(), nullable=False),
        sa.Column("virtual_machine_key", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("vcenter", sa.TEXT(), nullable=False),
        sa.Column("name", sa.TEXT(), nullable=True),
        sa.Column("moid", sa.TEXT(), nullable=True),
        sa.Column("instance_uuid", sa.TEXT(), nullable=True),
        sa.Column("bios_uuid", sa.TEXT(), nullable=True),
        sa.Column("power_state", sa.TEXT(), nullable=True),
        sa.Column("guest_os", sa.TEXT(), nullable=True),
        sa.Column("cpu_count", sa.INTEGER(), nullable=True),
        sa.Column("memory_mib", sa.INTEGER(), nullable=True),
        sa.Column("storage_bytes", sa.INTEGER(), nullable=True),
        sa.Column("primary_ip", sa.TEXT(), nullable=True),
        sa.Column("nic_count", sa.INTEGER(), nullable=True),
        sa.Column("esxi_host", sa.TEXT(), nullable=True),
        sa.Column("cluster", sa.TEXT(), nullable=True),
        sa.Column("datacenter", sa.TEXT(), nullable=True),
        sa.Column("folder", sa.TEXT(), nullable=True),
        sa.Column("resource_pool", sa.TEXT(), nullable=True),
        sa.Column("is_template", sa.INTEGER(), nullable=True),
        sa.Column("is_system", sa.INTEGER(), nullable=True),
        sa.Column("annotation", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("report", "virtual_machine_key"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "vm_nics",
        sa.Column("virtual_machine_key", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("mac_address", sa.TEXT(), nullable=False),
        sa.Column("address", sa.TEXT(), nullable=True),
        sa.Column("prefix_length", sa.INTEGER(), nullable=True),
        sa.Column("family", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.Column("report", sa.TEXT(), nullable=False),
        sqlite_strict=is_strict,
    )
    op.create_index("ix_vm_nics_report", "vm_nics", ["report"])
    op.create_table(
        "vm_datastores",
        sa.Column("virtual_machine_key", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("datastore_name", sa.TEXT(), nullable=True),
        sa.Column("datastore_url", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.Column("report", sa.TEXT(), nullable=False),
        sqlite_strict=is_strict,
    )
    op.create_index("ix_vm_datastores_report", "vm_datastores", ["report"])
    op.create_table(
        "vm_attributes",
        sa.Column("virtual_machine_key", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("kind", sa.TEXT(), nullable=False),
        sa.Column("category", sa.TEXT(), nullable=True),
        sa.Column("name", sa.TEXT(), nullable=False),
        sa.Column("value", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.Column("report", sa.TEXT(), nullable=False),
        sqlite_strict=is_strict,
    )
    op.create_index("ix_vm_attributes_report", "vm_attributes", ["report"])
    op.create_table(
        "triggered_alarms",
        sa.Column("report", sa.TEXT(), nullable=False),
        sa.Column("alarm_key", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("vcenter", sa.TEXT(), nullable=False),
        sa.Column("alarm_name", sa.TEXT(), nullable=True),
        sa.Column("description", sa.TEXT(), nullable=True),
        sa.Column("alarm_moid", sa.TEXT(), nullable=True),
        sa.Column("entity_type", sa.TEXT(), nullable=True),
        sa.Column("entity_name", sa.TEXT(), nullable=True),
        sa.Column("entity_moid", sa.TEXT(), nullable=True),
        sa.Column("overall_status", sa.TEXT(), nullable=True),
        sa.Column("severity", sa.TEXT(), nullable=True),
        sa.Column("triggered_at", sa.TEXT(), nullable=True),
        sa.Column("is_acknowledged", sa.INTEGER(), nullable=True),
        sa.Column("acknowledged_by", sa.TEXT(), nullable=True),
        sa.Column("acknowledged_at", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("report", "alarm_key"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports",
        sa.Column("report", sa.TEXT(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("vcenter", sa.TEXT(), nullable=True),
        sa.Column("path", sa.TEXT(), nullable=False),
        sa.Column("fingerprint", sa.TEXT(), nullable=True),
        sa.Column("size_bytes", sa.INTEGER(), nullable=True),
        sa.Column("modified_at", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=True),
        sa.Column("collected_at_origin", sa.TEXT(), nullable=True),
        sa.Column("shapes", sa.TEXT(), nullable=True),
        sa.Column("virtual_machine_count", sa.INTEGER(), nullable=True),
        sa.Column("triggered_alarm_count", sa.INTEGER(), nullable=True),
        sa.Column("rejected_row_count", sa.INTEGER(), nullable=True),
        sa.Column("status", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=True),
        sa.Column("run_id", sa.TEXT(), nullable=True),
        sa.Column("ingested_at", sa.TEXT(), nullable=False),
        sa.Column("ingest_seconds", sa.REAL(), nullable=True),
        sa.PrimaryKeyConstraint("report"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reports_client_environment_collected_at", "reports", ["client", "environment", "collected_at"])
    op.create_index("ix_reports_client_environment_fingerprint", "reports", ["client", "environment", "fingerprint"])
    op.create_index("ix_reports_run_id", "reports", ["run_id"])
    op.create_table(
        "rejected_rows",
        sa.Column("report", sa.TEXT(), nullable=False),
        sa.Column("row_number", sa.INTEGER(), nullable=False),
        sa.Column("client", sa.TEXT(), nullable=False),
        sa.Column("environment", sa.TEXT(), nullable=False),
        sa.Column("table_name", sa.TEXT(), nullable=False),
        sa.Column("position", sa.TEXT(), nullable=False),
        sa.Column("reason", sa.TEXT(), nullable=True),
        sa.Column("content", sa.TEXT(), nullable=True),
        sa.Column("collected_at", sa.TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("report", "row_number"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waiting_reports",
        sa.Column("path", sa.TEXT(), nullable=False),
        sa.Column("size_bytes", sa.INTEGER(), nullable=False),
        sa.Column("modified_ns", sa.INTEGER(), nullable=False),
        sa.Column("inode", sa.INTEGER(), nullable=False),
        sa.Column("seen_at", sa.TEXT(), nullable=False),
        sa.Column("requested_at", sa.TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("path"),
        sqlite_strict=is_strict,
        sqlite_with_rowid=False,
    )
