"""`graphwiz demo`: the main job on simulated exchanges, and the proof that it replays."""

from time import perf_counter
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.commands.backtest import refuse_when_off
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.application.replay import Replayed


@click.command()
@click.option(
    "--seconds",
    type=click.IntRange(1, 86_400),
    default=60,
    show_default=True,
    help="Simulated time to trade for.",
)
@common_options
def demo(options: Options, seconds: int) -> None:
    """
    Trade on three simulated exchanges, report, and prove the run replays.

    The exchanges match orders by price and time around one seeded fair price; the strategies,
    limits and costs are those of the configuration.
    """
    from graphwiz_trader.adapters.files.home import Home
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.bootstrap.container import demo_app
    from graphwiz_trader.bootstrap.defaults import DEMO
    from graphwiz_trader.entrypoints.summaries import simulation_summary
    from graphwiz_trader.entrypoints.tables import shown

    settings = evolve(options, config=(DEMO, *options.config)).settings()
    refuse_when_off(settings)
    home = Home(options.home)
    app = demo_app(settings, options.home)
    seed = options.seed if options.seed is not None else 7
    started = perf_counter()
    with progress_bar("demo", quiet=options.quiet) as progress:
        done = app.demo().run(seconds, seed, home.installation(), home.next_incarnation(), progress)
    took = perf_counter() - started
    with progress_bar("replay", quiet=options.quiet) as progress:
        again = app.rerun().run(done.folder.run, (), progress)
    summary = {
        **simulation_summary(done.folder, done.simulated),
        "runs": [done.folder.run],
        "seed": seed,
        "venues": len(done.venues),
        "messages": done.messages,
        "seconds": round(took, 3),
        "simulated_s": seconds,
        "replay": _told(again),
    }
    done.folder.finish(summary)
    told = shown(tables(done.simulated.report))
    text = f"{told}\n{_proof(again)}\nmore: graphwiz report {done.folder.run}"
    emit(summary, text, ExitCode.DONE if again.is_identical else ExitCode.FAILED)


def _told(again: "Replayed") -> dict[str, object]:
    return {
        "identical": again.is_identical,
        "digest": again.digest,
        "entries": again.entries,
    }


def _proof(again: "Replayed") -> str:
    if again.is_identical:
        return f"replayed {again.entries} entries: identical, digest {again.digest}"
    return f"the replay differs: {again.difference}"
