"""Every column that is stored or published: the only place where one is declared.

A Pandera model is a table. A field says the column's type (Arrow), whether it may be null, its display
name (`title`, shown by Excel and Power BI), its description, its unit and what its values must satisfy.
`Config.unique` is the table's primary key. SQL tables, Dagster table schemas, CSV, Excel and Parquet
columns and the data dictionary are derived from here through `columns`.

Order counts: new columns go to the end of a table, and a published name is never changed or reused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final

from pandera.pandas import DataFrameModel
from pandera.typing import Series

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.fields import (
    MAC_ADDRESS,
    NOT_NEGATIVE,
    UUID,
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


def _client() -> Any:  # noqa: ANN401 - as in `fields`
    return text("Client", "Whose vCenter it is: the first folder below the input.", nullable=False)


def _environment() -> Any:  # noqa: ANN401 - as in `fields`
    return text("Environment", "Which of the client's environments: the second folder.", nullable=False)


def _vcenter() -> Any:  # noqa: ANN401 - as in `fields`
    return text(
        "vCenter",
        "The vCenter's instance uuid or host name where a report says it, else the source (client/environment).",
        nullable=False,
    )


def _collected_at() -> Any:  # noqa: ANN401 - as in `fields`
    return instant("Collected", "When the report says that this was so.", nullable=False)


def _report() -> Any:  # noqa: ANN401 - as in `fields`
    return text("Report", "The report that says so: a key of fact_report.", nullable=False)


def _virtual_machine_key(*, nullable: bool = False) -> Any:  # noqa: ANN401 - as in `fields`
    return text(
        "Virtual Machine Key",
        "client/environment, the vCenter where it is known, and the instance uuid; without one the moid, "
        "without that the BIOS uuid and the name.",
        nullable=nullable,
    )


class _Table(DataFrameModel):
    class Config:
        strict = True
        coerce = False


class VirtualMachines(_Table):
    """A virtual machine as one report describes it."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    vcenter: Series[Text] = _vcenter()
    name: Series[Text] = text("VM", "The name in the inventory; neither unique nor stable.")
    moid: Series[Text] = text("VM Moid", "vSphere's managed object id, unique in one vCenter: vm-191.")
    instance_uuid: Series[Text] = text("Instance UUID", "vCenter's own uuid of the virtual machine.", str_matches=UUID)
    bios_uuid: Series[Text] = text("BIOS UUID", "The uuid that the guest sees; clones may share it.", str_matches=UUID)
    power_state: Series[Text] = one_of("Power State", "Whether it runs.", vocabulary.POWER_STATES)
    guest_os: Series[Text] = text("Guest OS", "The guest operating system as configured.")
    cpu_count: Series[Count] = count("vCPUs", "Virtual processors.", unit="vCPU")
    memory_mib: Series[Count] = count("Memory MiB", "Configured memory.", unit="MiB")
    storage_bytes: Series[Count] = count("Storage Bytes", "Storage committed to its disks and files.", unit="bytes")
    primary_ip: Series[Text] = text("Primary IP", "The address that VMware Tools reports first.")
    nic_count: Series[Count] = count("NICs", "Network adapters.", unit="adapters")
    esxi_host: Series[Text] = text("ESXi Host", "The host that it runs on, or last ran on.")
    cluster: Series[Text] = text("Cluster", "The cluster of that host; null on a host outside any cluster.")
    datacenter: Series[Text] = text("Datacenter", "The datacenter object in the inventory.")
    folder: Series[Text] = text("Folder", "The path of the inventory folder.")
    resource_pool: Series[Text] = text("Resource Pool", "The resource pool or vApp.")
    is_template: Series[Flag] = flag("Is Template", "Whether it is a template; null where the report does not say.")
    is_system: Series[Flag] = flag("Is System", "Whether vSphere runs it for itself (vCLS agents).")
    annotation: Series[Text] = free_text("Annotation", "The notes of the virtual machine.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key"]


