"""
Session: one connection's books, from subscription to proof, and back after every fault.

It is told of frames, snapshots and the passing of time, and answers with events and requests; it
knows no socket, so that every fault can be played to it.
"""

from collections.abc import Callable, Iterable, Sequence

from graphwiz_trader.adapters.direct.book_sync import BookSync, Taken
from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.line import NEVER, Line
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.said import Answered, Denied, Ending, Missed, Said, Unreadable
from graphwiz_trader.adapters.direct.trade_watch import TradeWatch
from graphwiz_trader.adapters.direct.wire import Wire
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import Garbled, Transient
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.clock import Clock


class Session:
    """
    The books of one connection.

    Args:
        dialect: How the venue is asked and read.
        wire: The connection.
        clock: Stamps what is received.
        patience: How long to wait for what.
        deliver: Takes the events.
        tally: Counts what happened.
    """

    def __init__(
        self,
        dialect: Dialect,
        wire: Wire,
        clock: Clock,
        patience: Patience,
        deliver: Callable[[Event], None],
        tally: Tally,
    ) -> None:
        self._dialect, self._wire, self._clock = dialect, wire, clock
        self._patience, self._deliver, self.tally = patience, deliver, tally
        self._now, self._read = clock.now, dialect.read
        self._lines: dict[InstrumentId, Line] = {}
        self._trades = TradeWatch(patience.trades)
        self._heard = self._pinged = clock.now()
        self.is_open = False

    def open(self, instruments: Iterable[Instrument]) -> None:
        """Greet the venue and ask for *instruments*."""
        self.is_open = True
        self._heard = self._pinged = self._clock.now()
        for text in self._dialect.opened():
            self._wire.send(text)
        self.add(instruments)

    def add(self, instruments: Iterable[Instrument]) -> None:
        """Ask for more *instruments*."""
        now = self._clock.now()
        bridged = self._dialect.snapshots is not None
        new = [one for one in instruments if one.id not in self._lines]
        for one in new:
            sync = BookSync(one, self._dialect.rules, bridged=bridged)
            self._lines[one.id] = Line(sync, now)
        self._trades.begin((one.id for one in new), now)
        self._send(self._dialect.subscribe(new) if new else ())

    def remove(self, names: Iterable[InstrumentId]) -> None:
        """Ask for no more of *names*."""
        gone = [line.sync.instrument for n in names if (line := self._lines.pop(n, None))]
        self._trades.end(one.id for one in gone)
        self._send(self._dialect.unsubscribe(gone) if gone else ())

    def book(self, name: InstrumentId) -> OrderBook:
        """Return the book of *name* as it is proven here; to be looked at only."""
        return self._lines[name].sync.book

    def on_text(self, payload: bytes) -> None:
        """Take one message, and deliver what it comes to."""
        now = self._heard = self._now()
        tally = self.tally
        tally.frames += 1
        try:
            said = self._read(payload, now)
        except Unreadable as error:
            self._quarantine(error, now)
            return
        line = self._lines.get(said.instrument) if type(said) is BookUpdate else None
        if line is not None and line.prover.proven is said:
            line.heard = now
            tally.updates += 1
            self._deliver(said)
        else:
            self._note(said, now)

    def on_alive(self) -> None:
        """Note that the peer lives."""
        self._heard = self._clock.now()

    def on_snapshot(self, instrument: Instrument, body: bytes) -> None:
        """Take the answer to a `fetch`."""
        line, source = self._lines.get(instrument.id), self._dialect.snapshots
        if line is None or source is None or not line.is_fetching:
            return
        now = self._clock.now()
        line.is_fetching, line.heard = False, now
        try:
            snapshot = source.read(instrument, body, now)
        except Garbled as error:
            self._lose(line, f"unreadable snapshot: {error}", now)
            return
        self._conclude(line, line.sync.bridge(snapshot), now)
        self._lend(line)

    def on_no_snapshot(self, instrument: Instrument, why: str, after: Nanos) -> None:
        """Note that a `fetch` failed, and that the venue wants to be left alone for *after*."""
        line = self._lines.get(instrument.id)
        if line is not None and line.is_fetching:
            now = self._clock.now()
            self._lose(line, why, now)
            line.retry = max(line.retry, now + after)

    def tick(self) -> None:
        """
        Look at what is late; to be called several times in the shortest patience.

        Raises:
            Transient: the peer is silent, or a book could not be proven within the budget.
        """
        now = self._clock.now()
        lines = tuple(self._lines.values())
        due = [line for line in lines if line.retry <= now]
        if due:
            self._retry(due, now)
        for line in lines:
            if line.retry == NEVER:
                self._watch(line, now)
        quiet = [one for n in self._trades.silent(now) if (one := self._lines[n]).sync.is_live]
        if quiet:
            self.tally.reasked += len(quiet)
            self._send(self._dialect.trades_again([line.sync.instrument for line in quiet]))
        patience, silence = self._patience, now - self._heard
        if silence > patience.idle + patience.answer:
            raise Transient(f"nothing heard for {silence / SECOND:.3f} s, not even of a ping")
        is_idle = silence > patience.idle and self._pinged <= self._heard
        if is_idle or now - self._pinged > patience.keepalive:
            self._pinged = now
            self._ping()

    def _watch(self, line: Line, now: Nanos) -> None:
        patience = self._patience
        if line.sync.is_live:
            if now - line.heard > patience.stale:
                line.is_silent = True
                self._drop(line, f"silent for {(now - line.heard) / SECOND:.3f} s", now)
                # The market may only be quiet, which no number of attempts will change.
                line.failures = min(line.failures, patience.resync.budget)
        elif line.sync.has_snapshot and now - line.heard > patience.quiet:
            self._conclude(line, line.sync.settle(), now)
            self._lend(line)
        elif now - line.asked > patience.answer:
            line.is_silent = True
            self._lose(line, f"no book within {patience.answer / SECOND:.3f} s", now)

    def _retry(self, due: Sequence[Line], now: Nanos) -> None:
        """Ask again for all that are *due*, in as few messages as the venue takes."""
        snapshots = self._dialect.snapshots
        again = [one.sync.instrument for one in due if snapshots is None or one.is_silent]
        if again:
            self._send((*self._dialect.unsubscribe(again), *self._dialect.subscribe(again)))
        for line in due:
            self.tally.resyncs += 1
            line.retry, line.asked, line.is_silent = NEVER, now, False
            if snapshots is not None:
                self._fetch(line)

    def _take(self, update: BookUpdate, now: Nanos) -> None:
        line = self._lines.get(update.instrument)
        if line is None:
            return
        line.heard = now
        line.reclaim()
        taken = line.sync.take(update)
        if taken is Taken.PUBLISH:
            self.tally.updates += 1
            self._deliver(update)
        else:
            self._conclude(line, taken, now)
        self._lend(line)

    def _lend(self, line: Line) -> None:
        """Leave a live book to whoever reads its changes, if he can prove them too."""
        if line.sync.is_live:
            line.lend_to(self._dialect.prover(line.sync.instrument))

    def _conclude(self, line: Line, taken: Taken, now: Nanos) -> None:
        if taken is Taken.READY:
            if line.sync.ready[0].snapshot:
                line.proven = line.heard = now
                line.retry = NEVER
                self.tally.epochs += 1
            for ready in line.sync.ready:
                self.tally.updates += 1
                self._deliver(ready if ready.ts == now else evolve(ready, ts=now))
        elif taken is Taken.BROKEN:
            self._lose(line, line.sync.flaw, now)
        elif self._wants_snapshot(line):
            self._fetch(line)

    def _note(self, said: Said, now: Nanos) -> None:
        if isinstance(said, BookUpdate):
            self._take(said, now)
        elif isinstance(said, Trade):
            self._trade(said)
        elif isinstance(said, tuple):
            for trade in said:
                self._trade(trade)
        elif isinstance(said, Missed):
            self.tally.gaps += 1
            for line in tuple(self._lines.values()):
                self._lose(line, said.reason, now)
            self._note(said.then, now)
        elif isinstance(said, Ending):
            raise Transient(said.text)
        elif isinstance(said, Denied):
            self.tally.denied += 1
            self.tally.last_denial = said.text
        elif isinstance(said, Answered):
            self._begin_fetching()

    def _begin_fetching(self) -> None:
        """Fetch what is not yet: with the first answer all that was asked for is on its way."""
        for line in self._lines.values():
            if self._wants_snapshot(line):
                self._fetch(line)

    def _wants_snapshot(self, line: Line) -> bool:
        if self._dialect.snapshots is None or line.is_fetching or line.retry != NEVER:
            return False
        return not (line.sync.is_live or line.sync.has_snapshot)

    def _trade(self, trade: Trade) -> None:
        if trade.instrument in self._lines:
            self._trades.heard(trade.instrument, trade.ts)
            self._deliver(trade)

    def _quarantine(self, error: Unreadable, now: Nanos) -> None:
        """Distrust the book a frame was about; all of them if that cannot be told."""
        self.tally.garbled += 1
        for name, line in tuple(self._lines.items()):
            if error.instrument is None or error.instrument == name:
                self._lose(line, str(error), now)

    def _lose(self, line: Line, why: str, now: Nanos) -> None:
        """Drop a book, and give up the connection once its budget is spent."""
        self._drop(line, why, now)
        if self._patience.resync.is_spent(line.failures):
            name = line.sync.instrument.id
            raise Transient(f"{name}: {line.failures} failures in a row, last {why}")

    def _drop(self, line: Line, why: str, now: Nanos) -> None:
        line.reclaim()
        sync, backoff = line.sync, self._patience.resync
        held = Nanos(now - line.proven if sync.is_live else 0)
        if sync.is_live:
            self.tally.gaps += 1
            self._deliver(BookGap(now, sync.instrument.id, why))
        elif line.retry != NEVER:
            return
        sync.begin()
        line.is_fetching = False
        line.failures = backoff.failures(line.failures, held)
        line.retry = now + backoff.wait(line.failures)

    def _fetch(self, line: Line) -> None:
        line.is_fetching = True
        self._wire.fetch(line.sync.instrument)

    def _ping(self) -> None:
        if self._dialect.ping is None:
            self._wire.ping()
        else:
            self._wire.send(self._dialect.ping)

    def _send(self, texts: Iterable[bytes]) -> None:
        for text in texts:
            self._wire.send(text)
