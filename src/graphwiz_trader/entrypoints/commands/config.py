"""`graphwiz config`: what is wrong, what is in force, what may be written."""

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit


@click.group()
def config() -> None:
    """Say what is wrong with a configuration, what is in force, what may be written."""


@config.command()
@common_options
def show(options: Options) -> None:
    """Print every key in force, with its value; secrets appear as their names."""
    from graphwiz_trader.bootstrap.rendering import rendered, yaml_text

    resolved = rendered(options.settings())
    emit(resolved, yaml_text(resolved))
