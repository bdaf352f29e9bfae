"""Journal: what it costs to append an entry, and to read one back."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

import numpy as np

from graphwiz_trader.adapters.files.journal import BACKTEST, LIVE, FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
)
from graphwiz_trader.entrypoints.bench.row import Row

NAME = InstrumentId("BTC/USDT:USDT@binance")
ROUNDS, SIZE = 15, 2000
ORDER = SubmitOrder(
    ClOrdId("a700012011"),
    StrategyId("mm"),
    NAME,
    Side.BUY,
    OrdType.LIMIT,
    TimeInForce.GTC,
    Ticks(600_000),
    Lots(10),
)


def journal_rows() -> list[Row]:
    """Return what appending costs, in µs an entry."""
    return [
        Row("journal append, 7.5 levels", _append(LIVE, 7), "µs", 3.0, "lower"),
        Row("journal append, 68 levels", _append(LIVE, 68), "µs", None, "lower"),
        Row(
            "journal append, 7.5 levels and an order", _append(LIVE, 7, ORDER), "µs", None, "lower"
        ),
        Row("journal append, 7.5 levels, backtest", _append(BACKTEST, 7), "µs", None, "lower"),
        Row("journal reference, backtest", _reference(), "µs", None, "lower"),
        Row("journal read back, 7.5 levels", _read(7), "µs", None, "lower"),
    ]


def _entries(levels: int, *commands: SubmitOrder) -> list[Entry]:
    """Updates of 7 and 8 levels by turns for 7, cut from the columns of a parser."""
    columns = LevelRows(np.ones(512, np.int8), np.arange(512), np.arange(512))
    return [
        Entry(
            BookUpdate(Nanos(seq), Nanos(seq), NAME, columns, 8, 8 + levels + seq % 2),
            Outcome(seq, commands),
        )
        for seq in range(1, ROUNDS * SIZE + 1)
    ]


def _append(options: JournalOptions, levels: int, *commands: SubmitOrder) -> float:
    """Return µs an entry, of the fastest round: the others waited for other processes."""
    entries = _entries(levels, *commands)
    with TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder), RunId("bench"), options)
        append = journal.append
        best = min(
            _timed(append, entries[start : start + SIZE]) for start in range(0, len(entries), SIZE)
        )
        journal.close()
    return best / SIZE / 1e3


def _timed(append: Callable[[Entry], object], entries: list[Entry]) -> int:
    started = perf_counter_ns()
    for entry in entries:
        append(entry)
    return perf_counter_ns() - started


def _reference() -> float:
    with TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder), RunId("bench"), BACKTEST)
        best = 1 << 62
        for start in range(0, 500_000, 50_000):
            started = perf_counter_ns()
            for message in range(start, start + 50_000):
                journal.reference(0, message, False)
            best = min(best, perf_counter_ns() - started)
        journal.close()
    return best / 50_000 / 1e3


def _read(levels: int) -> float:
    with TemporaryDirectory() as folder:
        journal = FileJournal(Path(folder), RunId("bench"), BACKTEST)
        for entry in _entries(levels):
            journal.append(entry)
        journal.close()
        started = perf_counter_ns()
        count = sum(1 for _ in FileJournalReader(Path(folder)).entries())
        return (perf_counter_ns() - started) / count / 1e3
