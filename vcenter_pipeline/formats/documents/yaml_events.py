"""A YAML file to fragments, built from the events of libyaml's parser.

PyYAML's loaders make a number of `0123456`, false of `no`, an object of `!!python/object`, and die of deep
nesting or of aliases that multiply. Here nothing is constructed: plain scalars stay text, tags are only
looked at, and depth, aliases and keys are checked before anything is built of them.
Source: YAML 1.1, as `to_nice_yaml` (PyYAML) writes it.
"""

from collections.abc import Iterator
from typing import Final

import yaml
from yaml import CSafeLoader

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.content import Content
from vcenter_pipeline.formats.documents.fragment import Fragment, Limits, TruncatedError
from vcenter_pipeline.formats.documents.yaml_builder import Builder

_BLOCK_BYTES: Final = 64 * 1024
_TOO_DEEP: Final = "nesting depth"
"""Newer builds of libyaml have a limit of their own, and look that far ahead before they tell of the first bracket."""
_CONTINUATION_BYTES: Final = bytes(range(0x80, 0xC0))


def read_yaml(content: Content, limits: Limits) -> Iterator[Fragment]:
    """Read one YAML document.

    Yields:
        The whole document; or, if it is long, the items of its lists of mappings as they come, and at the
        end the rest of a top level mapping.

    Raises:
        TruncatedError: it ends inside of a quoted text, a bracket or a key. Block YAML that is cut at the
            end of a line, or inside of a plain value, is whole to every parser.
        ReportError: it is no YAML, holds no or several documents, a key stands twice, or it asks for more
            than the limits.
    """
    stream = _Stream(content)
    builder = Builder(limits)
    try:
        for event in yaml.parse(stream, Loader=CSafeLoader):
            builder.take(event)
            yield from builder.ready
            builder.ready.clear()
    except yaml.MarkedYAMLError as error:
        raise _to_report_error(error, stream, limits) from error
    except yaml.reader.ReaderError as error:
        position = error.position + content.mark_bytes
        if error.reason.startswith("incomplete"):
            raise TruncatedError(f"its last character is cut off, at byte {position:,}") from error
        raise ReportError(
            f"Byte {position:,} cannot stand in YAML: {error.reason}. Write the report as UTF-8.",
        ) from error
    yield from builder.last()


class _Stream:
    """What libyaml reads from; it counts characters, as libyaml's marks do."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.characters = 0
        self.is_over = False

    def read(self, size: int = _BLOCK_BYTES, /) -> bytes:
        block = self._content.read(size)
        self.characters += len(block.translate(None, _CONTINUATION_BYTES))
        self.is_over = len(block) < size
        return block


def _to_report_error(error: yaml.MarkedYAMLError, stream: _Stream, limits: Limits) -> ReportError:
    mark, context = error.problem_mark, error.context_mark
    since = f" ({error.context}, from line {context.line + 1})" if context and error.context else ""
    if mark is None:
        return ReportError(f"The file is no YAML: {error.problem}. Write the report with to_nice_yaml.")
    if _TOO_DEEP in (error.problem or ""):
        return ReportError(
            f"At line {mark.line + 1}, column {mark.column + 1}: lists and mappings stand more than "
            f"{limits.max_depth} deep inside each other.",
        )
    if stream.is_over and mark.index >= stream.characters:
        return TruncatedError(f"{error.problem}{since} at line {mark.line + 1}")
    return ReportError(
        f"At line {mark.line + 1}, column {mark.column + 1}: {error.problem}{since}. "
        "Write the report with to_nice_yaml.",
    )
