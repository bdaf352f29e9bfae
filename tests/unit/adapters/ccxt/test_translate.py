import gzip
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.adapters.ccxt.translate import (
    EMPTY,
    TICK_SIZE,
    changes,
    fee_bps,
    instrument_of,
    levels_of,
    touch_of,
    trade_of,
)
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos, Venue
from graphwiz_trader.testing.make import instrument

BTC = instrument("BTC/USDT@okx", tick="0.1", lot="0.001")
NOW = Nanos(5)
MARKET: dict[str, Any] = {
    "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "spot": True, "active": True,
    "precision": {"price": "0.10", "amount": "0.001"}, "contractSize": None,
    "limits": {"amount": {"min": "0.0015", "max": "9"}, "cost": {"min": "5"}},
    "maker": "0.001", "taker": "0.0015",
}  # fmt: skip


def test_a_market_becomes_an_instrument() -> None:
    made = instrument_of(Venue("okx"), MARKET, TICK_SIZE)

    assert made is not None
    assert (made.id, made.base, made.quote, made.kind) == (BTC.id, "BTC", "USDT", Kind.SPOT)
    assert (made.tick_size, made.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert (made.min_qty, made.max_qty, made.min_notional) == (2, 9000, Decimal(5))


def test_decimal_places_become_a_step() -> None:
    market = {**MARKET, "precision": {"price": "2", "amount": "0"}}

    made = instrument_of(Venue("okx"), market, 2)

    assert made is not None
    assert (made.tick_size, made.lot_size) == (Decimal("0.01"), Decimal(1))


@pytest.mark.parametrize(
    ("inverse", "kind"), [(False, Kind.LINEAR), (True, Kind.INVERSE)], ids=["linear", "inverse"]
)
def test_a_contract_has_its_size(inverse: bool, kind: Kind) -> None:
    contract = {"spot": False, "contract": True, "inverse": inverse, "contractSize": "0.01"}

    made = instrument_of(Venue("okx"), {**MARKET, **contract}, TICK_SIZE)

    assert made is not None
    assert (made.kind, made.multiplier) == (kind, Decimal("0.01"))


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"spot": False, "contract": True, "option": True},
        {"precision": {"price": None, "amount": "1"}},
        {"precision": {"price": "0", "amount": "1"}},
    ],
    ids=["inactive", "option", "no tick", "a tick of zero"],
)
def test_what_has_no_grid_is_left_out(change: dict[str, Any]) -> None:
    assert instrument_of(Venue("okx"), {**MARKET, **change}, TICK_SIZE) is None


def test_significant_digits_are_no_grid() -> None:
    assert instrument_of(Venue("okx"), MARKET, 3) is None


@pytest.mark.parametrize("text", ["much", "nan", "inf"])
def test_a_limit_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Garbled, match="expected a"):
        instrument_of(Venue("okx"), {**MARKET, "limits": {"cost": {"min": text}}}, TICK_SIZE)


def test_fees_are_basis_points() -> None:
    assert (fee_bps(MARKET, "maker"), fee_bps(MARKET, "taker")) == (Decimal(10), Decimal(15))
    assert fee_bps({}, "maker") is None


def test_recorded_rules_of_okx_keep_their_digits(shared_data: Path) -> None:
    """Each instrument's tick and lot are the very numbers of the exchange's answer."""
    with gzip.open(shared_data / "cryptofeed_raw" / "OKX.0.gz", "rt") as lines:
        text = next(line for line in lines if "instType=SPOT" in line)
    rules = json.loads(text.partition(": ")[2])["data"]
    exchange = ccxt.okx()
    exchange.number = str

    for rule in rules:
        market = exchange.parse_market(rule)
        made = instrument_of(Venue("okx"), market, exchange.precisionMode)
        if made is None:
            assert rule["state"] != "live"
        else:
            assert made.tick_size == Decimal(rule["tickSz"])
            assert made.lot_size == Decimal(rule["lotSz"])
            assert made.qty(made.min_qty) >= Decimal(rule["minSz"]) > made.qty(made.min_qty - 1)


def rows_of(book: dict[str, Any]) -> tuple[list[tuple[int, int, int]], int]:
    """A whole book as (side, ticks, lots), and how many quantities were finer than the lot."""
    rows, rounded = changes(BTC, EMPTY, levels_of(book))
    columns = (rows.side.tolist(), rows.ticks.tolist(), rows.lots.tolist())
    return list(zip(*columns, strict=True)), rounded


