"""What an asset is worth, by our own books alone."""

import pytest

from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.units import Asset
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.rates import Rates
from graphwiz_trader.testing import make

BTC_USDT = make.instrument("BTC/USDT@alpha")
ETH_BTC = make.instrument("ETH/BTC@alpha", tick="0.001")
LINK_ETH = make.instrument("LINK/ETH@alpha", tick="0.001")
USDT = Asset("USDT")


def _rates(*told: tuple[str, str], reporting: str = "USDT") -> Rates:
    instruments = [BTC_USDT, ETH_BTC, LINK_ETH]
    books = Books(instruments)
    for of, (bid, ask) in zip(instruments, told, strict=False):
        books.apply(make.book_update(of, [(bid, "1")], [(ask, "1")]))
    return Rates(instruments, books, Asset(reporting))


def test_the_reporting_currency_is_worth_one_whatever_the_books_say() -> None:
    assert _rates().of(USDT) == 1.0


def test_a_base_asset_is_worth_what_selling_it_brings() -> None:
    assert _rates(("100.0", "101.0")).of(Asset("BTC")) == 100.0


def test_a_quote_asset_is_worth_what_it_buys() -> None:
    assert _rates(("100.0", "125.0"), reporting="BTC").of(USDT) == 1 / 125.0


def test_an_asset_without_a_book_of_its_own_goes_through_one_other() -> None:
    rates = _rates(("100.0", "101.0"), ("0.05", "0.051"))

    assert rates.of(Asset("ETH")) == pytest.approx(5.0)


def test_two_others_are_one_too_many() -> None:
    rates = _rates(("100.0", "101.0"), ("0.05", "0.051"), ("0.01", "0.011"))

    assert rates.of(Asset("LINK")) is None


def test_nothing_is_worth_anything_before_its_book_is_known() -> None:
    assert [_rates().of(Asset(name)) for name in ("BTC", "ETH", "EUR")] == [None, None, None]


def test_a_contract_prices_nothing() -> None:
    perpetual = make.instrument("BTC/USDT:USDT@alpha", kind=Kind.LINEAR)
    books = Books([perpetual])
    books.apply(make.book_update(perpetual, [("100.0", "1")], [("100.1", "1")]))

    assert Rates([perpetual], books, USDT).of(Asset("BTC")) is None
