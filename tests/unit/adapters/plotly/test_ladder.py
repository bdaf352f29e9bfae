"""The drawn ladder leads from the session to the backtest, and adds up."""

from decimal import Decimal

import pytest

from graphwiz_trader.adapters.plotly.ladder import ladder
from graphwiz_trader.domain.parity import Cause, Rung, SessionParity
from graphwiz_trader.domain.units import Asset, RunId


def rung(name: str, cause: Cause | None, net: str) -> Rung:
    return Rung(name, cause, Decimal(net), Decimal(net), Decimal(0), 2, 3)


def session() -> SessionParity:
    rungs = (
        rung("session", None, "10"),
        rung("as measured", Cause.QUEUE, "12.5"),
        rung("uninterrupted", Cause.MISSING_DATA, "12.5"),
        rung("latency of the model", Cause.LATENCY, "9"),
        rung("backtest", Cause.FEES, "8"),
    )
    bounds = Decimal(11), Decimal(14)
    return SessionParity(RunId("d"), "demo", Asset("USDT"), {}, rungs, 2, (), None, bounds, ())


def test_every_cause_is_a_bar_between_the_session_and_the_backtest() -> None:
    (bars,) = ladder(session()).data

    assert list(bars.x) == ["session", "queue", "missing data", "latency", "fees", "backtest"]
    assert list(bars.measure) == ["absolute", *["relative"] * 4, "total"]
    assert list(bars.y[:-1]) == [10.0, 2.5, 0.0, -3.5, -1.0]
    assert sum(bars.y[:-1]) == pytest.approx(8.0)
    assert len(bars.text) == len(bars.x)
