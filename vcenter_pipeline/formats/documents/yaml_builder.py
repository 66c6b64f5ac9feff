"""YAML events to values: no tag is obeyed, no number is guessed, and nothing multiplies."""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.fragment import Fragment, Limits

_PLAIN: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PLAIN_TAGS: Final = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:bool")
_PYTHON_WORDS: Final = frozenset({"None", "True", "False"})
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"
_ADVICE: Final = "Write the report with to_nice_json, or with to_nice_yaml"


class _Anchored(NamedTuple):
    """What an alias stands for, and how much that is when it is written out."""

    value: object
    nodes: int
    characters: int
    height: int


class _Frame:
    """A list or mapping that is being built."""

    __slots__ = (
        "anchor",
        "characters_before",
        "height",
        "is_flow",
        "is_python",
        "is_streamable",
        "items",
        "key",
        "nodes_before",
        "offset",
        "pairs",
    )

    def __init__(self, anchor: str | None, nodes_before: int, characters_before: int, *, is_list: bool) -> None:
        self.items: list[object] | None = [] if is_list else None
        self.pairs: dict[str, object] = {}
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.characters_before = characters_before
        self.height = 1
        """How many lists and mappings stand inside each other, this one counted."""
        self.key: str | None = None
        """The key whose value comes next; None before a key."""
        self.is_streamable = False
        self.is_flow = False
        """Whether it stands in braces."""
        self.is_python = False
        """Whether all its keys so far stand in single quotes as well, as Python shows a dict."""
        self.offset = 0
        """How many items were given away."""


