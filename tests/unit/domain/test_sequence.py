"""Sequences of the venues' two kinds, and what breaks them."""

import numpy as np
import pytest

from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.sequence import Order, SeqRule, Sequence
from graphwiz_trader.domain.units import InstrumentId, Nanos

NONE = LevelRows(np.empty(0, np.int8), np.empty(0, np.int64), np.empty(0, np.int64))


def message(first: int, last: int, prev: int = -1) -> BookUpdate:
    return BookUpdate(
        Nanos(1), Nanos(1), InstrumentId("A/B@venue"), NONE, 0, 0,
        first_seq=first, last_seq=last, prev_seq=prev,
    )  # fmt: skip


def sequence(rule: SeqRule, *messages: BookUpdate) -> Sequence:
    """A sequence that began with the first message, a snapshot, and took the others."""
    made = Sequence(rule)
    made.restart(messages[0])
    for change in messages[1:]:
        made.advance(change)
    return made


@pytest.mark.parametrize(
    ("first", "last", "order"),
    [
        (101, 105, Order.NEXT),
        (99, 105, Order.NEXT),
        (90, 100, Order.OLD),
        (102, 105, Order.GAP),
    ],
)
def test_contiguous_messages_begin_where_the_last_one_ended(
    first: int, last: int, order: Order
) -> None:
    assert sequence(SeqRule.CONTIGUOUS, message(100, 100)).place(message(first, last)) is order


@pytest.mark.parametrize(
    ("change", "order"),
    [
        (message(-1, 120, prev=110), Order.NEXT),
        (message(-1, 110, prev=110), Order.NEXT),
        (message(-1, 5, prev=110), Order.NEXT),
        (message(-1, 110, prev=100), Order.OLD),
        (message(-1, 130, prev=120), Order.GAP),
        (message(105, 115, prev=104), Order.GAP),
    ],
    ids=["next", "heartbeat", "numbers begin anew", "duplicate", "gap", "no second bridge"],
)
def test_linked_messages_name_the_one_before(change: BookUpdate, order: Order) -> None:
    linked = sequence(SeqRule.LINKED, message(-1, 100), message(-1, 110, prev=100))

    assert linked.place(change) is order


@pytest.mark.parametrize(
    ("first", "last", "order"),
    [
        (95, 105, Order.NEXT),
        (100, 105, Order.NEXT),
        (90, 100, Order.NEXT),
        (90, 99, Order.OLD),
        (101, 105, Order.GAP),
    ],
)
def test_the_first_linked_change_may_span_the_snapshot(first: int, last: int, order: Order) -> None:
    """Binance futures: U ≤ lastUpdateId ≤ u, and `pu` is of a message we never had."""
    linked = sequence(SeqRule.LINKED, message(100, 100))

    assert linked.place(message(first, last, prev=first - 1 - 10)) is order


def test_without_numbers_everything_is_next() -> None:
    assert sequence(SeqRule.NONE, message(100, 100)).place(message(1, 2)) is Order.NEXT
    assert sequence(SeqRule.LINKED, message(-1, -1)).place(message(7, 9, prev=6)) is Order.NEXT


def test_placing_a_message_does_not_advance() -> None:
    contiguous = sequence(SeqRule.CONTIGUOUS, message(100, 100))

    contiguous.place(message(101, 105))

    assert contiguous.last == 100
