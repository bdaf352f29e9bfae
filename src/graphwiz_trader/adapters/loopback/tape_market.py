"""TapeMarket: a venue that plays one tape, from now on, with our orders laid over it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.domain.commands import OrderCommand
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, CancelReject, Event
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.exchange import Terms
from graphwiz_trader.simulation.fees import BPS, FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import recordings
from graphwiz_trader.simulation.replay import INSUFFICIENT_BALANCE, POST_ONLY, ReplayVenue

_NONE = Nanos(0)
_WORDS = {INSUFFICIENT_BALANCE: "insufficient balance", POST_ONLY: "order would take"}


class TapeMarket:
    """
    Publishes what was recorded, moved to begin at *start*, under sequence numbers of its own.

    Our orders fill as in a backtest (`ReplayVenue`); they are not shown in the published books.
    After the last message the market stands still.

    Raises:
        DomainError: the tape is empty, of several venues, or of something else than spot.
    """

    def __init__(
        self, tape: Tape, balances: Mapping[Asset, Decimal], start: Nanos, terms: Terms
    ) -> None:
        odd = [each.id for each in tape.instruments if each.kind is not Kind.SPOT]
        if odd or not len(tape):
            raise DomainError(f"tape {tape.name}: {odd or 'nothing'} in it, expected spot data")
        self.now = start
        self.instruments: Mapping[InstrumentId, Instrument] = {
            each.id: each for each in tape.instruments
        }
        self._tape = tape
        self._shift = start - int(tape.ts[0])
        self._message = 0
        self._seq = dict.fromkeys(self.instruments, 0)
        self._orders = ReplayVenue(
            recordings([tape]),
            balances,
            FeeSchedule(terms.maker_fee * BPS, terms.taker_fee * BPS),
            ConstantLatency(_NONE, _NONE),
            queue_model("risk_averse"),
            self_trade=terms.self_trade,
        )

    @property
    def venue(self) -> Venue:
        """Whose data it is."""
        return self._orders.venue

    def next_ts(self) -> Nanos | None:
        """When the next message is due, or the next thing happens to our orders."""
        market, ours = self._due()
        times = [at for at in (market, ours) if at is not None]
        return min(times) if times else None

    def run_next(self) -> Sequence[Event]:
        """Publish a message, or let our orders meet the market; data first where both are due."""
        market, ours = self._due()
        if market is not None and (ours is None or market <= ours):
            self.now = max(self.now, market)
            return (self._published(),)
        if ours is None:
            return ()
        self.now = max(self.now, ours)
        return [self._moved(event) for event in self._orders.run_next()]

    def send(self, command: OrderCommand, now: Nanos) -> None:
        """Take a request, which arrives at once."""
        self._orders.send(command, Nanos(now - self._shift))

    def order(self, cl_ord_id: ClOrdId) -> VenueOrder | None:
        """Return our order of that id, None if it is not known."""
        return self._orders.order(cl_ord_id)

    def working(self) -> tuple[VenueOrder, ...]:
        """Return our orders that may still fill."""
        return self._orders.working()

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what we own here."""
        ledger = self._orders.ledger
        return tuple(
            BalanceReport(self.now, self.venue, asset, ledger.total(asset), ledger.free(asset))
            for asset in ledger.assets
        )

    def _due(self) -> tuple[Nanos | None, Nanos | None]:
        market = None
        if self._message < len(self._tape):
            market = Nanos(int(self._tape.ts[self._message]) + self._shift)
        ours = self._orders.next_ts()
        return market, None if ours is None else Nanos(max(ours + self._shift, self.now))

    def _published(self) -> Event:
        event = self._tape.event(self._message)
        self._message += 1
        if not isinstance(event, BookUpdate):
            return evolve(event, ts=self.now, ts_venue=self.now)
        before = self._seq[event.instrument]
        last = self._seq[event.instrument] = before + max(1, event.last - event.first)
        return evolve(
            event,
            ts=self.now,
            ts_venue=self.now,
            first_seq=before + 1,
            last_seq=last,
            prev_seq=before,
        )

    def _moved(self, event: Event) -> Event:
        """Return a report of the recording's time in ours."""
        if isinstance(event, ExecutionReport):
            text = _WORDS.get(event.text, event.text)
            return evolve(event, ts=self.now, ts_venue=self.now, text=text)
        return evolve(event, ts=self.now) if isinstance(event, CancelReject) else event
