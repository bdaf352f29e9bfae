"""`graphwiz config`: what is wrong, what is in force, what may be written."""

import json

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


@config.command()
@common_options
def check(options: Options) -> None:
    """Say everything that is wrong, each with its path and the nearest known key."""
    options.settings()
    files = [str(path) for path in options.config]
    emit(
        {"ok": True, "files": files}, f"nothing is wrong with {', '.join(files) or 'the defaults'}"
    )


@config.command()
@common_options
def schema(options: Options) -> None:  # noqa: ARG001 # every command takes them
    """Print the JSON schema of a configuration file, for editors."""
    from graphwiz_trader.bootstrap.schema import schema as json_schema

    whole = json_schema()
    emit(whole, json.dumps(whole, indent=2))
