"""Read the lists inside a virtual machine: network adapters, datastores, tags and custom attributes.

A part that cannot be read is given back as a spoilt child; it never costs its virtual machine.
Typical parts take a straight path, and anything that fails there is read again with care.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn

from vcenter_pipeline.formats.shape import SpoiltChild, shown_key, to_content
from vcenter_pipeline.model import vocabulary
from vcenter_pipeline.model.records import VmAttribute, VmDatastore, VmNic
from vcenter_pipeline.model.units import named, shown, to_address, to_datastore_url, to_mac_address, to_name, to_text

_new: Final[Callable[..., Any]] = tuple.__new__
"""A named tuple from a tuple, without the keyword handling that doubles the time of a row."""

_FAMILIES: Final = vocabulary.ADDRESS_FAMILIES
_ONE_OF_EACH_FAMILY: Final = 2

_SYSTEM_NAME: Final = re.compile(r"vCLS(-[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}| \([0-9]+\))")

_WORSE_ADDRESSES: Final = ((2, ("172.17.",)), (3, ("169.254.", "fe8", "fe9", "fea", "feb")), (4, ("127.", "::", "0.")))
"""Docker's own bridge, link-local addresses, loopback and none."""

_NOT_READABLE: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What the straight path raises when a part has another form than the module's."""


def to_nic_count(macs: object, network: object) -> int | None:
    """Count the adapters that the report shows.

    `mac_address` lists the virtual hardware, `vm_network` what VMware Tools report. With `show_mac_address` and
    `show_net` off both are empty, exactly as for a machine without adapters: the number is then unknown.
    """
    if isinstance(macs, str) and macs:
        return 1
    if isinstance(macs, list) and macs:
        return 1 if len(macs) == 1 else len({mac.lower() if type(mac) is str else shown(mac) for mac in macs})
    return len(network) if isinstance(network, Mapping) and network else None


def is_system_name(name: str | None) -> bool | None:
    """Say whether the name is that of a vCLS agent, which vSphere runs for itself."""
    return None if name is None else name.startswith("vCLS") and _SYSTEM_NAME.fullmatch(name) is not None


def to_primary_ip(told: object, nics: Iterable[VmNic]) -> str | None:
    """Give the address that people reach the machine by.

    VMware Tools report the first one that the guest lists, which may be that of a bridge of Docker, or one that the
    guest gave itself because no DHCP server answered. Such a one is taken only when there is no better one.
    """
    found = to_address(told)
    first = None if found is None else found[0]
    if first is not None and _rank(first) == 0:
        return first
    addresses = [] if first is None else [first]
    addresses += [nic.address for nic in nics if nic.address is not None]
    return min(addresses, key=_rank, default=None)


def _rank(address: str) -> int:
    """Rank an address: 0 is the best."""
    for rank, prefixes in _WORSE_ADDRESSES:
        if address.startswith(prefixes):
            return rank
    return 1 if ":" in address else 0


def to_nics(macs: object, network: object, spoilt: list[SpoiltChild]) -> tuple[VmNic, ...]:
    """Give a record per address of `vm_network`, and one for each adapter that has none.

    Addresses are bare in old reports and `address/prefix` in new ones. One adapter may show an address several
    times, when interfaces of the guest share it (`fe80::1%eth0`, `fe80::1%eth1`): it is one record.
    """
    nics: list[VmNic] = []
    known: list[str | None] = []
    may_repeat = False
    mac: str | None
    for key, addresses in _items(network, "vm_network", "vm_nics", spoilt):
        first = len(nics)
        try:
            mac = to_mac_address(key) or _refuse("it has no MAC address")
            for text in [*addresses["ipv4"], *addresses["ipv6"]]:
                found = to_address(text)
                if found is not None:
                    nics.append(_new(VmNic, (mac, *found)))
        except _NOT_READABLE:
            del nics[first:]
            mac = _to_nics_with_care(key, addresses, nics, spoilt)
        may_repeat = may_repeat or len(nics) - first > _ONE_OF_EACH_FAMILY or mac in known
        if len(nics) == first and mac is not None:
            nics.append(_new(VmNic, (mac, None, None, None)))
        known.append(mac)
    for key in _listed(macs, "mac_address", "vm_nics", spoilt):
        if key not in known:
            mac = _to_further_mac_address(key, spoilt)
            if mac is not None and mac not in known:
                known.append(mac)
                nics.append(_new(VmNic, (mac, None, None, None)))
    return _without_repeats(nics) if may_repeat else tuple(nics)


def _to_further_mac_address(key: object, spoilt: list[SpoiltChild]) -> str | None:
    try:
        return to_mac_address(key)
    except ValueError as error:
        spoilt.append(SpoiltChild("vm_nics", "mac_address", str(error), None))
        return None


