"""Words of closed sets, from whatever spelling to vSphere's: `POWERED_ON`, `powered_on` and `poweredOn` are one.

A word that is in no set stays as it is, so that validation refuses it by name where the set is closed.
"""

from collections.abc import Callable
from typing import Final

from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.units import to_text

DATASTORE_TYPES: Final = ("VMFS", "NFS", "NFS41", "CIFS", "vsan", "VFFS", "VVOL", "PMEM", "vsanD", "OTHER")
"""vSphere's `HostFileSystemVolumeFileSystemType`; the REST API spells `VSAN`. Newer vSphere may know more."""

_NO_SERIAL_NUMBER: Final = frozenset({"", "n/a", "na", "none", "not specified", "unknown"})

Convert = Callable[[object], str | None]


def _to_word_of(words: tuple[str, ...]) -> Convert:
    same = {word: word for word in words}
    by_letters = {word.lower(): word for word in words}

    def to_word(value: object) -> str | None:
        text = to_text(value)
        if text is None or text in same:
            return text
        return by_letters.get(text.replace("_", "").replace(" ", "").lower(), text)

    return to_word


to_power_state: Final = _to_word_of(vocabulary.POWER_STATES)
to_host_power_state: Final = _to_word_of(vocabulary.HOST_POWER_STATES)
to_vm_connection_state: Final = _to_word_of(vocabulary.VM_CONNECTION_STATES)
to_host_connection_state: Final = _to_word_of(vocabulary.HOST_CONNECTION_STATES)
to_tools_status: Final = _to_word_of(vocabulary.TOOLS_STATUSES)
to_tools_running_status: Final = _to_word_of(vocabulary.TOOLS_RUNNING_STATUSES)
to_maintenance_mode: Final = _to_word_of(vocabulary.MAINTENANCE_MODES)
to_datastore_type: Final = _to_word_of(DATASTORE_TYPES)
to_drs_behavior: Final = _to_word_of(vocabulary.DRS_BEHAVIORS)
to_shares_level: Final = _to_word_of(vocabulary.SHARES_LEVELS)
to_overall_status: Final = _to_word_of(vocabulary.OVERALL_STATUSES)


def to_uuid(value: object) -> str | None:
    """Give a uuid in lower case."""
    text = to_text(value)
    return None if text is None else text.lower()


def to_serial_number(value: object) -> str | None:
    """Give a serial number; hardware without one says so in several ways, and modules write `NA`."""
    text = (to_text(value) or "").strip()
    return None if text.lower() in _NO_SERIAL_NUMBER else text


def to_entity_type(value: object) -> str | None:
    """Give the vSphere type without pyVmomi's prefix: `VirtualMachine` for `vim.VirtualMachine`."""
    text = to_text(value)
    return None if text is None else text.removeprefix("vim.") or None


def to_moid(value: object) -> str | None:
    """Give the managed object id out of `vm-42`, `vim.VirtualMachine:vm-42` or `'vim.VirtualMachine:vm-42'`."""
    text = to_text(value)
    return None if text is None else text.strip("'\"").rpartition(":")[2] or None
