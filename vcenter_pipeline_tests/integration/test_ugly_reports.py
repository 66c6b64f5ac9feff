"""Real results, wrapped in all that playbooks do to them, through one real pass.

The results are those of real modules that read VMware's simulator. They are wrapped here as ansible-core 2.19 wraps
them with the filters that the names say.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings


def test_two_vcenters_in_one_bundle_whose_parts_are_wrapped_in_every_way(
    home: Settings,
    drop: Callable[[str, str], Path],
    real: Callable[[str], bytes],
    take: Callable[[], Pass],
    published: Callable[[str, str], list[dict[str, Any]]],
) -> None:
    """Both vCenters have the same moids and uuids: whatever is taken for the other's, or left out, is missing here.

    The second report is what a playbook writes when it could not log in; its message quotes the address.
    """

    def results(name: str) -> list[dict[str, Any]]:
        turns: list[dict[str, Any]] = json.loads(real(name))["results"]
        return turns

    clusters = {
        name: item for turn in results("ansible12/cluster_info.json") for name, item in turn["clusters"].items()
    }
    parts = {
        "vm_info | to_json": real("ansible12/vm_info_full.json").decode(),
        "alarms, slurped or printed": {"stdout": real("alarms/alarms_module_list.json").decode(), "rc": 0},
        "clusters | dict2items": [{"key": name, "value": item} for name, item in clusters.items()],
        "snapshots, not flattened": [
            turn["vmware_all_snapshots_info"] for turn in results("ansible12/all_snapshots_info.json")
        ],
        "hosts by name": {
            turn["ansible_facts"]["ansible_hostname"]: turn["ansible_facts"]
            for turn in results("ansible12/host_facts.json")
        },
        "datastores | batch": [[turn["datastores"]] for turn in results("ansible12/datastore_info.json")],
    }
    bundle = {"collected_at": {"iso8601": "2026-11-24T03:00:00Z"}, "vc01.example.com": parts, "vc02.example.com": parts}
    drop("acme/prod/bundle.json", json.dumps(json.dumps(bundle)))
    message = "cannot reach https://admin:hunter2@vc03.example.com/sdk"
    drop("acme/prod/login.json", json.dumps({"failed": True, "msg": message}))

    take()

    tables = {
        "dim_virtual_machine": 77,
        "fact_triggered_alarm": 29,
        "dim_vm_snapshot": 27,
        "dim_esxi_host": 9,
        "dim_cluster": 3,
        "dim_datastore": 6,
        "dim_vcenter": 1,
    }
    for table, count in tables.items():
        of = [row["vcenter"] for row in published("acme/prod", table)]
        assert (table, of.count("vc01.example.com"), of.count("vc02.example.com"), len(of)) == (
            table,
            count,
            count,
            2 * count,
        )
    assert {str(row["collected_at"]) for row in published("acme/prod", "dim_virtual_machine")} == {
        "2026-11-24 03:00:00"
    }
    assert published("acme/prod", "fact_rejected_row") == []
    (reason,) = (home.home_path / "quarantine").rglob("*.reason.json")
    assert "https://***@vc03.example.com/sdk" in reason.read_text()
    assert "hunter2" not in reason.read_text()
