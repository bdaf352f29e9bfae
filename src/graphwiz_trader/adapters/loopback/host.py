"""Host: one simulated exchange as its venue runs it, and who listens to what happens there."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from graphwiz_trader.adapters.loopback.ladder import Change, Ladder, Touch
from graphwiz_trader.adapters.loopback.prints import Aggregate, Print, Prints
from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, CancelReject, Event, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    ClOrdId,
    InstrumentId,
    Nanos,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.matching import VenueOrder

BOOK_INTERVAL = Nanos(100 * MILLISECOND)
"""How often the gathered changes of a book are told."""


class Market(Protocol):
    """A venue as rules: an `Exchange`, or a recording with our orders laid over it."""

    now: Nanos

    @property
    def venue(self) -> Venue:
        """Its name."""

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """What is traded here."""

    def next_ts(self) -> Nanos | None:
        """When the next thing happens, None if nothing will."""

    def run_next(self) -> Sequence[Event]:
        """Let it happen; return what is told."""

    def send(self, command: OrderCommand, now: Nanos) -> None:
        """Take a request, which arrives at once."""

    def order(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Return our order of that id, None if it is not known."""

    def working(self) -> tuple[VenueOrder, ...]:
        """Return our orders that may still fill."""

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what we own here."""


class Listener:
    """Who is told what happens at a venue, in the order in which it happens; hears nothing."""

    def on_touch(self, touch: Touch) -> None:
        """The best prices, after every message of the exchange that changed them."""

    def on_change(self, change: Change) -> None:
        """What has changed in a book since the interval before."""

    def on_prints(self, prints: Sequence[Print], aggregates: Sequence[Aggregate]) -> None:
        """The trades of one instrument at one instant."""

    def on_report(self, report: ExecutionReport | CancelReject) -> None:
        """The exchange's word on one of our orders."""

    def on_second(self, now: Nanos) -> None:
        """A second of the venue's time has passed."""


class Host:
    """
    Runs a `Market` that knows no latency and publishes after every event.

    Time moves only by `advance`; whoever asks something advances it to now before.
    """

    def __init__(self, exchange: Market, interval: Nanos = BOOK_INTERVAL) -> None:
        self.exchange = exchange
        self.instruments: dict[InstrumentId, Instrument] = dict(exchange.instruments)
        self.ladders = {name: Ladder(name) for name in self.instruments}
        self.prints = {name: Prints(name, exchange.now) for name in self.instruments}
        self.listeners: list[Listener] = []
        self._interval = interval
        self._flush_at = Nanos(exchange.now + interval)

    @property
    def venue(self) -> Venue:
        """Its name."""
        return self.exchange.venue

    @property
    def now(self) -> Nanos:
        """The instant up to which things have happened."""
        return self.exchange.now

    def next_ts(self) -> Nanos:
        """When something happens next."""
        at = self.exchange.next_ts()
        return self._flush_at if at is None else min(at, self._flush_at)

    def advance(self, now: Nanos) -> None:
        """Let everything happen that is due at *now*."""
        while self.next_ts() <= now:
            self._run_next()

    def request(self, command: OrderCommand, now: Nanos) -> None:
        """Send *command* at *now*, and let the exchange answer it at once."""
        self.advance(now)
        self.exchange.send(command, now)
        at = Nanos(max(now, self.exchange.now))
        self.advance(at)

    def _run_next(self) -> None:
        at = self.exchange.next_ts()
        if at is None or at > self._flush_at:
            self._flush()
        else:
            self._tell(self.exchange.run_next())

    def _tell(self, events: Sequence[Event]) -> None:
        prints: dict[InstrumentId, list[Print]] = {}
        for event in events:
            if isinstance(event, Trade):
                made = self.prints[event.instrument].add(event)
                prints.setdefault(event.instrument, []).append(made)
        for name, made_here in prints.items():
            aggregates = self.prints[name].aggregated(made_here)
            for listener in self.listeners:
                listener.on_prints(made_here, aggregates)
        for event in events:
            if isinstance(event, BookUpdate):
                self._apply(event)
            elif isinstance(event, ExecutionReport | CancelReject):
                for listener in self.listeners:
                    listener.on_report(event)

    def _apply(self, update: BookUpdate) -> None:
        ladder = self.ladders[update.instrument]
        before = ladder.touch
        after = ladder.apply(update)
        if not ladder.seq:
            self.prints[update.instrument].open(Ticks(after.bid))
            self._tell_change(ladder, update.ts_venue)
        best = (after.bid, after.bid_qty, after.ask, after.ask_qty)
        if best != (before.bid, before.bid_qty, before.ask, before.ask_qty):
            for listener in self.listeners:
                listener.on_touch(after)

    def _flush(self) -> None:
        at = self._flush_at
        self._flush_at = Nanos(at + self._interval)
        for ladder in self.ladders.values():
            self._tell_change(ladder, at)
        if at // SECOND > (at - self._interval) // SECOND:
            for listener in self.listeners:
                listener.on_second(at)

    def _tell_change(self, ladder: Ladder, at: Nanos) -> None:
        change = ladder.flush(at)
        if change is not None:
            for listener in self.listeners:
                listener.on_change(change)
