"""
The replay venue beside a plain reading of its rules, which looks at every message and every row.

The venue skips what cannot matter, catches up in compiled loops and jumps to snapshots; none of
that may be seen in what it fills.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphwiz_trader.domain.commands import CancelAll, CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import Place, QueueModel, queue_model
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.testing.recording import Message, recording

BASE, QUOTE = Asset("A"), Asset("B")
SYMBOL = InstrumentId("A/B@tape")
INSTRUMENT = Instrument(SYMBOL, BASE, QUOTE, Decimal("0.01"), Decimal("0.001"))
MAKER_BPS, TAKER_BPS = Decimal("-0.5"), Decimal("7.5")
START = {BASE: Decimal(1000), QUOTE: Decimal(1000)}
WINDOW = Nanos(4)
END = 1_000

Fill: TypeAlias = tuple[str, int, int, int]


@attrs.frozen
class Request:
    """Something we ask for at *ts*; *kind* is `cancel`, `replace` or how an order is meant."""

    ts: int
    name: str
    kind: str
    side: int
    price: int
    qty: int
    target: str


@attrs.define(eq=False)
class PlainOrder:
    """A resting order of the plain reading."""

    name: str
    side: int
    price: int
    left: int
    kind: str
    place: Place


class PlainVenue:
    """The rules, one after the other."""

    def __init__(self, queue: QueueModel) -> None:
        self.queue = queue
        self.book: dict[tuple[int, int], int] = {}
        self.taken: dict[tuple[int, int], list[int]] = {}
        self.horizon: dict[int, int] = {}
        self.has_begun = False
        self.orders: list[PlainOrder] = []
        self.fills: list[Fill] = []

    def left_at(self, level: tuple[int, int]) -> int:
        return max(self.book.get(level, 0) - self.taken.get(level, [0])[0], 0)

    def levels(self, side: int) -> list[int]:
        """Ticks of one side that are left for us, best first."""
        ticks = [tick for s, tick in self.book if s == side and self.left_at((s, tick))]
        return sorted(ticks, key=lambda tick: -side * tick)

    def ours(self, side: int) -> list[PlainOrder]:
        orders = [order for order in self.orders if order.side == side]
        return sorted(orders, key=lambda order: -side * order.price)

    def take(self, level: tuple[int, int], lots: int) -> None:
        self.taken.setdefault(level, [0, self.book[level]])[0] += lots

    def happen(self, message: Message) -> None:
        if message.flags == TRADE:
            self.trade(message)
            return
        before = dict(self.book)
        if message.flags == SNAPSHOT:
            self.has_begun = True
            self.book.clear()
        for side, tick, lots in message.rows:
            self.book[side, tick] = lots
            if lots == 0:
                del self.book[side, tick]
        self.forget(message)
        for order in self.orders:
            level = (order.side, order.price)
            if self.is_told(message, *level):
                order.place.change(before.get(level, 0), self.book.get(level, 0), message.ts)
        for side in (1, -1):
            for order in self.ours(side):
                self.cross(order, message.ts)

    def forget(self, message: Message) -> None:
        for level, (_, shown) in list(self.taken.items()):
            if message.flags == SNAPSHOT:
                updated = self.book.get(level, 0) != shown
            else:
                updated = any((side, tick) == level for side, tick, _ in message.rows)
            if updated:
                del self.taken[level]

    def is_told(self, message: Message, side: int, tick: int) -> bool:
        told = [t for s, t, lots in message.rows if s == side]
        if message.flags != SNAPSHOT:
            return tick in told
        shown = [t for s, t in self.book if s == side]
        return bool(shown) and side * tick >= min(side * t for t in shown)

    def trade(self, message: Message) -> None:
        ((aggressor, price, lots),) = message.rows
        left = float(lots)
        for order in self.ours(-aggressor):
            if order.side * (order.price - price) > 0:
                self.fill(order, message.ts, order.left)
            elif order.price == price:
                order.place.trade(left, message.ts)
                lots = min(order.place.excess(), order.left)
                if lots:
                    order.place.settle()
                    left -= lots
                    self.fill(order, message.ts, lots)

    def cross(self, order: PlainOrder, ts: int) -> None:
        lots = 0
        for tick in self.levels(-order.side):
            if order.side * (order.price - tick) >= 0 and lots < order.left:
                taken = min(order.left - lots, self.left_at((-order.side, tick)))
                self.take((-order.side, tick), taken)
                lots += taken
        if lots:
            self.fill(order, ts, lots)

    def fill(self, order: PlainOrder, ts: int, lots: int, price: int | None = None) -> None:
        self.fills.append((order.name, ts, order.price if price is None else price, lots))
        order.left -= lots
        if not order.left and order in self.orders:
            self.orders.remove(order)

    def ask(self, request: Request) -> None:
        target = next((order for order in self.orders if order.name == request.target), None)
        if request.kind == "cancel":
            if target:
                self.orders.remove(target)
        elif request.kind == "replace":
            if target and self.has_begun:
                self.replace(target, request)
        elif self.has_begun:
            self.enter(self.made(request, request.side, request.kind), request.ts)

    def made(self, request: Request, side: int, kind: str) -> PlainOrder:
        place = Place(self.queue, 0.0)
        return PlainOrder(request.name, side, request.price, request.qty, kind, place)

    def replace(self, old: PlainOrder, request: Request) -> None:
        order = self.made(request, old.side, old.kind)
        if order.kind == "LIMIT_MAKER" and self.would_take(order):
            return
        if order.price == old.price and order.left <= old.left:
            old.name, old.left = order.name, order.left
            return
        self.orders.remove(old)
        self.enter(order, request.ts)

    def would_take(self, order: PlainOrder) -> bool:
        opposite = [*self.levels(-order.side), *(o.price for o in self.ours(-order.side))]
        return any(order.side * (order.price - tick) >= 0 for tick in opposite)

    def enter(self, order: PlainOrder, ts: int) -> None:
        if order.kind == "LIMIT_MAKER" and self.would_take(order):
            return
        met = [
            tick
            for tick in self.levels(-order.side)
            if order.kind == "MARKET" or order.side * (order.price - tick) >= 0
        ]
        there = sum(self.left_at((-order.side, tick)) for tick in met)
        if order.kind == "FOK" and there < order.left:
            return
        reach = order.price
        if order.kind == "MARKET":
            reach = order.side * 10**9
        for tick in met:
            lots = min(order.left, self.left_at((-order.side, tick)))
            if lots and there >= order.left:
                reach = tick if lots == order.left else reach
            if lots:
                self.take((-order.side, tick), lots)
                self.fill(order, ts, lots, tick)
                there -= lots
        for mine in self.ours(-order.side):
            if order.side * (reach - mine.price) >= 0:
                self.orders.remove(mine)
        if order.left and order.kind in ("GTC", "LIMIT_MAKER"):
            order.place.front = float(self.left_at((order.side, order.price)))
            self.orders.append(order)


CHANGES = ("cancel", "replace")
MODELS = st.sampled_from(["risk_averse", "log", "pow2-3"])
LOTS, SIDES = st.integers(1, 4), st.sampled_from([1, -1])
BID, ASK = st.integers(1, 4), st.integers(3, 6)


def tick_of(draw: st.DrawFn, side: int, *, reach: int = 0) -> int:
    """Draw a price where *side* mostly stands, up to *reach* ticks nearer to the other."""
    tick = draw(BID if side > 0 else ASK)
    return tick + side * draw(st.integers(0, reach)) if reach else tick


@st.composite
def messages(draw: st.DrawFn) -> list[Message]:
    found, ts = [], 0
    for kind in "S" + draw(st.text("SCCTT", min_size=1, max_size=20)):
        ts += draw(st.integers(0, 3))
        if kind == "T":
            side = draw(SIDES)
            found.append(Message(ts, TRADE, [(-side, tick_of(draw, side), draw(LOTS))]))
            continue
        levels = {}
        for _ in range(draw(st.integers(1, 5))):
            side = draw(SIDES)
            lots = draw(LOTS) if kind == "S" else draw(st.integers(0, 4))
            levels[side, tick_of(draw, side)] = lots
        rows = [(side, tick, lots) for (side, tick), lots in levels.items()]
        found.append(Message(ts, SNAPSHOT if kind == "S" else 0, rows))
    return found


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    kinds = st.sampled_from(
        ["GTC", "GTC", "GTC", "LIMIT_MAKER", "LIMIT_MAKER", "IOC", "FOK", "MARKET", *CHANGES]
    )
    found, ts = [], draw(st.integers(0, 3))
    for number, kind in enumerate(draw(st.lists(kinds, min_size=1, max_size=12))):
        ts += draw(st.integers(0, 3))
        side = draw(SIDES)
        price = tick_of(draw, side, reach=0 if kind == "LIMIT_MAKER" else 2)
        target = f"o{draw(st.integers(0, max(number - 1, 0)))}"
        qty = draw(st.integers(1, 6))
        found.append(Request(ts, f"o{number}", kind, side, price, qty, target))
    return found


def commands(request: Request) -> SubmitOrder | ReplaceOrder | CancelOrder:
    name, price, qty = ClOrdId(request.name), Ticks(request.price), Lots(request.qty)
    if request.kind == "cancel":
        return CancelOrder(ClOrdId(request.target), SYMBOL)
    if request.kind == "replace":
        return ReplaceOrder(name, ClOrdId(request.target), SYMBOL, price, qty)
    ord_type, tif = {
        "GTC": (OrdType.LIMIT, TimeInForce.GTC),
        "IOC": (OrdType.LIMIT, TimeInForce.IOC),
        "FOK": (OrdType.LIMIT, TimeInForce.FOK),
        "LIMIT_MAKER": (OrdType.LIMIT_MAKER, TimeInForce.GTC),
        "MARKET": (OrdType.MARKET, TimeInForce.IOC),
    }[request.kind]
    side = Side(request.side)
    return SubmitOrder(name, StrategyId("s"), SYMBOL, side, ord_type, tif, price, qty)


def plainly(tape: Sequence[Message], asked: Sequence[Request], queue: QueueModel) -> list[Fill]:
    venue = PlainVenue(queue)
    waiting = list(tape)
    for request in asked:
        while waiting and waiting[0].ts <= request.ts:
            venue.happen(waiting.pop(0))
        venue.ask(request)
    for message in waiting:
        venue.happen(message)
    return venue.fills


def replayed(
    tape: Sequence[Message], asked: Sequence[Request], queue: QueueModel
) -> tuple[ReplayVenue, list[ExecutionReport]]:
    venue = ReplayVenue(
        {SYMBOL: recording(INSTRUMENT, *tape)},
        START,
        FeeSchedule(MAKER_BPS, TAKER_BPS),
        ConstantLatency(Nanos(0), Nanos(0)),
        queue,
    )
    reports: list[ExecutionReport] = []
    for request in asked:
        reports += run(venue, request.ts - 1)
        venue.send(commands(request), Nanos(request.ts))
    reports += run(venue, END)
    return venue, reports


def run(venue: ReplayVenue, until: int) -> Iterator[ExecutionReport]:
    while (ts := venue.next_ts()) is not None and ts <= until:
        yield from (e for e in venue.run_next() if isinstance(e, ExecutionReport))


def fills_of(reports: Sequence[ExecutionReport]) -> list[ExecutionReport]:
    return [report for report in reports if report.exec_type is ExecType.TRADE]


def agrees(tape: list[Message], asked: list[Request], model: str) -> None:
    queue = queue_model(model, WINDOW)

    _, reports = replayed(tape, asked, queue)

    found = [(r.cl_ord_id, r.ts_venue, r.last_px, r.last_qty) for r in fills_of(reports)]
    assert found == plainly(tape, asked, queue)


@settings(max_examples=300, deadline=None)
@given(messages(), requests(), MODELS)
def test_what_is_skipped_never_shows(tape: list[Message], asked: list[Request], model: str) -> None:
    agrees(tape, asked, model)


@pytest.mark.long
def test_what_is_skipped_never_shows_on_twenty_thousand_tapes(long_factor: float) -> None:
    many = settings(
        max_examples=max(int(20_000 * long_factor), 1),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    many(given(messages(), requests(), MODELS)(agrees))()


@settings(max_examples=100, deadline=None)
@given(messages(), requests())
def test_every_asset_is_conserved_and_nothing_stays_locked(
    tape: list[Message], asked: list[Request]
) -> None:
    venue, reports = replayed(tape, asked, queue_model("risk_averse"))
    venue.send(CancelAll(Venue("tape")), Nanos(END))
    list(run(venue, END))

    sides = {request.name: request.side for request in asked}
    for request in asked:
        if request.kind == "replace":
            sides[request.name] = sides[request.target]
    base, quote = START[BASE], START[QUOTE]
    for fill in fills_of(reports):
        side, notional = sides[fill.cl_ord_id], INSTRUMENT.notional(fill.last_px, fill.last_qty)
        assert fill.commission is not None
        base += side * INSTRUMENT.qty(fill.last_qty)
        quote -= side * notional + fill.commission.amount
    ledger = venue.ledger
    assert (ledger.total(BASE), ledger.total(QUOTE)) == (base, quote)
    assert (ledger.free(BASE), ledger.free(QUOTE)) == (base, quote)


@settings(max_examples=100, deadline=None)
@given(messages(), requests())
def test_no_order_fills_more_than_it_asked_for_and_every_one_ends_once(
    tape: list[Message], asked: list[Request]
) -> None:
    venue, reports = replayed(tape, asked, queue_model("risk_averse"))
    venue.send(CancelAll(Venue("tape")), Nanos(END))
    reports += run(venue, END)

    ends = {ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED}
    replaced = {r.cl_ord_id for r in reports if r.exec_type is ExecType.REPLACED}
    gone = {q.target for q in asked if q.kind == "replace" and q.name in replaced}
    for request in asked:
        mine = [report for report in reports if report.cl_ord_id == request.name]
        filled = sum(report.last_qty for report in mine)
        ended = sum(report.exec_type in ends for report in mine)
        if mine:
            assert filled <= request.qty
            assert ended + (filled == request.qty) + (request.name in gone) == 1
