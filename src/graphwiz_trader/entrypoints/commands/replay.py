"""`graphwiz replay`: prove that a journal leads to the same outcomes again."""

import click

from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit
from graphwiz_trader.entrypoints.progress import progress_bar


@click.command()
@click.argument("run")
@common_options
def replay(options: Options, run: str) -> None:
    """
    Run a journal again and prove it identical.

    The settings are the run's own; `--set` changes a key of them, to see what would have
    differed first.
    """
    from graphwiz_trader.bootstrap.container import backtest_app

    settings = evolve(options, assignments=()).settings()
    app = backtest_app(settings, options.home)
    with progress_bar(f"replay {run}", quiet=options.quiet) as progress:
        found = app.rerun().run(RunId(run), options.assignments, progress)
    difference = found.difference
    result = {
        "run": run,
        "entries": found.entries,
        "identical": found.is_identical,
        "digest": found.digest,
        "torn": found.torn,
        "first_difference": None
        if difference is None
        else {
            "seq": difference.seq,
            "event": difference.event,
            "journaled": difference.journaled,
            "replayed": difference.replayed,
        },
    }
    text = f"{found.entries} entries, identical, digest {found.digest}"
    if difference is not None:
        text = (
            f"step {difference.seq} ({difference.event}) differs\n"
            f"  journaled: {difference.journaled}\n"
            f"  replayed:  {difference.replayed}"
        )
    emit(result, text, ExitCode.DONE if found.is_identical else ExitCode.FAILED)
