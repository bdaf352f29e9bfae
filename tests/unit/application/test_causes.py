"""Every order that differs has the cause of the first rung that tells it otherwise."""

from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.application.causes import attributed, unexplained
from graphwiz_trader.application.market import NEVER
from graphwiz_trader.application.session_tape import SessionTape
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.fate import Fate
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.parity import Cause
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, RunId, StrategyId
from graphwiz_trader.testing import make


def fate(name: str, ts: int = 0, cum: int = 0, heard_at: int = 5) -> Fate:
    """Return an order of ten lots of which *cum* were filled."""
    decided = Nanos(make.START + ts)
    of = InstrumentId(make.BTC)
    made = Fate(ClOrdId(name), decided, StrategyId("s"), of, Side.BUY, 100 + ts, 10)
    made.cum_qty, made.cash, made.fee = cum, cum * 100, Decimal(cum)
    made.heard.append((Nanos(decided + heard_at), OrdStatus.NEW, cum))
    return made


def session(disturbed: int = NEVER) -> SessionTape:
    started = RunStarted(make.START, RunId("trade-0001"), "trade", "a7", 1, 0, "{}", "0")
    return SessionTape(
        started, (), (), make.rows([]).ticks, (), (), {}, {}, {}, make.START, 0, Nanos(disturbed)
    )


def causes(ours: Sequence[Fate], *rungs: Sequence[Fate]) -> dict[str, Cause]:
    found = attributed(ours, rungs)
    return {each.fate.cl_ord_id: each.cause for each in found}


def test_an_order_has_the_cause_of_the_first_rung_that_tells_it_otherwise() -> None:
    same, other = [fate("a", cum=5)], [fate("a", cum=4)]

    assert causes(same, other, other, other, other) == {"a": Cause.QUEUE}
    assert causes(same, same, other, other, other) == {"a": Cause.MISSING_DATA}
    assert causes(same, same, same, other, other) == {"a": Cause.LATENCY}
    assert causes(same, same, same, same, other) == {"a": Cause.FEES}
    assert causes(same, other, other, other, same) == {}


def test_an_order_of_the_backtest_alone_has_the_cause_of_the_first_rung_that_decides_it() -> None:
    assert causes([], [], [], [fate("x")], [fate("x")]) == {"x": Cause.LATENCY}


def test_an_order_nobody_knew_the_fate_of_differs_by_missing_data() -> None:
    ours = fate("a", cum=5)
    ours.was_unknown = True

    assert causes([ours], *([[fate("a")]] * 4)) == {"a": Cause.MISSING_DATA}


def test_the_same_decisions_are_explained() -> None:
    assert unexplained(session(), [fate("a")], [fate("a")]) is None


def test_another_decision_after_the_same_was_heard_is_not() -> None:
    ours, again = [fate("a"), fate("b", 100)], [fate("a"), fate("b", 101)]

    found = unexplained(session(), ours, again)

    assert found is not None
    assert found.ts == make.START + 100


def test_another_decision_after_something_else_was_heard_is_explained() -> None:
    ours, again = [fate("a"), fate("b", 100)], [fate("a", heard_at=6), fate("b", 101)]

    assert unexplained(session(), ours, again) is None


def test_another_decision_after_the_accounts_were_changed_is_explained() -> None:
    ours, again = [fate("a"), fate("b", 100)], [fate("a")]

    assert unexplained(session(make.START + 50), ours, again) is None
    assert unexplained(session(make.START + 150), ours, again) is not None
