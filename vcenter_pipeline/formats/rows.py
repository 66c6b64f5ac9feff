"""The rows of one node of a report, that were read and not yet given as a batch."""

from collections.abc import Iterator, Mapping, Sequence

from vcenter_pipeline.formats.envelope import Place
from vcenter_pipeline.formats.findings import kind_of
from vcenter_pipeline.formats.recognition import Recognised, pair_of
from vcenter_pipeline.formats.shape import Item, SpoiltChild
from vcenter_pipeline.model.batches import WHOLE, Batch, Kind, RejectedRow
from vcenter_pipeline.model.records import Record, VCenter


class Rows:
    """Parses the items of one node, and gives them as batches: of its kind, and of others that its items hold."""

    def __init__(self, found: Recognised, place: Place, *, is_alone: bool = False) -> None:
        """Begin a node; `is_alone` says that it is a mapping of one item, whose key may be any variable's name."""
        shape = found.shape
        self.shape = shape
        self.place = place
        names_all = shape.is_inventory and found.form != "object"
        names_all = names_all or (shape.is_inventory_in_loop and place.is_turn)
        is_complete = names_all and not place.is_narrow and not is_alone
        in_several_turns = place.is_turn and shape.kind != "virtual_machines"  # clusters share datastores
        may_repeat = not shape.is_inventory or shape.names_are_unique or found.form == "mapping" or in_several_turns
        self._empty = Batch(
            shape.kind,
            shape.name,
            place.path,
            (),
            (),
            (),
            group=place.group,
            vcenter=place.vcenter,
            is_complete=is_complete,
            may_repeat=may_repeat,
            leaves_out=shape.leaves_out,
        )
        self._has_given = False
        self._start()

    def _start(self) -> None:
        self._indexes: list[int | None] = []
        self._records: list[Record] = []
        self._rejected: list[RejectedRow] = []
        self._others: dict[Kind, tuple[list[int | None], list[Record]]] = {}

    def __len__(self) -> int:
        """Count the rows that wait."""
        return len(self._records) + len(self._rejected)

    @property
    def collection(self) -> Batch:
        """The batch of no row that says of which collection the rows are."""
        return self._empty

    def give(self) -> Iterator[Batch]:
        """Give the rows so far as batches, and start anew; once at least, though there be none."""
        if len(self) or not self._has_given:
            yield self._empty._replace(indexes=self._indexes, records=self._records, rejected=self._rejected)
        for kind in self.shape.also_kinds:
            indexes, records = self._others.get(kind, ([], []))
            if records or not self._has_given:
                yield self._other(kind, indexes, records)
        self._has_given = True
        self._start()

    def _other(self, kind: Kind, indexes: Sequence[int | None], records: Sequence[Record]) -> Batch:
        return self._empty._replace(kind=kind, indexes=indexes, records=records, is_complete=False, may_repeat=True)

    def read(self, items: Sequence[object], offset: int | None) -> None:
        """Parse items that stand in the list from an index on; None stands for the one item at the place itself."""
        parse, around, spoilt = self.shape.parse, self.place.around, list[SpoiltChild]()
        keep, note, also = self._records.append, self._indexes.append, self.shape.also
        for number, item in enumerate(items):
            index = None if offset is None else offset + number
            if not isinstance(item, dict):
                self.reject(index, f"it is {kind_of(item)}, not an object")
                continue
            try:
                record = parse(item, around, spoilt)
            except ValueError as error:
                spoilt.clear()
                self.reject(index, str(error), self.shape.content_of(item))
                continue
            if record is not None:
                keep(self._placed(record))
                note(index)
            if spoilt:
                self._rejected += [
                    RejectedRow(child.table, f"{self._position(index)}.{child.place}", child.reason, child.content)
                    for child in spoilt
                ]
                spoilt.clear()
            if also is not None:
                self._read_others(item, index)

    def _read_others(self, item: Mapping[str, object], index: int | None) -> None:
        """Take what the item holds of other kinds; those before one that cannot be read are kept."""
        if self.shape.also is None:
            return
        try:
            for kind, record in self.shape.also(item, self.place.around):
                indexes, records = self._others.setdefault(kind, ([], []))
                indexes.append(index)
                records.append(record)
        except ValueError as error:
            kind = self.shape.also_kinds[0] if self.shape.also_kinds else self.shape.kind
            self._rejected.append(RejectedRow(kind, self._position(index), str(error), None))

    def _placed(self, record: Record) -> Record:
        """Give a vCenter the host name under which the report says that it was asked."""
        if isinstance(record, VCenter) and record.host_name is None:
            return record._replace(host_name=self.place.vcenter)
        return record

    def reject(self, index: int | None, reason: str, content: str | None = None) -> None:
        """Keep an item as a rejected row."""
        self._rejected.append(RejectedRow(self.shape.kind, self._position(index), reason, content))

    def _position(self, index: int | None) -> str:
        return self.place.path or WHOLE if index is None else f"{self.place.path}[{index}]"


def to_named(found: Recognised, items: Sequence[object] | Item, place: Place) -> list[object]:
    """Give what a mapping by name holds, or the list that was made of one, as items that bear their names."""
    shape = found.shape
    pairs = items.items() if isinstance(items, Mapping) else [pair_of(item) or ("", item) for item in items]
    named = [_with_name(value, shape.name_key, name) for name, value in pairs]
    if shape.forms == {"mapping"}:
        return [item for item in named if isinstance(item, Mapping) and shape.sureness(item, place.around)]
    return named


def _with_name(value: object, name_key: str | None, name: str) -> object:
    """Put a mapping's key where the item's name is missing; people also make mappings by moid or uuid."""
    if not isinstance(value, Mapping) or not name_key or not name:
        return value
    own = value.get(name_key)
    return value if isinstance(own, str) and own.strip() else {**value, name_key: name}
