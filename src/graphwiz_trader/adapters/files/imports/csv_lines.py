"""CsvLines: the rows of a CSV file with a header, by the names of its columns."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphwiz_trader.adapters.files.imports.files import lines
from graphwiz_trader.adapters.files.imports.raw import Place


def csv_lines(path: Path) -> Iterator[tuple[Place, list[str]]]:
    """
    Yield (place, cells) of every line that is not empty, the header first.

    Raises:
        DataError: the file cannot be read, or is not text; says the line.
    """
    for number, line in lines(path):
        place = Place(str(path), number)
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise place.error(f"{line[:20]!r}", "text in UTF-8") from error
        if text:
            cells = next(csv.reader((text,))) if '"' in text else text.split(",")
            yield place, cells


def column(header: Sequence[str], names: Sequence[str]) -> int | None:
    """Return the place of the first of *names* in *header*, whatever its case; None without."""
    lowered = [cell.strip().lower() for cell in header]
    return next((lowered.index(name) for name in names if name in lowered), None)
