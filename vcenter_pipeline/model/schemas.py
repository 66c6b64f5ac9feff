"""Every column that is stored or published: the only place where one is declared.

A Pandera model is a table. A field says the column's type (Arrow), whether it may be null, its display
name (`title`, shown by Excel and Power BI), its description, its unit and what its values must satisfy.
`Config.unique` is the table's primary key. SQL tables, Dagster table schemas, CSV, Excel and Parquet
columns and the data dictionary are derived from here through `columns`.

Order counts: new columns go to the end of a table, and a published name is never changed or reused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final

import pandas as pd
import pyarrow as pa
from pandera.pandas import DataFrameModel, Field
from pandera.typing import Series

from vcenter_pipeline.model import vocabulary

Text = Annotated[pd.ArrowDtype, pa.string()]
Count = Annotated[pd.ArrowDtype, pa.int64()]
Flag = Annotated[pd.ArrowDtype, pa.bool_()]
Instant = Annotated[pd.ArrowDtype, pa.timestamp("us")]
Seconds = Annotated[pd.ArrowDtype, pa.float64()]

NAME_LENGTH: Final = 1_024
"""vSphere allows 80 characters in a name, and escapes some as three; a folder path holds many names."""
FREE_TEXT_LENGTH: Final = 65_536

_NO_CONTROLS: Final = {
    "pattern": "^[^\\x00-\\x1f\\x7f\ufffe\uffff]*$",
    "error": "holds a character that no name can hold",
}
"""Excel and PostgreSQL refuse control characters, and nobody means them."""
_NO_NONCHARACTERS: Final = {
    "pattern": "^[^\\x00\ufffe\uffff]*$",
    "error": "holds a character that no file can hold",
}
"""Free text may hold line breaks, tabs and what else editors leave."""
_UUID: Final = {
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "error": "is no uuid",
}
_MAC_ADDRESS: Final = {"pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$", "error": "is no MAC address"}
_NOT_NEGATIVE: Final = {"min_value": 0, "error": "is less than 0"}


def _at_most(characters: int) -> dict[str, Any]:
    return {"max_value": characters, "error": f"is longer than {characters:,} characters"}


def _field(title: str, description: str, *, unit: str | None = None, free_text: bool = False, **checks: Any) -> Any:  # noqa: ANN401 - pandera types a field as Any, so that a class body may annotate it as a column
    return Field(title=title, description=description, metadata={"unit": unit, "free_text": free_text}, **checks)


def _text(title: str, description: str, *, nullable: bool = True, **checks: Any) -> Any:  # noqa: ANN401 - as above
    checks.setdefault("str_matches", _NO_CONTROLS)
    return _field(title, description, nullable=nullable, str_length=_at_most(NAME_LENGTH), **checks)


def _one_of(title: str, description: str, words: tuple[str, ...], *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    listed = ", ".join(words)
    return _field(
        title,
        f"{description} One of {listed}.",
        nullable=nullable,
        isin={"allowed_values": words, "error": f"is not one of {listed}"},
    )


def _free_text(title: str, description: str) -> Any:  # noqa: ANN401 - as above
    return _field(
        title,
        description,
        free_text=True,
        nullable=True,
        str_matches=_NO_NONCHARACTERS,
        str_length=_at_most(FREE_TEXT_LENGTH),
    )


def _count(title: str, description: str, *, unit: str | None = None, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    return _field(title, description, unit=unit, nullable=nullable, ge=_NOT_NEGATIVE)


def _flag(title: str, description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    return _field(title, description, nullable=nullable)


def _instant(title: str, description: str, *, nullable: bool = True) -> Any:  # noqa: ANN401 - as above
    return _field(title, description, unit="UTC", nullable=nullable)


def _client() -> Any:  # noqa: ANN401 - as above
    return _text("Client", "Whose vCenter it is: the first folder below the input.", nullable=False)


def _environment() -> Any:  # noqa: ANN401 - as above
    return _text("Environment", "Which of the client's environments: the second folder.", nullable=False)


def _vcenter() -> Any:  # noqa: ANN401 - as above
    return _text(
        "vCenter",
        "The vCenter's instance uuid or host name where a report says it, else the source (client/environment).",
        nullable=False,
    )


def _collected_at() -> Any:  # noqa: ANN401 - as above
    return _instant("Collected", "When the report says that this was so.", nullable=False)


def _report() -> Any:  # noqa: ANN401 - as above
    return _text("Report", "The report that says so: a key of fact_report.", nullable=False)


def _virtual_machine_key(*, nullable: bool = False) -> Any:  # noqa: ANN401 - as above
    return _text(
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
    name: Series[Text] = _text("VM", "The name in the inventory; neither unique nor stable.")
    moid: Series[Text] = _text("VM Moid", "vSphere's managed object id, unique in one vCenter: vm-191.")
    instance_uuid: Series[Text] = _text(
        "Instance UUID", "vCenter's own uuid of the virtual machine.", str_matches=_UUID
    )
    bios_uuid: Series[Text] = _text(
        "BIOS UUID", "The uuid that the guest sees; clones may share it.", str_matches=_UUID
    )
    power_state: Series[Text] = _one_of("Power State", "Whether it runs.", vocabulary.POWER_STATES)
    guest_os: Series[Text] = _text("Guest OS", "The guest operating system as configured.")
    cpu_count: Series[Count] = _count("vCPUs", "Virtual processors.", unit="vCPU")
    memory_mib: Series[Count] = _count("Memory MiB", "Configured memory.", unit="MiB")
    storage_bytes: Series[Count] = _count("Storage Bytes", "Storage committed to its disks and files.", unit="bytes")
    primary_ip: Series[Text] = _text("Primary IP", "The address that VMware Tools reports first.")
    nic_count: Series[Count] = _count("NICs", "Network adapters.", unit="adapters")
    esxi_host: Series[Text] = _text("ESXi Host", "The host that it runs on, or last ran on.")
    cluster: Series[Text] = _text("Cluster", "The cluster of that host; null on a host outside any cluster.")
    datacenter: Series[Text] = _text("Datacenter", "The datacenter object in the inventory.")
    folder: Series[Text] = _text("Folder", "The path of the inventory folder.")
    resource_pool: Series[Text] = _text("Resource Pool", "The resource pool or vApp.")
    is_template: Series[Flag] = _flag("Is Template", "Whether it is a template; null where the report does not say.")
    is_system: Series[Flag] = _flag("Is System", "Whether vSphere runs it for itself (vCLS agents).")
    annotation: Series[Text] = _free_text("Annotation", "The notes of the virtual machine.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key"]


class VmNics(_Table):
    """An address of a virtual machine's network adapter; an adapter without addresses has one row."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    mac_address: Series[Text] = _text(
        "MAC Address", "Lower case, with colons.", nullable=False, str_matches=_MAC_ADDRESS
    )
    address: Series[Text] = _text("IP Address", "Null for an adapter without addresses.")
    prefix_length: Series[Count] = _count("Prefix Length", "Bits of the network part.", unit="bits")
    family: Series[Text] = _one_of("IP Family", "Which kind of address.", vocabulary.ADDRESS_FAMILIES)
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "mac_address", "address"]


