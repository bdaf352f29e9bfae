"""Table: every benchmark, run one after the other, and shown."""

from collections.abc import Callable, Sequence
from pathlib import Path

from graphwiz_trader.application.report_text import Table
from graphwiz_trader.entrypoints.bench.engine import engine_rows
from graphwiz_trader.entrypoints.bench.feeds import feed_rows
from graphwiz_trader.entrypoints.bench.journal import journal_rows
from graphwiz_trader.entrypoints.bench.kernels import kernel_rows
from graphwiz_trader.entrypoints.bench.loop import loop_rows
from graphwiz_trader.entrypoints.bench.observed import observed_rows
from graphwiz_trader.entrypoints.bench.order_path import order_path_rows
from graphwiz_trader.entrypoints.bench.readers import reader_rows
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.slice import slice_rows
from graphwiz_trader.entrypoints.bench.startup import startup_rows
from graphwiz_trader.entrypoints.bench.sweeping import sweep_rows


def measured(messages: int, recorded: Path | None, say: Callable[[str], None]) -> list[Row]:
    """Run everything; *say* names what is being measured."""
    parts: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
        ("books and kernels", lambda: kernel_rows(messages)),
        ("journal", journal_rows),
        ("engine", lambda: engine_rows(messages)),
        ("compiled backtest", lambda: loop_rows(messages)),
        ("sweep", sweep_rows),
        ("frame to order", lambda: slice_rows(recorded)),
        ("an engine observed", observed_rows),
        ("feeds", feed_rows),
        ("readers", reader_rows),
        ("orders over sockets", order_path_rows),
        ("start-up", startup_rows),
    )
    rows: list[Row] = []
    for name, part in parts:
        say(f"measuring {name}")
        rows += part()
    return rows


def as_table(rows: Sequence[Row]) -> Table:
    """Return *rows* as a table."""
    lines = tuple(_line(row) for row in rows)
    return Table("Benchmarks", ("what", "value", "unit", "target", "", "peer"), lines)


def _line(row: Row) -> tuple[str, ...]:
    target = "" if row.target is None else f"{'≤' if row.better == 'lower' else '≥'} {row.target:g}"
    verdict = "" if row.target is None else ("holds" if row.holds else "MISSED")
    return (row.name, f"{row.value:,.3g}", row.unit, target, verdict, row.peer or "")
