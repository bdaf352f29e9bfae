from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, Ticks
from graphwiz_trader.simulation.matching import MatchingBook, VenueOrder
from graphwiz_trader.simulation.publication import Publication

NAME = InstrumentId("BTC/USDT@sim")
AT = Nanos(7), Nanos(5)


def place(book: MatchingBook, number: int, side: Side, price: int, qty: int) -> VenueOrder:
    order = VenueOrder(
        number, NAME, str(number), side, OrdType.LIMIT, TimeInForce.GTC, Ticks(price), Lots(qty)
    )
    book.place(order)
    return order


def test_opening_shows_both_sides() -> None:
    book = MatchingBook()
    place(book, 1, Side.BUY, 99, 4)
    place(book, 2, Side.SELL, 101, 6)

    opening = Publication(NAME, book).opening(*AT)

    assert opening.snapshot
    assert (opening.ts, opening.ts_venue, opening.last) == (7, 5, 2)
    assert opening.rows.side.tolist() == [1, -1]
    assert opening.rows.ticks.tolist() == [99, 101]
    assert opening.rows.lots.tolist() == [4, 6]


def test_change_names_only_levels_that_differ_and_removes_by_zero() -> None:
    book = MatchingBook()
    gone = place(book, 1, Side.BUY, 99, 4)
    back = place(book, 2, Side.BUY, 98, 3)
    publication = Publication(NAME, book)
    opening = publication.opening(*AT)
    book.cancel(gone)
    book.cancel(back)
    place(book, 3, Side.BUY, 98, 3)
    place(book, 4, Side.SELL, 101, 1)

    change = publication.changes(*AT)

    assert change is not None
    assert dict(zip(change.rows.ticks.tolist(), change.rows.lots.tolist(), strict=True)) == {
        99: 0,
        101: 1,
    }
    assert (change.prev_seq, change.first_seq) == (opening.last_seq, opening.last_seq + 1)
    assert change.last_seq == change.first_seq + 1


def test_without_a_change_nothing_is_said() -> None:
    publication = Publication(NAME, MatchingBook())
    publication.opening(*AT)

    assert publication.changes(*AT) is None


def test_snapshot_between_two_messages_shows_what_was_published() -> None:
    """Its number is the last message's, so the next diff must lead from it to the book."""
    book = MatchingBook()
    publication = Publication(NAME, book)
    opening = publication.opening(*AT)
    place(book, 1, Side.BUY, 99, 4)

    snapshot = publication.snapshot(*AT)

    assert snapshot.rows.ticks.tolist() == []
    assert snapshot.last_seq == opening.last_seq
