"""`graphwiz sweep`, `graphwiz walkforward`: parameters searched for, not believed too soon."""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, ParamSpec

import click

from graphwiz_trader.entrypoints.commands.backtest import parsed_offsets, refuse_when_off
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.application.sweep import Swept
    from graphwiz_trader.application.walk_forward import Walked
    from graphwiz_trader.domain.trial import Trial
    from graphwiz_trader.entrypoints.research import Search

P = ParamSpec("P")

_TOP = 10
_SEARCH = (
    click.option("--strategy", required=True, metavar="NAME", help="The one to search for."),
    click.option(
        "--tape", "tapes", multiple=True, required=True, metavar="TAPE", help="Repeatable."
    ),
    click.option(
        "--param",
        "axes",
        multiple=True,
        required=True,
        metavar="KEY=SPEC",
        help="a,b,c or low:high:step or low:high[:log]; a KEY without dots is the strategy's own.",
    ),
    click.option(
        "--sampler",
        type=click.Choice(["grid", "random", "tpe"]),
        default="grid",
        show_default=True,
        help="Every point; or points by chance; or where earlier ones did well.",
    ),
    click.option("--trials", type=click.IntRange(1), help="How many points; a grid takes all."),
    click.option(
        "--metric",
        type=click.Choice(["sharpe", "net"]),
        default="sharpe",
        show_default=True,
        help="What the best is best in.",
    ),
    click.option("--workers", type=click.IntRange(1), help="Processes; default: one a core."),
    click.option(
        "--ray",
        metavar="ADDRESS",
        help="Run on a Ray cluster: its address, `auto`, or `local` (needs `pip install ray`).",
    ),
    click.option("--fee-bps", type=str, help="Maker and taker fee at every venue."),
    click.option("--latency-ms", type=str, help="Order entry, one way."),
    click.option("--offset", "offsets", multiple=True, metavar="VENUE=S"),
)


def _search_options(command: Callable[P, None]) -> Callable[P, None]:
    for option in reversed(_SEARCH):
        command = option(command)
    return command


@click.command()
@_search_options
@click.option("--resume", default="", metavar="SWEEP", help="Go on with an interrupted sweep.")
@common_options
def sweep(options: Options, /, resume: str, **given: object) -> None:
    """
    Run a strategy over tapes with many parameters; say how far the best is to be believed.

    Every trial is kept as soon as it is done: Ctrl-C keeps what there is, --resume goes on.
    """
    search = _search(options, given)
    started = perf_counter()
    with progress_bar("sweep", quiet=options.quiet) as progress:
        swept = search.sweep().run(progress, resume)
    summary = _summary(swept, search, perf_counter() - started)
    search.finish(swept, summary)
    emit(summary, _text(swept))


@click.command()
@_search_options
@click.option("--folds", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--embargo-s",
    type=click.FloatRange(0.0),
    default=60.0,
    show_default=True,
    help="Left out between learning and proving; at least the longest lookback and holding.",
)
@click.option("--anchored", is_flag=True, help="Learn from the beginning each time.")
@common_options
def walkforward(
    options: Options,
    /,
    folds: int,
    embargo_s: float,
    anchored: bool,  # noqa: FBT001 # a flag on the command line
    **given: object,
) -> None:
    """Choose parameters on one stretch of the tapes, prove them on the next, again and again."""
    search = _search(options, given)
    started = perf_counter()
    with progress_bar("walkforward", quiet=options.quiet) as progress:
        walked = search.walk(folds, embargo_s, progress, anchored=anchored)
    emit(_walk_summary(walked, perf_counter() - started), _walk_text(walked))


def _search(options: Options, given: Mapping[str, object]) -> "Search":
    from graphwiz_trader.domain.value import evolve
    from graphwiz_trader.entrypoints.research import Search

    assignments = [f"hft.strategies.{given['strategy']}.enabled=true", *options.assignments]
    for name, key in (("fee_bps", "fee_bps"), ("latency_ms", "latency_ms")):
        if given[name] is not None:
            assignments.append(f"backtest.{key}={given[name]}")
    settings = evolve(options, assignments=tuple(assignments)).settings()
    refuse_when_off(settings)
    return Search.of(
        settings,
        Path(options.home),
        strategy=str(given["strategy"]),
        tapes=_texts(given["tapes"]),
        axes=_texts(given["axes"]),
        sampler=str(given["sampler"]),
        trials=_number(given["trials"]),
        metric=str(given["metric"]),
        workers=_number(given["workers"]),
        ray=None if given["ray"] is None else str(given["ray"]),
        offsets={str(v): str(s) for v, s in parsed_offsets(_texts(given["offsets"])).items()},
        seed=options.seed or 0,
    )


