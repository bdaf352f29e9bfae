"""Observe: the journals of a home followed into the graph while they grow."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import attrs

from graphwiz_trader.application.pattern_links import PatternLinks
from graphwiz_trader.application.run_tail import RunTail, RunTails, Stretch
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import TraderError, Transient
from graphwiz_trader.domain.graph import Batch
from graphwiz_trader.domain.graph_browse import HOUR
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.graph import FactSink

T = TypeVar("T")

QUEUED = 16
"""Batches that may wait for the store; reading waits then, for the journal is the real queue."""

REMEMBERED = 32
"""Runs of which what was read is remembered, those with the latest news."""


@value
class ObserveOptions:
    """
    How journals are followed.

    `poll`: how long a journal without news is left alone, at first; up to `idle` if it stays so.
    `retry`: waits while the store is away; `patience`: how long for it once told to stop.
    `keep` says what is forgotten, every `trim`.
    """

    poll: Nanos = Nanos(250 * MILLISECOND)
    idle: Nanos = Nanos(5 * SECOND)
    retry: Backoff = Backoff(Nanos(250 * MILLISECOND), Nanos(10 * SECOND), 0, Nanos(SECOND))
    patience: Nanos = Nanos(10 * SECOND)
    keep: Keep = Keep()
    trim: Nanos = Nanos(3600 * SECOND)


@value
class Observed:
    """
    What was taken in until the end.

    `unread` says of a run why its journal cannot be read; `behind` why the store did not take
    all of it, empty if it did.
    """

    runs: int
    entries: int
    rows: int
    unread: tuple[tuple[RunId, str], ...] = ()
    behind: str = ""


@attrs.define
class _Followed:
    """A run: when it is looked at next, and how often in a row there was nothing, or no sense."""

    due: Nanos = Nanos(0)
    quiet: int = 0
    tail: RunTail | None = None
    unread: str = ""
    told: str = ""
    is_new: bool = True


class Observe:
    """
    Reads what the journals have to say, and hands it to the store in batches.

    It is the only writer of its store. Where it is ended, however, another goes on from what the
    store has kept.
    """

    def __init__(
        self,
        tails: RunTails,
        sink: FactSink,
        links: PatternLinks,
        clock: Clock,
        say: Callable[[str], None],
        options: ObserveOptions = ObserveOptions(),  # noqa: B008 # a value
    ) -> None:
        """*links* are those of the store behind *sink*; *say* tells a person."""
        self._tails = tails
        self._sink = sink
        self._links = links
        self._clock = clock
        self._say = say
        self._options = options
        self._queue: asyncio.Queue[Batch | None] = asyncio.Queue(QUEUED)
        self._followed: dict[RunId, _Followed] = {}
        self._stop = asyncio.Event()
        self._deadline: Nanos | None = None
        self._entries = self._rows = 0

    async def run(self, stop: asyncio.Event) -> Observed:
        """Follow every journal until *stop* is set, then up to where they end."""
        self._stop = stop
        behind = ""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._write())
        except BaseExceptionGroup as failed:
            error = _first(failed)
            if not isinstance(error, Transient):
                raise error from failed
            behind = str(error)
        read = [one for one in self._followed.values() if not one.is_new]
        unread = [(run, one.unread) for run, one in self._followed.items() if one.unread]
        return Observed(len(read), self._entries, self._rows, tuple(unread), behind)

    async def _read(self) -> None:
        while True:
            # What is journaled before the stop is read after it was seen.
            is_last = self._stop.is_set()
            if await self._round(is_last=is_last):
                continue
            if is_last:
                break
            await self._clock.sleep_until(Nanos(self._clock.now() + self._options.poll))
        await self._queue.put(None)

    async def _round(self, *, is_last: bool) -> bool:
        """Read a stretch of each run that is due, of all if it *is_last*; whether there was any."""
        for run in await asyncio.to_thread(self._tails.runs.names):
            self._followed.setdefault(run, _Followed())
        now, found = self._clock.now(), False
        for run, followed in self._followed.items():
            if is_last or followed.due <= now:
                found |= await self._look(run, followed)
        self._forget()
        return found

    async def _look(self, run: RunId, followed: _Followed) -> bool:
        """Read a stretch of *run*; whether there is more to come."""
        try:
            stretch = await self._stretch(run, followed)
        except Transient:
            raise
        except TraderError as error:
            self._complain(run, followed, str(error))
            return False
        followed.unread = ""
        followed.is_new = followed.is_new and not stretch.entries
        self._entries += stretch.entries
        if stretch.batch is not None:
            self._rows += len(stretch.batch.nodes) + len(stretch.batch.edges)
            await self._queue.put(stretch.batch)
        followed.quiet = 0 if stretch.entries else followed.quiet + 1
        self._postpone(followed)
        return not stretch.is_end

    async def _stretch(self, run: RunId, followed: _Followed) -> Stretch:
        if followed.tail is None:
            kept = await self._insist(partial(self._sink.cursor, run))
            followed.tail = await asyncio.to_thread(self._tails.follow, run, *kept)
        return await asyncio.to_thread(followed.tail.read)

    def _complain(self, run: RunId, followed: _Followed, why: str) -> None:
        """Note that *run* cannot be read; it is tried again, since a tape may come back."""
        followed.quiet += 1
        # A run that has just begun may not have a journal yet.
        if followed.quiet > 1 and followed.told != why:
            self._say(f"run {run} is not in the graph: {why}")
            followed.told = why
        followed.unread = why
        self._postpone(followed)

    def _postpone(self, followed: _Followed) -> None:
        wait = min(self._options.poll << min(followed.quiet, 40), self._options.idle)
        followed.due = Nanos(self._clock.now() + (wait if followed.quiet else 0))

    def _forget(self) -> None:
        """Let the runs that were quiet for longest rest."""
        awake = [one for one in self._followed.values() if one.tail and not one.tail.is_resting]
        awake.sort(key=lambda one: one.quiet)
        for one in awake[REMEMBERED:]:
            if one.tail is not None and one.quiet:
                one.tail.rest()

    async def _write(self) -> None:
        keep, due = self._options.keep, Nanos(0)
        hour, is_stale = -1, False
        while (batch := await self._queue.get()) is not None:
            await self._insist(partial(self._sink.write, batch))
            is_stale = True
            if not keep.is_all and self._clock.now() >= due:
                await self._insist(partial(self._sink.trim, keep))
                due = Nanos(self._clock.now() + self._options.trim)
            if batch.ts // HOUR > hour:
                await self._insist(self._links.renew)
                hour, is_stale = batch.ts // HOUR, False
        if is_stale:
            await self._insist(self._links.renew)

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers; once told to stop, no longer than is reasonable."""
        failures = 0
        while True:
            try:
                answer = await ask()
            except Transient as error:
                failures += 1
                if failures == 1:
                    self._say(f"the graph's store is away, the journals wait: {error}")
                if self._is_too_late():
                    raise
                wait = self._options.retry.wait(failures)
                await self._clock.sleep_until(Nanos(self._clock.now() + wait))
            else:
                if failures:
                    self._say("the graph's store is back")
                return answer

    def _is_too_late(self) -> bool:
        if not self._stop.is_set():
            return False
        now = self._clock.now()
        if self._deadline is None:
            self._deadline = Nanos(now + self._options.patience)
        return now >= self._deadline


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended it: the first failure that is not a group."""
    first = failed.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
