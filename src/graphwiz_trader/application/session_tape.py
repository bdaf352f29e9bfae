"""
SessionTape: a live session as a backtest can run it again.

Its market data as tapes, one for each venue, since clocks are a venue's; everything else it was
told and did not bring about itself; and how long its requests and answers took.
"""

from array import array
from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from graphwiz_trader.application.fates import Fates
from graphwiz_trader.application.live_run import PAPER
from graphwiz_trader.application.market import NEVER
from graphwiz_trader.application.own_size import OwnSize
from graphwiz_trader.application.session_columns import SessionColumns
from graphwiz_trader.application.trips import Trips
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookUpdate,
    CancelReject,
    Event,
    InstrumentUpdated,
    RunStarted,
    Shutdown,
    SubmitUnknown,
    TapeMessage,
    TimerFired,
    Trade,
)
from graphwiz_trader.domain.facts import FillBooked, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport, Liquidity
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, Int64s, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.measured import Ways

Timer = tuple[str, str, Nanos]
"""Whose, of which name, and when it was due."""

_ANSWERS = (ExecutionReport, CancelReject, SubmitUnknown, TimerFired)
"""What the engine brought about itself, or its venues in answer to it: it is simulated."""

_ZERO = Decimal(0)


@value
class Charged:
    """What a venue charged in all: fees and the notional they are of, by liquidity."""

    fees: Mapping[Liquidity, Decimal]
    notional: Mapping[Liquidity, Decimal]

    def rate(self, liquidity: Liquidity) -> Decimal | None:
        """Return the fee as a fraction of the notional, None where nothing was charged on."""
        whole = self.notional.get(liquidity, _ZERO)
        return self.fees[liquidity] / whole if whole else None


@value
class SessionTape:
    """
    What of a session is run again.

    Attributes:
        tapes: The market data of each venue, in the order of its instruments.
        markets: The same without what of them was ours: what venues are made of.
        steps: For every step its tape, or −1, and the message's number there, or that of the
            event in `told`; shape (n, 2).
        told: The other events, in order.
        balances: What the accounts held before the first order.
        ways: How long requests and answers took, by venue.
        timers: When each timer came that was due.
        charged: Fees, by venue.
        end: The last instant.
        restarts: How often the engine started again.
        disturbed: When something first changed the accounts that is not run again.
    """

    started: RunStarted
    tapes: tuple[Tape, ...]
    markets: tuple[Tape, ...]
    steps: Int64s
    told: tuple[Event, ...]
    balances: tuple[BalanceReport, ...]
    ways: Mapping[Venue, Ways]
    timers: Mapping[Timer, Nanos]
    charged: Mapping[Venue, Charged]
    end: Nanos
    restarts: int
    disturbed: Nanos

    @property
    def is_stopped(self) -> bool:
        """Whether the session was ended in order."""
        return any(isinstance(event, Shutdown) for event in self.told)


class SessionBuilder:
    """Gathers a `SessionTape` from a journal that *started* begins; `fates` are its orders."""

    def __init__(self, started: RunStarted) -> None:
        self._started = started
        self.fates = Fates()
        self._known = {each.id: each for each in started.instruments}
        venues = dict.fromkeys(each.venue for each in started.instruments)
        self._place = {venue: place for place, venue in enumerate(venues)}
        self._columns = {venue: SessionColumns(self._of(venue)) for venue in venues}
        self._steps = array("q")
        self._told: list[Event] = []
        self._balances: dict[tuple[Venue, Asset], BalanceReport] = {}
        self._own = OwnSize()
        self._trips = Trips(self._known, as_heard=started.mode == PAPER)
        self._timers: dict[Timer, Nanos] = {}
        self._due: dict[tuple[str, str], Nanos] = {}
        self._fees: dict[tuple[Venue, Liquidity], Decimal] = {}
        self._notional: dict[tuple[Venue, Liquidity], Decimal] = {}
        self._now = Nanos(0)
        self._restarts = -1
        self._disturbed = NEVER

    def feed(self, event: Event, outcome: Outcome, _: Nanos) -> None:
        """
        Take in a step.

        Raises:
            DataError: it refers to a tape, or changes the grid of an instrument.
        """
        if isinstance(event, TapeMessage):
            raise DataError(f"{self._started.run} refers to tapes: it is no live session")
        self._now = now = Nanos(max(self._now, event.ts))
        if isinstance(event, BookUpdate | Trade):
            self._market(event, now)
        elif isinstance(event, BalanceReport):
            if self.fates.orders:
                self._disturb(now)
            else:
                self._balances[(event.venue, event.asset)] = event
        elif isinstance(event, TimerFired):
            due = self._due.get((event.owner, event.name))
            if due is not None:
                self._timers[(event.owner, event.name, due)] = now
        elif not isinstance(event, _ANSWERS):
            self._tell(event)
        self.fates.feed(outcome, now)
        self._own.feed(event, outcome)
        self._trips.feed(event, outcome, now)
        self._note(outcome)

    def build(self) -> SessionTape:
        """
        Return the session.

        Raises:
            DataError: it holds no market data, such as when that was deleted.
        """
        tapes = tuple(columns.tape(venue) for venue, columns in self._columns.items())
        if not any(len(tape) for tape in tapes):
            raise DataError(
                f"{self._started.run} holds no market data: its market segments are gone, or"
                " nothing was received"
            )
        charged = {
            venue: Charged(
                {kind: sum_ for (where, kind), sum_ in self._fees.items() if where == venue},
                {kind: sum_ for (where, kind), sum_ in self._notional.items() if where == venue},
            )
            for venue in self._place
        }
        return SessionTape(
            self._started,
            tapes,
            tapes if self._started.mode == PAPER else self._own.taken_out(tapes),
            np.array(self._steps, np.int64).reshape(-1, 2),
            tuple(self._told),
            tuple(self._balances.values()),
            {tape.instruments[0].venue: self._trips.ways(tape) for tape in tapes},
            self._timers,
            charged,
            self._now,
            max(self._restarts, 0),
            self._disturbed,
        )

    def _of(self, venue: Venue) -> tuple[Instrument, ...]:
        return tuple(each for each in self._started.instruments if each.venue == venue)

    def _market(self, event: BookUpdate | Trade, now: Nanos) -> None:
        venue = self._known[event.instrument].venue
        message = self._columns[venue].add(event, now)
        self._steps.extend((self._place[venue], message))

    def _tell(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._restarts += 1
            if self._restarts:
                self._disturb(self._now)
        elif isinstance(event, InstrumentUpdated):
            self._check_grid(event.instrument)
        self._steps.extend((-1, len(self._told)))
        self._told.append(event)

    def _disturb(self, now: Nanos) -> None:
        self._disturbed = min(self._disturbed, now)

    def _check_grid(self, now: Instrument) -> None:
        before = self._known[now.id]
        if (before.tick_size, before.lot_size) != (now.tick_size, now.lot_size):
            raise DataError(
                f"{now.id} changed its grid from {before.tick_size} and {before.lot_size} to"
                f" {now.tick_size} and {now.lot_size}: the session has no one tape"
            )

    def _note(self, outcome: Outcome) -> None:
        for command in outcome.commands:
            if isinstance(command, SetTimer):
                self._due[(command.owner, command.name)] = Nanos(max(command.at, self._now))
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                instrument = self._known[fact.instrument]
                key = (instrument.venue, fact.liquidity)
                self._fees[key] = self._fees.get(key, _ZERO) + fact.fee
                notional = instrument.notional(fact.price, fact.qty)
                self._notional[key] = self._notional.get(key, _ZERO) + notional
