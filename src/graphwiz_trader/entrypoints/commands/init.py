"""`graphwiz init`: a folder to begin in: a commented configuration, a strategy and its test."""

from importlib.resources import files
from pathlib import Path

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

FILES = {
    "config.yaml": "config.yaml",
    "strategy.py": "strategy.py.txt",
    "test_strategy.py": "test_strategy.py.txt",
}
"""What is written → the template it is made from."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@common_options
def init(options: Options, folder: Path) -> None:  # noqa: ARG001 # every command takes them
    """Write a commented configuration, an example strategy and its test into DIR."""
    present = [name for name in FILES if (folder / name).exists()]
    if present:
        raise click.UsageError(f"{folder} already holds {', '.join(present)}; nothing was written")
    templates = files("graphwiz_trader.entrypoints") / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    for name, template in FILES.items():
        (folder / name).write_text((templates / template).read_text("utf-8"), "utf-8")
    emit({"folder": folder, "files": list(FILES)}, _next_steps(folder))


def _next_steps(folder: Path) -> str:
    return (
        f"{folder} holds {', '.join(FILES)}. Try:\n"
        f"  graphwiz config check --config {folder / 'config.yaml'}\n"
        f"  python -m pytest {folder}\n"
        f"  graphwiz backtest --config {folder / 'config.yaml'} --tape TAPE"
    )
