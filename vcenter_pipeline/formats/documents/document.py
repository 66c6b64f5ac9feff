"""Bytes to document: compression, encoding, JSON, JSONL, YAML, limits.

What a document means is not known here; see `envelope`.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, Final

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.content import Content
from vcenter_pipeline.formats.documents.fragment import MIB, DamageError, Fragment, Limits, TruncatedError
from vcenter_pipeline.formats.documents.json_capture import begins_play, is_prefixed
from vcenter_pipeline.formats.documents.json_lines import read_json_lines
from vcenter_pipeline.formats.documents.json_stream import read_json
from vcenter_pipeline.formats.documents.yaml_events import read_yaml

_HEAD_BYTES: Final = 1024
_BLOCK_BYTES: Final = MIB

__all__ = ["Fragment", "Limits", "TruncatedError", "read_document"]


def read_document(file: BinaryIO, name: str, limits: Limits) -> Iterator[Fragment]:
    """Read a report's file as plain values.

    A short document comes whole, as one fragment. Of a long one the lists of objects come as several
    fragments of items, in the order of the file, and the rest of a top level object comes last. The
    content is the same either way. A JSONL file always comes as items of the document.

    From YAML every plain scalar but null, true and false comes as text: `0123`, `no` and `1.10` are names
    as often as they are numbers. From JSON, whole numbers are exact at any size.

    Cyclic garbage collection costs more than parsing; the caller may switch it off.

    Args:
        file: open, seekable, a regular file. It is left open.
        name: the file's name; its extension says the format: .json .jsonl .yaml .yml, each also with .gz.
        limits: what the file may ask for.

    Yields:
        At least one fragment.

    Raises:
        TruncatedError: the file ends in the middle; it may still be being written.
        ReportError: the file cannot be read. The sentence says where in it; the caller knows which file.
            Fragments may have been given before, so nothing of a report counts until all of it was read.
    """
    stem = name.lower().removesuffix(".gz")
    is_gzip = stem != name.lower()
    try:
        if stem.endswith(".json"):
            yield from read_json(Content(file, limits, is_gzip=is_gzip), limits)
        elif stem.endswith(".jsonl"):
            yield from read_json_lines(Content(file, limits, is_gzip=is_gzip), limits)
        elif stem.endswith((".yaml", ".yml")):
            yield from _read_yaml(file, limits, is_gzip=is_gzip)
        else:
            raise ReportError("The name ends in none of .json .jsonl .yaml .yml, with or without .gz. Rename the file.")
    except DamageError as error:
        place = _to_place(Content(file, limits, is_gzip=is_gzip), error.offset)
        if error.is_cut:
            raise TruncatedError(f"{error.what} at {place}") from error
        raise ReportError(f"At {place}: {error.what}.") from error


def _read_yaml(file: BinaryIO, limits: Limits, *, is_gzip: bool) -> Iterator[Fragment]:
    """Read YAML, which is often JSON: libyaml refuses some of that, and takes its numbers for text."""
    content = Content(file, limits, is_gzip=is_gzip)
    head = content.read(_HEAD_BYTES)
    if begins_play(head):
        yield from read_json(Content(file, limits, is_gzip=is_gzip), limits)
        return
    if head.lstrip().startswith((b"{", b"[")) or is_prefixed(head):
        parts = [head]
        while block := content.read(limits.chunk_bytes):
            parts.append(block)
        try:
            fragments = list(read_json(BytesIO(b"".join(parts)), limits))
        except DamageError:
            del parts
        else:
            yield from fragments
            return
    yield from read_yaml(Content(file, limits, is_gzip=is_gzip), limits)


def _to_place(content: Content, offset: int) -> str:
    """Say where a byte of the content stands; lines and columns are counted only when somebody asks."""
    byte = "" if content.is_recoded else f" (byte {offset + content.mark_bytes:,}, counted from 0)"
    line, column = 1, 1
    while offset > 0 and (block := content.read(min(offset, _BLOCK_BYTES))):
        offset -= len(block)
        if b"\n" in block:
            line += block.count(b"\n")
            column = 1
        column += len(block) - 1 - block.rfind(b"\n")
    return f"line {line:,}, column {column:,}{byte}"
