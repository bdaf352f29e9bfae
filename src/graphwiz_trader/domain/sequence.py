"""Sequence: whether a message is the next of its book, an old one, or one too far."""

from enum import Enum

from graphwiz_trader.domain.events import BookUpdate


class SeqRule(Enum):
    """
    How a venue numbers its messages.

    CONTIGUOUS: each begins where the last ended, `first_seq ≤ last + 1` (Binance spot).
    LINKED: each names the one before it, `prev_seq == last` (OKX, Binance futures).
    """

    NONE = "none"
    CONTIGUOUS = "contiguous"
    LINKED = "linked"


class Order(Enum):
    """Where a message stands in its sequence."""

    NEXT = "next"
    OLD = "old"
    GAP = "gap"


class Sequence:
    """The numbers of one book's messages since its last snapshot."""

    __slots__ = ("_bridging", "last", "rule")

    def __init__(self, rule: SeqRule) -> None:
        self.rule = rule
        self.last = -1
        self._bridging = False

    def restart(self, snapshot: BookUpdate) -> None:
        """Begin anew after *snapshot*; the first change may reach back before it."""
        self.last = snapshot.last_seq
        self._bridging = True

    def place(self, change: BookUpdate) -> Order:
        """Return where *change* stands; nothing is remembered of it."""
        last = self.last
        if self.rule is SeqRule.NONE or last < 0:
            return Order.NEXT
        if self.rule is SeqRule.CONTIGUOUS:
            if change.last_seq <= last:
                return Order.OLD
            return Order.NEXT if change.first_seq <= last + 1 else Order.GAP
        if change.prev_seq == last:
            return Order.NEXT
        # Binance futures: the first change after a REST snapshot spans it, U ≤ lastUpdateId ≤ u,
        # and its `pu` names a message from before.
        if self._bridging and 0 <= change.first_seq <= last <= change.last_seq:
            return Order.NEXT
        return Order.OLD if change.last_seq <= last else Order.GAP

    def advance(self, change: BookUpdate) -> None:
        """Remember *change* as the latest."""
        self.last = change.last_seq
        self._bridging = False
