"""Read network adapters that are objects of their own: `hw_eth0`, `guest.net`, virtual devices.

Source: the vSphere API types `GuestNicInfo` and `VirtualEthernetCard`.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from vcenter_pipeline.formats.shape import SpoiltChild, to_content
from vcenter_pipeline.model.records import VmNic
from vcenter_pipeline.model.units import named, shown, to_address, to_count, to_mac_address

_TABLE: Final = "vm_nics"


class Adapter(NamedTuple):
    """One adapter as a report shows it."""

    place: str
    """Where it stands in the item: `hw_eth0`."""
    mac_address: object
    addresses: object
    """A list of texts, or of (address, prefix length); one text stands for a list of one."""


def to_adapter_nics(adapters: Iterable[Adapter], spoilt: list[SpoiltChild]) -> tuple[VmNic, ...]:
    """Give a record per address, and one for each adapter that has none."""
    found: dict[tuple[str, str | None], VmNic] = {}
    for adapter in adapters:
        mac = _to_mac(adapter, spoilt)
        for nic in _to_addresses(adapter, mac, spoilt):
            found.setdefault((nic.mac_address, nic.address), nic)
        if mac is not None:
            found.setdefault((mac, None), VmNic(mac, None, None, None))
    addressed = {mac for mac, address in found if address is not None}
    return tuple(nic for nic in found.values() if nic.address is not None or nic.mac_address not in addressed)


def _to_mac(adapter: Adapter, spoilt: list[SpoiltChild]) -> str | None:
    try:
        return named("mac_address", to_mac_address, adapter.mac_address)
    except ValueError as error:
        spoilt.append(SpoiltChild(_TABLE, adapter.place, str(error), None))
        return None


def _to_addresses(adapter: Adapter, mac: str | None, spoilt: list[SpoiltChild]) -> list[VmNic]:
    nics: list[VmNic] = []
    for value in _listed(adapter, spoilt):
        text, length = value if isinstance(value, tuple) else (value, None)
        content = to_content((("mac_address", mac), ("address", text)))
        try:
            address = to_address(text)
            prefix_length = named("prefix_length", to_count, length)
        except ValueError as error:
            spoilt.append(SpoiltChild(_TABLE, adapter.place, f"address: {error}", content))
            continue
        if address is None:
            continue
        if mac is None:
            spoilt.append(SpoiltChild(_TABLE, adapter.place, "the adapter has no MAC address", content))
            continue
        told = address[1] if prefix_length is None else prefix_length
        nics.append(VmNic(mac, address[0], told, address[2]))
    return nics


def _listed(adapter: Adapter, spoilt: list[SpoiltChild]) -> Sequence[object]:
    addresses = adapter.addresses
    if addresses is None or addresses == "":
        return ()
    if isinstance(addresses, str):
        return (addresses,)
    if isinstance(addresses, list):
        return addresses
    spoilt.append(SpoiltChild(_TABLE, adapter.place, f"addresses: {shown(addresses)} is not a list", None))
    return ()
