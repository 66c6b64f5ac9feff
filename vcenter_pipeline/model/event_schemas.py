"""Columns of what stands on an object for a while: triggered alarms, and snapshots of virtual machines."""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.fields import (
    Count,
    Flag,
    Instant,
    Text,
    count,
    flag,
    free_text,
    instant,
    one_of,
    text,
)
from vcenter_pipeline.model.shared_columns import (
    DeclaredTable,
    client,
    collected_at,
    collection,
    environment,
    object_key,
    report,
    vcenter,
    virtual_machine_key,
)


class _TriggeredAlarm(DeclaredTable):
    alarm_key: Series[Text] = object_key("Alarm Key", "the alarm and the entity")
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
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
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()
    triggered_at_text: Series[Text] = text(
        "Triggered As Written", "The time as the report wrote it, only where it names no time zone."
    )


class FactTriggeredAlarm(_TriggeredAlarm):
    """A triggered alarm of the newest reports, with the virtual machine that it stands on."""

    virtual_machine_key: Series[Text] = virtual_machine_key(nullable=True)

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["alarm_key"]
        metadata: ClassVar = {"leading": ("alarm_key", "virtual_machine_key")}


class TriggeredAlarms(_TriggeredAlarm):
    """An alarm that stood on an entity when the report was written."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "alarm_key"]


class _VmSnapshot(DeclaredTable):
    snapshot_key: Series[Text] = text(
        "Snapshot Key",
        "The virtual machine, by its key or else by its name and folder, and the snapshot's number.",
        nullable=False,
    )
    virtual_machine_key: Series[Text] = virtual_machine_key(nullable=True)
    client: Series[Text] = client()
    environment: Series[Text] = environment()
    vcenter: Series[Text] = vcenter()
    vm_name: Series[Text] = text("Snapshot Of", "The virtual machine's name.")
    vm_folder: Series[Text] = text("Snapshot Of Folder", "The last part of the folder's path.")
    name: Series[Text] = text("Snapshot", "The snapshot's name.")
    description: Series[Text] = free_text("Snapshot Description", "What somebody wrote about it.")
    snapshot_id: Series[Count] = count("Snapshot Id", "vSphere's number, unique in its virtual machine.")
    created_at: Series[Instant] = instant("Taken", "When it was taken.")
    power_state: Series[Text] = one_of(
        "Snapshot Power State", "Whether the virtual machine ran then.", vocabulary.POWER_STATES
    )
    is_quiesced: Series[Flag] = flag("Is Quiesced", "Whether the guest's file systems were quiesced.")
    is_current: Series[Flag] = flag("Is Current", "Whether the virtual machine runs on it.")
    collected_at: Series[Instant] = collected_at()
    report: Series[Text] = report()


class DimVmSnapshot(_VmSnapshot):
    """A snapshot of a virtual machine."""

    vm_match: Series[Text] = one_of(
        "Snapshot Match",
        "How its virtual machine was found: by its key, or by a name that only one has. No key is given for a name "
        "that several have, or none.",
        vocabulary.SNAPSHOT_MATCHES,
        nullable=False,
    )

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["snapshot_key"]


class VmSnapshots(_VmSnapshot):
    """A snapshot of a virtual machine as one report describes it."""

    collection: Series[Count] = collection()

    class Config(DeclaredTable.Config):
        unique: ClassVar = ["report", "collection", "snapshot_key"]
