"""Recognition: of all shapes at most one claims a node, over every node of every real report and every example."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, get_args

import pytest

import vcenter_pipeline
from vcenter_pipeline.formats.documents.document import Limits, read_document
from vcenter_pipeline.formats.envelope import Place
from vcenter_pipeline.formats.recognition import Recognised, claim, recognise
from vcenter_pipeline.formats.shape import Form, Item, Shape, Sureness, Surroundings
from vcenter_pipeline.formats.shapes import SHAPES

REPORTS = Path(__file__).parents[1] / "reports"
EXAMPLES = Path(vcenter_pipeline.__file__).parent / "formats" / "examples"
FILES = [
    path for folder in (REPORTS, EXAMPLES) for path in sorted(folder.rglob("*.*")) if "python_repr" not in path.name
]
LIMITS = Limits(max_file_bytes=50_000_000, max_content_bytes=50_000_000)

MACHINE = {"guest_name": "web01", "guest_fullname": "Linux", "power_state": "poweredOn"}
CLUSTER = {"enable_ha": True, "enabled_drs": True, "drs_vmotion_rate": 3}

FORMS: Final[tuple[Form, ...]] = get_args(Form)
KEYS = (
    "",
    "alarms",
    "ansible_facts",
    "clusters",
    "data",
    "datastores",
    "guests",
    "hosts",
    "hostvars",
    "instance",
    "json",
    "triggered_alarms",
    "value",
    "virtual_machines",
    "vms",
)
"""Words of modules, and words that people choose."""


class Node(NamedTuple):
    """An object of a report, where it stands, and how."""

    item: Item
    place: Place
    how: str


def nodes_of(value: object, place: Place) -> Iterator[Node]:
    """Give every object below a value, as the reader may ask about it: alone, in its list, in its mapping.

    Nothing is left out: the reader passes over echoes such as `item`, and over what a shape has claimed.
    """
    if isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, Mapping):
                yield Node(inner, place, "list")
            yield from nodes_of(inner, place.item(index))
    elif isinstance(value, Mapping):
        place = place.within(value)
        yield Node(value, place, "object")
        for key, inner in value.items():
            if isinstance(inner, Mapping):
                yield Node(inner, place, "mapping")
            if key == "stdout" and isinstance(inner, str) and inner.startswith(("{", "[")):
                yield from nodes_of(json.loads(inner), place.below(key, value))
            else:
                yield from nodes_of(inner, place.below(key, value))


def document_of(path: Path) -> Iterator[object]:
    """Read a file as the reader does; a long list comes in pieces."""
    name = f"{path.stem}.json" if path.suffix == ".txt" else path.name
    with path.open("rb") as file:
        yield from (fragment.value for fragment in read_document(file, name, LIMITS))


def surest(item: Item, around: Surroundings, form: Form | None = None) -> list[str]:
    """Give the names of the shapes that are surest of an item, whatever its form or of one form."""
    claims = {shape.name: shape.sureness(item, around) for shape in SHAPES if form is None or form in shape.forms}
    highest = max(claims.values())
    return [name for name, sureness in claims.items() if sureness == highest] if highest else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_at_most_one_shape_is_surest_of_a_node(path: Path) -> None:
    """Of two that claim a node the first in a list of ours would win: by luck, and a new shape would change it."""
    disputed = {
        (node.how, node.place.path, *names)
        for value in document_of(path)
        for node in nodes_of(value, Place())
        if len(names := surest(node.item, node.place.around)) > 1
    }
    assert disputed == set()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_no_key_of_an_admins_choice_makes_two_shapes_claim_an_item(shape: Shape, key: str) -> None:
    """People name lists as they like: hosts under `vms`, alarms under `hosts`; the item must say what it is."""
    disputed = {
        (form, *names)
        for value in document_of(EXAMPLES / f"{shape.name}.json")
        for node in nodes_of(value, Place())
        for form in FORMS
        if len(names := surest(node.item, node.place.around._replace(key=key), form)) > 1
    }
    assert disputed == set()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_an_example_is_claimed_by_its_own_shape(shape: Shape) -> None:
    """The two tests above would hold as well if nobody claimed anything."""
    claims = [
        tuple(surest(node.item, node.place.around))
        for value in document_of(EXAMPLES / f"{shape.name}.json")
        for node in nodes_of(value, Place())
        if node.how in shape.forms
    ]
    assert (shape.name,) in claims


def told(value: object, key: str = "") -> tuple[str, str, Sureness] | None:
    """Give name, form and sureness of what a node is recognised as."""
    found = recognise(value, Surroundings(key), SHAPES)
    return None if found is None else (found.shape.name, found.form, found.sureness)


def test_a_list_is_what_its_first_recognisable_item_is() -> None:
    """One damaged machine at the front would cost all that follow."""
    assert told([MACHINE, CLUSTER]) == ("vmware_vm_info", "list", Sureness.SURE)
    assert told([None, "x", {}, {"x": 1}, CLUSTER, MACHINE]) == ("vmware_cluster_info", "list", Sureness.SURE)


@pytest.mark.parametrize("value", [["web01", "web02"], [1, None], [[MACHINE]], [{}], [{"name": "web01"}]])
def test_a_list_without_a_recognisable_item_is_nothing(value: list[object]) -> None:
    """Names alone are no inventory; taken for one, every machine would have lost its details."""
    assert told(value, "virtual_machines") is None


def test_a_mapping_by_name_is_what_all_of_its_items_are() -> None:
    """`vmware_vm_facts` of old and the clusters of today; a register whose `item` is a machine is none."""
    assert told({"web01": MACHINE, "db01": MACHINE}) == ("vmware_vm_info", "mapping", Sureness.SURE)
    assert told({"fra-prod": CLUSTER, "fra-test": CLUSTER}) == ("vmware_cluster_info", "mapping", Sureness.SURE)
    assert told({"web01": MACHINE, "other": {"x": 1}}) is None
    assert told({"web01": MACHINE, "count": 1}) is None
    assert told({"item": MACHINE, "invocation": {"module_args": {}}}) is None


def test_a_mapping_under_the_modules_own_word_may_hold_damaged_items() -> None:
    """One cluster that the module could not describe would cost all of the others."""
    assert told({"fra-prod": CLUSTER, "fra-test": {}}, "clusters") == ("vmware_cluster_info", "mapping", Sureness.SURE)


def test_an_object_is_one_item() -> None:
    """A module that is asked for one machine returns it under a key of its own, and not in a list."""
    assert told(MACHINE, "instance") == ("vmware_vm_info", "object", Sureness.SURE)
    about = {"product_full_name": "VMware vCenter Server 8.0.2", "api_type": "VirtualCenter", "version": "8.0.2"}
    assert told(about, "about_info") == ("vmware_about_info", "object", Sureness.SURE)


def test_an_item_that_comes_in_lists_only_is_nothing_alone() -> None:
    """An object with the keys of an alarm may be anything: an alarm stands in a list."""
    alarm = {"alarm_name": "CPU", "entity": "web01", "status": "red"}
    assert told([alarm]) == ("triggered_alarms", "list", Sureness.SURE)
    assert told(alarm) is None


@pytest.mark.parametrize(
    ("key", "value", "shape", "form"),
    [
        ("virtual_machines", [], "vmware_vm_info", "list"),
        ("virtual_machines", {}, "vmware_vm_info", "mapping"),
        ("guests", [], "vmware_guest_info", "list"),
        ("guest_disk_info", {}, "vmware_guest_disk_info", "object"),
        ("guest_snapshots", {}, "vmware_guest_snapshot_info", "object"),
        ("vmware_all_snapshots_info", [], "vmware_all_snapshots_info", "list"),
        ("clusters", {}, "vmware_cluster_info", "mapping"),
        ("datastores", [], "vmware_datastore_info", "list"),
        ("resource_pool_info", [], "vmware_resource_pool_info", "list"),
        ("datacenter_info", [], "vmware_datacenter_info", "list"),
        ("tag_info", [], "vmware_tag_info", "list"),
        ("tag_facts", {}, "vmware_tag_info", "mapping"),
        ("alarms", [], "triggered_alarms", "list"),
        ("triggeredAlarmState", [], "alarm_state", "list"),
    ],
)
def test_what_is_empty_is_recognised_by_the_modules_own_word(key: str, value: object, shape: str, form: str) -> None:
    """No alarm stands: that is an answer, and the alarms of yesterday must go."""
    assert told(value, key) == (shape, form, Sureness.LIKELY)


@pytest.mark.parametrize("value", [[], {}])
@pytest.mark.parametrize("key", ["", "results", "instance", "ansible_facts", "my_vms", "value", "json"])
def test_what_is_empty_under_any_other_key_is_nothing(key: str, value: object) -> None:
    """An empty answer of the REST API may be about anything; as an inventory it would empty the wrong table."""
    assert told(value, key) is None


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "virtual_machines", ""])
def test_a_plain_value_is_nothing(value: object) -> None:
    """A message under a known key must not be taken for a list of it."""
    assert told(value, "virtual_machines") is None


def test_the_surest_claim_wins_wherever_its_shape_stands() -> None:
    """A guess must not take what another shape knows for certain, because it is asked first."""

    def guess(item: Item, around: Surroundings) -> Sureness:
        assert item
        assert around.key == ""
        return Sureness.LIKELY

    guesser = SHAPES[0]._replace(name="guesser", sureness=guess)
    sure = next(shape for shape in SHAPES if shape.name == "vmware_vm_info")
    assert claim(MACHINE, "list", Surroundings(""), [guesser, sure]) == Recognised(sure, "list", Sureness.SURE)
    assert claim({"x": 1}, "list", Surroundings(""), [sure, guesser]) == Recognised(guesser, "list", Sureness.LIKELY)
    assert claim(MACHINE, "mapping", Surroundings(""), []) is None