def test_floats_are_rounded_to_the_grid_and_not_cut() -> None:
    rows, _ = rows_of({"bids": [[0.3, 0.3]], "asks": [[0.7, 4.35]]})

    assert rows == [(1, 3, 300), (-1, 7, 4350)]


def test_quantities_finer_than_the_lot_count_down_to_it() -> None:
    rows, rounded = rows_of({"bids": [[1.0, 0.0019], [0.9, 0.0002]], "asks": []})

    assert rows == [(1, 10, 1), (1, 9, 0)]
    assert rounded == 2


def test_orders_kept_singly_are_added_up() -> None:
    rows, _ = rows_of({"bids": [[1.0, 1.0, "a"], [1.0, 2.0, "b"], [0.9, 1.0, "c"]], "asks": []})

    assert rows == [(1, 10, 3000), (1, 9, 1000)]


@pytest.mark.parametrize(
    "level",
    [
        [0.15, 1.0], [float("nan"), 1.0], [float("inf"), 1.0], [-1.0, 1.0], [0.0, 1.0],
        [1.1, -1.0], [1.1, float("nan")], [1e300, 1.0], [1.1, 1e300], [None, 1.0], [1.1],
        ["x", 1.0], 7,
    ],
    ids=str,
)  # fmt: skip
def test_levels_that_make_no_sense_are_refused(level: Any) -> None:
    with pytest.raises(Garbled):
        rows_of({"bids": [[1.0, 1.0], level], "asks": []})


def test_a_book_without_sides_is_refused() -> None:
    with pytest.raises(Garbled, match="no levels"):
        levels_of({"bids": None, "asks": []})


def test_a_ticker_is_a_book_of_one_level() -> None:
    levels = touch_of({"bid": 1.0, "bidVolume": 2.0, "ask": 1.1, "askVolume": 3.0})

    assert (levels.bids, levels.asks) == ({1.0: 2.0}, {1.1: 3.0})
    assert touch_of({"bid": None, "ask": 1.1, "askVolume": 1.0}).bids == {}


SIDES = st.dictionaries(st.integers(1, 30), st.integers(1, 9), max_size=12)


@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=8))
def test_changes_lead_from_each_book_to_the_next(
    books: list[tuple[dict[int, int], dict[int, int]]],
) -> None:
    kept = OrderBook(BTC)
    before = EMPTY
    for number, (bids, asks) in enumerate(books):
        shown = {
            "bids": [[tick / 10, bids[tick] / 1000] for tick in sorted(bids, reverse=True)],
            "asks": [[(tick + 40) / 10, asks[tick] / 1000] for tick in sorted(asks)],
        }
        after = levels_of(shown)
        rows, _ = changes(BTC, before, after)
        kept.apply(BookUpdate(NOW, NOW, BTC.id, rows, 0, len(rows.side), snapshot=number == 0))
        before = after

        for side, levels, shift in ((Side.BUY, bids, 0), (Side.SELL, asks, 40)):
            ticks, lots = kept.levels(side, 50)
            found = dict(zip(ticks.tolist(), lots.tolist(), strict=True))
            assert found == {tick + shift: qty for tick, qty in levels.items()}


def test_equal_books_differ_by_nothing() -> None:
    book = levels_of({"bids": [[1.0, 1.0]], "asks": [[1.1, 1.0]]})

    assert len(changes(BTC, book, book)[0].side) == 0


@pytest.mark.parametrize(("bid", "crossed"), [(1.2, True), (1.1, False), (1.0, False)])
def test_a_book_is_crossed_when_the_best_bid_is_above_the_best_ask(
    bid: float, crossed: bool
) -> None:
    levels = levels_of({"bids": [[bid, 1.0], [0.5, 1.0]], "asks": [[1.1, 1.0], [1.3, 1.0]]})

    assert levels.is_crossed is crossed


TRADE = {"side": "sell", "price": 30000.1, "amount": 0.0035, "timestamp": 7, "id": "1"}


def test_a_trade_keeps_its_aggressor_and_its_digits() -> None:
    trade = trade_of(BTC, TRADE, NOW)

    assert (trade.side, trade.price, trade.qty) == (Side.SELL, 300_001, 3)
    assert (trade.ts, trade.ts_venue) == (NOW, 7_000_000)


@pytest.mark.parametrize(
    "change", [{"side": None}, {"price": 30000.15}, {"amount": 0.0001}, {"price": None}], ids=str
)
def test_a_trade_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        trade_of(BTC, {**TRADE, **change}, NOW)
