"""Columns of what stands on an object for a while: triggered alarms, and snapshots of virtual machines."""

from typing import ClassVar

from pandera.typing import Series

from vcenter_pipeline.model import alarm_columns, vocabulary
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
    alarm_name: Series[Text] = alarm_columns.alarm_name()
    description: Series[Text] = free_text("Alarm Description", "The description of the alarm definition.")
    alarm_moid: Series[Text] = alarm_columns.alarm_moid()
    entity_type: Series[Text] = alarm_columns.entity_type()
    entity_name: Series[Text] = alarm_columns.entity_name()
    entity_moid: Series[Text] = alarm_columns.entity_moid()
    overall_status: Series[Text] = alarm_columns.overall_status()
    severity: Series[Text] = alarm_columns.severity()
    triggered_at: Series[Instant] = alarm_columns.triggered_at()
    is_acknowledged: Series[Flag] = alarm_columns.is_acknowledged()
    acknowledged_by: Series[Text] = alarm_columns.acknowledged_by()
    acknowledged_at: Series[Instant] = alarm_columns.acknowledged_at()
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
