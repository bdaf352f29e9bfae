"""`graphwiz trade` and `graphwiz status`: the engine with real money, and what it is doing."""

import click

from graphwiz_trader.domain.errors import ConfigError, NotRunning, Problem
from graphwiz_trader.entrypoints.options import Options, common_options


@click.command()
@click.option("--live", is_flag=True, help="Say that real money is meant.")
@common_options
def trade(options: Options, live: bool) -> None:  # noqa: FBT001 # a flag on the command line
    """
    Trade real money; refused until a rollout stage is promoted.

    This version connects to no live venue, so that no stage can be promoted.
    """
    if not options.settings().hft.enabled:
        raise ConfigError([Problem("hft.enabled", "false", "true: trading is switched off")])
    missing = ["a promoted rollout stage, which needs live venues: this version has none"]
    if not live:
        missing.insert(0, "--live")
    raise click.UsageError("trading is refused; missing: " + ", and ".join(missing))


@click.command()
@common_options
def status(options: Options) -> None:
    """Say what the running engine holds and does."""
    raise NotRunning(f"no engine is running in {options.home}")
