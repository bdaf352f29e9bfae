"""Replica: what a run's engine knows, led by its journal in another process."""

from collections.abc import Callable, Iterator

from graphwiz_trader.application.arbitrage_counts import ArbitrageCounts
from graphwiz_trader.application.diary import Diary
from graphwiz_trader.application.equity_curve import EquityCurve
from graphwiz_trader.application.order_board import OrderBoard
from graphwiz_trader.application.replay import Retracing
from graphwiz_trader.application.tally import Tally
from graphwiz_trader.domain.arithmetic import own_arithmetic
from graphwiz_trader.domain.errors import DataError, JournalTorn
from graphwiz_trader.domain.events import BookUpdate, RunStarted, TapeMessage
from graphwiz_trader.domain.facts import Entry, FillBooked, StateChanged
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.domain.vitals import VitalsSampled
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.journal import JournalReader

STRIDE = 500
"""Entries read at a time, so that whoever asked can attend to something else in between."""

Begin = Callable[[RunStarted], Engine]
"""Makes the engine that a run which began so has, before its first event."""


class Replica:
    """
    A run's engine again, and what was counted on the way.

    It takes the journaled events in their order and must come to the journaled outcomes, so that
    everything a person reads here is what the engine itself would answer. What it remembers
    beside the engine's state is bounded.
    """

    def __init__(self, reader: JournalReader, begin: Begin) -> None:
        """Read nothing yet."""
        self.seq = 0
        self.ts = Nanos(0)
        """When the last entry happened."""
        self.started: RunStarted | None = None
        """How the process that wrote last began."""
        self.ruling: StateChanged | None = None
        """The last change of the state of everything."""
        self.vitals: VitalsSampled | None = None
        """How the process fared when it last said."""
        self.tally = Tally()
        self.counts = ArbitrageCounts()
        self.diary = Diary()
        self.board = OrderBoard()
        self.equity = EquityCurve()
        self.updates: dict[InstrumentId, int] = {}
        """Book messages by instrument."""
        self._reader = reader
        self._begin = begin
        self._retracing: Retracing | None = None
        self._source: Iterator[Entry] | None = None

    @property
    def state(self) -> EngineState | None:
        """What the engine knows, None before the first entry."""
        return None if self._retracing is None else self._retracing.engine.state

    def read(self, most: int = STRIDE) -> int:
        """
        Take in *most* entries, or those there are; return how many there were.

        Raises:
            DataError: market data it needs has been deleted, or it is no journal of a live run.
            JournalTorn: an entry is missing, damaged, or came out otherwise than journaled.
        """
        source = self._source or self._reader.entries(self.seq)
        # Where reading fails, the entries are asked for anew.
        self._source, found = None, 0
        with own_arithmetic():
            for entry in source:
                self._feed(entry)
                found += 1
                if found == most:
                    self._source = source
                    break
        return found

    def _feed(self, entry: Entry) -> None:
        event, outcome = entry.event, entry.outcome
        if outcome.seq != self.seq + 1:
            raise JournalTorn(f"found entry {outcome.seq}, expected {self.seq + 1}")
        if isinstance(event, TapeMessage):
            raise DataError("a backtest is no live run: it is shown by its report")
        if self._retracing is None:
            if not isinstance(event, RunStarted):
                raise DataError(f"the journal begins with {type(event).__name__}, not RunStarted")
            self._retracing = Retracing(self._begin(event), self._reader)
        difference = self._retracing.follow(entry)
        if difference is not None:
            raise JournalTorn(
                f"step {difference.seq} ({difference.event}): found {difference.replayed},"
                f" the journal says {difference.journaled}"
            )
        self.seq, self.ts = outcome.seq, event.ts
        self._count(entry, self._retracing.engine.state)

    def _count(self, entry: Entry, state: EngineState) -> None:
        event, outcome = entry.event, entry.outcome
        if isinstance(event, BookUpdate):
            self.updates[event.instrument] = self.updates.get(event.instrument, 0) + 1
        elif isinstance(event, RunStarted):
            self.started = event
        elif isinstance(event, VitalsSampled):
            self.vitals = event
        self.tally.feed(event, outcome)
        self.equity.feed(self.ts, state)
        if isinstance(event, BookUpdate) and not (outcome.commands or outcome.facts):
            return
        self.board.feed(entry, state)
        self.diary.feed(entry, state.instruments)
        for fact in outcome.facts:
            self.counts.apply(fact)
            if isinstance(fact, StateChanged) and not fact.scope:
                self.ruling = fact
            elif isinstance(fact, FillBooked):
                self.equity.book(fact)
