"""Kernels: what a level change and an observation cost."""

import numpy as np

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.moments import Moments
from graphwiz_trader.domain.tape import DIFF, Tape
from graphwiz_trader.domain.units import Int64s
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.row import Row, seconds

OBSERVATIONS = 200_000


def kernel_rows(messages: int) -> list[Row]:
    """Return ns per level change in one loop and one call a message, and per observation."""
    tape = generated_tape(messages)
    diffs = np.flatnonzero(tape.flags == DIFF)
    return [
        _loop(tape),
        _calls(tape, diffs),
        _moments(),
    ]


def _loop(tape: Tape) -> Row:
    """All level changes behind the snapshot by one call of the kernel."""
    rows = tape.rows
    keep = np.repeat(tape.flags == DIFF, np.diff(np.append(tape.first_row, len(rows.side))))
    changes = LevelRows(rows.side[keep], rows.ticks[keep], rows.lots[keep])
    count = len(changes.side)
    book = _begun(tape)

    def work() -> None:
        book.change(changes, 0, count)

    return Row(
        "book, one compiled loop",
        seconds(work) / count * 1e9,
        "ns/level",
        10.0,
        "lower",
        "C extension order-book 187",
    )


def _calls(tape: Tape, diffs: Int64s) -> Row:
    """One Python call of the book's owner a message."""
    book = _begun(tape)
    found = map(tape.event, diffs.tolist())
    updates = [event for event in found if isinstance(event, BookUpdate)]
    levels = sum(update.last - update.first for update in updates)

    def work() -> None:
        for update in updates:
            book.apply(update)

    return Row(
        "book, one call a message",
        seconds(work, 3) / levels * 1e9,
        "ns/level",
        80.0,
        "lower",
        "ccxt 1,039; nautilus 237",
    )


def _moments() -> Row:
    """Observations through a window of 100, each with its z-score."""
    moments = Moments(100)
    walk = np.cumsum(np.random.default_rng(7).integers(-3, 4, OBSERVATIONS)).tolist()

    def work() -> None:
        for x in walk:
            moments.push(x, 0)

    return Row(
        "rolling z-score, one call", seconds(work, 3) / OBSERVATIONS * 1e9, "ns", None, "lower"
    )


def _begun(tape: Tape) -> OrderBook:
    book = OrderBook(INSTRUMENT)
    snapshot = tape.event(0)
    if isinstance(snapshot, BookUpdate):
        book.apply(snapshot)
    return book
