"""LiveVenue: what it does to our orders is what a recording of the same market does."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import CancelOrder, OrderCommand, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookGap, BookUpdate, CancelReject, Event, FeedDown, Trade
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import ExecutionReport, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE
from graphwiz_trader.domain.units import Asset, ClOrdId, Lots, Nanos, StrategyId, Ticks, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.live import LiveVenue
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.testing import make
from graphwiz_trader.testing.recording import Message, change, recording, snapshot, trade

A = make.instrument("A/USDT@tape", "1", "1")
BALANCES = {Asset("USDT"): Decimal(1_000_000), Asset("A"): Decimal(1_000)}
FEES = FeeSchedule(Decimal(2), Decimal(5))
LATENCY = ConstantLatency(Nanos(4), Nanos(6))


def order(
    name: str, side: Side, price: int, qty: int, tif: TimeInForce = TimeInForce.GTC
) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        A.id,
        side,
        OrdType.LIMIT,
        tif,
        Ticks(price),
        Lots(qty),
    )


def events(recorded: Recording) -> list[BookUpdate | Trade]:
    """The messages of a recording as a feed tells them."""
    found: list[BookUpdate | Trade] = []
    for i in range(len(recorded)):
        ts, first, last = Nanos(int(recorded.ts[i])), int(recorded.first[i]), int(recorded.last[i])
        rows = recorded.rows
        if recorded.flags[i] == TRADE:
            side, tick, lots = (int(c[first]) for c in (rows.side, rows.ticks, rows.lots))
            found.append(Trade(ts, ts, A.id, Side(side), Ticks(tick), Lots(lots)))
        else:
            is_whole = recorded.flags[i] == SNAPSHOT
            found.append(BookUpdate(ts, ts, A.id, rows, first, last, snapshot=bool(is_whole)))
    return found


def live() -> LiveVenue:
    return LiveVenue([A], BALANCES, FEES, LATENCY, queue_model("risk_averse"))


def told_live(messages: Sequence[Message], sent: Sequence[tuple[int, OrderCommand]]) -> list[Event]:
    """Let the market and our requests happen in order of time, as a paper venue does."""
    venue = live()
    told: list[Event] = []
    market = events(recording(A, *messages))
    waiting = list(sent)
    for event in [*market, None]:
        until = 1 << 60 if event is None else event.ts
        while True:
            due = venue.next_ts()
            if waiting and waiting[0][0] < until and (due is None or waiting[0][0] <= due):
                ts, command = waiting.pop(0)
                venue.send(command, Nanos(ts))
            elif due is not None and due < until:
                told += venue.run_next()
            else:
                break
        if event is not None:
            told += venue.hear(event)
    return told


def told_recorded(
    messages: Sequence[Message], sent: Sequence[tuple[int, OrderCommand]]
) -> list[Event]:
    venue = ReplayVenue(
        {A.id: recording(A, *messages)}, BALANCES, FEES, LATENCY, queue_model("risk_averse")
    )
    told: list[Event] = []
    for ts, command in sent:
        while (due := venue.next_ts()) is not None and due < ts:
            told += venue.run_next()
        venue.send(command, Nanos(ts))
    while venue.next_ts() is not None:
        told += venue.run_next()
    return told


def market(chance: Chance) -> list[Message]:
    """A book that breathes around 100, and trades on it; nothing at an odd instant."""
    messages = [snapshot(0, {99: 20, 98: 20}, {101: 20, 102: 20})]
    for i in range(1, 150):
        ts, draw = 10 * i, chance.unit()
        level = {95 + chance.below(5): chance.below(15)}
        above = {101 + chance.below(5): chance.below(15)}
        if draw < 0.05:
            messages.append(snapshot(ts, {99: 5, 97: 9}, {101: 5, 103: 9}))
        elif draw < 0.45:
            messages.append(change(ts, level))
        elif draw < 0.85:
            messages.append(change(ts, None, above))
        else:
            side = chance.choice((Side.BUY, Side.SELL))
            tick = 100 + side * (1 + chance.below(3))
            messages.append(trade(ts, side, tick, 1 + chance.below(9)))
    return messages


def requests(chance: Chance) -> list[tuple[int, OrderCommand]]:
    sent: list[tuple[int, OrderCommand]] = []
    for i in range(40):
        ts, draw = 15 + 31 * i, chance.unit()
        ts += ts % 2 == 0
        before = ClOrdId(f"o{chance.below(i + 1)}")
        if draw < 0.2:
            sent.append((ts, CancelOrder(before, A.id)))
        elif draw < 0.35:
            price, qty = Ticks(94 + chance.below(13)), Lots(1 + chance.below(9))
            sent.append((ts, ReplaceOrder(ClOrdId(f"o{i}"), before, A.id, price, qty)))
        else:
            side = chance.choice((Side.BUY, Side.SELL))
            tif = chance.choice((TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC))
            size = 1 + chance.below(9)
            sent.append((ts, order(f"o{i}", side, 94 + chance.below(13), size, tif)))
    return sent


@pytest.mark.parametrize("seed", range(40))
def test_a_live_market_treats_us_as_its_recording_does(seed: int) -> None:
    chance = Chance(seed)
    messages, sent = market(chance), requests(chance)

    found, expected = told_live(messages, sent), told_recorded(messages, sent)

    assert found == expected
    assert any(isinstance(event, ExecutionReport) and event.last_qty for event in found)


def test_what_we_took_is_gone_until_the_level_changes() -> None:
    messages = [snapshot(0, {99: 5}, {101: 5}), change(100, {98: 1}), change(200, None, {101: 4})]
    sent = [(11 + 100 * i, order(f"o{i}", Side.BUY, 101, 5, TimeInForce.IOC)) for i in range(3)]

    fills = [e for e in told_live(messages, sent) if isinstance(e, ExecutionReport) and e.last_qty]

    assert [(fill.cl_ord_id, fill.last_qty) for fill in fills] == [("o0", 5), ("o2", 4)]


@pytest.mark.parametrize(
    "lost", [BookGap(Nanos(50), A.id, "lost"), FeedDown(Nanos(50), Venue("tape"), "lost")]
)
def test_nothing_trades_on_a_lost_book_until_a_snapshot(lost: Event) -> None:
    venue = live()
    whole = events(recording(A, snapshot(0, {99: 5}, {101: 5}), snapshot(100, {99: 5}, {101: 5})))
    texts = []
    for name, event in (("a", whole[0]), ("b", lost), ("c", whole[1])):
        venue.hear(event)
        venue.send(order(name, Side.BUY, 101, 1), Nanos(event.ts + 1))  # type: ignore[union-attr] # none is a reference
        first = venue.run_next()[0]
        assert isinstance(first, ExecutionReport)
        texts.append(first.text)

    assert texts == ["", "NO_BOOK", ""]


def test_the_account_can_be_asked_for() -> None:
    venue = live()
    venue.hear(events(recording(A, snapshot(0, {99: 5}, {101: 5})))[0])
    for name, price in (("a", 101), ("b", 99)):
        venue.send(order(name, Side.BUY, price, 5), Nanos(1))
    told: list[Event] = []
    while venue.next_ts() is not None:
        told += venue.run_next()

    found = venue.query(ClOrdId("a"))
    assert found is not None
    assert (found.ord_status, found.cum_qty) == (OrdStatus.FILLED, 5)
    assert venue.query(ClOrdId("never")) is None
    assert [one.cl_ord_id for one in venue.working()] == ["b"]
    assert list(venue.fills(A.id, Nanos(0))) == [
        e for e in told if isinstance(e, ExecutionReport) and e.last_qty
    ]
    assert venue.fills(A.id, Nanos(99)) == ()
    totals = {balance.asset: balance.total for balance in venue.balances()}
    assert totals[Asset("A")] == 1_005
    assert not any(isinstance(event, CancelReject) for event in told)


def test_an_order_of_an_earlier_life_is_remembered_as_canceled() -> None:
    venue = live()
    known = Order(
        ClOrdId("old"),
        StrategyId("s"),
        A.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(99),
        Lots(5),
        Nanos(0),
    )
    known.cum_qty = Lots(2)

    venue.remember(known)

    found = venue.query(ClOrdId("old"))
    assert found is not None
    assert (found.ord_status, found.cum_qty) == (OrdStatus.CANCELED, 2)
    assert venue.working() == ()


def test_a_new_grid_is_filled_on_and_the_old_book_is_forgotten() -> None:
    venue = live()
    fine = evolve(A, tick_size=A.tick_size / 10, lot_size=A.lot_size / 10)
    for event in events(recording(A, snapshot(0, {99: 20}, {101: 20}))):
        venue.hear(event)

    venue.regrid(fine)
    venue.send(order("a1", Side.BUY, 1010, 15, TimeInForce.IOC), Nanos(10))
    before = told_by(venue)
    for event in events(recording(fine, snapshot(20, {990: 200}, {1010: 200}))):
        venue.hear(event)
    venue.send(order("a2", Side.BUY, 1010, 15, TimeInForce.IOC), Nanos(30))
    after = told_by(venue)

    assert not any(e.last_qty for e in before if isinstance(e, ExecutionReport))
    fills = [e for e in after if isinstance(e, ExecutionReport) and e.last_qty]
    assert [(fill.last_px, fill.last_qty) for fill in fills] == [(1010, 15)]
    assert venue.ledger.total(Asset("A")) == Decimal("1001.5")


def test_a_grid_does_not_change_under_what_works() -> None:
    venue = live()
    for event in events(recording(A, snapshot(0, {99: 20}, {101: 20}))):
        venue.hear(event)
    venue.send(order("a1", Side.BUY, 98, 1), Nanos(10))
    told_by(venue)

    with pytest.raises(DomainError, match="orders work"):
        venue.regrid(evolve(A, tick_size=A.tick_size * 2))


def told_by(venue: LiveVenue) -> list[Event]:
    """What comes of all that is under way."""
    told: list[Event] = []
    while venue.next_ts() is not None:
        told += venue.run_next()
    return told
