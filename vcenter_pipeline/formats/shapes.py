"""Every shape that is understood. To understand a further one, write its module and add it here."""

from typing import Final

from vcenter_pipeline.formats.alarms import alarm_events, alarm_state, govc_alarms, powercli_alarms, triggered_alarms
from vcenter_pipeline.formats.estate import (
    vcenter_rest_cluster,
    vcenter_rest_datastore,
    vcenter_rest_host,
    vmware_about_info,
    vmware_all_snapshots_info,
    vmware_cluster_info,
    vmware_datacenter_info,
    vmware_datastore_info,
    vmware_host_facts,
    vmware_resource_pool_info,
    vsphere_host,
)
from vcenter_pipeline.formats.machines import (
    old_vm_list,
    powercli_vm,
    vcenter_rest_vm,
    vm_resource_info,
    vmware_guest_disk_info,
    vmware_guest_info,
    vmware_guest_snapshot_info,
    vmware_guest_tools_info,
    vmware_tag_info,
    vmware_vm_info,
    vmware_vm_inventory,
    vsphere_vm,
)
from vcenter_pipeline.formats.shape import Shape

SHAPES: Final[tuple[Shape, ...]] = (
    vmware_vm_info.SHAPE,
    vmware_guest_info.SHAPE,
    vsphere_vm.SHAPE,
    vsphere_vm.SHAPE_WITH_ALARMS,
    vmware_guest_disk_info.SHAPE,
    vmware_guest_snapshot_info.SHAPE,
    vmware_guest_tools_info.SHAPE,
    vm_resource_info.SHAPE,
    vmware_vm_inventory.SHAPE,
    vmware_vm_inventory.SHAPE_WITH_ALARMS,
    vcenter_rest_vm.SHAPE,
    vcenter_rest_vm.DETAILS_SHAPE,
    powercli_vm.SHAPE,
    old_vm_list.SHAPE,
    vmware_tag_info.SHAPE,
    vmware_all_snapshots_info.SHAPE,
    vmware_host_facts.SHAPE,
    vsphere_host.SHAPE,
    vsphere_host.SHAPE_WITH_ALARMS,
    vcenter_rest_host.SHAPE,
    vmware_cluster_info.SHAPE,
    vmware_cluster_info.SHAPE_WITH_ALARMS,
    vcenter_rest_cluster.SHAPE,
    vcenter_rest_cluster.DETAILS_SHAPE,
    vmware_datastore_info.SHAPE,
    vmware_datastore_info.SHAPE_WITH_ALARMS,
    vcenter_rest_datastore.SHAPE,
    vcenter_rest_datastore.DETAILS_SHAPE,
    vmware_resource_pool_info.SHAPE,
    vmware_datacenter_info.SHAPE,
    vmware_datacenter_info.SHAPE_WITH_ALARMS,
    vmware_about_info.SHAPE,
    triggered_alarms.SHAPE,
    govc_alarms.SHAPE,
    alarm_state.SHAPE,
    powercli_alarms.SHAPE,
    alarm_events.SHAPE,
)
"""In the order in which they are asked; of two that are equally sure, the first is taken."""
