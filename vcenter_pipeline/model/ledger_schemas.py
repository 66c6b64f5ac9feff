"""Columns of what the pipeline knows of its own work: reports, their collections, rejected rows, sources."""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.batches import KINDS
from vcenter_pipeline.model.fields import (
    NOT_NEGATIVE,
    Count,
    Flag,
    Instant,
    Seconds,
    Text,
    build_field,
    count,
    flag,
    free_text,
    instant,
    one_of,
    text,
)
from vcenter_pipeline.model.shared_columns import DeclaredTable, client, collected_at, environment, report


class Reports(DeclaredTable):
    """The ledger: every report that was read, and what became of it."""

    report: Series[Text] = text("Report", "The key: 16 hex digits.", nullable=False)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = text("vCenter", "The vCenter that it speaks of; null when nothing was read.")
    path: Series[Text] = text("Path", "Where it lay below the input folder.", nullable=False)
    fingerprint: Series[Text] = text("Fingerprint", "sha256 of the content; null when it could not be read.")
    size_bytes: Series[Count] = count("Size Bytes", "Size of the file.", unit="bytes")
    modified_at: Series[Instant] = instant("File Time", "The file's time of last change.")
    collected_at: Series[Instant] = instant("Collected", "When what it says was so.")
    collected_at_origin: Series[Text] = one_of(
        "Collected From", "Where that time was taken from.", vocabulary.COLLECTED_AT_ORIGINS
    )
    shapes: Series[Text] = text("Shapes", "What was recognised, in the words of the Ansible modules.")
    virtual_machine_count: Series[Count] = count(
        "VMs", "Virtual machines stored; null when the report does not speak of any.", unit="VMs"
    )
    triggered_alarm_count: Series[Count] = count(
        "Alarms", "Alarms stored; null when the report does not speak of any.", unit="alarms"
    )
    rejected_row_count: Series[Count] = count("Rejected Rows", "Rows that did not pass.", unit="rows")
    status: Series[Text] = one_of("Status", "What became of it.", vocabulary.REPORT_STATUSES, nullable=False)
    reason: Series[Text] = free_text("Reason", "Why it was quarantined, in one sentence.")
    run_id: Series[Text] = text("Run", "The Dagster run that read it.")
    ingested_at: Series[Instant] = instant("Ingested", "When it was read.", nullable=False)
    ingest_seconds: Series[Seconds] = build_field(
        "Ingest Seconds",
        "How long reading, validating and storing took.",
        unit="seconds",
        nullable=True,
        ge=NOT_NEGATIVE,
    )
    esxi_host_count: Series[Count] = count(
        "ESXi Hosts", "ESXi hosts stored; null when the report does not speak of any.", unit="hosts"
    )
    cluster_count: Series[Count] = count(
        "Clusters", "Clusters stored; null when the report does not speak of any.", unit="clusters"
    )
    datastore_count: Series[Count] = count(
        "Datastores", "Datastores stored; null when the report does not speak of any.", unit="datastores"
    )
    vm_snapshot_count: Series[Count] = count(
        "Snapshots", "Snapshots stored; null when the report does not speak of any.", unit="snapshots"
    )
    resource_pool_count: Series[Count] = count(
        "Resource Pools", "Resource pools stored; null when the report does not speak of any.", unit="pools"
    )
    datacenter_count: Series[Count] = count(
        "Datacenters", "Datacenters stored; null when the report does not speak of any.", unit="datacenters"
    )
    vcenter_count: Series[Count] = count(
        "vCenters", "vCenters stored; null when the report does not describe any.", unit="vCenters"
    )
    failed_item_count: Series[Count] = count(
        "Failed Items", "Tasks and turns of loops that failed on their way; each is a rejected row.", unit="tasks"
    )
    read_at: Series[Instant] = instant("Read", "When its file was last read: as it was ingested, or in a rebuild.")
    thinned_at: Series[Instant] = instant(
        "Thinned", "When retention removed the last of its rows; null while it has some."
    )

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report"]


class RejectedRows(DeclaredTable):
    """A row of a report that did not pass, and why."""

    report: Series[Text] = report()
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    row_number: Series[Count] = count("Row Number", "Counted from 1 in the report.", unit="rows", nullable=False)
    table_name: Series[Text] = text("Table", "The table that it would have gone to.", nullable=False)
    position: Series[Text] = text("Position", "Where in the report: virtual_machines[3].", nullable=False)
    reason: Series[Text] = free_text("Reason", "Why it did not pass, in one sentence.")
    content: Series[Text] = free_text("Content", "What was read of it, as JSON, without free text.")
    collected_at: Series[Instant] = collected_at()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "row_number"]


class Collections(DeclaredTable):
    """What one report says of one kind of object: the unit of which the current state is made."""

    report: Series[Text] = report()
    collection: Series[Count] = count("Collection", "The number in the report, counted from 1.", nullable=False)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = text("vCenter", "The vCenter as the report names it; null where it does not.")
    kind: Series[Text] = one_of("Kind", "What it lists.", KINDS, nullable=False)
    shape: Series[Text] = text("Shape", "What was recognised, in the word of the Ansible module.", nullable=False)
    path: Series[Text] = text("Path", "Where in the report: results[].virtual_machines.")
    is_complete: Series[Flag] = flag(
        "Is Complete",
        "Whether it names all that the vCenter has: only then does absence mean that something is gone.",
        nullable=False,
    )
    row_count: Series[Count] = count("Rows", "Rows stored.", unit="rows", nullable=False)
    failed_item_count: Series[Count] = count("Failed Items", "Turns of its loop that failed.", unit="tasks")
    leaves_out: Series[Text] = text("Leaves Out", "Which alarms the shape leaves out though they stand.")
    collected_at: Series[Instant] = collected_at()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection"]


class DimSource(DeclaredTable):
    """A source: one environment of one client."""

    source: Series[Text] = text("Source", "client/environment.", nullable=False)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    virtual_machine_count: Series[Count] = count(
        "VMs", "Virtual machines of the newest report; null when there is none.", unit="VMs"
    )
    triggered_alarm_count: Series[Count] = count(
        "Alarms", "Triggered alarms of the newest report; null when there is none.", unit="alarms"
    )
    virtual_machines_collected_at: Series[Instant] = instant("VMs Collected", "When the virtual machines were read.")
    triggered_alarms_collected_at: Series[Instant] = instant("Alarms Collected", "When the alarms were read.")
    report_count: Series[Count] = count("Reports", "Reports ingested.", unit="reports", nullable=False)
    rejected_row_count: Series[Count] = count(
        "Rejected Rows", "Rejected rows of all reports.", unit="rows", nullable=False
    )
    esxi_host_count: Series[Count] = count("ESXi Hosts", "Null when no report speaks of any.", unit="hosts")
    cluster_count: Series[Count] = count("Clusters", "Null when no report speaks of any.", unit="clusters")
    datastore_count: Series[Count] = count("Datastores", "Null when no report speaks of any.", unit="datastores")
    vm_snapshot_count: Series[Count] = count("Snapshots", "Null when no report speaks of any.", unit="snapshots")

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["source"]
