"""Columns: .npy files that are appended to in pieces, hashed as they grow, and read by mapping."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.tape import new_column_digest

_HEADER = 128
"""Bytes of a version 1.0 header with room for any length; numpy aligns to 64."""


class ColumnWriter:
    """
    Appends to one .npy file, whose header is written last.

    Args:
        path: The file, which must not exist.
        dtype: In numpy's notation with byte order, `"<i8"`.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path, dtype: str) -> None:
        self._dtype = np.dtype(dtype)
        self._digest = new_column_digest()
        self._file = path.open("xb")
        self._file.write(bytes(_HEADER))
        self._length = 0

    def __len__(self) -> int:
        """Return how many numbers were appended."""
        return self._length

    def append(self, numbers: NDArray[np.generic] | list[int]) -> None:
        """Append *numbers*."""
        data = np.ascontiguousarray(numbers, self._dtype)
        self._digest.update(data.data)
        self._file.write(data.data)
        self._length += len(data)

    def seal(self) -> bytes:
        """Write the header and sync; return the digest of the column's bytes."""
        shape = f"'fortran_order': False, 'shape': ({self._length},)"
        text = f"{{'descr': '{self._dtype.str}', {shape}, }}"
        head = b"\x93NUMPY\x01\x00" + (_HEADER - 10).to_bytes(2, "little")
        self._file.seek(0)
        self._file.write(head + text.ljust(_HEADER - 11).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()
        return self._digest.digest()

    def close(self) -> None:
        """Let go of the file; harmless twice."""
        self._file.close()


def mapped(path: Path, dtype: str, length: int) -> NDArray[np.generic]:
    """
    Return the column at *path* as a read-only array that maps the file.

    Raises:
        DataError: the file is missing, or is not *length* numbers of *dtype*.
    """
    expected = f"{length} numbers of type {dtype}"
    try:
        # numpy cannot map nothing
        column = np.load(path, mmap_mode="r" if length else None, allow_pickle=False)
    except FileNotFoundError:
        raise DataError(f"{path}: found no such file, expected {expected}") from None
    except (OSError, ValueError, EOFError) as error:
        size = path.stat().st_size if path.exists() else 0
        raise DataError(f"{path}: found {size} bytes ({error}), expected {expected}") from error
    if column.dtype != np.dtype(dtype) or column.shape != (length,):
        found = f"{'×'.join(map(str, column.shape))} numbers of type {column.dtype.str}"
        raise DataError(f"{path}: found {found}, expected {expected}")
    return np.asarray(column)
