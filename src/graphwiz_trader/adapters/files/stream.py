"""Stream: the segments of one kind that a journal appends to."""

import os
from pathlib import Path

from graphwiz_trader.adapters.files.folder import sync_folder
from graphwiz_trader.adapters.files.records import OPENING, count
from graphwiz_trader.adapters.files.segments import (
    Header,
    Segment,
    following,
    heading,
    segments,
)
from graphwiz_trader.domain.errors import JournalError
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import value


@value
class Tail:
    """
    The newest segment as it was found: whole frames up to `end`, holding `steps`.

    `steps` are first seq, last seq and the offset behind it, of each record, in order.
    """

    path: Path
    first_seq: int
    opened: int
    end: int
    steps: tuple[tuple[int, int, int], ...]


class Stream:
    """
    Appends to the newest segment of *prefix* in *folder*, or begins one.

    `offset` is where the next frame goes, `is_dirty` whether something was written since the
    last sync.
    """

    def __init__(self, folder: Path, run: RunId, prefix: str) -> None:
        """
        Find what is there; nothing can be written before `begin`.

        Raises:
            JournalTorn: the newest segment is damaged.
            JournalError: it is another run's, or of another schema.
        """
        self.fd = -1
        self.offset = 0
        self.is_dirty = False
        self.torn: str | None = None
        self._folder, self._run, self._prefix = folder, run, prefix
        self.tail = self._found()
        self.path = self.tail.path if self.tail else following(None, folder, prefix)

    def begin(self, seq: int) -> None:
        """Go on behind entry *seq*; what the newest segment holds beyond it is cut off."""
        tail = self.tail
        if tail is not None:
            kept = [end for _, last, end in tail.steps if last <= seq]
            self.offset = max([tail.opened, *kept])
            if len(kept) == len(tail.steps):
                self.offset = tail.end
            if self.offset != tail.path.stat().st_size:
                os.truncate(tail.path, self.offset)
        self._open(seq)

    def rotate(self, seq: int) -> int:
        """Begin the next segment behind entry *seq*; return the old descriptor, still open."""
        old = self.fd
        self.path, self.offset = following(self.path, self._folder, self._prefix), 0
        self._open(seq)
        return old

    def write(self, frames: bytes) -> int:
        """
        Hand *frames* to the kernel, all of them or none; return how many bytes.

        Raises:
            OSError: it would not take them.
        """
        done = 0
        try:
            done = os.write(self.fd, frames)
            while done < len(frames):
                done += os.write(self.fd, frames[done:])
        except OSError:
            os.ftruncate(self.fd, self.offset)
            raise
        self.offset += done
        self.is_dirty = True
        return done

    def _open(self, seq: int) -> None:
        self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        if not self.offset:
            self.write(heading(Header(seq + 1, self._run)))
            sync_folder(self._folder)

    def _found(self) -> Tail | None:
        files = segments(self._folder, self._prefix)
        while files:
            segment = Segment(files[-1])
            header = segment.header()
            self.torn = self.torn or segment.torn
            if header is None:
                files.pop().unlink()
                continue
            if header.run != self._run:
                raise JournalError(f"found a journal of {header.run}, expected {self._run}")
            opened = segment.end
            steps = []
            for body in segment.bodies(opened):
                if number := count(body):
                    first = OPENING.unpack_from(body)[1]
                    steps.append((first, first + number - 1, segment.end))
            self.torn = segment.torn or self.torn
            return Tail(segment.path, header.first_seq, opened, segment.end, tuple(steps))
        return None


def last_seq(tails: list[Tail]) -> int:
    """
    Return the last entry before the first that is missing from all of *tails*.

    After power loss one stream may hold entries behind some that another has lost.
    """
    if not tails:
        return 0
    # Streams are synced together whenever one begins a segment: all before that is there.
    seq = max(tail.first_seq for tail in tails) - 1
    steps = sorted((first, last) for tail in tails for first, last, _ in tail.steps)
    for first, last in steps:
        if last <= seq:
            continue
        if first > seq + 1:
            break
        seq = last
    return seq
