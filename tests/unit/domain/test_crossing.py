"""Crossings earn what a walk through both books earns, after fees, lots and minimums."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.crossing import Crossing, cross, gross_bps, reprice
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.testing import make

Levels = list[tuple[str, str]]
ASKS: Levels = [("100.00", "1"), ("100.10", "2"), ("100.30", "5")]
BIDS: Levels = [("100.50", "1.5"), ("100.40", "1"), ("100.20", "3")]
PLENTY = Decimal(1000)


def _of(venue: str, lot: str = "0.001", tick: str = "0.01", **more: object) -> Instrument:
    return make.instrument(f"BTC/USDT@{venue}", tick, lot, **more)  # type: ignore[arg-type] # as make takes them


BUY, SELL = _of("alpha"), _of("beta")


def _books(
    asks: Levels = ASKS, bids: Levels = BIDS, buy: Instrument = BUY, sell: Instrument = SELL
) -> tuple[OrderBook, OrderBook]:
    buying, selling = OrderBook(buy), OrderBook(sell)
    buying.apply(make.book_update(buy, [("90", "9")], asks))
    selling.apply(make.book_update(sell, bids, [("110", "9")]))
    return buying, selling


def _cross(
    books: tuple[OrderBook, OrderBook],
    fee: float = 10.0,
    least: float = 5.0,
    most: Decimal = PLENTY,
) -> Crossing:
    found = cross(*books, fee, fee, least, most)
    assert found is not None
    return found


def test_the_reference_s_sweep_at_ten_a_leg() -> None:
    found = _cross(_books())

    assert found.qty == Decimal("2.5")
    assert (found.buy_lots, found.sell_lots) == (2500, 2500)
    assert (found.buy_price, found.sell_price) == (BUY.ticks("100.10"), SELL.ticks("100.40"))
    assert found.cost == pytest.approx(250.40015, rel=1e-12)
    assert found.proceeds == pytest.approx(250.89885, rel=1e-12)
    assert found.proceeds - found.cost == pytest.approx(0.4987, rel=1e-9)
    assert found.net_bps == pytest.approx(19.916122254719095, rel=1e-9)
    assert found.last_bps == pytest.approx(9.93012981, rel=1e-8)


def test_the_last_part_decides_not_the_average() -> None:
    """At 15 bps the walk stops at 1.5 though 2.5 would earn 19.9 on average."""
    found = _cross(_books(), least=15.0)

    assert found.qty == Decimal("1.5")
    assert found.proceeds - found.cost == pytest.approx(0.3992, rel=1e-9)
    assert found.net_bps == pytest.approx(26.577887290982925, rel=1e-9)


def test_the_reference_s_sweep_without_fees() -> None:
    found = _cross(_books(), fee=0.0, least=0.0)

    assert found.qty == 3
    assert found.proceeds - found.cost == pytest.approx(1.05, rel=1e-12)
    assert found.last_bps == pytest.approx((100.20 / 100.10 - 1) * 1e4)


@pytest.mark.parametrize(("most", "taken"), [("2", "2"), ("0.0015", "0.001"), ("0.0005", None)])
def test_no_more_is_taken_than_is_wanted_in_whole_lots(most: str, taken: str | None) -> None:
    found = cross(*_books(), 0.0, 0.0, 0.0, Decimal(most))

    assert (found.qty if found else None) == (Decimal(taken) if taken else None)


def test_the_quantity_is_whole_in_the_lots_of_both_venues_and_priced_again() -> None:
    sell = _of("beta", lot="0.0015")
    asks, bids = [("100.00", "1")], [("100.50", "0.9")]

    found = _cross(_books(asks, bids, sell=sell), most=Decimal("0.5"))

    assert found.qty == Decimal("0.498")
    assert (found.buy_lots, found.sell_lots) == (498, 332)
    assert found.cost == pytest.approx(0.498 * 100.0 * 1.001)


@pytest.mark.parametrize("side", ["buy", "sell"])
@pytest.mark.parametrize(("least", "taken"), [("100.0", True), ("100.6", False)])
def test_the_minimum_notional_holds_at_both_venues(side: str, least: str, taken: bool) -> None:
    strict = {side: _of("alpha" if side == "buy" else "beta", min_notional=least)}

    found = cross(*_books([("100.00", "1")], [("100.50", "1")], **strict), 0.0, 0.0, 0.0, PLENTY)

    assert (found is not None) is taken


@pytest.mark.parametrize(("least", "taken"), [(1000, True), (1001, False)])
def test_the_minimum_quantity_holds_at_both_venues(least: int, taken: bool) -> None:
    sell = _of("beta", min_qty=least)

    found = cross(*_books([("100.00", "1")], [("100.50", "2")], sell=sell), 0.0, 0.0, 0.0, PLENTY)

    assert (found is not None) is taken


def test_equal_prices_on_different_grids_are_no_cross() -> None:
    """In floats 0.3 is 3 * 0.1 more exactly than it is 30 * 0.01."""
    coarse, fine = _of("alpha", tick="0.1"), _of("beta", tick="0.01")
    books = _books([("0.3", "1")], [("0.30", "1")], coarse, fine)
    back = _books([("0.30", "1")], [("0.3", "1")], fine, coarse)

    assert [gross_bps(*books), gross_bps(*back)] == [0.0, 0.0]
    assert cross(*books, 0.0, 0.0, 0.0, PLENTY) is None
    assert cross(*back, 0.0, 0.0, 0.0, PLENTY) is None


def test_a_part_that_earns_nothing_is_not_taken_even_if_nothing_is_asked() -> None:
    found = _cross(
        _books([("100.00", "1"), ("100.20", "1")], [("100.20", "3")]), fee=0.0, least=0.0
    )

    assert found.qty == 1


def test_an_edge_exactly_at_the_minimum_is_enough() -> None:
    books = _books([("100.00", "1")], [("100.10", "1")])

    assert cross(*books, 0.0, 0.0, 10.0, PLENTY) is not None
    assert cross(*books, 0.0, 0.0, 10.0001, PLENTY) is None


def test_a_missing_side_crosses_nothing() -> None:
    empty = OrderBook(BUY)
    _, sell = _books()

    assert gross_bps(empty, sell) == float("-inf")
    assert cross(empty, sell, 0.0, 0.0, 0.0, PLENTY) is None


def test_the_gross_edge_is_the_touch_s() -> None:
    assert gross_bps(*_books()) == pytest.approx(50.0)


def test_repricing_walks_exactly_the_quantity_whatever_that_earns() -> None:
    books = _books()

    assert reprice(*books, 10.0, 10.0, Decimal("2.5")) == pytest.approx(19.916122254719095)
    assert reprice(*books, 10.0, 10.0, Decimal("5.5")) == pytest.approx(
        ((150.75 + 100.4 + 300.6) * 0.999 / ((100 + 200.2 + 250.75) * 1.001) - 1) * 1e4
    )
    assert reprice(*books, 10.0, 10.0, Decimal("5.501")) is None


LEVELS = st.lists(st.tuples(st.integers(9_950, 10_050), st.integers(1, 50)), min_size=1, max_size=5)


@given(LEVELS, LEVELS, st.sampled_from([0, 5, 10]), st.sampled_from([0, 3, 20]))
def test_no_other_quantity_earns_more(
    asks: list[tuple[int, int]], bids: list[tuple[int, int]], fee: int, least: int
) -> None:
    """Above the minimum edge, exactly, by trying every quantity there is."""
    asks, bids = sorted(dict(asks).items()), sorted(dict(bids).items(), reverse=True)
    buy, sell = _of("alpha", lot="1"), _of("beta", lot="1")
    books = _books(
        [(str(Decimal(p) / 100), str(q)) for p, q in asks],
        [(str(Decimal(p) / 100), str(q)) for p, q in bids],
        buy,
        sell,
    )

    found = cross(*books, float(fee), float(fee), float(least), PLENTY)

    def gain(qty: int) -> Fraction:
        rate = Fraction(fee, 10_000)
        cost = _walk(asks, qty) * (1 + rate)
        return _walk(bids, qty) * (1 - rate) - cost * (1 + Fraction(least, 10_000))

    most = min(sum(q for _, q in asks), sum(q for _, q in bids))
    best = max(gain(qty) for qty in range(most + 1))
    assert gain(int(found.qty) if found else 0) == best


def _walk(levels: list[tuple[int, int]], qty: int) -> Fraction:
    total, left = Fraction(0), qty
    for price, shown in levels:
        total += min(left, shown) * Fraction(price, 100)
        left -= min(left, shown)
    return total
