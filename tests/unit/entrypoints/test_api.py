"""The package's functions do what the commands do."""

import ast
from pathlib import Path

import pytest

import graphwiz_trader as gw
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.parity import EngineParity
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make


def _tape(folder: Path, venue: str, bid: str, ask: str) -> str:
    of = make.instrument(f"BTC/USDT@{venue}")
    path = str(folder / f"{venue}.tape")
    with FileTapes().writer(path, (of,)) as writer:
        for second in range(5):
            ts = make.START + second * 1_000_000_000
            writer.append(make.book_update(of, [(bid, "1")], [(ask, "1")], ts))
        writer.seal(Findings("test"))
    return path


def test_a_tape_is_scanned_traded_replayed_and_reported(tmp_path: Path) -> None:
    tapes = [
        _tape(tmp_path, "alpha", "100.0", "100.1"),
        _tape(tmp_path, "beta", "100.4", "100.5"),
    ]
    keys = {
        "backtest.fee_bps": 0,
        "backtest.latency_ms": 0,
        "hft.strategies.cross_exchange_arbitrage.min_profit_bps": 1,
    }

    found = gw.scan([gw.load_tape(tape) for tape in tapes])
    done = gw.backtest(
        tapes, strategy="cross_exchange_arbitrage", settings=keys, home=tmp_path / "home"
    )
    again = gw.replay(done.run, home=tmp_path / "home")
    told = gw.report(done.run, home=tmp_path / "home")
    twins = gw.parity(done.run, home=tmp_path / "home")

    assert found.by_route == {"alpha>beta": 5, "beta>alpha": 0}
    assert done.simulated.fills == 4
    assert again.is_identical
    assert told.pnl.net == done.simulated.report.pnl.net
    assert told.bounds == done.bounds
    assert isinstance(twins, EngineParity)
    assert (twins.orders, twins.is_clean) == ((4, 4), True)


def test_a_tape_too_short_to_screen_or_calibrate_says_so(tmp_path: Path) -> None:
    tapes = [gw.load_tape(_tape(tmp_path, venue, "100.0", "100.1")) for venue in ("alpha", "beta")]

    with pytest.raises(DataError, match="found 5 times"):
        gw.screen(tapes)
    with pytest.raises(DataError, match="quoted for 4 s"):
        gw.calibrate(tapes[0])


def test_type_checkers_see_every_public_name() -> None:
    stub = ast.parse((Path(gw.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))
    listed = [node.value for node in stub.body if isinstance(node, ast.Assign)]

    assert [ast.literal_eval(names) for names in listed] == [gw.__all__]
