"""
Packed: a closed segment made smaller, under the name it had.

A magic word and one zlib stream, whose own checksum tells whether it is whole. Offsets in it are
those of the segment as it was, so that whoever stopped reading there can go on.
"""

import mmap
import os
import tempfile
import zlib
from pathlib import Path
from typing import BinaryIO

from graphwiz_trader.adapters.files.folder import sync_folder
from graphwiz_trader.domain.errors import JournalTorn

MAGIC = b"GWTZ\x00\x01\r\n"
LEVEL = 1
"""The quickest: market data shrinks by two thirds all the same."""

_CHUNK = 1 << 20
_HEAD = 4_096


def is_packed(path: Path) -> bool:
    """Whether the file at *path* is packed."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def pack(path: Path) -> int:
    """
    Pack the file at *path*, which nobody writes to; return by how many bytes it shrank.

    It is there, whole, at every moment, also if power is lost; its time stays.
    """
    new = path.with_suffix(".packing")
    try:
        with path.open("rb") as file, new.open("wb") as packed:
            about = os.fstat(file.fileno())
            os.fchmod(packed.fileno(), about.st_mode)
            _squeeze(file, packed)
            packed.flush()
            size = packed.tell()
            os.utime(packed.fileno(), ns=(about.st_atime_ns, about.st_mtime_ns))
            os.fsync(packed.fileno())
        # What was deleted meanwhile stays so.
        path.stat()
        new.replace(path)
        sync_folder(path.parent)
    finally:
        new.unlink(missing_ok=True)
    return about.st_size - size


def head_of(path: Path) -> bytes:
    """
    Return how the packed file at *path* begins.

    Raises:
        JournalTorn: it is damaged.
    """
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        try:
            return zlib.decompressobj().decompress(file.read(_HEAD), _HEAD)
        except zlib.error as error:
            raise _torn(path, error) from error


def unpacked(path: Path) -> mmap.mmap:
    """
    Return what the packed file at *path* holds, in a file that ends with its reader.

    Raises:
        JournalTorn: it is damaged.
    """
    squeezed = zlib.decompressobj()
    with path.open("rb") as file, tempfile.TemporaryFile() as plain:
        file.seek(len(MAGIC))
        try:
            while chunk := file.read(_CHUNK):
                plain.write(squeezed.decompress(chunk))
        except zlib.error as error:
            raise _torn(path, error) from error
        if not squeezed.eof:
            raise JournalTorn(f"{path.name} is packed, and cut short")
        plain.flush()
        return mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ)


def _torn(path: Path, error: zlib.error) -> JournalTorn:
    return JournalTorn(f"{path.name} cannot be unpacked: {error}")


def _squeeze(file: BinaryIO, packed: BinaryIO) -> None:
    squeeze = zlib.compressobj(LEVEL)
    packed.write(MAGIC)
    while chunk := file.read(_CHUNK):
        packed.write(squeeze.compress(chunk))
    packed.write(squeeze.flush())
