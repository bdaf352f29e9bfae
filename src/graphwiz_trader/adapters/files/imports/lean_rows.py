"""
Lean's zip files: a CSV a day and instrument, times in ms since midnight, no header.

Midnight is that of the file's own clock, which need not be UTC (FXCM's is UTC−5): it is read as
UTC, and `data align` finds the difference. Prices of equities and options are × 10,000.
Source: Lean, Data/*/readme.md.
"""

import re
import zipfile
from collections.abc import Iterator
from heapq import merge
from pathlib import Path

from graphwiz_trader.adapters.files.imports.files import buffered, numbered
from graphwiz_trader.adapters.files.imports.raw import Place
from graphwiz_trader.adapters.files.imports.times import day_start, scaled
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.value import value

CLOCK = "times are those of the files, read as UTC"

_SCALED = ("equity", "option")
_MS = 1_000_000


@value
class LeanRow:
    """A line: when, what (Lean's name for it), its other cells, and whether prices are scaled."""

    ts: int
    symbol: str
    cells: list[str]
    is_scaled: bool
    place: Place

    def price(self, text: str) -> str:
        """Return *text* as a price; raises DataError if a scaled one is no whole number."""
        if not self.is_scaled:
            return text
        if not text.isdigit():
            raise self.place.error(f"price {text!r}", "a whole number of 1/10,000")
        padded = text.zfill(5)
        return f"{padded[:-4]}.{padded[-4:]}"


def rows(path: Path) -> Iterator[LeanRow]:
    """
    Yield the rows of all members of the zip at *path*, merged by time.

    Raises:
        DataError: the file is missing, no zip, damaged, names no day, or a line is of another form.
    """
    day = re.match(r"(\d{8})", path.name)
    if day is None:
        raise DataError(f"{path}: found no day in the name, expected YYYYMMDD_*.zip")
    try:
        midnight = day_start(day[1])
    except ValueError:
        raise DataError(f"{path}: found day {day[1]}, expected YYYYMMDD") from None
    is_scaled = any(part in _SCALED for part in path.parts)
    try:
        with zipfile.ZipFile(path) as archive:
            members = (
                _member(path, archive, name, midnight, is_scaled) for name in archive.namelist()
            )
            yield from merge(*members, key=lambda row: row.ts)
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: found {error}, expected a zip of CSV") from error
    except OSError as error:
        raise DataError(f"{path}: found {error.strerror}, expected a zip of CSV") from error


def _member(
    path: Path,
    archive: zipfile.ZipFile,
    name: str,
    midnight: int,
    is_scaled: bool,  # noqa: FBT001 # a row's field
) -> Iterator[LeanRow]:
    symbol = _symbol(path, name)
    file = f"{path}/{name}"
    with buffered(archive.open(name)) as lines:
        for number, line in numbered(path, lines):
            place = Place(file, number)
            time, *cells = line.decode(errors="replace").rstrip("\r\n").split(",")
            whole, _, part = time.partition(".")
            if not whole.isdigit() or (part and not part.isdigit()) or len(cells) < 2:
                found = f"{line[:40].decode(errors='replace')!r}"
                raise place.error(found, "ms since midnight, then prices")
            ts = midnight + int(whole) * _MS + scaled(part, _MS)
            yield LeanRow(ts, symbol, cells, is_scaled, place)


def _symbol(path: Path, member: str) -> str:
    """
    Return Lean's name of an instrument: `eurusd` of `20140506_eurusd_tick_quote.csv`.

    A future's month follows it: `gc201312` of `20131009_gc_tick_trade_201312.csv`.
    """
    named = re.match(r"\d{8}_([A-Za-z0-9]+)_(?:.*_(\d{6,8})\.csv$)?", member)
    return f"{named[1]}{named[2] or ''}" if named else path.parent.name
