"""Many venues' books: their recent tops, and what crosses between them."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import UnknownInstrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.engine.books import Books
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
ETH = make.instrument("ETH/USDT@beta")
FREE = {Venue("alpha"): 0.0, Venue("beta"): 0.0}
PLENTY = Decimal(1000)


def _books(alpha: tuple[str, str], beta: tuple[str, str], qty: str = "2") -> Books:
    books = Books([ALPHA, BETA, ETH])
    for of, (bid, ask) in ((ALPHA, alpha), (BETA, beta)):
        books.apply(make.book_update(of, [(bid, qty)], [(ask, qty)]))
    return books


def test_the_last_thousand_tops_are_kept_and_no_more() -> None:
    books = Books([ALPHA])

    for i in range(1_500):
        books.apply(make.book_update(ALPHA, [(str(100 + i), "1")], [(str(200 + i), "1")], ts=i))

    history = books.history(ALPHA.id)
    assert len(history) == 1_000
    assert (history[0].ts, history[-1].ts) == (500, 1_499)
    assert (history[-1].bid, history[-1].ask) == (ALPHA.ticks("1599"), ALPHA.ticks("1699"))


def test_how_many_tops_are_kept_can_be_set() -> None:
    books = Books([ALPHA], 3)

    for i in range(9):
        books.apply(make.book_update(ALPHA, [(str(100 + i), "1")], ts=i))

    assert [top.ts for top in books.history(ALPHA.id)] == [6, 7, 8]


def test_a_message_that_leaves_the_touch_makes_no_new_top() -> None:
    books = Books([ALPHA])
    books.apply(make.book_update(ALPHA, [("100", "1")], [("101", "1")], ts=1))

    books.apply(make.book_update(ALPHA, [("99", "7"), ("100", "2")], snapshot=False, ts=2))

    assert [top.ts for top in books.history(ALPHA.id)] == [1]


def test_only_a_message_that_moves_the_touch_says_so() -> None:
    books = Books([ALPHA])
    whole = make.book_update(ALPHA, [("100", "1")], [("101", "1")])
    behind = make.book_update(ALPHA, [("99", "7")], snapshot=False)
    better = make.book_update(ALPHA, [("100.5", "1")], snapshot=False)

    assert [books.apply(update) for update in (whole, behind, better)] == [True, False, True]
    assert books.touches[ALPHA.id] == books[ALPHA.id].touch == (1005, 1010)


def test_tops_of_another_grid_are_forgotten() -> None:
    books = _books(("100.0", "100.1"), ("100.4", "100.5"))

    books.open(make.instrument(ALPHA.id, tick="0.5"))

    assert books.history(ALPHA.id) == ()
    assert not books[ALPHA.id].is_two_sided


def test_an_unknown_instrument_names_the_known_ones() -> None:
    with pytest.raises(UnknownInstrument, match="X/Y@z is not among BTC/USDT@alpha, BTC/USDT@beta"):
        _ = Books([ALPHA, BETA])[InstrumentId("X/Y@z")]


def test_books_of_a_symbol_are_those_of_all_its_venues() -> None:
    books = Books([ALPHA, ETH, BETA])

    assert [book.instrument.id for book in books.of_symbol("BTC/USDT")] == [ALPHA.id, BETA.id]


@pytest.mark.parametrize(
    ("alpha", "beta", "route"),
    [
        (("100.0", "100.1"), ("100.4", "100.5"), (ALPHA.id, BETA.id)),
        (("100.4", "100.5"), ("100.0", "100.1"), (BETA.id, ALPHA.id)),
    ],
)
def test_a_cross_is_found_in_either_direction(
    alpha: tuple[str, str], beta: tuple[str, str], route: tuple[InstrumentId, InstrumentId]
) -> None:
    found = _books(alpha, beta).crossings("BTC/USDT", FREE, 0.0, PLENTY)

    assert [(c.buy, c.sell, c.qty) for c in found] == [(*route, Decimal(2))]


def test_fees_of_both_venues_are_paid_before_a_cross_counts() -> None:
    books = _books(("100.0", "100.1"), ("100.4", "100.5"))

    free = books.crossings("BTC/USDT", FREE, 0.0, PLENTY)
    paid = books.crossings("BTC/USDT", {Venue("alpha"): 14.0, Venue("beta"): 15.9}, 0.0, PLENTY)
    dear = books.crossings("BTC/USDT", {Venue("alpha"): 14.0, Venue("beta"): 16.0}, 0.0, PLENTY)

    assert free[0].net_bps == pytest.approx((100.4 / 100.1 - 1) * 1e4)
    assert len(paid) == 1
    assert dear == ()


def test_a_book_that_may_not_be_believed_crosses_nothing() -> None:
    books = _books(("100.0", "100.1"), ("100.4", "100.5"))

    books[BETA.id].drop("gap")

    assert books.crossings("BTC/USDT", FREE, 0.0, PLENTY) == ()


def test_a_cross_is_cut_to_the_most_that_is_wanted() -> None:
    books = _books(("100.0", "100.1"), ("100.4", "100.5"))

    (found,) = books.crossings("BTC/USDT", FREE, 0.0, Decimal("0.5"))

    assert (found.qty, found.buy_lots, found.sell_lots) == (Decimal("0.5"), 500, 500)
