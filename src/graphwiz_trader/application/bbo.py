"""
BboCheck: a rebuilt book's best bid and ask beside those the venue tells in another stream.

After every change, the book is compared with the last top whose number is not above the change's,
*in the venue's numbering*: the two streams race each other on the wire (in our USDⓈ-M recording a
top overtakes or trails its change by up to some milliseconds), so that the last top *received*
would say what the book held a moment earlier. Hence a comparison waits until a top with a higher
number has come, or the recording ends. While no top with a number that low is known there is
nothing to compare.
"""

from collections import deque
from typing import TypeAlias

from graphwiz_trader.domain.units import Lots, Ticks
from graphwiz_trader.domain.value import value

Touch: TypeAlias = tuple[Ticks | None, Lots, Ticks | None, Lots]
"""Best bid, lots there, best ask, lots there."""

_KEPT = 1 << 16
"""Tops, and books, that may wait for each other."""


@value
class Proof:
    """Comparisons made, and how many of them held."""

    checked: int = 0
    matched: int = 0

    def __add__(self, other: "Proof") -> "Proof":
        return Proof(self.checked + other.checked, self.matched + other.matched)

    @property
    def holds(self) -> bool:
        """Whether every comparison held; true if there were none."""
        return self.checked == self.matched


class BboCheck:
    """
    Compares prices and quantities of one instrument.

    Memory is bounded: what waits longest is compared with what is known, or forgotten.
    """

    def __init__(self) -> None:
        self._tops: deque[tuple[int, Touch]] = deque(maxlen=_KEPT)
        self._waiting: deque[tuple[int, Touch]] = deque()
        self._checked = 0
        self._matched = 0

    def top(self, seq: int, touch: Touch) -> None:
        """Take in the venue's top number *seq*; one below the last is passed over."""
        tops = self._tops
        if tops and seq < tops[-1][0]:
            return
        while self._waiting and self._waiting[0][0] < seq:
            self._compare(*self._waiting.popleft())
        tops.append((seq, touch))

    def book(self, seq: int, touch: Touch) -> None:
        """Take in the rebuilt book after the change that ends at *seq*."""
        if self._tops and self._tops[-1][0] > seq:
            self._compare(seq, touch)
            return
        if len(self._waiting) == _KEPT:
            self._compare(*self._waiting.popleft())
        self._waiting.append((seq, touch))

    def finish(self) -> Proof:
        """Compare what still waits; return the count of all."""
        while self._waiting:
            self._compare(*self._waiting.popleft())
        return Proof(self._checked, self._matched)

    def _compare(self, seq: int, touch: Touch) -> None:
        tops = self._tops
        while len(tops) > 1 and tops[1][0] <= seq:
            tops.popleft()
        if not tops or tops[0][0] > seq:
            return
        self._checked += 1
        self._matched += tops[0][1] == touch
