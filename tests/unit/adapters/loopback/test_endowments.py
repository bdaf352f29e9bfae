from decimal import Decimal

import pytest

from graphwiz_trader.adapters.loopback.endowments import endowments_of
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.units import Asset, Venue

VENUES = (Venue("binance"), Venue("okx"))
BTC, USDT = Asset("BTC"), Asset("USDT")


def test_an_amount_goes_to_the_venue_it_names_or_to_all() -> None:
    found = endowments_of(["USDT=100", "okx.BTC=0.5", "okx.USDT=7"], VENUES)

    assert found[VENUES[0]] == {USDT: Decimal(100)}
    assert found[VENUES[1]] == {USDT: Decimal(7), BTC: Decimal("0.5")}


def test_every_wrong_amount_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        endowments_of(["USDT", "=1", "USDT=-1", "USDT=nan", "kraken.USDT=1", "BTC=1"], VENUES)

    assert len(refused.value.problems) == 5
