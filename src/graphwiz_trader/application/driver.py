"""Driver: a simulation's loop: venues, latencies, timers and the engine in one order of time."""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from typing import Final, Protocol, TypeAlias, cast

from graphwiz_trader.application.market import NEVER, Message
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    Command,
    RaiseAlert,
    ReplaceOrder,
    SetTimer,
    SubmitOrder,
)
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookUpdate,
    Event,
    MarketEvent,
    RunStarted,
    TapeMessage,
    TimerFired,
    Trade,
)
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.digest import Digest
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.ports.journal import Journal
from graphwiz_trader.simulation.venue import SimulatedVenue

SLICES: Final = 200
"""How often a run says how far it is."""

RESPONSE: Final = 2
DATA: Final = 3
TIMER: Final = 4
"""At one instant: a venue's own data, arrivals, then these (strategies reference, §6)."""

# A union of types is made anew wherever it is written.
_OF_MARKET: Final = (BookUpdate, Trade)
_UNTIMED: Final = (RunStarted, BalanceReport, TapeMessage)
_OF_ONE_ORDER: Final = (SubmitOrder, ReplaceOrder, CancelOrder)

Late: TypeAlias = Callable[[SetTimer, Nanos], Nanos]
"""When a timer comes that is due at an instant: then, or later."""


class Market(Protocol):
    """
    Recorded messages still to come; `ts` is the instant of the next.

    A tape number below 0 says that the event is on no tape, whatever it is.
    """

    ts: Nanos

    def pop(self) -> Message:
        """Return the next message."""


class Watch(Protocol):
    """Follows a run; wants to hear of time once it reaches `due`."""

    @property
    def due(self) -> Nanos:
        """The next instant of interest."""

    def advance(self, now: Nanos) -> None:
        """Time reaches *now*, before the engine hears of it."""

    def feed(self, event: Event, outcome: Outcome) -> None:
        """A step led to something, or its event is not a market's."""


class Ahead(Protocol):
    """Takes in by itself what the engine need not be asked about."""

    def read(self, until: Nanos, journal: Journal) -> bool:
        """
        Take in messages before *until* as far as nothing comes of them, and journal them.

        Returns False where the engine must take in the next.
        """


