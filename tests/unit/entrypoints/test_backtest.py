"""`backtest` says what went wrong with a strategy, and ends as the run did."""

import json
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

Captured = pytest.CaptureFixture[str]

BAD = '''
"""Strategies that go wrong."""

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind


class Raising:
    Config = None

    def __init__(self, id, config, instruments, ttl):
        self.id, self.instruments, self.ttl = id, tuple(i.id for i in instruments), ttl

    def on_event(self, event, view):
        raise ValueError("no such window")


class Impossible(Raising):
    def on_event(self, event, view):
        leg = Leg(self.instruments[0], Side.BUY, 10**30, 1)
        return (Signal(self.id, SignalKind.TAKE, (leg,), 1.0, view.now + self.ttl),)
'''


@pytest.mark.parametrize(
    ("name", "said"),
    [("Raising", "ValueError: no such window"), ("Impossible", "DomainError: found 1000000")],
)
def test_a_strategy_that_goes_wrong_is_named_with_what_it_did(
    name: str, said: str, tmp_path: Path, capsys: Captured
) -> None:
    tape, of = tmp_path / "alpha.tape", make.instrument("BTC/USDT@alpha")
    with FileTapes().writer(str(tape), (of,)) as writer:
        for second in range(3):
            ts = make.START + second * SECOND
            writer.append(make.book_update(of, [("100", "9")], [("101", "9")], ts))
        writer.seal(Findings("made"))
    (tmp_path / "bad.py").write_text(BAD)

    words = ["backtest", "--tape", str(tape), "--strategy", "bad", "--home", str(tmp_path)]
    use = f"hft.strategies.bad.use={tmp_path / 'bad.py'}:{name}"
    code = main([*words, "--set", use, "--json"])

    told = capsys.readouterr()
    assert f"alert STRATEGY_RAISED, 1 ×: strategy bad raised {said}" in told.err
    assert (code, json.loads(told.out)["alerts"]) == (0, {"STRATEGY_RAISED": 1})
