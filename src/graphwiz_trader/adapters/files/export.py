"""Export: a tape in formats that others read, a stretch of messages at a time."""

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.adapters.files.order_kinds import OrderKinds
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import Int64s

_STRETCH = 1 << 16
_Sides: TypeAlias = tuple[tuple[int, float], ...]
_BY_SIDE: _Sides = ((hft_event.BUY, -np.inf), (hft_event.SELL, np.inf))
_AT_ONCE: _Sides = ((0, 0.0),)
"""How books are cleared: side and limit of each row; those of orders with one row of no side."""
KINDS = {DIFF: "change", SNAPSHOT: "snapshot", TRADE: "trade"}
"""What exports call the flags of a tape."""


def to_csv(tape: Tape, path: Path) -> int:
    """
    Write one line a row: ts, ts_venue, instrument, kind, side (1 or -1), price, qty.

    Prices and quantities are exact decimals; a quantity of 0 removes the level. A message
    without rows leaves no line.

    Returns:
        Lines, without the header.

    Raises:
        DataError: *path* cannot be written.
    """
    written = 0
    with storage(path), path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("ts", "ts_venue", "instrument", "kind", "side", "price", "qty"))
        for _, messages, rows in _stretches(tape):
            columns = (tape.ts, tape.ts_venue, tape.instrument, tape.flags)
            ts, ts_venue, owner, flags = (column[messages].tolist() for column in columns)
            numbers = (tape.rows.side, tape.rows.ticks, tape.rows.lots)
            side, ticks, lots = (column[rows].tolist() for column in numbers)
            for i in range(len(ts)):
                instrument = tape.instruments[owner[i]]
                price, qty = instrument.price(ticks[i]), instrument.qty(lots[i])
                out.writerow(
                    (ts[i], ts_venue[i], instrument.id, KINDS[flags[i]], side[i], price, qty)
                )
            written += len(ts)
    return written


def to_hftbacktest(tape: Tape, path: Path) -> int:
    """
    Write an npz whose array `data` holds hftbacktest's events.

    A snapshot after the first begins with the clearing of both sides. A tape that tells orders
    becomes order events, each snapshot of which begins with a clearing.

    Returns:
        Events.

    Raises:
        DataError: the tape holds several instruments, which a file of theirs cannot; or *path*
            cannot be written.
    """
    if len(tape.instruments) != 1:
        raise DataError(
            f"{tape.name}: found {len(tape.instruments)} instruments, expected 1 for hftbacktest"
        )
    orders = None if tape.orders is None else OrderKinds(tape, tape.orders)
    sides = _BY_SIDE if orders is None else _AT_ONCE
    snapshots = np.flatnonzero(tape.flags == SNAPSHOT)[1 if orders is None else 0 :]
    total = len(tape.rows.side) + len(sides) * len(snapshots)
    with (
        storage(path),
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("data.npy", "w", force_zip64=True) as file,
    ):
        header = {"descr": hft_event.DTYPE.descr, "fortran_order": False, "shape": (total,)}
        np.lib.format.write_array_header_1_0(file, header)
        for stretch, messages, rows in _stretches(tape):
            events = _events(tape, messages, rows)
            if orders is not None:
                orders.put(events, messages, rows)
            mine = snapshots[(snapshots >= stretch.start) & (snapshots < stretch.stop)]
            file.write(_with_clears(tape, messages, events, mine, sides).tobytes())
    return total


def _events(tape: Tape, messages: Int64s, rows: slice) -> NDArray[np.void]:
    instrument = tape.instruments[0]
    events = np.zeros(len(messages), hft_event.DTYPE)
    flags, side = tape.flags[messages], tape.rows.side[rows]
    kind = np.where(flags == TRADE, hft_event.TRADE, hft_event.DEPTH)
    kind = np.where(flags == SNAPSHOT, hft_event.SNAPSHOT, kind)
    whose = np.where(side > 0, hft_event.BUY, hft_event.SELL)
    events["ev"] = kind | whose | hft_event.AT_EXCHANGE | hft_event.AT_US
    events["exch_ts"] = tape.ts_venue[messages]
    events["local_ts"] = tape.ts[messages]
    events["px"] = _decimal(tape.rows.ticks[rows], instrument.tick_size.as_integer_ratio())
    lots = tape.rows.lots[rows]
    if tape.orders is not None:
        lots = np.where(flags == TRADE, lots, tape.orders.left[rows])
    events["qty"] = _decimal(lots, instrument.lot_size.as_integer_ratio())
    return events


def _decimal(counts: Int64s, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return multiples of a size as the floats nearest to their decimals: one rounding, not two."""
    numerator, denominator = size
    return np.asarray(counts * float(numerator) / float(denominator), np.float64)


def _with_clears(
    tape: Tape, messages: Int64s, events: NDArray[np.void], snapshots: Int64s, sides: _Sides
) -> NDArray[np.void]:
    """Insert the clearing of both sides, without a limit, before each snapshot."""
    count = len(sides)
    clears = np.zeros(count * len(snapshots), hft_event.DTYPE)
    both = hft_event.CLEAR | hft_event.AT_EXCHANGE | hft_event.AT_US
    clears["ev"] = np.tile([both | side for side, _ in sides], len(snapshots))
    clears["exch_ts"] = np.repeat(tape.ts_venue[snapshots], count)
    clears["local_ts"] = np.repeat(tape.ts[snapshots], count)
    clears["px"] = np.tile([limit for _, limit in sides], len(snapshots))
    return np.insert(events, np.repeat(np.searchsorted(messages, snapshots), count), clears)


def _stretches(tape: Tape) -> Iterator[tuple[range, Int64s, slice]]:
    """Yield stretches of messages; with each the message of every row, and the rows."""
    for start in range(0, len(tape), _STRETCH):
        stop = min(start + _STRETCH, len(tape))
        ends = np.append(tape.first_row[start + 1 : stop + 1], len(tape.rows.side))
        counts = np.diff(ends[: stop - start], prepend=tape.first_row[start])
        first = int(tape.first_row[start])
        messages = np.repeat(np.arange(start, stop), counts)
        yield range(start, stop), messages, slice(first, first + len(messages))


@contextmanager
def storage(path: Path) -> Iterator[None]:
    """Raise what storage refuses as a `DataError` that names *path*."""
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{path}: found {error.strerror or error}, expected to write there"
        ) from error
