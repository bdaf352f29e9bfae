"""Files: sources opened as they lie on disk, plain, gzip or zip, read a line at a time."""

import gzip
import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, cast

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.tape import SourceFile

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def source_file(path: Path) -> SourceFile:
    """
    Return name, size and hash of the file at *path*.

    Raises:
        DataError: it is missing, empty, or may not be read.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise DataError(f"{path}: found {error.strerror}, expected a file to read") from error
    if not size:
        raise DataError(f"{path}: found an empty file, expected recorded market data")
    return SourceFile(path.name, size, digest.hexdigest())


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """
    Yield (line number from 1, line with its end) of a plain, gzip or one-member zip file.

    Raises:
        DataError: the file is missing, or its compressed data is cut or damaged; says the line.
    """
    with opened(path) as (_, file):
        yield from numbered(path, file)


def numbered(path: Path, file: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """
    Yield (line number from 1, line) of *file*, which was opened from *path*.

    Raises:
        DataError: compressed data is cut or damaged; says the line.
    """
    number = 0
    try:
        for number, line in enumerate(file, 1):
            yield number, line
    except EOFError as error:
        raise _broken(path, number, "the end in the middle of compressed data") from error
    except (OSError, zlib.error, zipfile.BadZipFile) as error:
        raise _broken(path, number, f"damaged data ({error})") from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """
    Open *path* and what is compressed in it; gives (name of the member or file, its bytes).

    Raises:
        DataError: the file is missing, or is a zip with other than one member.
    """
    try:
        with path.open("rb") as head:
            magic = head.read(4)
        if magic != _ZIP:
            with gzip.open(path) if magic[:2] == _GZIP else path.open("rb") as file:
                yield path.name, file  # type: ignore[misc] # gzip's file is an IO[bytes] in all but name
            return
        with zipfile.ZipFile(path) as archive:
            name = _member(path, archive.namelist())
            with buffered(archive.open(name)) as member:
                yield name, member
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise DataError(f"{path}: found {error.strerror}, expected a file to read") from error
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: found {error}, expected a whole zip file") from error


def buffered(member: IO[bytes]) -> BufferedReader:
    """Return *member* of a zip with lines that are found in C rather than in Python."""
    return BufferedReader(cast("RawIOBase", member), 1 << 16)


def _member(path: Path, names: list[str]) -> str:
    if len(names) != 1:
        raise DataError(f"{path}: found {len(names)} members {names[:3]}, expected one")
    return names[0]


def _broken(path: Path, line: int, found: str) -> DataError:
    return DataError(f"{path}, after line {line}: found {found}, expected whole lines to the end")