class VmDatastores(_Table):
    """A datastore that holds files of a virtual machine."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    datastore_name: Series[Text] = _text("Datastore", "The datastore's name.")
    datastore_url: Series[Text] = _text("Datastore URL", "Its path on the host: /vmfs/volumes/x.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "datastore_name", "datastore_url"]


class VmAttributes(_Table):
    """A tag or custom attribute of a virtual machine."""

    virtual_machine_key: Series[Text] = _virtual_machine_key()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    kind: Series[Text] = _one_of("Attribute Kind", "What it is.", vocabulary.ATTRIBUTE_KINDS, nullable=False)
    category: Series[Text] = _text("Tag Category", "A tag's category; null for a custom attribute.")
    name: Series[Text] = _text("Attribute", "The tag's or the attribute's name.", nullable=False)
    value: Series[Text] = _free_text("Attribute Value", "A custom attribute's value; null for a tag.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "virtual_machine_key", "kind", "category", "name"]


class TriggeredAlarms(_Table):
    """An alarm that stood on an entity when the report was written."""

    alarm_key: Series[Text] = _text(
        "Alarm Key",
        "client/environment, the vCenter where it is known, the alarm and the entity.",
        nullable=False,
    )
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    vcenter: Series[Text] = _vcenter()
    alarm_name: Series[Text] = _text("Alarm", "The name of the alarm definition.")
    description: Series[Text] = _free_text("Alarm Description", "The description of the alarm definition.")
    alarm_moid: Series[Text] = _text("Alarm Moid", "The managed object id of the alarm definition: alarm-972.")
    entity_type: Series[Text] = _text("Entity Type", "The vSphere type of the entity: VirtualMachine, HostSystem …")
    entity_name: Series[Text] = _text("Entity", "The name of the entity.")
    entity_moid: Series[Text] = _text("Entity Moid", "The managed object id of the entity: vm-149.")
    overall_status: Series[Text] = _one_of("Overall Status", "The alarm's colour.", vocabulary.OVERALL_STATUSES)
    severity: Series[Text] = _one_of(
        "Severity", "What the colour means: red is critical, yellow is warning.", vocabulary.SEVERITIES
    )
    triggered_at: Series[Instant] = _instant("Triggered", "When the alarm went off.")
    is_acknowledged: Series[Flag] = _flag("Is Acknowledged", "Whether somebody has acknowledged it.")
    acknowledged_by: Series[Text] = _text("Acknowledged By", "Who has.")
    acknowledged_at: Series[Instant] = _instant("Acknowledged", "When.")
    collected_at: Series[Instant] = _collected_at()
    report: Series[Text] = _report()

    class Config(_Table.Config):
        unique: ClassVar = ["report", "alarm_key"]


class Reports(_Table):
    """The ledger: every report that was read, and what became of it."""

    report: Series[Text] = _text("Report", "The key: 16 hex digits.", nullable=False)
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    vcenter: Series[Text] = _text("vCenter", "The vCenter that it speaks of; null when nothing was read.")
    path: Series[Text] = _text("Path", "Where it lay below the input folder.", nullable=False)
    fingerprint: Series[Text] = _text("Fingerprint", "sha256 of the content; null when it could not be read.")
    size_bytes: Series[Count] = _count("Size Bytes", "Size of the file.", unit="bytes")
    modified_at: Series[Instant] = _instant("File Time", "The file's time of last change.")
    collected_at: Series[Instant] = _instant("Collected", "When what it says was so.")
    collected_at_origin: Series[Text] = _one_of(
        "Collected From", "Where that time was taken from.", vocabulary.COLLECTED_AT_ORIGINS
    )
    shapes: Series[Text] = _text("Shapes", "What was recognised, in the words of the Ansible modules.")
    virtual_machine_count: Series[Count] = _count(
        "VMs", "Virtual machines stored; null when the report does not speak of any.", unit="VMs"
    )
    triggered_alarm_count: Series[Count] = _count(
        "Alarms", "Alarms stored; null when the report does not speak of any.", unit="alarms"
    )
    rejected_row_count: Series[Count] = _count("Rejected Rows", "Rows that did not pass.", unit="rows")
    status: Series[Text] = _one_of("Status", "What became of it.", vocabulary.REPORT_STATUSES, nullable=False)
    reason: Series[Text] = _free_text("Reason", "Why it was quarantined, in one sentence.")
    run_id: Series[Text] = _text("Run", "The Dagster run that read it.")
    ingested_at: Series[Instant] = _instant("Ingested", "When it was read.", nullable=False)
    ingest_seconds: Series[Seconds] = _field(
        "Ingest Seconds",
        "How long reading, validating and storing took.",
        unit="seconds",
        nullable=True,
        ge=_NOT_NEGATIVE,
    )

    class Config(_Table.Config):
        unique: ClassVar = ["report"]


class RejectedRows(_Table):
    """A row of a report that did not pass, and why."""

    report: Series[Text] = _report()
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    row_number: Series[Count] = _count("Row Number", "Counted from 1 in the report.", unit="rows", nullable=False)
    table_name: Series[Text] = _text("Table", "The table that it would have gone to.", nullable=False)
    position: Series[Text] = _text("Position", "Where in the report: virtual_machines[3].", nullable=False)
    reason: Series[Text] = _free_text("Reason", "Why it did not pass, in one sentence.")
    content: Series[Text] = _free_text("Content", "What was read of it, as JSON, without free text.")
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

    source: Series[Text] = _text("Source", "client/environment.", nullable=False)
    client: Series[Text] = _client()
    environment: Series[Text] = _environment()
    virtual_machine_count: Series[Count] = _count(
        "VMs", "Virtual machines of the newest report; null when there is none.", unit="VMs"
    )
    triggered_alarm_count: Series[Count] = _count(
        "Alarms", "Triggered alarms of the newest report; null when there is none.", unit="alarms"
    )
    virtual_machines_collected_at: Series[Instant] = _instant("VMs Collected", "When the virtual machines were read.")
    triggered_alarms_collected_at: Series[Instant] = _instant("Alarms Collected", "When the alarms were read.")
    report_count: Series[Count] = _count("Reports", "Reports ingested.", unit="reports", nullable=False)
    rejected_row_count: Series[Count] = _count(
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
