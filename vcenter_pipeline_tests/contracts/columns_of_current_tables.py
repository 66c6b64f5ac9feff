"""The columns of published tables that hold what is current, and of the ledger, spelled by hand.

A line a column: name, type, whether it is required, display name.
"""

from typing import Final

COLUMNS: Final = {
    "dim_source": """
        source string required | Source
        client string required | Client
        environment string required | Environment
        virtual_machine_count int64 | VMs
        triggered_alarm_count int64 | Alarms
        virtual_machines_collected_at timestamp[us] | VMs Collected
        triggered_alarms_collected_at timestamp[us] | Alarms Collected
        report_count int64 required | Reports
        rejected_row_count int64 required | Rejected Rows
        esxi_host_count int64 | ESXi Hosts
        cluster_count int64 | Clusters
        datastore_count int64 | Datastores
        vm_snapshot_count int64 | Snapshots
    """,
    "dim_virtual_machine": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | VM
        moid string | VM Moid
        instance_uuid string | Instance UUID
        bios_uuid string | BIOS UUID
        power_state string | Power State
        guest_os string | Guest OS
        cpu_count int64 | vCPUs
        memory_mib int64 | Memory MiB
        storage_bytes int64 | Storage Bytes
        primary_ip string | Primary IP
        nic_count int64 | NICs
        esxi_host string | ESXi Host
        cluster string | Cluster
        datacenter string | Datacenter
        folder string | Folder
        resource_pool string | Resource Pool
        is_template bool | Is Template
        is_system bool | Is System
        annotation string | Annotation
        collected_at timestamp[us] required | Collected
        report string required | Report
        guest_os_reported string | Guest OS Reported
        guest_hostname string | Guest Host Name
        tools_status string | Tools Status
        tools_running_status string | Tools Running Status
        tools_version_status string | Tools Version Status
        tools_version string | Tools Version
        hardware_version string | Hardware Version
        cores_per_socket int64 | Cores per Socket
        connection_state string | VM Connection
        overall_status string | VM Status
        snapshot_count int64 | Snapshots
        oldest_snapshot_at timestamp[us] | Oldest Snapshot
        is_consolidation_needed bool | Needs Consolidation
        disk_count int64 | Disks
        provisioned_bytes int64 | Provisioned Bytes
        booted_at timestamp[us] | Booted
        created_at timestamp[us] | Created
        esxi_host_moid string | ESXi Host Moid
        committed_bytes int64 | Committed Bytes
        esxi_host_key string | ESXi Host Key
        cluster_key string | Cluster Key
    """,
    "bridge_vm_nic": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        mac_address string required | MAC Address
        address string | IP Address
        prefix_length int64 | Prefix Length
        family string | IP Family
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "bridge_vm_datastore": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        datastore_name string | Datastore
        datastore_url string | Datastore URL
        collected_at timestamp[us] required | Collected
        report string required | Report
        datastore_key string | Datastore Key
    """,
    "bridge_vm_attribute": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        kind string required | Attribute Kind
        category string | Tag Category
        name string required | Attribute
        value string | Attribute Value
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "fact_triggered_alarm": """
        alarm_key string required | Alarm Key
        virtual_machine_key string | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        alarm_name string | Alarm
        description string | Alarm Description
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
        collected_at timestamp[us] required | Collected
        report string required | Report
        triggered_at_text string | Triggered As Written
    """,
    "fact_report": """
        report string required | Report
        client string required | Client
        environment string required | Environment
        vcenter string | vCenter
        path string required | Path
        fingerprint string | Fingerprint
        size_bytes int64 | Size Bytes
        modified_at timestamp[us] | File Time
        collected_at timestamp[us] | Collected
        collected_at_origin string | Collected From
        shapes string | Shapes
        virtual_machine_count int64 | VMs
        triggered_alarm_count int64 | Alarms
        rejected_row_count int64 | Rejected Rows
        status string required | Status
        reason string | Reason
        run_id string | Run
        ingested_at timestamp[us] required | Ingested
        ingest_seconds double | Ingest Seconds
        esxi_host_count int64 | ESXi Hosts
        cluster_count int64 | Clusters
        datastore_count int64 | Datastores
        vm_snapshot_count int64 | Snapshots
        resource_pool_count int64 | Resource Pools
        datacenter_count int64 | Datacenters
        vcenter_count int64 | vCenters
        failed_item_count int64 | Failed Items
        read_at timestamp[us] | Read
        thinned_at timestamp[us] | Thinned
    """,
    "fact_rejected_row": """
        report string required | Report
        client string required | Client
        environment string required | Environment
        row_number int64 required | Row Number
        table_name string required | Table
        position string required | Position
        reason string | Reason
        content string | Content
        collected_at timestamp[us] required | Collected
    """,
    "dim_vcenter": """
        vcenter_key string required | vCenter Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        instance_uuid string | vCenter UUID
        host_name string | vCenter Host
        name string | Product
        full_name string | Product Full Name
        version string | vCenter Version
        build string | vCenter Build
        api_version string | API Version
        api_type string | API Type
        os_type string | vCenter OS
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_datacenter": """
        datacenter_key string required | Datacenter Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Datacenter
        moid string | Datacenter Moid
        overall_status string | Datacenter Status
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_cluster": """
        cluster_key string required | Cluster Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Cluster
        moid string | Cluster Moid
        datacenter string | Datacenter
        overall_status string | Cluster Status
        is_ha_enabled bool | HA Enabled
        is_drs_enabled bool | DRS Enabled
        drs_behavior string | DRS Behavior
        is_vsan_enabled bool | vSAN Enabled
        is_admission_control_enabled bool | Admission Control
        ha_failover_level int64 | HA Failover Level
        host_count int64 | Hosts
        cpu_total_mhz int64 | Cluster CPU MHz
        cpu_used_mhz int64 | Cluster CPU Used MHz
        memory_mib int64 | Cluster Memory MiB
        memory_used_mib int64 | Cluster Memory Used MiB
        storage_bytes int64 | Cluster Storage Bytes
        storage_used_bytes int64 | Cluster Storage Used Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_esxi_host": """
        esxi_host_key string required | ESXi Host Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | ESXi Host
        moid string | ESXi Host Moid
        hardware_uuid string | Hardware UUID
        cluster string | Cluster
        datacenter string | Datacenter
        connection_state string | Host Connection
        is_in_maintenance bool | In Maintenance
        power_state string | Host Power State
        overall_status string | Host Status
        version string | ESXi Version
        build string | ESXi Build
        vendor string | Vendor
        model string | Model
        serial_number string | Serial Number
        cpu_model string | CPU Model
        cpu_socket_count int64 | CPU Sockets
        cpu_core_count int64 | CPU Cores
        cpu_thread_count int64 | CPU Threads
        cpu_mhz int64 | Core MHz
        cpu_total_mhz int64 | CPU MHz
        cpu_used_mhz int64 | CPU Used MHz
        memory_mib int64 | Host Memory MiB
        memory_used_mib int64 | Host Memory Used MiB
        uptime_seconds int64 | Uptime Seconds
        booted_at timestamp[us] | Host Booted
        license_core_count int64 | License Cores
        collected_at timestamp[us] required | Collected
        report string required | Report
        cluster_key string | Cluster Key
    """,
    "dim_datastore": """
        datastore_key string required | Datastore Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Datastore
        moid string | Datastore Moid
        url string | Datastore URL
        datacenter string | Datacenter
        type string | Datastore Type
        capacity_bytes int64 | Capacity Bytes
        free_bytes int64 | Free Bytes
        uncommitted_bytes int64 | Uncommitted Bytes
        provisioned_bytes int64 | Datastore Provisioned Bytes
        is_accessible bool | Is Accessible
        maintenance_mode string | Maintenance Mode
        has_multiple_host_access bool | Multiple Host Access
        datastore_cluster string | Datastore Cluster
        overall_status string | Datastore Status
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_resource_pool": """
        resource_pool_key string required | Resource Pool Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        name string | Resource Pool
        moid string | Resource Pool Moid
        owner string | Pool Owner
        overall_status string | Pool Status
        cpu_limit_mhz int64 | CPU Limit MHz
        cpu_reservation_mhz int64 | CPU Reservation MHz
        cpu_shares int64 | CPU Shares
        cpu_shares_level string | CPU Shares Level
        is_cpu_expandable bool | CPU Expandable
        cpu_used_mhz int64 | Pool CPU Used MHz
        memory_limit_mib int64 | Memory Limit MiB
        memory_reservation_mib int64 | Memory Reservation MiB
        memory_shares int64 | Memory Shares
        memory_shares_level string | Memory Shares Level
        is_memory_expandable bool | Memory Expandable
        memory_used_bytes int64 | Pool Memory Used Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_disk": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        label string | Disk
        device_key int64 | Device Key
        capacity_bytes int64 | Disk Capacity Bytes
        datastore_name string | Disk Datastore
        file_path string | Disk File
        disk_mode string | Disk Mode
        backing_type string | Backing Type
        is_thin bool | Is Thin
        controller_type string | Controller
        unit_number int64 | Unit Number
        disk_uuid string | Disk UUID
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_guest_disk": """
        virtual_machine_key string required | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        disk_path string required | File System
        capacity_bytes int64 | File System Bytes
        free_bytes int64 | File System Free Bytes
        collected_at timestamp[us] required | Collected
        report string required | Report
    """,
    "dim_vm_snapshot": """
        snapshot_key string required | Snapshot Key
        virtual_machine_key string | Virtual Machine Key
        client string required | Client
        environment string required | Environment
        vcenter string required | vCenter
        vm_name string | Snapshot Of
        vm_folder string | Snapshot Of Folder
        name string | Snapshot
        description string | Snapshot Description
        snapshot_id int64 | Snapshot Id
        created_at timestamp[us] | Taken
        power_state string | Snapshot Power State
        is_quiesced bool | Is Quiesced
        is_current bool | Is Current
        collected_at timestamp[us] required | Collected
        report string required | Report
        vm_match string required | Snapshot Match
    """,
    "fact_collection": """
        report string required | Report
        collection int64 required | Collection
        client string required | Client
        environment string required | Environment
        vcenter string | vCenter
        kind string required | Kind
        shape string required | Shape
        path string | Path
        is_complete bool required | Is Complete
        row_count int64 required | Rows
        failed_item_count int64 | Failed Items
        leaves_out string | Leaves Out
        collected_at timestamp[us] required | Collected
    """,
}
