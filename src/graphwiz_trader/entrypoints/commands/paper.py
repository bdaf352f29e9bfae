"""`graphwiz paper`: the engine on live feeds, with play money."""

import click

from graphwiz_trader.entrypoints.commands.backtest import refuse_when_off
from graphwiz_trader.entrypoints.options import Options, common_options


@click.command()
@click.option("--seconds", type=click.FloatRange(0.1), help="Stop after that long.")
@click.option("--no-observe", is_flag=True, help="Start no process that keeps the graph.")
@common_options
def paper(options: Options, seconds: float | None, no_observe: bool) -> None:  # noqa: FBT001 # a flag on the command line
    """
    Trade play money on real market data, until interrupted.

    Fees, latency, queues and starting balances are those of the `backtest` section. A run that
    was killed goes on where its journal ends. `graphwiz observe` runs beside it, and keeps the
    graph.
    """
    from graphwiz_trader.application.live_run import PAPER
    from graphwiz_trader.entrypoints.companion import observed, unobserved
    from graphwiz_trader.entrypoints.service import serve

    settings = options.settings()
    refuse_when_off(settings)
    serve(options, settings, PAPER, seconds, unobserved() if no_observe else observed(options))
