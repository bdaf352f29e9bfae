"""
Journal: the durable record of a run, in a folder of segments.

An entry is handed to the kernel by write(2) before `append` returns, so that it survives
kill -9; a thread makes it survive power loss some milliseconds later.
"""

import os
from pathlib import Path
from typing import Final, NoReturn

from graphwiz_trader.adapters.files.records import (
    CLOSED,
    OPENING,
    encoded,
    encoded_references,
    outcome_bytes,
    reference,
    references,
)
from graphwiz_trader.adapters.files.segments import MARKET, framed, segments
from graphwiz_trader.adapters.files.stream import Stream, last_seq
from graphwiz_trader.adapters.files.syncing import Syncing
from graphwiz_trader.domain.errors import JournalError, JournalFull
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import Int64s, RunId
from graphwiz_trader.domain.value import value

MIB: Final = 1 << 20
MAX_REFERENCES: Final = 4096
_MARKET: Final = frozenset({BookUpdate, Trade})


@value
class JournalOptions:
    """
    How a journal is written.

    `sync_s`: seconds between two fdatasyncs of the thread; None: no thread, `flush` only.
    `unsynced_bytes`: how much may wait for the thread before `append` refuses; a live run halts
    at half of it.
    `buffer_bytes`: how much may wait in the process itself; 0: nothing survives less than kill -9.
    `market_apart`: market messages that led to nothing go to segments of their own, which may be
    deleted earlier; not with a buffer.
    """

    segment_bytes: int = 256 * MIB
    unsynced_bytes: int = 128 * MIB
    sync_s: float | None = 0.005
    buffer_bytes: int = 0
    market_apart: bool = False


LIVE: Final = JournalOptions(market_apart=True)
BACKTEST: Final = JournalOptions(sync_s=None, buffer_bytes=MIB)
"""For runs that can be run again: nothing is promised before `flush`."""


