"""Startup: what a user waits for before anything happens."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.bootstrap.strategies import BUILT_IN
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Asset, InstrumentId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.ports.tape import Findings

REPEATS = 5


def startup_rows() -> list[Row]:
    """Return how long `--help` and a backtest of next to nothing take, as whole processes."""
    with TemporaryDirectory() as folder:
        tape = Path(folder, "short.tape")
        _write(tape, INSTRUMENT)
        other = Path(folder, "other.tape")
        _write(
            other, evolve(INSTRUMENT, id=InstrumentId("ETH/USDT:USDT@binance"), base=Asset("ETH"))
        )
        backtest = ("backtest", "--tape", str(tape), "--home", folder, "--json")
        every = [f"hft.strategies.{name}.enabled=true" for name in BUILT_IN]
        full = (
            *backtest,
            "--tape",
            str(other),
            *(word for assignment in every for word in ("--set", assignment)),
        )
        return [
            Row("graphwiz --help", _median(("--help",)), "s", 0.3, "lower"),
            Row("warm start of backtest", _median(backtest), "s", 1.5, "lower"),
            Row("warm start of backtest, every strategy", _median(full), "s", 1.5, "lower"),
        ]


def _write(path: Path, instrument: Instrument) -> None:
    tape = evolve(generated_tape(10), instruments=(instrument,))
    with FileTapes().writer(str(path), tape.instruments) as writer:
        for message in range(len(tape)):
            writer.append(tape.event(message))
        writer.seal(Findings("generated"))


def _median(words: tuple[str, ...]) -> float:
    return median(_seconds(words) for _ in range(REPEATS + 1))


def _seconds(words: tuple[str, ...]) -> float:
    began = perf_counter()
    subprocess.run(  # noqa: S603 # our own command
        (sys.executable, "-m", "graphwiz_trader", *words),
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ,
    )
    return perf_counter() - began
