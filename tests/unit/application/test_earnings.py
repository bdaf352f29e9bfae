"""What fills earned, in one currency."""

from decimal import Decimal

import numpy as np

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.endowment import Endowment
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, LevelRows
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)

CENT, TENTH = Decimal("0.01"), Decimal("0.1")
EUR = Instrument(InstrumentId("EUR/USDT@v"), Asset("EUR"), Asset("USDT"), CENT, TENTH)
LINK = Instrument(InstrumentId("LINK/EUR@v"), Asset("LINK"), Asset("EUR"), CENT, TENTH)


def market() -> RebuiltPrices:
    return RebuiltPrices((LINK, EUR), (), Asset("USDT"))


def quote(prices: RebuiltPrices, instrument: Instrument, bid: str, ask: str) -> None:
    rows = LevelRows(
        np.array([1, -1], dtype=np.int8),
        np.array([instrument.ticks(bid), instrument.ticks(ask)], dtype=np.int64),
        np.array([9, 9], dtype=np.int64),
    )
    prices.apply(BookUpdate(Nanos(0), Nanos(0), instrument.id, rows, 0, 2, snapshot=True))


def fill(side: Side, price: str, qty: str, fee: str, *, maker: bool = False) -> FillBooked:
    return FillBooked(
        ClOrdId("o"), "e", StrategyId("s"), LINK.id, side, Ticks(LINK.ticks(price)),
        Lots(LINK.lots(qty)), Decimal(fee), Decimal(0),
        Liquidity.MAKER if maker else Liquidity.TAKER, Nanos(0), "",
    )  # fmt: skip


def test_profit_in_another_currency_is_converted_at_the_bid() -> None:
    prices = market()
    earnings = Earnings(prices)
    quote(prices, EUR, "1.25", "1.27")
    quote(prices, LINK, "10.00", "10.02")

    earnings.book(fill(Side.BUY, "10.00", "1", "0.01"))
    quote(prices, LINK, "11.00", "11.02")

    assert earnings.net() == (Decimal("1.01") - Decimal("0.01")) * Decimal("1.25")


def test_an_asset_without_a_price_counts_nothing_and_is_named() -> None:
    prices = market()
    earnings = Earnings(prices)

    earnings.book(fill(Side.BUY, "10.00", "1", "0.01"))

    assert earnings.net() == 0
    assert list(earnings.unpriced) == ["EUR"]


def test_a_book_that_lost_a_side_keeps_its_last_mid() -> None:
    prices = market()
    earnings = Earnings(prices)
    quote(prices, EUR, "1.00", "1.02")
    quote(prices, LINK, "10.00", "10.02")
    earnings.book(fill(Side.BUY, "10.00", "1", "0"))
    quote(prices, LINK, "12.00", "12.02")
    marked = earnings.net()

    prices.books[LINK.id].replace(
        LevelRows(np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int64)), 0, 0
    )

    assert earnings.net() == marked == Decimal("2.01")
    assert not earnings.unmarked


def test_rebates_are_told_beside_fees() -> None:
    prices = market()
    earnings = Earnings(prices)
    quote(prices, EUR, "1.00", "1.02")
    quote(prices, LINK, "10.00", "10.02")

    earnings.book(fill(Side.BUY, "10.00", "1", "-0.02", maker=True))
    earnings.book(fill(Side.SELL, "10.00", "1", "0.05"))

    total = earnings.total()
    assert earnings.rebates() == Decimal("0.02")
    assert total.fees == Decimal("0.03")
    assert (total.turnover, total.maker_turnover) == (Decimal(20), Decimal(10))


def given(endowment: Endowment, asset: str, amount: str) -> None:
    total = Decimal(amount)
    endowment.hear(BalanceReport(Nanos(0), Venue("v"), Asset(asset), total, total))


def test_the_endowment_is_valued_once_all_of_it_has_a_price() -> None:
    prices = market()
    endowment = Endowment(prices)
    given(endowment, "USDT", "100")
    given(endowment, "LINK", "2")
    endowment.value_start()
    unpriced = endowment.start

    quote(prices, EUR, "1.25", "1.27")
    quote(prices, LINK, "10.00", "10.02")
    endowment.value_start()
    quote(prices, LINK, "12.00", "12.02")
    endowment.value_start()

    assert unpriced is None
    assert endowment.start == Decimal(125)
    assert endowment.gain() == Decimal(5)


def test_without_balances_there_is_no_endowment() -> None:
    endowment = Endowment(market())

    endowment.value_start()

    assert endowment.start is None
    assert endowment.gain() is None
