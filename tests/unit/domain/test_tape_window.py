"""A window of a tape begins with the books as they stood, and goes on as the tape does."""

import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.standing_orders import StandingOrders
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.tape_window import window
from graphwiz_trader.domain.units import SECOND, Lots, Nanos, Ticks
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.testing import make
from graphwiz_trader.testing.order_flow import OrderFlow, record_orders
from graphwiz_trader.testing.tape import MemoryTapes, make_tape

ONE = make.instrument("BTC/USDT@alpha", "0.1", "0.1")
TWO = make.instrument("ETH/USDT@alpha", "0.1", "0.1")


def at(second: float) -> Nanos:
    return Nanos(make.START + round(second * SECOND))


def busy(seed: int, count: int = 300) -> Tape:
    """Two books and their trades; each book is snapped now and then."""
    chance = Chance(seed)
    events: list[BookUpdate | Trade] = []
    for n in range(count):
        of = (ONE, TWO)[chance.below(2)]
        if n > 2 and chance.below(10) == 0:
            events.append(Trade(at(n), at(n), of.id, Side.BUY, Ticks(1000), Lots(5)))
            continue
        bids = [(str(of.price(900 + chance.below(90))), str(chance.below(4))) for _ in range(3)]
        asks = [(str(of.price(1000 + chance.below(90))), str(chance.below(4))) for _ in range(3)]
        snapshot = n < 2 or chance.below(40) == 0
        events.append(make.book_update(of, bids, asks, at(n), snapshot=snapshot))
    return make_tape("t", [ONE, TWO], events)


def books(tape: Tape, until: Nanos) -> list[bytes]:
    found = {of.id: OrderBook(of) for of in tape.instruments}
    for n in range(len(tape)):
        event = tape.event(n)
        if event.ts < until and isinstance(event, BookUpdate):
            found[event.instrument].apply(event)
    return [book.content() for book in found.values()]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("first", [0.0, 1.0, 57.5, 180.0])
def test_books_in_a_window_are_the_books_of_the_tape(seed: int, first: float) -> None:
    whole = busy(seed)

    cut = window(whole, at(first), at(250))

    for second in (first + 1, 200.0, 250.0):
        assert books(cut, at(second)) == books(whole, at(second))


def test_what_happens_in_a_window_is_what_happened() -> None:
    whole = busy(2)

    cut = window(whole, at(100), at(120))

    inside = [whole.event(n) for n in range(len(whole)) if at(100) <= whole.ts[n] < at(120)]
    told = [cut.event(n) for n in range(len(cut))]
    assert [e.ts for e in told[2:]] == [e.ts for e in inside]
    assert [e for e in told if isinstance(e, Trade)] == [e for e in inside if isinstance(e, Trade)]
    assert all(isinstance(e, BookUpdate) and e.snapshot and e.ts == at(100) for e in told[:2])
    assert len(cut) == cut.header.messages


def test_a_book_nobody_knew_yet_is_not_snapped() -> None:
    whole = make_tape(
        "t",
        [ONE, TWO],
        [make.book_update(ONE, [("100.0", "1")], [("101.0", "1")], at(5), snapshot=True)],
    )

    assert len(window(whole, at(0), at(9))) == 1
    assert len(window(whole, at(6), at(9))) == 1
    assert len(window(whole, at(0), at(1))) == 0


def standing(tape: Tape, until: Nanos) -> list[list[int]]:
    """The orders of the one book, first come first."""
    orders = StandingOrders()
    assert tape.orders is not None
    of = (tape.orders.order.tolist(), tape.orders.left.tolist())
    for n in range(len(tape)):
        event = tape.event(n)
        if event.ts < until and isinstance(event, BookUpdate):
            if event.snapshot:
                orders.clear()
            for row in range(event.first, event.last):
                side, ticks = event.rows.side.item(row), event.rows.ticks.item(row)
                orders.take(side, ticks, of[0][row], of[1][row])
    return sorted(orders.rows().tolist(), key=lambda row: row[:3])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("first", [2, 3, 77, 200])
def test_orders_in_a_window_stand_as_on_the_tape(seed: int, first: int) -> None:
    whole = record_orders(MemoryTapes(), "t", ONE, list(OrderFlow(seed, 1).acts(300)))

    cut = window(whole, Nanos(first), Nanos(250))

    for until in (first + 1, 220, 250):
        assert standing(cut, Nanos(until)) == standing(whole, Nanos(until))
        assert books(cut, Nanos(until)) == books(whole, Nanos(until))