class Driver:
    """
    Runs an engine against simulated venues until there is nothing left before *end*.

    Every step is journaled before its commands are routed; *watch* sees each after that.
    """

    def __init__(
        self,
        engine: Engine,
        venues: Mapping[Venue, SimulatedVenue],
        market: Market,
        journal: Journal,
        watch: Watch,
        late: Late | None = None,
    ) -> None:
        """*late* is for timers that were late in a session; without it none is."""
        self._engine = engine
        self._late = late
        self._venues = dict(venues)
        self._home: dict[InstrumentId, SimulatedVenue] = {
            name: self._venues[i.venue] for name, i in engine.state.instruments.items()
        }
        self._market = market
        self._journal = journal
        self._watch = watch
        self._digest = Digest()
        self._due: list[tuple[Nanos, int, int, Event]] = []
        self._timers: dict[tuple[str, str], Nanos] = {}
        self._pushed = 0
        self._venue_ts = NEVER
        self._next_venue: SimulatedVenue | None = None
        self.ahead: Ahead | None = None
        """Who reads ahead of the engine, if anybody does."""

    @property
    def digest(self) -> str:
        """The digest of what the journal kept of all steps so far, and of the state now."""
        return self._digest.finish(self._engine)

    def tell(self, event: Event) -> None:
        """Give the engine an event of our own: the start, balances, an operator, the end."""
        self._deliver(event)

    def play(
        self,
        opening: Iterable[Event],
        start: Nanos,
        end: Nanos,
        progress: Callable[[float], None],
    ) -> None:
        """Tell *opening*, then run from *start* to *end*, saying what share of that is over."""
        for event in opening:
            self.tell(event)
        for i in range(1, SLICES + 1):
            self.run(Nanos(start + (end - start) * i // SLICES))
            progress(i / SLICES)

    def run(self, end: Nanos) -> None:
        """Let everything happen that happens up to and including *end*."""
        market, due = self._market, self._due
        self._look_at_venues()
        while True:
            if self.ahead is not None:
                self._read(self.ahead, end)
            until = min(self._venue_ts, end + 1)
            if due:
                until = min(until, due[0][0] + (due[0][1] >= DATA))
            if market.ts < until:
                # Who reads ahead has a look after every instant.
                self._take(until if self.ahead is None else market.ts + 1)
                continue
            now = min(market.ts, due[0][0] if due else NEVER)
            if self._venue_ts <= now:
                if self._venue_ts > end:
                    return
                self._run_venue()
            elif now > end:
                return
            else:
                self._deliver_due()

    def _read(self, ahead: Ahead, end: Nanos) -> None:
        """Leave out what *ahead* can, before anything but the market happens."""
        market, watch, until = self._market, self._watch, min(self._venue_ts, end + 1)
        if self._due:
            ts, rank, _, _ = self._due[0]
            until = min(until, ts + (rank > DATA))
        while market.ts < until:
            if market.ts >= watch.due:
                watch.advance(market.ts)
            if not ahead.read(Nanos(min(until, watch.due)), self._journal):
                return

    def _run_venue(self) -> None:
        if self._next_venue is not None:
            self._push(self._next_venue.run_next())
            self._look_at_venues()

    def _push(self, events: Iterable[Event]) -> None:
        for event in events:
            rank = DATA if isinstance(event, _OF_MARKET) else RESPONSE
            self._pushed += 1
            heappush(self._due, (event.ts, rank, self._pushed, event))  # type: ignore[union-attr] # venues send no references

    def _look_at_venues(self) -> None:
        """Find which venue moves next; asked again only when one has moved or was sent to."""
        self._venue_ts, self._next_venue = NEVER, None
        for venue in self._venues.values():
            ts = venue.next_ts()
            if ts is not None and ts < self._venue_ts:
                self._venue_ts, self._next_venue = ts, venue

    def _deliver_due(self) -> None:
        ts, _, _, event = heappop(self._due)
        if isinstance(event, TimerFired):
            if self._timers.get((event.owner, event.name)) != ts:
                return
            del self._timers[(event.owner, event.name)]
        elif isinstance(event, _OF_MARKET):
            event = self._with_more(event, ts)
        self._deliver(event)

    def _with_more(self, event: MarketEvent, ts: Nanos) -> MarketEvent:
        """Mark *event* if another market event of its instant is waiting."""
        if not self._due or self._due[0][:2] != (ts, DATA):
            return event
        return evolve(event, more=True)

    def _take(self, until: int) -> None:
        """
        Give the engine the market's events before *until*, up to the first that leads to something.

        The journal keeps recorded ones by reference.
        """
        market, engine, journal, watch = self._market, self._engine, self._journal, self._watch
        due = watch.due
        while (ts := market.ts) < until:
            popped, tape, message = market.pop()
            if tape < 0:
                self._deliver(popped)
                return
            event = cast("MarketEvent", popped)
            if ts >= due:
                watch.advance(ts)
                due = watch.due
            outcome = engine.step(event)
            if outcome.commands or outcome.facts:
                entry = Entry(TapeMessage(tape, message, event.more), outcome)
                self._digest.add(journal.append(entry))
                self._carry_out(event, outcome)
                return
            journal.reference(tape, message, event.more)

    def _deliver(self, event: Event) -> None:
        if not isinstance(event, _UNTIMED):
            self._watch.advance(event.ts)
        outcome = self._engine.step(event)
        self._digest.add(self._journal.append(Entry(event, outcome)))
        self._carry_out(event, outcome)

    def _carry_out(self, event: Event, outcome: Outcome) -> None:
        self._watch.feed(event, outcome)
        for command in outcome.commands:
            self._route(command)

    def _route(self, command: Command) -> None:
        now = self._engine.state.now
        if isinstance(command, SetTimer):
            at = max(command.at, now)
            if self._late is not None:
                at = self._late(command, at)
            self._timers[(command.owner, command.name)] = Nanos(at)
            self._pushed += 1
            fired = TimerFired(Nanos(at), command.owner, command.name)
            heappush(self._due, (Nanos(at), TIMER, self._pushed, fired))
        elif isinstance(command, _OF_ONE_ORDER):
            self._home[command.instrument].send(command, now)
            self._look_at_venues()
        elif isinstance(command, CancelAll):
            self._venues[command.venue].send(command, now)
            self._look_at_venues()
        elif not isinstance(command, RaiseAlert):
            raise TypeError(f"{type(command).__name__} has nowhere to go")