def _texts(item: object) -> tuple[str, ...]:
    return tuple(map(str, item)) if isinstance(item, tuple) else ()


def _number(item: object) -> int | None:
    return item if isinstance(item, int) else None


def _summary(swept: "Swept", search: "Search", seconds: float) -> dict[str, object]:
    failed = sum(bool(trial.error) for trial in swept.trials)
    return {
        "sweep": Path(swept.path).name,
        "folder": swept.path,
        "trials": len(swept.trials),
        "ran": swept.ran,
        "failed": failed,
        "workers": search.workers_count,
        "seconds": round(seconds, 3),
        "metric": search.metric,
        "best": _trial(swept.trials[0]),
        "top": [_trial(trial) for trial in swept.trials[:_TOP]],
        "trials_ever": swept.verdict.trials_ever,
        "deflated_sharpe": swept.verdict.deflated_sharpe,
        "overfitting_probability": swept.verdict.overfitting,
        "intervals_95": swept.intervals,
    }


def _trial(trial: "Trial") -> dict[str, object]:
    from graphwiz_trader.entrypoints.summaries import amount

    return {
        "number": trial.number,
        "params": trial.params,
        "net": amount(trial.net),
        "sharpe": trial.sharpe,
        "orders": trial.orders,
        "fills": trial.fills,
        "error": trial.error or None,
    }


def _text(swept: "Swept") -> str:
    lines = [f"{len(swept.trials)} trials; the best:"]
    for trial in swept.trials[:_TOP]:
        params = ", ".join(f"{key.rpartition('.')[2]} {text}" for key, text in trial.params.items())
        told = trial.error or (
            f"net {trial.net:.2f}, Sharpe a period {_shown(trial.sharpe)}, {trial.fills} fills"
        )
        lines.append(f"  {params}: {told}")
    verdict = swept.verdict
    lines += [
        f"{verdict.trials_ever} trials were ever run on this data",
        f"probability that the best has merit (deflated Sharpe): {_shown(verdict.deflated_sharpe)}",
        f"probability that choosing it is overfitting: {_shown(verdict.overfitting)}",
        *(
            f"{name}, 95 %: {found.low:.6g} to {found.high:.6g}"
            for name, found in swept.intervals.items()
        ),
        f"every trial: {swept.path}",
    ]
    return "\n".join(lines)


def _walk_summary(walked: "Walked", seconds: float) -> dict[str, object]:
    from graphwiz_trader.entrypoints.summaries import amount

    return {
        "folds": [
            {
                "train": step.train,
                "test": step.test,
                "trials": step.trials,
                "chosen": _trial(step.chosen),
                "proven": _trial(step.proven),
            }
            for step in walked.steps
        ],
        "net": amount(walked.net),
        "sharpe": walked.sharpe,
        "efficiency": walked.efficiency,
        "intervals_95": walked.intervals,
        "seconds": round(seconds, 3),
    }


def _walk_text(walked: "Walked") -> str:
    lines = []
    for number, step in enumerate(walked.steps, 1):
        params = ", ".join(f"{k.rpartition('.')[2]} {v}" for k, v in step.chosen.params.items())
        told = step.proven.error or f"net {step.proven.net:.2f}, {step.proven.fills} fills"
        lines.append(
            f"fold {number}: {params}: in sample net {step.chosen.net:.2f}, out of sample {told}"
        )
    lines.append(
        f"out of sample: net {walked.net:.2f}, Sharpe a period {_shown(walked.sharpe)}, "
        f"efficiency {_shown(walked.efficiency)}"
    )
    lines += [f"{name}, 95 %: {i.low:.6g} to {i.high:.6g}" for name, i in walked.intervals.items()]
    return "\n".join(lines)


def _shown(figure: float | None) -> str:
    return "unknown" if figure is None else f"{figure:.4f}"
