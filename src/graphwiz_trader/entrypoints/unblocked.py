"""Unblocked: a stderr that holds up nobody who writes to it, whoever reads it."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Full, Queue
from threading import Thread
from typing import TextIO

from typing_extensions import override

KEPT = 1_000
"""Pieces of text that may wait for a reader; of more, the newest are dropped and counted."""
END_S = 1.0
"""How long the end waits for a reader that does not read."""


@contextmanager
def unblocked_stderr() -> Iterator[None]:
    """
    Let a thread write what is said on stderr, inside the context.

    A terminal that somebody holds, or a pipe that nobody empties, stops who writes to it: an
    event loop with all its orders. What is not read in time is dropped; how much, is said.
    """
    before = sys.stderr
    if not _has_file(before):
        yield
        return
    mouth = _Mouth(before)
    speaking = Thread(target=mouth.speak, name="stderr", daemon=True)
    speaking.start()
    sys.stderr = mouth
    try:
        yield
    finally:
        sys.stderr = before
        mouth.finish()
        speaking.join(END_S)


def _has_file(stream: TextIO) -> bool:
    try:
        return stream.fileno() >= 0
    except (OSError, ValueError):
        return False


class _Mouth(io.TextIOBase):
    """Takes text at once, and says it to *to* when that listens."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self._waiting: Queue[bytes | None] = Queue(KEPT)
        self._dropped = 0

    @property
    @override
    def encoding(self) -> str:  # type: ignore[override] # typeshed has an attribute
        return self._to.encoding

    @override
    def isatty(self) -> bool:
        return self._to.isatty()

    @override
    def fileno(self) -> int:
        return self._to.fileno()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, text: str, /) -> int:
        raw = text.encode(self._to.encoding, "backslashreplace")
        try:
            self._waiting.put_nowait(raw)
        except Full:
            self._dropped += 1
        return len(text)

    def finish(self) -> None:
        """Say no more than what waits."""
        with suppress(Full):
            self._waiting.put_nowait(None)

    def speak(self) -> None:
        """Say what comes, until the end."""
        while (raw := self._waiting.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            self._say(raw)
            if dropped:
                self._say(b"%d pieces of text were dropped: nobody read them\n" % dropped)

    def _say(self, raw: bytes) -> None:
        # Past the buffer of `to`: a thread that holds its lock would abort the interpreter's end.
        with suppress(OSError, ValueError):  # nobody is there any more
            while raw:
                raw = raw[os.write(self._to.fileno(), raw) :]
