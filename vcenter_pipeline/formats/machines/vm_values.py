"""Convert single values of a virtual machine that several shapes spell alike.

Source: the vSphere API types `GuestInfo`, `VirtualMachineConfigInfo` and `VirtualDevice`; get_vm_path of
community.vmware and get_folder_path_of_vsphere_object of vmware.vmware.
"""

from datetime import datetime
from typing import Final

from vcenter_pipeline.model.units import to_instant, to_name, to_text

_ROOT_FOLDER: Final = "Datacenters"
_VM_FOLDER: Final = "vm"
_LONG_AGO: Final = datetime(1970, 1, 2)  # noqa: DTZ001 - naive UTC, as every instant here


def to_folder(value: object) -> str | None:
    """Give the folder's path from the datacenter on, with a slash at its beginning: `/DC0/vm/Test`.

    community.vmware writes the slash and vmware.vmware does not; its inventory starts at the root folder, which is
    always called Datacenters.
    """
    text = to_text(value)
    if text is None or not text.strip("/"):
        return None
    parts = text.strip("/").split("/")
    return "/" + "/".join(parts[1:] if parts[0] == _ROOT_FOLDER and len(parts) > 1 else parts)


def to_datacenter_of(folder: str | None) -> str | None:
    """Give the datacenter out of a folder's path: what stands before `vm`, the root of all folders of machines."""
    parts = (folder or "").strip("/").split("/")
    if _VM_FOLDER not in parts[1:]:
        return None
    return to_name(parts[parts.index(_VM_FOLDER, 1) - 1])


def to_tools_version(value: object) -> str | None:
    """Give the version of VMware Tools; vSphere writes 0 where there are none."""
    text = to_text(value)
    return None if text == "0" else text


def to_created_at(value: object) -> datetime | None:
    """Give when the machine was created; vSphere writes 1970 for those that are older than the property."""
    moment = to_instant(value)
    return None if moment is not None and moment < _LONG_AGO else moment
