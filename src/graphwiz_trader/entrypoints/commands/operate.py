"""Commands that talk to the running engine."""

import click

from graphwiz_trader.domain.errors import NotRunning
from graphwiz_trader.entrypoints.options import Options, common_options


@click.command()
@common_options
def status(options: Options) -> None:
    """Say what the running engine holds and does."""
    raise NotRunning(f"no engine is running in {options.home}")
