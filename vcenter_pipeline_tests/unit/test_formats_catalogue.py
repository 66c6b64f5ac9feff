"""What the catalogue says of a shape, against what was worked out by hand from its example."""

from functools import cache

import pytest

from vcenter_pipeline.errors import PermanentError
from vcenter_pipeline.formats.catalogue import read_catalogue, read_entry, render_shapes
from vcenter_pipeline.formats.shapes import SHAPES


@cache
def page() -> str:
    """Render the page once: every example is read and validated for it."""
    return render_shapes()


def row_of(name: str) -> list[str]:
    """Give the cells of a shape's row in the page."""
    (line,) = [line for line in page().splitlines() if line.startswith(f"| `{name}` |")]
    return line.strip("|").replace("\\|", "¦").split("|")


def test_the_columns_are_those_that_an_example_fills() -> None:
    """A column that is promised and stays empty sends people looking for a mistake of their own."""
    assert read_entry("vcenter_host_info").columns == {
        "esxi_hosts": ("name", "moid", "connection_state", "power_state")
    }
    assert read_entry("vmware_tag_info").columns == {"virtual_machines": ("moid",), "vm_attributes": ("kind", "name")}


def test_what_belongs_to_a_machine_stands_behind_it() -> None:
    """The reader looks for the kind of the shape first; its disks would hide it."""
    columns = read_entry("vmware_guest_disk_info").columns
    assert list(columns) == ["virtual_machines", "vm_disks"]
    assert columns["virtual_machines"] == (
        "name",
        "moid",
        "instance_uuid",
        "bios_uuid",
        "storage_bytes",
        "is_system",
        "disk_count",
    )
    assert columns["vm_disks"] == (
        "label",
        "device_key",
        "capacity_bytes",
        "datastore_name",
        "file_path",
        "disk_mode",
        "backing_type",
        "is_thin",
        "controller_type",
        "unit_number",
        "disk_uuid",
    )
    assert list(read_entry("vmware_host_facts_alarms").columns) == ["esxi_hosts", "triggered_alarms"]


@pytest.mark.parametrize(
    "column", ["virtual_machine_key", "client", "environment", "vcenter", "collected_at", "report"]
)
def test_no_column_that_every_row_has_is_listed(column: str) -> None:
    """Keys and origins in every row of the page would bury what differs."""
    assert all(column not in columns for entry in read_catalogue() for columns in entry.columns.values())


@pytest.mark.parametrize(
    ("name", "completeness"),
    [
        ("vmware_vm_info", "yes"),
        ("vcenter_vm_info", "yes"),
        ("triggered_alarms", "yes"),
        ("vmware_host_facts", "in a loop"),
        ("vmware_guest_info", "no"),
        ("vmware_guest_disk_info", "no"),
        ("vmware_about_info", "no"),
        ("alarm_events", "no"),
    ],
)
def test_completeness_is_told_in_one_word(name: str, completeness: str) -> None:
    """Whoever takes a list of details for an inventory would miss that nothing ever disappears from it."""
    assert read_entry(name).completeness == completeness


def test_what_a_shape_leaves_out_is_told() -> None:
    """Absence of an alarm in such a report is no proof that it has been cleared."""
    limits = read_entry("alarm_events").limits
    assert limits.endswith(" It leaves out every alarm that did not change in the time of the events.")
    assert read_entry("vcenter_datastore_info").limits == (
        "The URL, what thin disks may still take, and in which datacenter it is."
    )


def test_a_shape_is_found_by_the_whole_name_of_its_module() -> None:
    """People copy the name out of their playbook, collection and all."""
    assert read_entry(" community.vmware.vmware_vm_info").shape.name == "vmware_vm_info"
    with pytest.raises(PermanentError, match="There is no shape 'vmware_vms'"):
        read_entry("vmware_vms")


def test_every_shape_is_in_the_catalogue_once() -> None:
    """One that is missing is one that nobody produces."""
    assert [entry.shape for entry in read_catalogue()] == list(SHAPES)
    assert all(page().count(f"\n| `{shape.name}` |") == 1 for shape in SHAPES)


def test_a_row_has_six_cells_though_a_command_has_pipes() -> None:
    """A bare pipe in a command cuts the row in Markdown, and the rest of it is not shown."""
    assert all(len(row_of(shape.name)) == 6 for shape in SHAPES)
    assert "¦ ConvertTo-Json" in row_of("powercli_vm")[2]


def test_a_line_of_a_playbook_is_shown_as_code_and_words_are_not() -> None:
    """Markdown takes quotes and braces of a playbook's line for its own when they are not code."""
    assert row_of("vmware_about_info")[2] == " `community.vmware.vmware_about_info: {}` "
    assert row_of("triggered_alarms")[2].startswith(" a module of your own, ")


def test_the_page_goes_by_kinds() -> None:
    """People come with a question about virtual machines or alarms, not about a module."""
    titles = [line.removeprefix("## ") for line in page().splitlines() if line.startswith("## ")]
    assert titles == [
        "Virtual machines",
        "Triggered alarms",
        "ESXi hosts",
        "Clusters",
        "Datastores",
        "Resource pools",
        "Datacenters",
        "vCenters",
        "Snapshots",
        "What may stand around them",
        "What is refused",
        "Collections and completeness",
    ]