def _without_repeats(nics: list[VmNic]) -> tuple[VmNic, ...]:
    """Keep the first record of each address; an adapter with addresses needs none without."""
    first: dict[tuple[str, str | None], VmNic] = {}
    for nic in nics:
        first.setdefault((nic.mac_address, nic.address), nic)
    addressed = {mac for mac, address in first if address is not None}
    return tuple(nic for nic in first.values() if nic.address is not None or nic.mac_address not in addressed)


def _to_nics_with_care(key: object, addresses: object, nics: list[VmNic], spoilt: list[SpoiltChild]) -> str | None:
    place = f"vm_network.{shown_key(key)}"
    try:
        mac = to_mac_address(key)
    except ValueError as error:
        spoilt.append(SpoiltChild("vm_nics", place, str(error), None))
        return None
    listed: list[object] = []
    if isinstance(addresses, Mapping):
        for family in _FAMILIES:
            listed += _listed(addresses.get(family), f"{place}.{family}", "vm_nics", spoilt)
    elif addresses:
        spoilt.append(SpoiltChild("vm_nics", place, f"{shown(addresses)} is not an object", None))
    for text in listed:
        try:
            found = to_address(text)
        except ValueError as error:
            content = to_content((("mac_address", mac), ("address", text)))
            spoilt.append(SpoiltChild("vm_nics", place, f"address: {error}", content))
            continue
        if found is not None and mac is not None:
            nics.append(VmNic(mac, *found))
        elif found is not None:
            content = to_content((("address", text),))
            spoilt.append(SpoiltChild("vm_nics", place, "the adapter has no MAC address", content))
    return mac


def to_datastores(listed: object, spoilt: list[SpoiltChild]) -> tuple[VmDatastore, ...]:
    """Give a record per entry of `datastore_url`; the URL has one of two spellings."""
    datastores: list[VmDatastore] = []
    for entry in _listed(listed, "datastore_url", "vm_datastores", spoilt):
        try:
            datastore = _to_datastore(entry["name"], entry["url"])
        except _NOT_READABLE:
            try:
                datastore = _to_datastore_with_care(entry)
            except ValueError as error:
                spoilt.append(SpoiltChild("vm_datastores", "datastore_url", str(error), None))
                continue
        if datastore is not None:
            datastores.append(datastore)
    return tuple(datastores) if len(datastores) <= 1 else tuple(dict.fromkeys(datastores))


@lru_cache(maxsize=4096, typed=True)
def _to_datastore(name: object, url: object) -> VmDatastore | None:
    """Give the record, the same one for every virtual machine on it: there are few datastores."""
    name, url = named("name", to_name, name), to_datastore_url(named("url", to_text, url))
    return None if name is None and url is None else VmDatastore(name, url)


def _to_datastore_with_care(entry: object) -> VmDatastore | None:
    if not isinstance(entry, Mapping):
        _refuse(f"{shown(entry)} is not an object")
    return _to_datastore.__wrapped__(entry.get("name"), entry.get("url"))


def to_attributes(tags: object, attributes: object, spoilt: list[SpoiltChild]) -> tuple[VmAttribute, ...]:
    """Give a record per tag and per custom attribute; an attribute without a value has one as well."""
    records: list[VmAttribute] = []
    for tag in _listed(tags, "tags", "vm_attributes", spoilt):
        try:
            records.append(_to_tag(tag))
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_attributes", "tags", str(error), None))
    for key, value in _items(attributes, "attributes", "vm_attributes", spoilt):
        try:
            name = to_text(key) or _refuse("it has no name")
            records.append(_new(VmAttribute, ("custom_attribute", None, name, to_text(value))))
        except ValueError as error:
            spoilt.append(SpoiltChild("vm_attributes", f"attributes.{shown_key(key)}", str(error), None))
    return tuple(dict.fromkeys(records)) if tags else tuple(records)


def _to_tag(tag: object) -> VmAttribute:
    entry = tag if isinstance(tag, Mapping) else {"name": tag}
    category, name = (
        named("category_name", to_text, entry.get("category_name")),
        named("name", to_text, entry.get("name")),
    )
    return VmAttribute("tag", category, name or _refuse("it has no name"), None)


def _refuse(reason: str) -> NoReturn:
    raise ValueError(reason)


def _listed(value: object, place: str, table: str, spoilt: list[SpoiltChild]) -> Iterable[Any]:
    """Give the entries of a list; a single text stands for a list of one."""
    if not value:
        return ()
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        return (value,)
    spoilt.append(SpoiltChild(table, place, f"{shown(value)} is not a list", None))
    return ()


def _items(value: object, place: str, table: str, spoilt: list[SpoiltChild]) -> Iterable[tuple[Any, Any]]:
    """Give the keys and values of an object."""
    if not value:
        return ()
    if isinstance(value, dict):
        return value.items()
    spoilt.append(SpoiltChild(table, place, f"{shown(value)} is not an object", None))
    return ()
