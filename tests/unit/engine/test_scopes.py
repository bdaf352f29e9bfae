"""The worst state of all scopes that apply rules an order."""

import pytest

from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.units import InstrumentId, StrategyId, Venue
from graphwiz_trader.engine.scopes import Scopes

ORDER = (StrategyId("mm"), InstrumentId("BTC/USDT@alpha"), Venue("alpha"))


@pytest.mark.parametrize("scope", ["", "venue:alpha", "strategy:mm", "instrument:BTC/USDT@alpha"])
def test_every_scope_an_order_is_in_rules_it(scope: str) -> None:
    scopes = Scopes()

    scopes.set(scope, TradingState.HALTED)

    assert scopes.of(*ORDER) is TradingState.HALTED


@pytest.mark.parametrize("scope", ["venue:beta", "strategy:other", "instrument:ETH/USDT@alpha"])
def test_no_other_scope_does(scope: str) -> None:
    scopes = Scopes()

    scopes.set(scope, TradingState.HALTED)

    assert scopes.of(*ORDER) is TradingState.ACTIVE


def test_the_worst_of_several_rules_whichever_came_first() -> None:
    scopes = Scopes()
    scopes.set("venue:alpha", TradingState.HALTED)
    scopes.set("", TradingState.REDUCING)

    assert scopes.of(*ORDER) is TradingState.HALTED


def test_setting_what_is_already_set_is_no_news() -> None:
    scopes = Scopes()

    changes = [
        scopes.set("", state)
        for state in (
            TradingState.ACTIVE,
            TradingState.HALTED,
            TradingState.HALTED,
            TradingState.ACTIVE,
        )
    ]

    assert changes == [False, True, False, True]


def test_the_content_is_the_same_in_whatever_order_it_came_about() -> None:
    one, other = Scopes(), Scopes()
    names = ("venue:b", "", "venue:a")

    for name in names:
        one.set(name, TradingState.HALTED)
    for name in reversed(names):
        other.set(name, TradingState.HALTED)

    assert (
        one.content()
        == other.content()
        == (
            ("", "HALTED"),
            ("venue:a", "HALTED"),
            ("venue:b", "HALTED"),
        )
    )
