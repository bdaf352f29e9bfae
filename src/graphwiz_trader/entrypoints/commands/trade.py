"""`graphwiz trade`: the engine at the venues themselves."""

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from graphwiz_trader.entrypoints.commands.backtest import refuse_when_off
from graphwiz_trader.entrypoints.options import Options, common_options

if TYPE_CHECKING:
    from graphwiz_trader.domain.settings import Settings


@click.command()
@click.option("--live", is_flag=True, help="Say that real money is meant.")
@click.option("--seconds", type=click.FloatRange(0.1), help="Stop after that long.")
@click.option("--no-observe", is_flag=True, help="Start no process that keeps the graph.")
@common_options
def trade(
    options: Options,
    live: bool,  # noqa: FBT001 # a flag on the command line
    seconds: float | None,
    no_observe: bool,  # noqa: FBT001 # likewise
) -> None:
    """
    Trade with orders sent to the venues, until interrupted.

    Real money is refused until a rollout stage is promoted, which this version cannot do. Where
    every venue is a simulated exchange on this machine, nothing is asked for. A run that was
    killed goes on where its journal ends. `graphwiz observe` runs beside it, and keeps the graph.
    """
    from graphwiz_trader.application.live_run import DEMO
    from graphwiz_trader.entrypoints.companion import observed, unobserved
    from graphwiz_trader.entrypoints.service import serve

    settings = options.settings()
    refuse_when_off(settings)
    if not is_play(settings):
        missing = ["a promoted rollout stage, which this version cannot give"]
        if not live:
            missing.insert(0, "--live")
        raise click.UsageError("trading is refused; missing: " + ", and ".join(missing))
    serve(options, settings, DEMO, seconds, unobserved() if no_observe else observed(options))


def is_play(settings: "Settings") -> bool:
    """Whether every enabled venue is a simulated exchange on this machine, and there is one."""
    exchanges = [held for held in settings.hft.market_data.exchanges.values() if held.enabled]
    return bool(exchanges) and all(_is_loopback(held.url) for held in exchanges)


def _is_loopback(url: str | None) -> bool:
    host = urlsplit(url or "").hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
