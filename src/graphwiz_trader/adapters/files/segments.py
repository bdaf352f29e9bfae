"""
Segments: files of checked records, and what of them can be trusted.

A segment is a magic word and frames `mark u32, length u32, crc32 u32, body`, little-endian; the
checksum is the body's. The first body is the header: the schema, the first seq, the run.
A process killed while writing leaves part of one frame at the very end, nothing else: whatever
is wrong with a valid frame behind it has been damaged, and is never cut off.
"""

import mmap
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zlib import crc32

from graphwiz_trader.adapters.files.packed import head_of, is_packed, unpacked
from graphwiz_trader.adapters.files.records import HEADER, OPENING
from graphwiz_trader.domain.codec import SCHEMA
from graphwiz_trader.domain.errors import JournalError, JournalTorn
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import value

MAGIC: Final = b"GWTJ\x00\x01\r\n"
MARK: Final = 0x9A57_4A47
FRAME: Final = struct.Struct("<III")
LEAST: Final = FRAME.size + OPENING.size
"""Bytes of the shortest frame."""

unframe = FRAME.unpack_from
SUFFIX: Final = ".journal"
MARKET: Final = "market-"
"""How the segments of market data begin that live journals keep apart, to delete them earlier."""

_MARK_BYTES: Final = struct.pack("<I", MARK)
_SCHEMA: Final = struct.Struct("<I")


@value
class Header:
    """What a segment says of itself."""

    first_seq: int
    run: RunId


def framed(body: bytes) -> bytes:
    """Return *body* as it is written."""
    return FRAME.pack(MARK, len(body), crc32(body)) + body


def heading(header: Header) -> bytes:
    """Return the first bytes of a segment."""
    body = OPENING.pack(HEADER, header.first_seq) + _SCHEMA.pack(SCHEMA) + header.run.encode()
    return MAGIC + framed(body)


def segments(folder: Path, prefix: str = "") -> list[Path]:
    """Return the segments of a journal, oldest first: its own, or those beginning with *prefix*."""
    return sorted(folder.glob(f"{prefix}[0-9]*{SUFFIX}"))


def following(segment: Path | None, folder: Path, prefix: str = "") -> Path:
    """Return the path of the segment after *segment*, or of the first."""
    number = int(segment.stem.removeprefix(prefix)) + 1 if segment else 1
    return folder / f"{prefix}{number:06d}{SUFFIX}"


class Segment:
    """
    One segment, read.

    After `bodies` is exhausted, `end` is the offset behind the last valid frame, and `torn`
    says what lies behind it, if anything.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn: str | None = None
        self.is_packed = is_packed(path)
        self._data: bytes | mmap.mmap = head_of(path) if self.is_packed else _mapped(path)
        self.end = 0

    def header(self) -> Header | None:
        """
        Return the header, or None if the segment ends within it.

        Raises:
            JournalTorn: it is damaged.
            JournalError: it was written under another schema.
        """
        data = self._data
        body = self._body(len(MAGIC))
        if data[: len(MAGIC)] != MAGIC or body is None or body[0] != HEADER:
            self._stop(0)
            return None
        _, first_seq = OPENING.unpack_from(body)
        (schema,) = _SCHEMA.unpack_from(body, OPENING.size)
        if schema != SCHEMA:
            raise JournalError(
                f"{self.path.name} was written under schema {schema:08x}, "
                f"this version reads {SCHEMA:08x}"
            )
        self.end = len(MAGIC) + FRAME.size + len(body)
        return Header(first_seq, RunId(body[OPENING.size + _SCHEMA.size :].decode()))

    def bodies(self, start: int) -> Iterator[bytes]:
        """
        Yield the bodies of the frames from offset *start* on.

        Raises:
            JournalTorn: a damaged frame has a valid one behind it.
        """
        if self.is_packed:
            self._data = unpacked(self.path)
        data, size, self.end = self._data, len(self._data), start
        # As `_body` finds it, in one loop: whoever follows a run does little else.
        while self.end + LEAST <= size:
            mark, length, checksum = unframe(data, self.end)
            begin = self.end + FRAME.size
            end = begin + length
            if mark != MARK or length < OPENING.size or end > size:
                break
            body = data[begin:end]
            if crc32(body) != checksum:
                break
            self.end = end
            yield body
        if self.end < size:
            self._stop(self.end)

    def _body(self, at: int) -> bytes | None:
        """Return the body of the frame at offset *at*, or None if there is no valid one."""
        data = self._data
        if at + LEAST > len(data):
            return None
        mark, length, checksum = unframe(data, at)
        start = at + FRAME.size
        if mark != MARK or length < OPENING.size or start + length > len(data):
            return None
        body = data[start : start + length]
        return body if crc32(body) == checksum else None

    def _stop(self, at: int) -> None:
        """Tell the torn tail from damage: nothing valid can follow a torn frame."""
        found = self._data.find(_MARK_BYTES, at + 1)
        while found >= 0:
            if self._body(found) is not None:
                raise JournalTorn(
                    f"{self.path.name}: the record at offset {at} is damaged; "
                    f"there is a valid one at {found}"
                )
            found = self._data.find(_MARK_BYTES, found + 1)
        self.torn = f"{self.path.name}: {len(self._data) - at} bytes cut at offset {at}"


def _mapped(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
