"""PrivateSession: that ccxt, which rounds what it sends, follows an instrument's new grid."""

from decimal import Decimal
from typing import Any, cast

import ccxt
import ccxt.pro
import pytest

from graphwiz_trader.adapters.ccxt.private_exchange import PrivateExchange
from graphwiz_trader.adapters.ccxt.private_session import PrivateSession
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

BTC = make.instrument(tick="0.5", lot="0.01")
FINE = evolve(BTC, tick_size=Decimal("0.00000001"), lot_size=Decimal("0.0001"))


def exchange(mode: int) -> Any:  # ccxt has no types
    made = ccxt.pro.binance()
    made.precisionMode = mode
    precision = {"price": 0.5, "amount": 0.01, "base": 1e-8}
    market = {"id": "BTCUSDT", "symbol": "BTC/USDT", "spot": True, "precision": precision}
    made.markets = {"BTC/USDT": market}
    return made


@pytest.mark.parametrize("mode", [ccxt.TICK_SIZE, ccxt.DECIMAL_PLACES])
def test_nothing_is_rounded_to_the_old_grid(mode: int) -> None:
    both = [exchange(mode), exchange(mode)]
    session = PrivateSession(*(cast("PrivateExchange", each) for each in both))

    session.regrid(FINE)

    for each in both:
        assert each.price_to_precision("BTC/USDT", "100.00000013") == "100.00000013"
        assert each.amount_to_precision("BTC/USDT", "1.2345") == "1.2345"
        assert each.amount_to_precision("BTC/USDT", "1.23456") == "1.2345"
        assert each.markets["BTC/USDT"]["precision"]["base"] == 1e-8


def test_rules_that_are_not_loaded_yet_are_loaded_new() -> None:
    made = ccxt.pro.binance()

    PrivateSession(made, made).regrid(FINE)

    assert not made.markets
