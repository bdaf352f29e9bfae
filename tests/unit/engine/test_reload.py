"""Other limits hold from the step that brings them, and the journal says so."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.codec import flatten, restore
from graphwiz_trader.domain.commands import CancelOrder, RaiseAlert
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.facts import Outcome, SignalRefused, TradingState
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.settings import GroupSettings, RiskSettings
from graphwiz_trader.domain.settings_reloaded import OwnLimit, SettingsReloaded
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, SignalKind
from graphwiz_trader.domain.units import Nanos, StrategyId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, Floor, only, submitted


def reload(floor: Floor, own: tuple[OwnLimit, ...] = (), **risk: object) -> Outcome:
    """Put the limits of *risk* in place of those of *floor*."""
    limits = evolve(floor.engine.state.policy.limits, **risk)
    return floor.engine.step(SettingsReloaded(Nanos(floor.now), "{}", limits, own, "a test", "ann"))


def alerts(outcome: Outcome) -> list[str]:
    return [f"{a.code}: {a.text}" for a in only(RaiseAlert, outcome.commands)]


def buying(floor: Floor, qty: str) -> Outcome:
    return floor.say(floor.single(Side.BUY, qty, "100.1"))


def test_a_person_is_told_what_changed_by_whom_and_why() -> None:
    outcome = reload(Floor(), max_open_orders=7, group=GroupSettings(band_bps=Decimal(5)))

    assert alerts(outcome) == [
        "RELOADED: max_open_orders 50 → 7; group.band_bps 20 → 5; by ann: a test"
    ]


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"max_exposure": Decimal(50)}, Reason.EXPOSURE),
        ({"max_order_notional": Decimal(50)}, Reason.ORDER_NOTIONAL),
        ({"max_orders_per_second": 1}, Reason.ORDER_RATE),
        ({"decision_ttl_ms": 500, "max_open_orders": 1}, Reason.OPEN_ORDERS),
    ],
)
def test_a_tighter_limit_refuses_the_next_order(limit: dict[str, object], reason: Reason) -> None:
    floor = Floor()
    (first,) = submitted(buying(floor, "1"))

    reload(floor, **limit)
    outcome = buying(floor, "1.5")

    assert first
    assert [f.refused.reason for f in only(SignalRefused, outcome.facts)] == [reason]


def test_a_wider_limit_lets_the_next_order_pass() -> None:
    floor = Floor("0", max_exposure=Decimal(50))
    assert submitted(buying(floor, "1")) == []

    reload(floor, max_exposure=Decimal(500))

    assert len(submitted(buying(floor, "1"))) == 1


def test_a_strategys_own_limit_holds_from_there_and_is_lifted_again() -> None:
    floor = Floor()
    own = OwnLimit(floor.strategy.id, Decimal("0.5"))

    reload(floor, (own,))
    tight = submitted(buying(floor, "2"))
    reload(floor)
    wide = submitted(buying(floor, "2"))

    assert [order.order_qty for order in (*tight, *wide)] == [ALPHA.lots("0.5"), ALPHA.lots("2")]


def test_what_works_beyond_a_tighter_limit_stays() -> None:
    floor = Floor()
    quote = floor.single(Side.BUY, "5", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (order,) = submitted(floor.say(quote))
    floor.engine.step(make.report(ALPHA, order.cl_ord_id, ExecType.NEW))

    outcome = reload(floor, max_position_size=Decimal(1), max_exposure=Decimal(100))

    assert only(CancelOrder, outcome.commands) == []
    assert len(floor.engine.state.orders) == 1


def test_a_loss_limit_that_is_reached_already_halts_at_once() -> None:
    floor = Floor("0", max_exposure=Decimal(1000))
    (buy,) = submitted(buying(floor, "5"))
    floor.fill(buy, "5", "100.1")
    floor.alpha("92.0", "92.1")

    outcome = reload(floor, circuit_breaker_threshold=Decimal("-0.01"))

    assert any(text.startswith("CIRCUIT_BREAKER") for text in alerts(outcome))
    assert floor.engine.state.scopes.get("") is TradingState.HALTED


def test_it_comes_back_from_a_journal_as_it_was() -> None:
    own = (OwnLimit(StrategyId("s"), Decimal("0.5")),)
    event = SettingsReloaded(make.START, "{}", RiskSettings(size_cap=Decimal(5)), own, "why", "ann")

    assert restore(flatten(event)) == event


def test_nobody_reloads_without_a_reason() -> None:
    with pytest.raises(DomainError, match="without a reason"):
        SettingsReloaded(make.START, "{}", RiskSettings(), (), " ", "ann")
