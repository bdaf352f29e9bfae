"""Sweeping: how much of every core a sweep's backtests get."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.entrypoints.bench.generate import generated_tape
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.research import Search
from graphwiz_trader.ports.tape import Findings

MESSAGES = 200_000
"""So many that a run takes longer than what it takes to begin one."""

ALONE = 20
SETTINGS = ("hft.strategies.market_making.enabled=true", "backtest.engine=compiled")


def sweep_rows(trials: int = 200) -> list[Row]:
    """Return the rate of *trials* compiled backtests on every core, in those of one core."""
    with TemporaryDirectory() as folder:
        home, tape = Path(folder), Path(folder, "sweep.tape")
        _write(tape)
        _rate(home, tape, 2, 1)  # loads what is compiled
        alone = _rate(home, tape, ALONE, 1)
        cores = _search(home, tape, 1, None).workers_count
        together = _rate(home, tape, trials, None)
    return [
        Row("sweep, backtests on one core", alone, "runs/s", None, "higher"),
        Row(f"sweep of {trials} on {cores} cores", together, "runs/s", None, "higher"),
        Row("rate of a sweep, cores by rate of one", together / alone / cores, "", 0.85, "higher"),
    ]


def _rate(home: Path, tape: Path, trials: int, workers: int | None) -> float:
    began = perf_counter()
    _search(home, tape, trials, workers).sweep().run(lambda _: None)
    return trials / (perf_counter() - began)


def _search(home: Path, tape: Path, trials: int, workers: int | None) -> Search:
    widths = ",".join(f"{0.1 + n / trials:.4f}" for n in range(trials))
    return Search.of(
        restored("{}", SETTINGS).settings,
        home,
        strategy="market_making",
        tapes=[str(tape)],
        axes=[f"gamma={widths}"],
        workers=workers,
    )


def _write(path: Path) -> None:
    tape = generated_tape(MESSAGES)
    with FileTapes().writer(str(path), tape.instruments) as writer:
        for message in range(len(tape)):
            writer.append(tape.event(message))
        writer.seal(Findings("generated"))
