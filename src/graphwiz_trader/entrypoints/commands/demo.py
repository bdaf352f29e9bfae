"""`graphwiz demo`: the main job on simulated exchanges, and the proof that nothing went missing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.commands.backtest import refuse_when_off
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.entrypoints.demo.script import Script
    from graphwiz_trader.entrypoints.demo.session import Played

_MOST_KILLS = 1_000


@click.command()
@click.option(
    "--seconds",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    help="How long to trade.",
)
@click.option("--faults", metavar="FILE|storm", help="What goes wrong at the exchanges, and when.")
@click.option(
    "--kill-engine",
    type=click.IntRange(0, _MOST_KILLS),
    default=0,
    metavar="N",
    help="Kill the engine with SIGKILL that often, at seeded moments.",
)
@click.option("--no-dashboard", is_flag=True, help="Serve no web page.")
@common_options
def demo(
    options: Options,
    seconds: int,
    faults: str | None,
    kill_engine: int,
    no_dashboard: bool,  # noqa: FBT001 # a flag on the command line
) -> None:
    """
    Trade play money on two simulated exchanges over loopback sockets.

    One speaks Binance, one OKX; the engine reaches them as it would the real ones, through our
    direct adapter and through ccxt. Meanwhile a web page shows it; its address, with the token
    that its buttons need, is printed. At the end the run is reported, replayed, and compared with
    the exchanges' own record, order by order.
    """
    from graphwiz_trader.bootstrap.container import live_app
    from graphwiz_trader.bootstrap.defaults import DEMO
    from graphwiz_trader.entrypoints.demo.verdict import verdict
    from graphwiz_trader.entrypoints.loop import run

    options = evolve(options, config=(DEMO, *options.config))
    settings = options.settings()
    refuse_when_off(settings)
    script = evolve(_script(options, seconds, faults, kill_engine), has_dashboard=not no_dashboard)
    played = run(_played(options, script))
    app = live_app(settings, options.home)
    if played.interrupted and played.engine_code != ExitCode.LEFT_OPEN:
        raise KeyboardInterrupt
    with progress_bar("replay", quiet=options.quiet) as progress:
        found = verdict(app, script, played, progress)
    for fault in found.faults:
        click.echo(f"falls short: {fault}", err=True)
    emit(found.summary, found.text, found.code)


def _script(options: Options, seconds: int, faults: str | None, kills: int) -> "Script":
    from graphwiz_trader.entrypoints.demo.script import Script

    words = [word for path in options.config for word in ("--config", str(path))]
    words += [word for key in options.assignments for word in ("--set", key)]
    seed = options.seed if options.seed is not None else 7
    return Script(
        options.settings(),
        tuple(words),
        options.home,
        _folder(options.home / "demos"),
        seconds,
        seed,
        faults,
        kills,
    )


def _folder(parent: Path) -> Path:
    """Make a new folder, `0001`, `0002`, …."""
    parent.mkdir(parents=True, exist_ok=True)
    number = max((int(path.name) for path in parent.iterdir() if path.name.isdigit()), default=0)
    folder = parent / f"{number + 1:04d}"
    folder.mkdir()
    return folder


async def _played(options: Options, script: "Script") -> "Played":
    from graphwiz_trader.entrypoints.demo.session import Session
    from graphwiz_trader.entrypoints.loop import stop_signal

    with stop_signal() as stop, progress_bar("demo", quiet=options.quiet) as progress:
        return await Session(script, stop, progress, options.say).play()
