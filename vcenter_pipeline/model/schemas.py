"""Every table that is stored or published; a column is declared in one of the `…_schemas` and nowhere else.

A Pandera model is a table. A field says the column's type (Arrow), whether it may be null, its display
name (`title`, shown by Excel and Power BI), its description, its unit and what its values must satisfy.
`Config.unique` is the table's primary key. SQL tables, Dagster table schemas, CSV, Excel and Parquet
columns and the data dictionary are derived from here through `columns`.

Order counts: new columns go to the end of a table, and a published name is never changed or reused.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pandera.pandas import DataFrameModel

from vcenter_pipeline.model.estate_schemas import (
    Clusters,
    Datacenters,
    Datastores,
    DimCluster,
    DimDatacenter,
    DimDatastore,
    DimEsxiHost,
    DimResourcePool,
    DimVcenter,
    EsxiHosts,
    ResourcePools,
    Vcenters,
)
from vcenter_pipeline.model.event_schemas import DimVmSnapshot, FactTriggeredAlarm, TriggeredAlarms, VmSnapshots
from vcenter_pipeline.model.history_schemas import (
    AlarmChanges,
    ClusterDaily,
    DatastoreDaily,
    DimDate,
    FactAlarmEpisode,
    FactClusterDaily,
    FactDatastoreChange,
    FactDatastoreDaily,
    FactEsxiHostChange,
    FactSourceDaily,
    FactVmChange,
    HistorySteps,
    ObjectChanges,
    SourceDaily,
)
from vcenter_pipeline.model.ledger_schemas import Collections, DimSource, RejectedRows, Reports
from vcenter_pipeline.model.vm_schemas import (
    BridgeVmAttribute,
    BridgeVmDatastore,
    BridgeVmNic,
    DimVirtualMachine,
    DimVmDisk,
    DimVmGuestDisk,
    VirtualMachines,
    VmAttributes,
    VmDatastores,
    VmDisks,
    VmGuestDisks,
    VmNics,
)

CORE_TABLES: Final[Mapping[str, type[DataFrameModel]]] = MappingProxyType(
    {
        "virtual_machines": VirtualMachines,
        "vm_nics": VmNics,
        "vm_datastores": VmDatastores,
        "vm_attributes": VmAttributes,
        "vm_disks": VmDisks,
        "vm_guest_disks": VmGuestDisks,
        "vm_snapshots": VmSnapshots,
        "triggered_alarms": TriggeredAlarms,
        "esxi_hosts": EsxiHosts,
        "clusters": Clusters,
        "datastores": Datastores,
        "resource_pools": ResourcePools,
        "datacenters": Datacenters,
        "vcenters": Vcenters,
        "reports": Reports,
        "collections": Collections,
        "rejected_rows": RejectedRows,
    },
)
"""What the database holds of reports: their rows, by report."""

HISTORY_TABLES: Final[Mapping[str, type[DataFrameModel]]] = MappingProxyType(
    {
        "history_steps": HistorySteps,
        "object_changes": ObjectChanges,
        "alarm_changes": AlarmChanges,
        "source_daily": SourceDaily,
        "cluster_daily": ClusterDaily,
        "datastore_daily": DatastoreDaily,
    },
)
"""What the database holds of the history that was derived of them."""

STORED_TABLES: Final[Mapping[str, type[DataFrameModel]]] = MappingProxyType({**CORE_TABLES, **HISTORY_TABLES})
"""Everything that the database holds."""

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
        "dim_vcenter": DimVcenter,
        "dim_datacenter": DimDatacenter,
        "dim_cluster": DimCluster,
        "dim_esxi_host": DimEsxiHost,
        "dim_datastore": DimDatastore,
        "dim_resource_pool": DimResourcePool,
        "dim_vm_disk": DimVmDisk,
        "dim_vm_guest_disk": DimVmGuestDisk,
        "dim_vm_snapshot": DimVmSnapshot,
        "fact_collection": Collections,
        "fact_vm_change": FactVmChange,
        "fact_esxi_host_change": FactEsxiHostChange,
        "fact_datastore_change": FactDatastoreChange,
        "fact_alarm_episode": FactAlarmEpisode,
        "fact_source_daily": FactSourceDaily,
        "fact_cluster_daily": FactClusterDaily,
        "fact_datastore_daily": FactDatastoreDaily,
        "dim_date": DimDate,
    },
)
"""What Power BI reads."""
