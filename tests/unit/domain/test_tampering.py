"""Tampered tapes are as they were up to the cut, and other after it."""

import attrs
import numpy as np

from graphwiz_trader.application.recordings import moved
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tampering import garbled, truncated
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.simulation.chance import units
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape

OF = make.instrument("BTC/USDT@alpha")
TAPE = make_tape(
    "t",
    [OF],
    [
        make.book_update(
            OF, [(f"{100 + n}.0", "1")], [(f"{102 + n}.0", "2")], make.START + n * SECOND
        )
        for n in range(10)
    ],
)
CUT = Nanos(make.START + 4 * SECOND)


def test_nothing_is_left_after_the_end_of_a_truncated_tape() -> None:
    cut = truncated(TAPE, CUT)

    assert [cut.event(n).ts for n in range(len(cut))] == [TAPE.ts[n] for n in range(5)]
    assert len(cut.rows.side) == 10
    assert len(truncated(TAPE, Nanos(make.START + 99 * SECOND))) == 10


def test_a_garbled_tape_has_the_same_past_and_another_future() -> None:
    cut = garbled(TAPE, CUT, units(1, len(TAPE.rows.side)))

    assert cut.rows.ticks[:10].tolist() == TAPE.rows.ticks[:10].tolist()
    assert (cut.rows.ticks[10:] != TAPE.rows.ticks[10:]).all()
    assert cut.ts.tolist() == TAPE.ts.tolist()


def test_a_garbled_future_can_be_applied() -> None:
    cut = garbled(TAPE, CUT, units(2, len(TAPE.rows.side)))
    book = OrderBook(OF)

    for n in range(len(cut)):
        event = cut.event(n)
        assert isinstance(event, BookUpdate)
        book.apply(event)

    assert cut.rows.ticks.min() > 0
    assert cut.rows.lots.min() >= 0


def test_the_tape_itself_is_left_alone() -> None:
    before = TAPE.rows.ticks.copy()

    garbled(TAPE, CUT, units(1, len(TAPE.rows.side)))

    assert (TAPE.rows.ticks == before).all()


def test_what_rows_say_of_orders_stays_beside_them() -> None:
    orders = OrderRows(np.arange(20), np.arange(20) % 3)
    tape = attrs.evolve(TAPE, orders=orders)

    cut = truncated(tape, CUT).orders

    assert cut is not None
    assert (cut.order.tolist(), cut.left.tolist()) == (list(range(10)), [n % 3 for n in range(10)])
    assert garbled(tape, CUT, units(1, len(TAPE.rows.side))).orders is orders
    assert moved(tape, Nanos(SECOND)).orders is orders
