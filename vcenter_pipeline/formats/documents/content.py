"""A file's content as UTF-8 bytes, whatever its compression and encoding, within the limits.

Windows PowerShell 5.1 writes UTF-16 with a byte order mark for `>`, and UTF-8 with one for `-Encoding utf8`.
UTF-16 without the mark is known by its zero bytes: the first character of a document is an ASCII one, and no document
holds the character NUL (RFC 4627, section 3).
"""

import codecs
import gzip
import zlib
from typing import BinaryIO, Final, Protocol

from vcenter_pipeline.errors import ReportError
from vcenter_pipeline.formats.documents.fragment import Limits, TruncatedError

_GZIP_MAGIC: Final = b"\x1f\x8b"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Content:
    """The content of one file, read once from front to end.

    Nothing is held but what the caller asked for: a compressed file is decompressed as it is read.
    """

    def __init__(self, file: BinaryIO, limits: Limits, *, is_gzip: bool) -> None:
        size = file.seek(0, 2)
        file.seek(0)
        if size > limits.max_file_bytes:
            raise ReportError(
                f"The file has {size:,} bytes, more than the limit of {limits.max_file_bytes:,}. "
                "Split the report, or raise the limit of the file size.",
            )
        if not size:
            raise ReportError("The file is empty. Look whether the task that writes it failed or had nothing to write.")
        self._max_bytes = limits.max_content_bytes
        self._count = 0
        self._head = b""
        self._source: _Readable = _Gzip(file) if is_gzip else file
        head = self._source.read(3)
        self.mark_bytes = 0
        """The length of the byte order mark, which is left out."""
        self.is_recoded = False
        """Whether a byte of the content is not a byte of the file."""
        if head.startswith(codecs.BOM_UTF8):
            self.mark_bytes = 3
        elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.mark_bytes = 2
            self.is_recoded = True
            self._source = _Utf16(self._source, head[2:], 2, is_little=head.startswith(codecs.BOM_UTF16_LE))
        elif len(head) > 1 and (head[0] == 0) != (head[1] == 0):
            self.is_recoded = True
            self._source = _Utf16(self._source, head, 0, is_little=head[1] == 0)
        elif not is_gzip and head.startswith(_GZIP_MAGIC):
            raise ReportError("The file is compressed with gzip but its name does not end in .gz. Rename it.")
        else:
            self._head = head

    def read(self, size: int) -> bytes:
        """Read on; fewer bytes than asked for are given at the end of the content only.

        Raises:
            ReportError: the content is larger than the limit, damaged, or in no known encoding.
            TruncatedError: the compressed file or its last character is cut off.
        """
        parts = [self._head[:size]]
        self._head = self._head[size:]
        missing = size - len(parts[0])
        while missing > 0 and (part := self._source.read(missing)):
            parts.append(part)
            missing -= len(part)
        block = b"".join(parts)
        self._count += len(block)
        if self._count > self._max_bytes:
            raise ReportError(
                f"The file holds more than the limit of {self._max_bytes:,} bytes of text. "
                "Split the report, or raise the limit of the size after decompression.",
            )
        return block


class _Gzip:
    """Decompress as it is read: a bomb stops at the limit, and nobody ever held it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=file, mode="rb")

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except EOFError as error:
            raise TruncatedError("the end of the gzip data is missing") from error
        except gzip.BadGzipFile as error:
            raise ReportError(f"The gzip file is damaged or no gzip file: {error}. Copy it again.") from error
        except zlib.error as error:
            raise ReportError(f"The gzip data is damaged: {error}. Copy the file again.") from error


class _Utf16:
    """Turn UTF-16 into UTF-8, block by block."""

    def __init__(self, source: _Readable, pending: bytes, position: int, *, is_little: bool) -> None:
        self._decode = codecs.utf_16_le_decode if is_little else codecs.utf_16_be_decode
        self._source = source
        self._pending = pending
        self._position = position
        self._ready = b""

    def read(self, size: int) -> bytes:
        while len(self._ready) < size:
            block = self._source.read(2 * size)
            self._pending += block
            try:
                text, used = self._decode(self._pending, "strict", not block)
            except UnicodeDecodeError as error:
                position = self._position + error.start
                if not block and error.end == len(self._pending):
                    raise TruncatedError(f"its last UTF-16 character is cut off, at byte {position:,}") from error
                raise ReportError(f"Byte {position:,} is not UTF-16: {error.reason}. Write it as UTF-8.") from error
            self._pending = self._pending[used:]
            self._position += used
            self._ready += text.encode()
            if not block:
                break
        part = self._ready[:size]
        self._ready = self._ready[size:]
        return part
