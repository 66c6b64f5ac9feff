"""A generated estate: `vmware_vm_info` reports of any size, the same bytes for the same arguments.

Keys, nesting and lengths follow the real report `reports/ansible12/vm_info_full.json`. Sizes are what large
estates have: 40 clusters, 900 hosts, 300 datastores. One machine in three is off, as it is there.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

_GUESTS = (
    "Red Hat Enterprise Linux 8 (64-bit)",
    "Red Hat Enterprise Linux 9 (64-bit)",
    "SUSE Linux Enterprise 15 (64-bit)",
    "Microsoft Windows Server 2022 (64-bit)",
)
_HEAD = '{\n    "changed": false,\n    "failed": false,\n    "virtual_machines": ['
_TAIL = "\n    ]\n}\n"


def virtual_machines(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Give virtual machines as `community.vmware.vmware_vm_info` returns them."""
    dice = random.Random(seed)  # noqa: S311 - the same estate every time is what is wanted
    for number in range(count):
        mac = ":".join(("00:50:56", *(f"{dice.getrandbits(8):02x}" for _ in range(3))))
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        storage = f"ds-{number % 300:03d}"
        yield {
            "allocated": {
                "cpu": dice.choice((1, 2, 4, 8)),
                "memory": dice.choice((2048, 4096, 8192, 16384)),
                "storage": 107_374_182_400 + number,
            },
            "attributes": {"Owner": f"team-{number % 50}@corp.example.com", "CostCenter": f"{number % 1000:06d}"},
            "cluster": f"cl-{number % 40:02d}",
            "datacenter": f"dc-{number % 4}",
            "datastore_url": [{"name": storage, "url": f"/vmfs/volumes/{storage}-62e2f0aa"}],
            "esxi_hostname": f"esx-{number % 900:04d}.corp.example.com",
            "folder": f"/dc-{number % 4}/vm/Team {number % 50}",
            "guest_fullname": _GUESTS[number % len(_GUESTS)],
            "guest_name": f"vm-{number:06d}",
            "instance_uuid": str(UUID(int=dice.getrandbits(128))),
            "ip_address": address,
            "mac_address": [mac],
            "moid": f"vm-{number}",
            "power_state": dice.choice(("poweredOn", "poweredOn", "poweredOff")),
            "resource_pool": None,
            "tags": [],
            "uuid": str(UUID(int=dice.getrandbits(128))),
            "vm_network": {
                mac: {
                    "ipv4": [f"{address}/24"],
                    "ipv6": [f"fe80::250:56ff:{number >> 16:x}:{number & 0xFFFF:x}/64"],
                }
            },
        }


def write_report(path: Path, count: int, seed: int = 1) -> None:
    """Write a register of that many virtual machines as Ansible's `to_nice_json` does, one at a time."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for number, machine in enumerate(virtual_machines(count, seed)):
            text = json.dumps(machine, indent=4, sort_keys=True).replace("\n", "\n        ")
            file.write(f"{',' if number else ''}\n        {text}")
        file.write(_TAIL)


if __name__ == "__main__":
    write_report(Path(sys.argv[1]), int(sys.argv[2]), *map(int, sys.argv[3:]))