class VmNics(_Table):
    """An address of a virtual machine's network adapter; an adapter without addresses has one row."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    mac_address: Series[Text] = text("MAC Address", "Lower case, with colons.", nullable=False, str_matches=MAC_ADDRESS)
    address: Series[Text] = text("IP Address", "Null for an adapter without addresses.")
    prefix_length: Series[Count] = count("Prefix Length", "Bits of the network part.", unit="bits")
    family: Series[Text] = one_of("IP Family", "Which kind of address.", vocabulary.ADDRESS_FAMILIES)
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "mac_address", "address"]


class VmDatastores(_Table):
    """A datastore that holds files of a virtual machine."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    datastore_name: Series[Text] = text("Datastore", "The datastore's name.")
    datastore_url: Series[Text] = text("Datastore URL", "Its path on the host: /vmfs/volumes/x.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "datastore_name", "datastore_url"]


class VmAttributes(_Table):
    """A tag or custom attribute of a virtual machine."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    kind: Series[Text] = one_of("Attribute Kind", "What it is.", vocabulary.ATTRIBUTE_KINDS, nullable=False)
    category: Series[Text] = text("Tag Category", "A tag's category; null for a custom attribute.")
    name: Series[Text] = text("Attribute", "The tag's or the attribute's name.", nullable=False)
    value: Series[Text] = free_text("Attribute Value", "A custom attribute's value; null for a tag.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "kind", "category", "name"]


class TriggeredAlarms(_Table):
    """An alarm that stood on an entity when the report was written."""

    alarm_key: Series[Text] = text(
        "Alarm Key",
        "client/environment, the vCenter where it is known, the alarm and the entity.",
        nullable=False,
    )
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    vcenter: Series[Text] = _vcenter()
    alarm_name: Series[Text] = text("Alarm", "The name of the alarm definition.")
    description: Series[Text] = free_text("Alarm Description", "The description of the alarm definition.")
    alarm_moid: Series[Text] = text("Alarm Moid", "The managed object id of the alarm definition: alarm-972.")
    entity_type: Series[Text] = text("Entity Type", "The vSphere type of the entity: VirtualMachine, HostSystem …")
    entity_name: Series[Text] = text("Entity", "The name of the entity.")
    entity_moid: Series[Text] = text("Entity Moid", "The managed object id of the entity: vm-149.")
    overall_status: Series[Text] = one_of("Overall Status", "The alarm's colour.", vocabulary.OVERALL_STATUSES)
    severity: Series[Text] = one_of(
        "Severity", "What the colour means: red is critical, yellow is warning.", vocabulary.SEVERITIES
    )
    triggered_at: Series[Instant] = instant("Triggered", "When the alarm went off.")
    is_acknowledged: Series[Flag] = flag("Is Acknowledged", "Whether somebody has acknowledged it.")
    acknowledged_by: Series[Text] = text("Acknowledged By", "Who has.")
    acknowledged_at: Series[Instant] = instant("Acknowledged", "When.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "alarm_key"]


class Reports(_Table):
    """The ledger: every report that was read, and what became of it."""

    report: Series[Text] = text("Report", "The key: 16 hex digits.", nullable=False)
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
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

    class Config(_Table.Config):
        unique: ClassVar = ["report"]


class RejectedRows(_Table):
    """A row of a report that did not pass, and why."""

    report: Series[Text] = _report()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    row_number: Series[Count] = count("Row Number", "Counted from 1 in the report.", unit="rows", nullable=False)
    table_name: Series[Text] = text("Table", "The table that it would have gone to.", nullable=False)
    position: Series[Text] = text("Position", "Where in the report: virtual_machines[3].", nullable=False)
    reason: Series[Text] = free_text("Reason", "Why it did not pass, in one sentence.")
    content: Series[Text] = free_text("Content", "What was read of it, as JSON, without free text.")
    collected_at: Series[Instant] = _collected_at()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "row_number"]


class DimVirtualMachine(VirtualMachines):
    """A virtual machine as the newest report describes it."""

    class Config(VirtualMachines.Config):
        unique: ClassVar = ["virtual_machine_key"]


class BridgeVmNic(VmNics):
    """An address of a virtual machine's network adapter; an adapter without addresses has one row."""

    class Config(VmNics.Config):
        unique: ClassVar = ["virtual_machine_key", "mac_address", "address"]


class BridgeVmDatastore(VmDatastores):
    """A datastore that holds files of a virtual machine."""

    class Config(VmDatastores.Config):
        unique: ClassVar = ["virtual_machine_key", "datastore_name", "datastore_url"]


class BridgeVmAttribute(VmAttributes):
    """A tag or custom attribute of a virtual machine."""

    class Config(VmAttributes.Config):
        unique: ClassVar = ["virtual_machine_key", "kind", "category", "name"]


class FactTriggeredAlarm(TriggeredAlarms):
    """A triggered alarm of the newest report, with the virtual machine that it stands on."""

    virtual_machine_key: Series[Text] = _virtual_machine_key(nullable=True)

    class Config(TriggeredAlarms.Config):
        unique: ClassVar = ["alarm_key"]
        metadata: ClassVar = {"leading": ("alarm_key", "virtual_machine_key")}


class DimSource(_Table):
    """A source: one environment of one client."""

    source: Series[Text] = text("Source", "client/environment.", nullable=False)
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
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

    class Config(_Table.Config):
        unique: ClassVar = ["source"]


CORE_TABLES: Final[Mapping[str, type[DataFrameModel]]] = MappingProxyType(
    {
        "virtual_machines": VirtualMachines,
        "vm_nics": VmNics,
        "vm_datastores": VmDatastores,
        "vm_attributes": VmAttributes,
        "triggered_alarms": TriggeredAlarms,
        "reports": Reports,
        "rejected_rows": RejectedRows,
    },
)
"""What the database holds."""

PUBLISHED_TABLES: Final[Mapping[str, type[DataFrameModel]]] = MappingProxyType(
    {
        "dim_source": DimSource,
        "dim_virtual_machine": DimVirtualMachine,
        "bridge_vm_nic": BridgeVmNic,
        "bridge_vm_datastore": BridgeVmDatastore,
        "bridge_vm_attribute": BridgeVmAttribute,
        "fact_triggered_alarm": FactTriggeredAlarm,
        "fact_report": Reports,
        "fact_rejected_row": RejectedRows,
    },
)
"""What Power BI reads."""
