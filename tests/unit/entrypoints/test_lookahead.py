"""`backtest --lookahead-check` lets an honest strategy pass and catches one that peeks."""

import json
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

Captured = pytest.CaptureFixture[str]

PEEKING = '''
"""A strategy that reads the rows of the next message, which it must not know."""

from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import Lots, Ticks


class Peeking:
    Config = None

    def __init__(self, id, config, instruments, ttl):
        self.id, self.instruments, self.ttl = id, tuple(i.id for i in instruments), ttl

    def on_event(self, event, view):
        if not isinstance(event, BookUpdate) or event.last + REACH > len(event.rows.ticks):
            return ()
        name = event.instrument
        book = view.books[name]
        rises = event.rows.ticks.item(event.last + REACH - 1) > event.rows.ticks.item(event.first)
        side, price = (Side.BUY, book.ask) if rises else (Side.SELL, book.bid)
        leg = Leg(name, side, Ticks(price), Lots(1), TimeInForce.IOC)
        return (Signal(self.id, SignalKind.TAKE, (leg,), 1.0, event.ts + self.ttl),)
'''


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tape") / "alpha.tape"
    of = make.instrument("BTC/USDT@alpha")
    walk = np.cumsum(np.random.default_rng(5).integers(-9, 10, 240))
    with FileTapes().writer(str(path), (of,)) as writer:
        for second, move in enumerate(walk.tolist()):
            bid, ask = f"{1000 + move / 10 - 0.1:.1f}", f"{1000 + move / 10 + 0.1:.1f}"
            ts = make.START + second * SECOND
            writer.append(make.book_update(of, [(bid, "9")], [(ask, "9")], ts))
        writer.seal(Findings("made"))
    return path


def run(captured: Captured, *words: object) -> tuple[int, dict[str, object]]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(captured.readouterr().out)


def peeking(folder: Path, reach: int) -> str:
    (folder / "peeking.py").write_text(PEEKING.replace("REACH", str(reach)))
    return f"hft.strategies.peeking.use={folder / 'peeking.py'}:Peeking"


def test_an_honest_strategy_passes(tape: Path, tmp_path: Path, capsys: Captured) -> None:
    code, told = run(
        capsys, "backtest", "--tape", tape, "--home", tmp_path, "--fee-bps", 0,
        "--set", "hft.strategies.statistical_arbitrage.lookback=20",
        "--set", "hft.strategies.statistical_arbitrage.cost_gate=false",
        "--lookahead-check",
    )  # fmt: skip

    proof = told["lookahead"]
    assert isinstance(proof, dict)
    assert (code, proof["peeks"]) == (0, [])
    assert proof["decisions"] > 50


def test_a_strategy_that_peeks_is_caught(tape: Path, tmp_path: Path, capsys: Captured) -> None:
    code, told = run(
        capsys, "backtest", "--tape", tape, "--home", tmp_path, "--fee-bps", 0,
        "--set", peeking(tmp_path, reach=1), "--lookahead-check",
    )  # fmt: skip

    proof = told["lookahead"]
    assert isinstance(proof, dict)
    assert code == 1
    assert proof["peeks"][0]["ts"] <= proof["peeks"][0]["cut"]


def test_the_same_strategy_without_its_peek_passes(
    tape: Path, tmp_path: Path, capsys: Captured
) -> None:
    code, told = run(
        capsys, "backtest", "--tape", tape, "--home", tmp_path, "--fee-bps", 0,
        "--set", peeking(tmp_path, reach=0), "--lookahead-check",
    )  # fmt: skip

    proof = told["lookahead"]
    assert isinstance(proof, dict)
    assert (code, proof["peeks"]) == (0, [])
    assert proof["decisions"] > 0
