"""Reports that can be read and hold what cannot be used: it is told of, run by nobody, and hides nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from vcenter_pipeline.defs.once import Pass
from vcenter_pipeline.settings import Settings

Drop = Callable[[str, bytes | str | dict[str, Any] | list[Any]], Path]
Real = Callable[[str], bytes]
Take = Callable[[], Pass]
Published = Callable[[str, str], list[dict[str, Any]]]


def virtual_machine(number: int, **changes: object) -> dict[str, Any]:
    """Give a virtual machine as `vmware_vm_info` lists it, with some keys changed."""
    return {
        "guest_name": f"web-{number}",
        "moid": f"vm-{number}",
        "instance_uuid": f"50000000-0000-4000-8000-{number:012d}",
        "uuid": f"42000000-0000-4000-8000-{number:012d}",
        "power_state": "poweredOn",
        "guest_fullname": "Debian GNU/Linux 12 (64-bit)",
        "allocated": {"cpu": 2, "memory": 4096, "storage": 1},
        **changes,
    }


def test_a_row_that_cannot_be_used_costs_no_other(drop: Drop, take: Take, published: Published) -> None:
    """One machine with a control character in its name would cost a client the other thousand of the day."""
    rows: list[object] = [
        virtual_machine(0),
        virtual_machine(1, guest_name="nul\x00"),
        virtual_machine(2, guest_name="bell\x07"),
        virtual_machine(3, guest_name="half \ud800"),
        virtual_machine(4, allocated={"cpu": 2, "memory": 2**64, "storage": 1}),
        virtual_machine(5, allocated={"cpu": -1, "memory": 4096, "storage": 1}),
        "web-6",
        None,
        virtual_machine(8, power_state="on"),
        virtual_machine(9, instance_uuid="none"),
        virtual_machine(10, moid="vm-0", instance_uuid="50000000-0000-4000-8000-000000000000"),
        {"guest_name": "nobody", "guest_fullname": "Debian", "power_state": "poweredOn"},
        virtual_machine(12, attributes={"Owner": "half \udfff", "Site": "Fra"}),
        virtual_machine(13, ip_address="10.0.0.999"),
        virtual_machine(14),
    ]
    expected = {
        "virtual_machines[1]": "name holds a character that no name can hold: 'nul\\x00'",
        "virtual_machines[2]": "name holds a character that no name can hold: 'bell\\x07'",
        "virtual_machines[3]": "guest_name: 'half \\ud800' holds half of a surrogate pair, which cannot be stored",
        "virtual_machines[4]": "allocated.memory: 18446744073709551616 does not fit in 64 bits",
        "virtual_machines[5]": "cpu_count is less than 0: -1",
        "virtual_machines[6]": "it is a text, not an object",
        "virtual_machines[7]": "it is null, not an object",
        "virtual_machines[8]": "power_state is not one of poweredOn, poweredOff, suspended: 'on'",
        "virtual_machines[9]": "instance_uuid is no uuid: 'none'",
        "virtual_machines[10]": "the report has it twice; the first one was kept",
        "virtual_machines[11]": "it has neither an instance uuid, nor a moid, nor a BIOS uuid with a name",
        "virtual_machines[12].attributes.Owner": "'half \\udfff' holds half of a surrogate pair",
        "virtual_machines[13]": "ip_address: '10.0.0.999' is not an IP address",
    }
    drop("acme/prod/vms-2024-03-01.json", {"changed": False, "virtual_machines": rows})
    drop("globex/prod/vms-2024-03-01.json", [virtual_machine(1)])

    done = take()

    assert done.is_good, "a rejected row is told of, and no failure"
    assert {source.client: source.rejected_row_count for source in done.sources} == {"acme": 13, "globex": 0}
    rejected = {row["position"]: row["reason"] for row in published("acme/prod", "fact_rejected_row")}
    assert rejected.keys() == expected.keys()
    assert {place: why for place, why in rejected.items() if expected[place] not in why} == {}
    stored = sorted(vm["name"] for vm in published("acme/prod", "dim_virtual_machine"))
    assert stored == ["web-0", "web-12", "web-14"]
    assert [row["value"] for row in published("acme/prod", "bridge_vm_attribute")] == ["Fra"]
    (report,) = published("acme/prod", "fact_report")
    assert (report["status"], report["virtual_machine_count"], report["rejected_row_count"]) == ("ingested", 3, 13)
    assert [vm["name"] for vm in published("globex/prod", "dim_virtual_machine")] == ["web-1"]
    assert published("globex/prod", "fact_rejected_row") == []


def test_yaml_tags_are_text_and_nothing_is_run(home: Settings, drop: Drop, take: Take, published: Published) -> None:
    """A loader that obeys tags lets whoever can write a report run commands as the pipeline's user."""
    marker = home.home_path.parent / "it_ran"
    yaml = f"""\
virtual_machines:
- guest_name: web-1
  moid: vm-1
  power_state: poweredOn
  guest_fullname: Debian
  annotation: !!python/object/apply:os.system ["touch {marker}"]
- guest_name: !!python/object/apply:os.system "touch {marker}"
  moid: vm-2
  power_state: poweredOn
  guest_fullname: Debian
- guest_name: !unsafe "{{{{ web-3 }}}}"
  moid: vm-3
  power_state: poweredOn
  guest_fullname: Debian
  allocated: {{cpu: .nan, memory: 4096}}
- guest_name: !vault no
  moid: vm-4
  power_state: poweredOn
  guest_fullname: !!int "0123"
"""
    drop("acme/prod/vms.yaml", yaml)

    assert take().is_good

    assert not marker.exists()
    assert {vm["moid"]: (vm["name"], vm["guest_os"]) for vm in published("acme/prod", "dim_virtual_machine")} == {
        "vm-2": (f"touch {marker}", "Debian"),
        "vm-4": ("no", "0123"),
    }
    assert {row["position"]: row["reason"] for row in published("acme/prod", "fact_rejected_row")} == {
        "virtual_machines[0]": "annotation: a list is not a text",
        "virtual_machines[2]": "allocated.cpu: '.nan' is not a whole number",
    }


def test_a_report_of_no_virtual_machines_hides_none(drop: Drop, real: Real, take: Take, published: Published) -> None:
    """A playbook whose account lost its rights lists nothing; read as "all deleted", it empties the report."""
    drop("acme/prod/vms-2024-03-01.json", real("ansible12/vm_info_full.json"))
    drop("acme/prod/vms-2024-03-02.json", {"changed": False, "failed": False, "virtual_machines": []})

    assert take().is_good

    assert len(published("acme/prod", "dim_virtual_machine")) == 77
    reports = {row["path"]: row for row in published("acme/prod", "fact_report")}
    empty = reports["acme/prod/vms-2024-03-02.json"]
    assert (empty["status"], empty["virtual_machine_count"], empty["rejected_row_count"]) == ("ingested", 0, 0)
    assert empty["shapes"] == "vmware_vm_info"
