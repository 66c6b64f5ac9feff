"""The columns of published tables that hold the history, spelled by hand, in the form of the others."""

from typing import Final

COLUMNS: Final = {
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
