"""
Api: what the command line does, as functions for scripts and notebooks.

    import graphwiz_trader as gw

    run = gw.backtest(["binance.tape", "huobi.tape"], strategy="cross_exchange_arbitrage")
    print(run.simulated.report.pnl.net)
    print(gw.replay(run.run).is_identical)

What they return is typed, shows itself in a notebook, and is a frame by `to_polars()` or plain
keys by `to_dict()`.
"""

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.application.calibrate import Calibration
from graphwiz_trader.application.calibrate import calibrate as measured
from graphwiz_trader.application.clocks import check_clocks, shifted
from graphwiz_trader.application.replay import Replayed
from graphwiz_trader.application.scan import scan_cross
from graphwiz_trader.application.screen import PairFound, screen_pairs
from graphwiz_trader.application.touches import joined
from graphwiz_trader.bootstrap.assembly import only
from graphwiz_trader.bootstrap.container import backtest_app
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.parity import SessionParity, Twins
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, Nanos, RunId, Venue
from graphwiz_trader.entrypoints.graph_questions import GraphQuestions
from graphwiz_trader.entrypoints.notebook import Rows, shown_as
from graphwiz_trader.entrypoints.options import Options
from graphwiz_trader.entrypoints.progress import progress_bar
from graphwiz_trader.entrypoints.research import Search
from graphwiz_trader.entrypoints.results import (
    BacktestRead,
    EngineParityRead,
    ReplayRead,
    ReportRead,
    ScanRead,
    SessionParityRead,
    SweepRead,
)
from graphwiz_trader.entrypoints.summaries import backtest_summary

Name: TypeAlias = str | os.PathLike[str]
HOME = Path("~/.local/share/graphwiz")


def load_tape(tape: Name) -> Tape:
    """Open a tape; raise `DataError` if there is none, or it is torn or of another version."""
    return FileTapes().open(os.fspath(tape))


def scan(
    tapes: Sequence[Tape],
    *,
    fee_bps: float = 0.0,
    max_age_s: float = 60.0,
    offsets: Mapping[str, float] | None = None,
) -> ScanRead:
    """
    Return what buying at one venue and selling at another would have paid, at the touch.

    Args:
        tapes: Of at least two venues that quote one symbol.
        fee_bps: Charged on each leg.
        max_age_s: How old a quote may be.
        offsets: Seconds to add to a venue's clock.

    Raises:
        ClocksDisagree: two clocks are seconds apart and no offset was given.
        DataError: no two tapes are of one symbol at different venues.
    """
    shifts: Mapping[str, float] = offsets or {}
    touches = joined(tapes)
    check_clocks(touches, shifts)
    moved = [shifted(touch, shifts) for touch in touches]
    with progress_bar("scan", quiet=False) as progress:
        found = scan_cross(moved, fee_bps, Nanos(round(max_age_s * SECOND)), progress)
    return shown_as(ScanRead, found)


def screen(tapes: Sequence[Tape], *, grid_s: float = 1.0) -> Rows[PairFound]:
    """
    Return every ordered pair of the tapes' instruments and whether it may be traded.

    Tested for cointegration on mids *grid_s* seconds apart, both ways round, Holm-corrected over
    all pairs tried, and for a half-life that is alike in every quarter; see `pairs_arbitrage`.

    Raises:
        DataError: too few instruments or too little time.
    """
    return Rows(screen_pairs(joined(tapes), Nanos(round(grid_s * SECOND))))


def calibrate(tape: Tape) -> Mapping[str, Calibration]:
    """
    Return, for each instrument of *tape*, the numbers that `market_making` is given.

    Fill rate and decay, volatility on several grids, and the adjustment of the mid by imbalance.

    Raises:
        DataError: one is quoted for less than twenty seconds.
    """
    return {each.id: measured(tape, each) for each in tape.instruments}


def backtest(
    tapes: Sequence[Name],
    *,
    strategy: str | None = None,
    config: Sequence[Name] = (),
    settings: Mapping[str, object] | None = None,
    offsets: Mapping[Venue, Decimal] | None = None,
    seed: int = 0,
    home: Name = HOME,
) -> BacktestRead:
    """
    Run strategies over tapes and leave a run in *home*.

    Args:
        tapes: Where the tapes are.
        strategy: Only this one; None for all that are enabled.
        config: YAML files, later ones win.
        settings: Single keys, such as `{"backtest.fee_bps": 0}`; they win over files.
        offsets: Seconds to add to a venue's clock.
        seed: Of all chance in the simulation.
        home: Where runs live.

    Raises:
        ConfigError: everything that is wrong with the configuration.
        DataError: a tape cannot be read.
    """
    chosen = _settings(config, settings or {})
    if strategy is not None:
        chosen = only(chosen, strategy)
    use_case = backtest_app(chosen, _folder(home)).backtest()
    names = [os.fspath(tape) for tape in tapes]
    started = perf_counter()
    with progress_bar("backtest", quiet=False) as progress:
        done: Backtested = use_case.run(names, offsets or {}, seed, progress)
    done.folder.finish(backtest_summary(done, names, perf_counter() - started))
    return shown_as(BacktestRead, done)