class FileJournal:
    """
    Appends to the segments in *folder*, creating or continuing them.

    A torn tail is cut off on opening, and `torn` says so. One writer at a time.
    """

    def __init__(self, folder: Path, run: RunId, options: JournalOptions = LIVE) -> None:
        """
        Open the journal of *run*.

        Raises:
            JournalTorn: the newest segment is damaged.
            JournalError: it is another run's, or of another schema.
        """
        self._folder, self._run, self._options = folder, run, options
        self.torn: str | None = None
        self._references: list[int] = []
        self._buffer: list[bytes] = []
        self._buffers = options.buffer_bytes
        self._buffered = 0
        self._written = self._synced = self._not_ours = 0
        self._pause_at = 0
        self._broken: str | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self._main = Stream(folder, run, "")
        self._streams = [self._main]
        if options.market_apart or segments(folder, MARKET):
            self._streams.append(Stream(folder, run, MARKET))
        self._market = self._streams[-1] if options.market_apart else self._main
        self._seq = last_seq([stream.tail for stream in self._streams if stream.tail])
        self._open()
        self._syncing: Syncing | None = None
        self._begin_syncing()

    @property
    def seq(self) -> int:
        """The last entry's seq, 0 in an empty journal."""
        return self._seq

    @property
    def unsynced(self) -> int:
        """How many bytes wait to be synced."""
        return self._written - self._known_synced()

    def append(self, entry: Entry) -> bytes:
        """
        Write *entry*; it survives the process once this returns (unless the options buffer).

        Returns the `outcome_bytes` of its outcome.

        Raises:
            JournalFull: it cannot be written; nothing can be from now on.
            JournalError: its seq is not the one after the last.
        """
        if self._references:
            self._write_references()
        seq = entry.outcome.seq
        if seq != self._seq + 1:
            raise JournalError(f"found entry {seq}, expected {self._seq + 1}")
        said = outcome_bytes(entry.outcome)
        stream = self._market if not said and type(entry.event) in _MARKET else self._main
        self._write(framed(encoded(entry, said)), stream)
        self._seq = seq
        return said

    def reference(self, tape: int, message: int, more: bool) -> None:  # noqa: FBT001
        """Note that the next step took *message* of *tape* and nothing came of it."""
        self._references.append(reference(tape, message, more))
        if len(self._references) >= MAX_REFERENCES:
            self._write_references()

    def references(self, tapes: Int64s, messages: Int64s, more: Int64s) -> None:
        """Note many such steps."""
        packed = references(tapes, messages, more).tolist()
        for start in range(0, len(packed), MAX_REFERENCES):
            self._references += packed[start : start + MAX_REFERENCES]
            if len(self._references) >= MAX_REFERENCES:
                self._write_references()

    def flush(self) -> int:
        """Make all of it survive power loss; return the last durable seq."""
        self._write_references()
        self._write_buffer()
        self._sync()
        return self._seq

    def close(self) -> None:
        """Flush, mark the end as wanted, and let go of the file."""
        if self._main.fd < 0:
            return
        try:
            if self._broken is None:
                self._write_references()
                for stream in self._streams:
                    self._write(framed(OPENING.pack(CLOSED, self._seq)), stream)
                self._write_buffer()
        finally:
            self._end_syncing()
            self._break(f"the journal in {self._folder.name} is closed")
            try:
                self._sync()
            finally:
                for stream in self._streams:
                    os.close(stream.fd)
                    stream.fd = -1

    def _write(self, frame: bytes, stream: Stream) -> None:
        if self._written >= self._pause_at:
            self._pause()
        if not self._buffers:
            try:
                self._written += stream.write(frame)
            except OSError as error:
                self._fail(stream, error)
            return
        self._buffer.append(frame)
        self._buffered += len(frame)
        if self._buffered >= self._buffers:
            self._write_buffer()

    def _write_references(self) -> None:
        if self._references:
            taken, self._references = self._references, []
            self._write(framed(encoded_references(self._seq + 1, taken)), self._main)
            self._seq += len(taken)

    def _write_buffer(self) -> None:
        if self._buffer:
            frames, self._buffer, self._buffered = b"".join(self._buffer), [], 0
            try:
                self._written += self._main.write(frames)
            except OSError as error:
                self._fail(self._main, error)

    def _fail(self, stream: Stream, error: OSError) -> NoReturn:
        """Take nothing more: what was handed to the kernel last is not there."""
        self._break(f"{stream.path.name} at offset {stream.offset}: {error}")
        raise JournalFull(self._broken) from error

    def _pause(self) -> None:
        """Do what is due before more is written: begin a segment, refuse, or sync."""
        options = self._options
        for stream in self._streams:
            if stream.offset >= options.segment_bytes:
                self._rotate(stream)
        room = self._known_synced() + options.unsynced_bytes
        if self._written >= room and options.sync_s is None:
            self._sync()
            room = self._synced + options.unsynced_bytes
        longest = max(stream.offset for stream in self._streams)
        segment_end = self._written + options.segment_bytes - longest
        # The thread breaks the journal by `_broken`, then `_pause_at`; hence the other way round.
        self._pause_at = min(room, segment_end)
        if self._broken is None and self._written >= room:
            self._break(f"{self._written - self._synced} bytes wait to be synced")
        if self._broken is not None:
            raise JournalFull(self._broken)

    def _break(self, why: str) -> None:
        self._broken, self._pause_at = why, 0

    def _rotate(self, stream: Stream) -> None:
        # All that was written is made durable first: only the newest segments may ever be torn.
        self._write_buffer()
        self._end_syncing()
        self._sync()
        try:
            os.close(stream.rotate(self._seq))
        except OSError as error:
            self._break(f"{stream.path.name}: {error}")
            raise JournalFull(self._broken) from error
        self._begin_syncing()

    def _open(self) -> None:
        """Go on where each stream ends; a new segment gets its header."""
        for stream in self._streams:
            self.torn = self.torn or stream.torn
            try:
                stream.begin(self._seq)
            except OSError as error:
                self._break(f"{stream.path.name}: {error}")
                raise JournalFull(self._broken) from error
            self._written += stream.offset if stream.is_dirty else 0

    def _begin_syncing(self) -> None:
        if self._options.sync_s is not None:
            self._not_ours = sum(stream.offset for stream in self._streams) - self._written
            files = [stream.fd for stream in self._streams]
            self._syncing = Syncing(files, self._options.sync_s, self._not_synced)

    def _end_syncing(self) -> None:
        if self._syncing is not None:
            self._syncing.stop()
            self._syncing = None

    def _known_synced(self) -> int:
        if self._syncing is not None:
            self._synced = max(self._synced, self._syncing.synced - self._not_ours)
        return self._synced

    def _not_synced(self, place: int) -> None:
        self._break(f"{self._streams[place].path.name} cannot be synced")

    def _sync(self) -> None:
        for stream in self._streams:
            if stream.is_dirty:
                os.fdatasync(stream.fd)
                stream.is_dirty = False
        self._synced = self._written
