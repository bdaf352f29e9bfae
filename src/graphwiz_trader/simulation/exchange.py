"""Exchange: a whole venue as pure rules, with us and everybody else at it."""

from collections import deque
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Protocol

from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, Event, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.desk import OWN, Desk
from graphwiz_trader.simulation.floor import Dealt, Floor
from graphwiz_trader.simulation.line import Latency, Line
from graphwiz_trader.simulation.matching import MatchingBook, SelfTrade, VenueOrder
from graphwiz_trader.simulation.publication import Publication

_NONE = Nanos(0)
_LIMIT, _GTC = OrdType.LIMIT, TimeInForce.GTC


@value
class Terms:
    """
    What a venue charges, how far away it is, and how often it publishes its books.

    Fees are fractions of the notional, negative for a rebate. `entry` is our requests' way to
    the venue, `response` its reports' way back, `feed` its market data's.
    `publish_every` 0 publishes after every event; otherwise changes of a book go out together,
    at whole multiples of it.
    """

    maker_fee: Decimal = Decimal("0.0002")
    taker_fee: Decimal = Decimal("0.0005")
    entry: Latency = _NONE
    response: Latency = _NONE
    feed: Latency = _NONE
    publish_every: Nanos = _NONE
    self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST


class Crowd(Protocol):
    """Everybody else at a venue."""

    def next_ts(self) -> Nanos | None:
        """When they act next, never before they last did; None if never."""

    def act(self, exchange: "Exchange") -> None:
        """Act once, at the instant `next_ts` named, by `join` and `leave`."""


class Exchange:
    """
    A `SimulatedVenue` of several instruments.

    Ties at one instant: the crowd, then what is published, then arrivals of our requests.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        balances: Mapping[Asset, Decimal],
        start: Nanos,
        terms: Terms,
        crowd: Crowd | None = None,
    ) -> None:
        self.floor = Floor(
            instruments, {OWN: balances}, terms.maker_fee, terms.taker_fee, terms.self_trade
        )
        self.now = start
        self._crowd = crowd
        self._entry, self._feed = Line(terms.entry), Line(terms.feed)
        self._numbers = count(1)
        self._desk = Desk(self.floor, self._numbers, Line(terms.response))
        self._arrivals: deque[tuple[Nanos, OrderCommand]] = deque()
        self._publications = {
            name: Publication(name, book) for name, book in self.floor.books.items()
        }
        self._publish_every = terms.publish_every
        self._publish_at: Nanos | None = start
        self._opened = False
        self._told: list[Event] = []

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """What is traded here."""
        return self.floor.instruments

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self.floor.venue

    def next_ts(self) -> Nanos | None:
        """When the next thing happens here, or None while nothing can."""
        at = self._publish_at
        if self._crowd is not None:
            crowd = self._crowd.next_ts()
            if at is None or (crowd is not None and crowd < at):
                at = crowd
        if self._arrivals and (at is None or self._arrivals[0][0] < at):
            at = self._arrivals[0][0]
        return at

    def run_next(self) -> Sequence[Event]:
        """Let the next thing happen; return what the engine will hear of it."""
        at = self.next_ts()
        if at is None:
            return ()
        self.now = at
        self._told = self._desk.told = []
        if self._crowd is not None and self._crowd.next_ts() == at:
            self._crowd.act(self)
            self._changed(at)
        elif self._publish_at == at:
            self._publish()
        else:
            dealt = self._desk.take(self._arrivals.popleft()[1], at)
            if dealt is not None:
                self._report_trades(dealt)
            self._changed(Nanos(at + 1))
        return self._told

    def send(self, command: OrderCommand, now: Nanos) -> None:
        """Take *command* at our side at *now*; it arrives after the entry latency."""
        self._arrivals.append((Nanos(max(self.now, self._entry.arrival(now))), command))

    def join(
        self,
        account: str,
        instrument: InstrumentId,
        side: Side,
        price: Ticks,
        qty: Lots,
        *,
        time_in_force: TimeInForce = _GTC,
    ) -> VenueOrder:
        """Place a limit of the crowd's *account* now; it is not checked and locks nothing."""
        order = VenueOrder(
            next(self._numbers),
            instrument,
            account,
            side,
            _LIMIT,
            time_in_force,
            price,
            qty,
        )
        dealt = self.floor.place(order)
        if dealt is not None and dealt.match.fills:
            self._report_trades(dealt)
            self._desk.hear(dealt, self.now)
        return order

    def leave(self, order: VenueOrder) -> None:
        """Withdraw a working order of the crowd's now."""
        self.floor.cancel(order)

    def book(self, instrument: InstrumentId) -> MatchingBook:
        """Return the book of *instrument* as it is this moment."""
        return self.floor.books[instrument]

    def snapshot(self, instrument: InstrumentId) -> BookUpdate:
        """Return the published book of *instrument*, for one who subscribes now."""
        return self._publications[instrument].snapshot(self.now, self.now)

    def query(self, cl_ord_id: ClOrdId) -> ExecutionReport | None:
        """Return a STATUS report of our request *cl_ord_id*, None if it is not known."""
        return self._desk.status(cl_ord_id, self.now)

    def order(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Return our order *cl_ord_id*, working or closed, None if it is not known."""
        return self._desk.blotter.find(cl_ord_id)

    def working(self) -> tuple[VenueOrder, ...]:
        """Return our orders that may still fill, oldest first."""
        return self._desk.blotter.working

    def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills in *instrument* matched at *since* or later, oldest first."""
        return self._desk.blotter.fills(instrument, since)

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what we own here, by asset."""
        ours = self.floor.accounts[OWN]
        return tuple(
            BalanceReport(self.now, self.venue, asset, ours.total(asset), ours.free(asset))
            for asset in ours.assets
        )

    def _report_trades(self, dealt: Dealt) -> None:
        ts = self._feed.arrival(self.now)
        for fill in dealt.match.fills:
            taker = fill.taker
            self._told.append(
                Trade(ts, self.now, taker.instrument, taker.side, fill.price, fill.qty)
            )

    def _changed(self, earliest: Nanos) -> None:
        """See to it that changes are published, now or at the next multiple from *earliest* on."""
        if self._publish_at is not None:
            return
        every = self._publish_every
        if every:
            self._publish_at = Nanos(-(-earliest // every) * every)
        else:
            self._publish()

    def _publish(self) -> None:
        ts = self._feed.arrival(self.now)
        self._publish_at = None
        if not self._opened:
            self._opened = True
            self._told.extend(p.opening(ts, self.now) for p in self._publications.values())
            return
        for name, book in self.floor.books.items():
            if book.touched:
                message = self._publications[name].changes(ts, self.now)
                if message is not None:
                    self._told.append(message)