def sweep(
    tapes: Sequence[Name],
    *,
    strategy: str,
    params: Sequence[str],
    sampler: str = "grid",
    trials: int | None = None,
    metric: str = "sharpe",
    workers: int | None = None,
    config: Sequence[Name] = (),
    settings: Mapping[str, object] | None = None,
    seed: int = 0,
    home: Name = HOME,
) -> SweepRead:
    """
    Search for the parameters of *strategy* over tapes, in processes of this machine.

    Args:
        tapes: Where the tapes are.
        strategy: The one to search for.
        params: What to try, such as `z_threshold=1:3:0.5`; see `graphwiz sweep --help`.
        sampler: `grid`, `random` or `tpe`.
        trials: How many points; a grid takes all of its own.
        metric: What the best is best in, `sharpe` or `net`.
        workers: Processes; None for one a core.
        config: YAML files, later ones win.
        settings: Single keys; they win over files.
        seed: Of the sampler and of all chance in the simulation.
        home: Where the trials are kept.

    Raises:
        ConfigError: everything that is wrong with the configuration or *params*.
        DataError: a tape cannot be read, or no trial came to its end.
    """
    chosen = {f"hft.strategies.{strategy}.enabled": "true", **(settings or {})}
    search = Search.of(
        _settings(config, chosen),
        _folder(home),
        strategy=strategy,
        tapes=[os.fspath(tape) for tape in tapes],
        axes=params,
        sampler=sampler,
        trials=trials,
        metric=metric,
        workers=workers,
        seed=seed,
    )
    with progress_bar("sweep", quiet=False) as progress:
        found = search.sweep().run(progress)
    return shown_as(SweepRead, found)


def replay(
    run: str, *, settings: Mapping[str, object] | None = None, home: Name = HOME
) -> ReplayRead:
    """Run *run*'s journal again, with some keys changed; see `Replayed.is_identical`."""
    use_case = backtest_app(Settings(), _folder(home)).rerun()
    with progress_bar(f"replay {run}", quiet=False) as progress:
        found: Replayed = use_case.run(RunId(run), _assignments(settings or {}), progress)
    return shown_as(ReplayRead, found)


def parity(run: str, *, home: Name = HOME) -> SessionParityRead | EngineParityRead:
    """
    Compare *run* with its twin; see `is_clean`.

    A session is run again as a backtest of what it recorded, `SessionParity`: `rungs` are the steps
    from one to the other, `parts` what each cause made of the net result. A backtest is run by the
    other engine, `EngineParity`.

    Raises:
        DataError: there is no such run, its market data is gone, or a tape was altered.
        ConfigError: it is a backtest that cannot be compiled.
    """
    use_case = backtest_app(Settings(), _folder(home)).parity()
    with progress_bar(f"parity {run}", quiet=False) as progress:
        found: Twins = use_case.of(RunId(run), progress)
    if isinstance(found, SessionParity):
        return shown_as(SessionParityRead, found)
    return shown_as(EngineParityRead, found)


def report(run: str, *, home: Name = HOME) -> ReportRead:
    """Return what *run* was, earned and did, read from its journal."""
    told: Report = backtest_app(Settings(), _folder(home)).report().of(RunId(run)).report
    return shown_as(ReportRead, told)


def graph(
    *,
    config: Sequence[Name] = (),
    settings: Mapping[str, object] | None = None,
    home: Name = HOME,
) -> GraphQuestions:
    """
    Return the knowledge graph of *home*, to be asked; see its methods.

    `gw.graph().explain("6k0000101y")` tells why an order was made, `gw.graph().trades()` lists
    trades.
    """
    files = tuple(Path(file) for file in config)
    words = tuple(_assignments(settings or {}))
    return GraphQuestions(
        Options(files, words, json=False, quiet=True, seed=None, home=_folder(home))
    )


def _settings(config: Sequence[Name], settings: Mapping[str, object]) -> Settings:
    files = [Path(file) for file in config]
    return load(files, os.environ, _assignments(settings)).settings


def _assignments(settings: Mapping[str, object]) -> list[str]:
    return [f"{key}={value}" for key, value in settings.items()]


def _folder(home: Name) -> Path:
    return Path(home).expanduser()