class Builder:
    """Build one document from the parser's events, without recursion.

    A plain scalar is text, but null and true and false. A key is always text. An alias is the very value
    that it names, counted as if it were written out.
    """

    def __init__(self, limits: Limits) -> None:
        self.ready: list[Fragment] = []
        """Items that are complete; the caller takes them away."""
        self._limits = limits
        self._open: list[_Frame] = []
        self._anchored: dict[str, _Anchored | None] = {}
        """None while the value is being built."""
        self._document: object = None
        self._documents = 0
        self._nodes = 0
        self._characters = 0
        self._alias_nodes = 0
        self._alias_characters = 0
        self._characters_given = 0
        self._streamed: set[str] = set()
        self._is_list_given = False

    def last(self) -> Iterator[Fragment]:
        """Give what is left of the document, after the last event."""
        if self._is_list_given:
            return
        if self._document is None:
            raise ReportError("The file holds no YAML value. Look whether the task that writes it failed.")
        yield Fragment("", 0, self._document, is_items=False)

    def take(self, event: yaml.Event) -> None:
        """Take the next event.

        Raises:
            ReportError: the document asks for what no report needs.
        """
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start_collection(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end_collection(event)
        elif isinstance(event, yaml.AliasEvent):
            self._take_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                what = "a second YAML document begins here, and a report is one. Write a file for each"
                raise _refusal(event, what)

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        text: str = event.value
        self._nodes += 1
        self._characters += len(text)
        is_plain = event.implicit[0] or event.tag in _PLAIN_TAGS
        value = _PLAIN.get(text, text) if is_plain else text
        if event.anchor is not None:
            self._anchored[event.anchor] = _Anchored(value, 1, len(text), 0)
        if self._is_key_next():
            if (is_plain and text == "<<") or event.tag == _MERGE_TAG:
                raise _refusal(event, "merge keys (<<) are not read. Write the keys out, as to_nice_yaml does")
            frame = self._open[-1]
            frame.is_python = frame.is_flow and event.style == "'" and (frame.is_python or not frame.pairs)
            self._put_key(text, event)
        else:
            if is_plain and text in _PYTHON_WORDS and self._is_in_python():
                raise _refusal(event, f"{text} stands beside keys in single quotes, as Python shows them. {_ADVICE}")
            self._put_value(value)

    def _is_in_python(self) -> bool:
        """Say whether the innermost mapping is written as Python shows a dict."""
        return next((frame.is_python for frame in reversed(self._open) if frame.items is None), False)

    def _start_collection(self, event: yaml.CollectionStartEvent) -> None:
        depth = len(self._open) + 1
        if depth > self._limits.max_depth:
            raise self._too_deep(event)
        is_list = isinstance(event, yaml.SequenceStartEvent)
        frame = _Frame(event.anchor, self._nodes, self._characters, is_list=is_list)
        frame.is_flow = bool(event.flow_style)
        if is_list and event.anchor is None:
            above = self._open[0] if depth == 2 else None  # noqa: PLR2004 - a list under a key of the top level
            frame.is_streamable = depth == 1 or (
                above is not None and above.items is None and above.anchor is None and bool(above.key)
            )
        if event.anchor is not None:
            self._anchored[event.anchor] = None
        self._nodes += 1
        self._open.append(frame)

    def _end_collection(self, event: yaml.CollectionEndEvent) -> None:
        frame = self._open.pop()
        value = frame.pairs if frame.items is None else frame.items
        if frame.anchor is not None:
            nodes, characters = self._nodes - frame.nodes_before, self._characters - frame.characters_before
            self._anchored[frame.anchor] = _Anchored(value, nodes, characters, frame.height)
        if frame.offset:
            self._end_streamed(frame)
        elif self._is_key_next():
            self._put_key(json.dumps(value, ensure_ascii=False), event)
        else:
            self._put_value(value)
        if self._open:
            above = self._open[-1]
            above.height = max(above.height, frame.height + 1)
            self._give_items(above)

    def _take_alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchored:
            raise _refusal(event, "an alias (*) names no anchor before it. Write the value out, or put it in quotes")
        anchored = self._anchored[event.anchor]
        if anchored is None:
            raise _refusal(event, "an alias (*) stands inside of the value it names. Write the value out")
        self._alias_nodes += anchored.nodes
        self._alias_characters += anchored.characters
        if self._alias_nodes > self._limits.max_alias_nodes or self._alias_characters > self._limits.max_content_bytes:
            what = (
                f"written out, the aliases are more than {self._limits.max_alias_nodes:,} values "
                f"or {self._limits.max_content_bytes:,} characters. Write the report without aliases"
            )
            raise _refusal(event, what)
        if len(self._open) + anchored.height > self._limits.max_depth:
            raise self._too_deep(event)
        self._nodes += anchored.nodes
        self._characters += anchored.characters
        if self._open:
            self._open[-1].height = max(self._open[-1].height, anchored.height + 1)
        if self._is_key_next():
            is_text = isinstance(anchored.value, str)
            self._put_key(str(anchored.value) if is_text else json.dumps(anchored.value, ensure_ascii=False), event)
        else:
            self._put_value(anchored.value)

    def _is_key_next(self) -> bool:
        return bool(self._open) and self._open[-1].items is None and self._open[-1].key is None

    def _put_key(self, key: str, event: yaml.Event) -> None:
        frame = self._open[-1]
        if key in frame.pairs or (len(self._open) == 1 and key in self._streamed):
            what = (
                f"the key {key[:60]!r} stands twice in one mapping, and only one of its values can be kept. "
                "Correct what writes the report"
            )
            raise _refusal(event, what)
        frame.key = key

    def _put_value(self, value: object) -> None:
        if not self._open:
            self._document = value
            return
        frame = self._open[-1]
        if frame.items is not None:
            frame.items.append(value)
        elif frame.key is not None:
            frame.pairs[frame.key] = value
            frame.key = None

    def _give_items(self, frame: _Frame) -> None:
        """Give the items of a long list away, so that it is never held as a whole."""
        if (
            frame.is_streamable
            and frame.items
            and isinstance(frame.items[0], dict)
            and self._characters - max(self._characters_given, frame.characters_before) >= self._limits.chunk_bytes
        ):
            self._give(frame, frame.items)
            frame.items = []

    def _end_streamed(self, frame: _Frame) -> None:
        if frame.items:
            self._give(frame, frame.items)
        if self._open:
            above = self._open[-1]
            self._streamed.add(above.key or "")
            above.key = None
        else:
            self._is_list_given = True

    def _give(self, frame: _Frame, items: list[object]) -> None:
        path = self._open[0].key or "" if self._open and self._open[0] is not frame else ""
        self.ready.append(Fragment(path, frame.offset, items, is_items=True))
        frame.offset += len(items)
        self._characters_given = self._characters

    def _too_deep(self, event: yaml.Event) -> ReportError:
        what = f"lists and mappings stand more than {self._limits.max_depth} deep inside each other. No report needs it"
        return _refusal(event, what)


def _refusal(event: yaml.Event, what: str) -> ReportError:
    mark = event.start_mark
    place = f"At line {mark.line + 1:,}, column {mark.column + 1:,}: " if mark else ""
    return ReportError(f"{place}{what}.")
