"""
Tapes as folders: a .npy file for every column, and header.json.

Any program that reads .npy reads them; nothing is copied when one is opened.
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.columns import mapped
from graphwiz_trader.adapters.files.page import Page
from graphwiz_trader.adapters.files.tape_writer import HEADER, FileTapeWriter
from graphwiz_trader.domain.errors import DataError, DomainError
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order_rows import ORDER_DTYPES, OrderRows
from graphwiz_trader.domain.tape import DTYPES, MESSAGE_COLUMNS, VERSION, Tape, TapeHeader


class FileTapes:
    """The store: a tape's name is the path of its folder."""

    def open(self, name: str) -> Tape:
        """Map the tape at *name*."""
        folder = Path(name)
        header, instruments = _page(folder)
        dtypes = {**DTYPES, **(ORDER_DTYPES if header.by_order else {})}
        columns = {
            column: mapped(
                folder / f"{column}.npy",
                dtype,
                header.messages if column in MESSAGE_COLUMNS else header.rows,
            )
            for column, dtype in dtypes.items()
        }
        _check(folder, columns, header, len(instruments))
        return _tape(name, header, instruments, columns)

    def writer(self, name: str, instruments: tuple[Instrument, ...]) -> "FileTapeWriter":
        """Begin a tape in a hidden folder beside *name*."""
        folder = Path(name)
        if folder.exists() and not (folder / HEADER).is_file():
            raise DataError(
                f"{folder}: found something else, expected a tape to replace or nothing"
            )
        return FileTapeWriter(folder, instruments)


def _page(folder: Path) -> tuple[TapeHeader, tuple[Instrument, ...]]:
    expected = f"a tape of version {VERSION}: a folder with {HEADER} and .npy columns"
    if not folder.exists():
        raise DataError(f"{folder}: found nothing, expected {expected}")
    if not folder.is_dir():
        raise DataError(f"{folder}: found a file, expected {expected}")
    try:
        text = (folder / HEADER).read_bytes()
        version = msgspec.json.decode(text)["header"]["version"]
        if version != VERSION:
            raise DataError(f"{folder}: found a tape of version {version}, expected {expected}")
        page = msgspec.json.decode(text, type=Page)
        return page.header, tuple(listed.instrument() for listed in page.instruments)
    except FileNotFoundError:
        raise DataError(f"{folder}: found no {HEADER}, expected {expected}") from None
    except OSError as error:
        raise DataError(f"{folder}: found {error.strerror}, expected {expected}") from error
    except (msgspec.MsgspecError, DomainError, LookupError, TypeError, ValueError) as error:
        raise DataError(f"{folder / HEADER}: found {error}, expected {expected}") from error


def _check(
    folder: Path, columns: dict[str, NDArray[np.generic]], header: TapeHeader, instruments: int
) -> None:
    """Refuse columns that would lead outside of each other."""
    if not header.messages:
        return
    first_row, named = columns["first_row"], columns["instrument"]
    if int(first_row[-1]) > header.rows or int(first_row[0]) != 0:
        raise DataError(
            f"{folder}: found messages from row {first_row[0]} to {first_row[-1]}, "
            f"expected 0 to at most {header.rows}"
        )
    if int(named.max()) >= instruments or int(named.min()) < 0:
        raise DataError(
            f"{folder}: found instruments {named.min()} to {named.max()}, "
            f"expected 0 to {instruments - 1}"
        )


def _tape(
    name: str,
    header: TapeHeader,
    instruments: tuple[Instrument, ...],
    columns: dict[str, NDArray[np.generic]],
) -> Tape:
    rows = LevelRows(
        columns["side"].astype(np.int8, copy=False),
        columns["ticks"].astype(np.int64, copy=False),
        columns["lots"].astype(np.int64, copy=False),
    )
    orders = None
    if header.by_order:
        order, left = (columns[name].astype(np.int64, copy=False) for name in ORDER_DTYPES)
        orders = OrderRows(order, left)
    return Tape(
        name=name,
        instruments=instruments,
        rows=rows,
        ts=columns["ts"].astype(np.int64, copy=False),
        ts_venue=columns["ts_venue"].astype(np.int64, copy=False),
        first_row=columns["first_row"].astype(np.int64, copy=False),
        instrument=columns["instrument"].astype(np.int16, copy=False),
        flags=columns["flags"].astype(np.int8, copy=False),
        header=header,
        orders=orders,
    )
