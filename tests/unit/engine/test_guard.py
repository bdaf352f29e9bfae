"""The circuit breaker and the drawdown limit halt even when nobody trades."""

from decimal import Decimal

from graphwiz_trader.domain.commands import CancelOrder, RaiseAlert
from graphwiz_trader.domain.events import OperatorAction, OperatorOrder
from graphwiz_trader.domain.facts import StateChanged, TradingState
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import SignalKind
from graphwiz_trader.domain.units import DAY
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, Floor, only, submitted


def _long(qty: str = "5", **risk: object) -> Floor:
    """A floor that bought at 100.1; a loss of 50 is the day's limit."""
    limits = {"max_exposure": Decimal(1000), "circuit_breaker_threshold": Decimal("-0.05")}
    floor = Floor(**{**limits, **risk})
    (buy,) = submitted(floor.say(floor.single(Side.BUY, qty, "100.1")))
    floor.fill(buy, qty, "100.1")
    return floor


def _alerts(outcome) -> list[str]:
    return [f"{a.code}: {a.text}" for a in only(RaiseAlert, outcome.commands)]


def test_a_loss_just_inside_the_limit_goes_on_and_one_at_it_trips() -> None:
    floor = _long()

    inside = floor.alpha("90.2", "90.3")
    at = floor.alpha("90.1", "90.2")

    assert _alerts(inside) == []
    assert _alerts(at) == [
        "CIRCUIT_BREAKER: circuit breaker: the day lost -50.00, the limit is -50.00"
    ]
    assert [f.scope for f in only(StateChanged, at.facts)] == [""]


def test_a_tripped_breaker_cancels_what_works_and_trips_once() -> None:
    floor = _long()
    quote = floor.single(Side.SELL, "1", "101.0", SignalKind.QUOTE, TimeInForce.GTC)
    (order,) = submitted(floor.say(quote))
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW))

    first = floor.alpha("90.1", "90.2")
    second = floor.alpha("90.0", "90.1")

    assert only(CancelOrder, first.commands) == [CancelOrder(order.cl_ord_id, ALPHA.id)]
    assert (second.commands, second.facts) == ((), ())


def test_a_fill_can_trip_it_without_another_book() -> None:
    floor = Floor("0", max_exposure=Decimal(1000), circuit_breaker_threshold=Decimal("-0.05"))
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "5", "100.1")))

    outcome = floor.fill(buy, "5", "100.1", fee="49.5")

    assert len(_alerts(outcome)) == 1


def test_yesterday_s_loss_does_not_trip_today() -> None:
    floor = _long()
    floor.alpha("90.2", "90.3")
    floor.later(DAY)

    outcome = floor.alpha("90.1", "90.2")

    assert _alerts(outcome) == []


def test_a_new_day_does_not_reset_a_tripped_breaker() -> None:
    floor = _long()
    floor.alpha("90.1", "90.2")

    floor.later(DAY).alpha("100.0", "100.1")

    assert floor.engine.state.scopes.get("") is TradingState.HALTED


def test_a_drawdown_halts_at_its_limit() -> None:
    floor = _long(
        "10",
        max_drawdown_pct=Decimal(1),
        max_exposure=Decimal(10**6),
        max_position_size=Decimal(10),
    )
    equity = 20_000 + 2 * 10 * 100.0  # as it stood before the first fill

    lost = equity / 100 / 10
    inside = floor.alpha(f"{100.2 - lost:.1f}", "100.1")
    outcome = floor.alpha(f"{100.1 - lost:.1f}", "100.1")

    assert _alerts(inside) == []
    assert _alerts(outcome)[0].startswith("CIRCUIT_BREAKER: drawdown 1.00 % of the equity peak")


def test_a_resumed_engine_trips_again_on_a_new_loss() -> None:
    floor = _long()
    floor.alpha("90.1", "90.2")
    for _ in range(2):
        floor.engine.step(
            OperatorOrder(floor.now, OperatorAction.RESUME, "", "looked into it", "ann")
        )

    small = floor.alpha("80.2", "80.3")
    large = floor.alpha("80.1", "80.2")

    assert _alerts(small) == []
    assert len(_alerts(large)) == 1
