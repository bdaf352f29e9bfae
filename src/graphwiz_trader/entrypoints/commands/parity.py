"""`graphwiz parity`: a session beside its backtest, and every difference with its cause."""

from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.domain.parity import Twins


@click.command()
@click.argument("run")
@common_options
def parity(options: Options, run: str) -> None:
    """
    Compare a run with its twin.

    A session (paper, demo, trade) is run again through the backtester on what it recorded, and
    every difference in orders, fills and profit is given its cause: queue, missing data, latency
    or fees. A backtest is run by the other engine, reference or compiled, and must be the same.

    Exit code 1: a difference without a cause.
    """
    from graphwiz_trader.bootstrap.container import backtest_app

    settings = evolve(options, assignments=()).settings()
    app = backtest_app(settings, options.home)
    with progress_bar(f"parity {run}", quiet=options.quiet) as progress:
        found = app.parity().of(RunId(run), progress)
    emit(
        summary(found),
        text_of(found),
        ExitCode.DONE if found.is_clean else ExitCode.FAILED,
    )


def summary(found: "Twins") -> dict[str, object]:
    """Return *found* as the keys of `--json`."""
    from graphwiz_trader.domain.parity import SessionParity
    from graphwiz_trader.entrypoints.parity_text import engine_keys, session_keys

    return session_keys(found) if isinstance(found, SessionParity) else engine_keys(found)


def text_of(found: "Twins") -> str:
    """Return *found* as tables."""
    from graphwiz_trader.domain.parity import SessionParity
    from graphwiz_trader.entrypoints.parity_text import engine_text, session_tables
    from graphwiz_trader.entrypoints.tables import shown

    if isinstance(found, SessionParity):
        return shown(session_tables(found))
    return engine_text(found)
