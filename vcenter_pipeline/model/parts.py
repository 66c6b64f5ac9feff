"""What belongs to a virtual machine -> rows of its own tables: adapters, datastores, attributes, disks, snapshots."""

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from vcenter_pipeline.model.keys import snapshot_identity
from vcenter_pipeline.model.records import VirtualMachine

Row = tuple[Any, ...]


class Part(NamedTuple):
    """One table of what belongs to virtual machines."""

    table: str
    field: str
    """The field of the record that holds them."""
    identify: Callable[[Any], object]
    """What tells those of one virtual machine apart."""


PARTS: Final = (
    Part("vm_nics", "nics", itemgetter(0, 1)),
    Part("vm_datastores", "datastores", itemgetter(0, 1)),
    Part("vm_attributes", "attributes", itemgetter(0, 1, 2)),
    Part("vm_disks", "disks", itemgetter(0, 1)),
    Part("vm_guest_disks", "guest_disks", itemgetter(0)),
    Part("vm_snapshots", "snapshots", snapshot_identity),
)


class PartRows(NamedTuple):
    """Rows of one table, with the number of the virtual machine that each belongs to."""

    rows: list[Row]
    parents: list[int]
    repeated: list[tuple[int, Row]]
    """Those that say other things of what was there already."""


def to_part_rows(
    part: Part,
    machines: Sequence[tuple[str, VirtualMachine, int]],
    head: Row,
    tail: Row,
    seen: set[object] | None,
) -> PartRows:
    """Give the rows of one table.

    Args:
        part: which table.
        machines: the key, the record and the number of each virtual machine.
        head: client, environment and vCenter.
        tail: the time of collection, the report and the collection.
        seen: what was there already, where a virtual machine may come several times; it is added to.
    """
    found = PartRows([], [], [])
    of_machine, identify = itemgetter(VirtualMachine._fields.index(part.field)), part.identify
    to_row = _to_snapshot_row if part.table == "vm_snapshots" else _to_row
    for key, machine, number in machines:
        children: Iterable[Row] = of_machine(machine)
        if not children:
            continue
        if len(of_machine(machine)) > 1:
            distinct: dict[object, Row] = {}
            for child in children:
                if distinct.setdefault(identify(child), child) != child:
                    found.repeated.append((number, to_row(key, machine, child, head, tail)))
            children = distinct.values()
        if seen is not None:
            children = [child for child in children if (key, identify(child)) not in seen]
            seen.update((key, identify(child)) for child in children)
        for child in children:
            found.rows.append(to_row(key, machine, child, head, tail))
            found.parents.append(number)
    return found


def _to_row(key: str, machine: VirtualMachine, child: Row, head: Row, tail: Row) -> Row:  # noqa: ARG001 - as below
    return (key, *head[:2], *child, *tail)


def _to_snapshot_row(key: str, machine: VirtualMachine, child: Any, head: Row, tail: Row) -> Row:  # noqa: ANN401 - a record
    return (f"{key}/{snapshot_identity(child)}", key, *head, machine.name, None, *child, *tail)
