"""A triangle through three books, with fees in the quote asset."""

from math import inf

import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.cycle import CycleDesk
from graphwiz_trader.domain.route import routes
from graphwiz_trader.domain.units import Asset, Lots
from graphwiz_trader.testing import make

BTC = make.instrument("BTC/USDT@alpha", tick="1", lot="0.00001")
MID = make.instrument("ETH/BTC@alpha", tick="0.00001", lot="0.0001")
ETH = make.instrument("ETH/USDT@alpha", tick="1", lot="0.0001")
FEES = (7.5, 7.5, 7.5)
SIDES = {
    BTC: ([("59990", "1")], [("60000", "0.05"), ("60010", "0.2"), ("60030", "1")]),
    MID: ([("0.04990", "9")], [("0.05000", "2"), ("0.05003", "3"), ("0.05010", "20")]),
    ETH: ([("3012", "1.5"), ("3011", "2"), ("3008", "10")], [("3020", "9")]),
}
BOOKS = {of.id: OrderBook(of) for of in SIDES}
for _of, _sides in SIDES.items():
    BOOKS[_of.id].apply(make.book_update(_of, *_sides))


def desk(share: float = 1.0) -> CycleDesk:
    found = next(
        r
        for r in routes((BTC, MID, ETH), 3)
        if r.starting_with(Asset("USDT")).steps[0].instrument is BTC
    )
    return CycleDesk(found.starting_with(Asset("USDT")), share)


def test_the_touch_before_fees_is_the_product_of_its_prices() -> None:
    assert desk().gross_bps(BOOKS) == pytest.approx(40.0)


def test_a_missing_side_has_no_edge() -> None:
    assert desk().gross_bps({**BOOKS, ETH.id: OrderBook(ETH)}) == -inf


def test_what_a_leg_buys_pays_for_the_next_with_its_fee() -> None:
    found = desk().best(BOOKS, FEES, 0.0)

    assert found is not None
    buy, mid, sell = found.legs
    assert (buy.price, mid.price, sell.price) == (60010, 5003, 3011)
    assert mid.qty == sell.qty
    worth = 2 * 0.05 + (mid.qty * 0.0001 - 2) * 0.05003
    assert 0 <= buy.qty * 0.00001 - worth * 1.00075 < 0.0001 * 0.06
    assert found.net_bps > 0


def test_what_was_found_reprices_to_the_same_edge() -> None:
    it = desk()
    found = it.best(BOOKS, FEES, 0.0)
    assert found is not None

    assert it.reprice(BOOKS, FEES, found.legs[0].qty) == pytest.approx(found.net_bps)


def test_more_than_the_books_show_has_no_price() -> None:
    assert desk().reprice(BOOKS, FEES, Lots(10_000_000)) is None


def test_no_more_is_taken_than_the_share_of_what_is_shown() -> None:
    found = desk(0.5).best(BOOKS, FEES, 15.0)

    assert found is not None
    assert found.legs[1].qty <= MID.lots("1") + MID.lots("1.5")
    assert found.legs[2].qty <= ETH.lots("0.75") + ETH.lots("1")


def test_an_edge_below_what_is_demanded_is_none() -> None:
    assert desk().best(BOOKS, FEES, 20.0) is None


def test_no_more_is_spent_than_there_is() -> None:
    found = desk().best(BOOKS, FEES, 0.0, most=1000.0)

    assert found is not None
    assert 990 < found.spent <= 1000
