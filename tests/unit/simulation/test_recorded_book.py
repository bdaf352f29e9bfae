from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recorded_book import AT_ONCE, RecordedBook
from graphwiz_trader.simulation.recording import Recording
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.simulation.scan import AGGRESSOR, HEAD, LOTS, NEXT, NEXT_TS, PRICE, REACHED
from graphwiz_trader.testing import make
from graphwiz_trader.testing.recording import Message, change, recording, snapshot, trade

A, B = (make.instrument(InstrumentId(f"{base}/USDT@tape"), "1", "1") for base in "AB")
FAR = 1 << 20


def test_a_book_far_wider_than_its_window_is_kept_whole() -> None:
    asks = {FAR + 3 * tick: tick + 1 for tick in range(2000)}
    bids = {tick + 1: 1 for tick in range(0, 60_000, 40)}
    book = RecordedBook(recording(A, snapshot(0, bids, asks), change(1, {70_000: 2})))

    book.catch_up(Nanos(1))

    assert dict(book.offers(Side.SELL)) == asks
    assert list(book.offers(Side.BUY)) == sorted({**bids, 70_000: 2}.items(), reverse=True)


def test_a_message_that_outgrows_the_book_is_met_as_one() -> None:
    deep = {FAR + 3 * tick: tick + 1 for tick in range(2000)}
    messages = [snapshot(0, {10: 5}, {20: 5}), change(1, {10: 3}, deep), trade(2, Side.SELL, 9, 4)]
    book = RecordedBook(recording(A, *messages))
    own = np.array([1, 10, -1, 20], np.int64)

    first, second = (book.meet(message, own, 10, 20) for message in (1, 2))

    assert (first[NEXT], first[NEXT_TS], first[REACHED], first[AGGRESSOR]) == (2, 2, 0, 0)
    assert first[HEAD:] == [5, 3, 1, 5, 5, 0]
    assert (second[NEXT], second[NEXT_TS]) == (3, -1)
    assert (second[AGGRESSOR], second[PRICE], second[LOTS]) == (-1, 9, 4)
    assert dict(book.offers(Side.SELL)) == {20: 5, **deep}


def test_columns_that_compiled_code_would_misread_are_refused() -> None:
    right = recording(A, snapshot(0, {10: 5}, {20: 5}))

    with pytest.raises(DomainError, match="found a column of int32"):
        Recording(A, right.rows, right.first.astype(np.int32), right.last, right.flags, right.ts)


def test_what_matters_is_found_however_far_ahead_it_is() -> None:
    quiet = [change(1 + i, {5: i % 7 + 1}) for i in range(3 * AT_ONCE)]
    venue = venue_of(A, [snapshot(0, {10: 5}, {20: 5}), *quiet, trade(5000, Side.SELL, 9, 1)])
    venue.send(order(A, "a", Side.BUY, 10, 2), Nanos(1))

    steps, fills = 0, []
    while venue.next_ts() is not None:
        steps += 1
        fills += [e for e in venue.run_next() if isinstance(e, ExecutionReport) and e.last_qty]

    assert [(fill.ts_venue, fill.last_qty) for fill in fills] == [(5000, 2)]
    assert steps <= 5


def test_two_instruments_share_one_account_and_one_order_of_time() -> None:
    venue = ReplayVenue(
        {
            A.id: recording(A, snapshot(0, {10: 5}, {20: 5}), trade(9, Side.SELL, 9, 1)),
            B.id: recording(B, snapshot(0, {10: 5}, {20: 5}), trade(7, Side.SELL, 9, 1)),
        },
        {Asset("USDT"): Decimal(25)},
        FeeSchedule(0, 0),
        ConstantLatency(Nanos(0), Nanos(0)),
        queue_model("risk_averse"),
    )
    for name, instrument in (("a", A), ("b", B), ("c", B)):
        venue.send(order(instrument, name, Side.BUY, 10, 1), Nanos(1))

    heard = []
    while venue.next_ts() is not None:
        heard += [e for e in venue.run_next() if isinstance(e, ExecutionReport)]

    told = [(e.cl_ord_id, e.exec_type.value, e.ts_venue) for e in heard]
    assert told == [
        ("a", "NEW", 1),
        ("b", "NEW", 1),
        ("c", "REJECTED", 1),
        ("b", "TRADE", 7),
        ("a", "TRADE", 9),
    ]


def venue_of(instrument: Instrument, messages: Sequence[Message]) -> ReplayVenue:
    return ReplayVenue(
        {instrument.id: recording(instrument, *messages)},
        {Asset("USDT"): Decimal(1_000_000)},
        FeeSchedule(0, 0),
        ConstantLatency(Nanos(0), Nanos(0)),
        queue_model("risk_averse"),
    )


def order(instrument: Instrument, name: str, side: Side, price: int, qty: int) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        instrument.id,
        side,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(price),
        Lots(qty),
    )
