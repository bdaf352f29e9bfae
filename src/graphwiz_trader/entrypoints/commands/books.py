"""`graphwiz books`: live books, and how far they may be believed."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.application.book_watch import BookRow
    from graphwiz_trader.application.report_text import Table
    from graphwiz_trader.domain.settings import Settings

_EVERY = Nanos(500 * MILLISECOND)
_COLUMNS = ("instrument", "bid", "ask", "spread bps", "imbalance", "msg/s", "age s", "quality")


@click.command()
@click.option("--seconds", type=click.IntRange(1), help="Stop after that long.")
@common_options
def books(options: Options, seconds: int | None) -> None:
    """Show the books of all configured venues as they come, until interrupted."""
    from graphwiz_trader.entrypoints.loop import run
    from graphwiz_trader.entrypoints.tables import shown

    rows = run(_watched(options, options.settings(), seconds))
    emit({"books": list(rows)}, shown([_table(rows)]))


async def _watched(
    options: Options, settings: "Settings", seconds: int | None
) -> "tuple[BookRow, ...]":
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.application.book_watch import BookWatch
    from graphwiz_trader.application.listen import listen, subscribe
    from graphwiz_trader.bootstrap.feeds import sources_of
    from graphwiz_trader.entrypoints.loop import stop_signal

    clock = SystemClock()
    sources = sources_of(settings, clock)
    instruments = await subscribe(sources, clock)
    watch = BookWatch(instruments)
    until = None if seconds is None else clock.now() + seconds * SECOND
    rows = watch.rows(clock.now())
    with _screen(options) as show, stop_signal() as stopped:

        def tick(now: Nanos) -> bool:
            nonlocal rows
            rows = watch.rows(now)
            show(rows)
            return not stopped.is_set() and (until is None or now < until)

        await listen(sources, instruments, clock, watch.deliver, tick, _EVERY)
    return rows


@contextmanager
def _screen(options: Options) -> "Iterator[Callable[[Sequence[BookRow]], None]]":
    """Yield what shows rows, in place, on a terminal; nothing anywhere else."""
    if options.json or options.quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live

    from graphwiz_trader.entrypoints.tables import rich_table

    with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:
        yield lambda rows: live.update(rich_table(_table(rows)), refresh=True)


def _table(rows: "Sequence[BookRow]") -> "Table":
    from graphwiz_trader.application.report_text import Table

    return Table("Books", _COLUMNS, tuple(map(_cells, rows)))


def _cells(row: "BookRow") -> tuple[str, ...]:
    return (
        row.instrument,
        "–" if row.bid is None else f"{row.bid} × {row.bid_qty}",
        "–" if row.ask is None else f"{row.ask} × {row.ask_qty}",
        "–" if row.spread_bps is None else f"{row.spread_bps:.2f}",
        f"{row.imbalance:+.2f}",
        f"{row.rate:.1f}",
        "–" if row.age_s is None else f"{row.age_s:.1f}",
        row.quality,
    )
