"""
Options: what every command takes, and the settings they lead to.

    @click.command()
    @click.argument("tape", type=click.Path(path_type=Path))
    @common_options
    def info(options: Options, tape: Path) -> None:
        "Say what a tape holds."
        settings = options.settings()
        emit({"rows": 3}, "3 rows")
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from graphwiz_trader.domain.value import value

if TYPE_CHECKING:
    from graphwiz_trader.domain.settings import Settings

P = ParamSpec("P")


@value
class Options:
    """
    What the user chose for any command.

    `seed` is None where none was given; `home` is where runs, journals and sockets live.
    """

    config: tuple[Path, ...]
    assignments: tuple[str, ...]
    json: bool
    quiet: bool
    seed: int | None
    home: Path

    def settings(self) -> "Settings":
        """
        Return the settings in force; tell notices on stderr unless quiet.

        Raises:
            ConfigError: every problem of every layer at once.
        """
        from graphwiz_trader.bootstrap.settings import load

        loaded = load(self.config, os.environ, self.assignments)
        for notice in loaded.notices:
            self.say(notice)
        return loaded.settings

    def say(self, line: str) -> None:
        """Tell the user *line* on stderr, unless quiet; nothing ends because nobody listens."""
        if not self.quiet:
            with suppress(BrokenPipeError):
                click.echo(line, err=True)


def common_options(command: Callable[Concatenate[Options, P], None]) -> Callable[P, None]:
    """Give *command* the options every command has, as its first argument, an `Options`."""

    @wraps(command)
    def taking(*args: P.args, **kwargs: P.kwargs) -> None:
        given = dict(kwargs)
        chosen = Options(**{ours: given.pop(theirs) for ours, theirs in _FIELDS.items()})  # type: ignore[arg-type] # click fills them
        command(chosen, *args, **given)  # type: ignore[arg-type] # what is left is the command's own

    wrapped: Callable[P, None] = taking
    for option in reversed(_COMMON):
        wrapped = option(wrapped)
    return wrapped


_FIELDS: Mapping[str, str] = {
    "config": "common_config",
    "assignments": "common_assignments",
    "json": "common_json",
    "quiet": "common_quiet",
    "seed": "common_seed",
    "home": "common_home",
}
_HOME = Path("~/.local/share/graphwiz")
_FILE = click.Path(path_type=Path)
_COMMON = (
    click.option(
        "--config",
        "common_config",
        type=_FILE,
        multiple=True,
        metavar="FILE",
        help="Read this YAML file too; a later one wins.",
    ),
    click.option(
        "--set",
        "common_assignments",
        multiple=True,
        metavar="KEY=VALUE",
        help="Set one key, such as hft.risk.max_exposure=5000; wins over everything.",
    ),
    click.option("--json", "common_json", is_flag=True, help="Print one JSON object, no text."),
    click.option("-q", "--quiet", "common_quiet", is_flag=True, help="Only errors on stderr."),
    click.option("--seed", "common_seed", type=int, metavar="N", help="Seed of all chance."),
    click.option(
        "--home",
        "common_home",
        type=_FILE,
        default=_HOME,
        show_default=True,
        callback=lambda _context, _option, path: path.expanduser(),
        help="Where runs, journals and sockets live.",
    ),
)
