"""Line: one instrument of a session: its book, who proves it, and when what was asked and heard."""

from graphwiz_trader.adapters.direct.book_sync import BookSync
from graphwiz_trader.adapters.direct.dialect import Prover
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.units import Nanos

NEVER = 1 << 62


class _Nobody:
    """The prover of a book that has none."""

    proven: BookUpdate | None = None

    def borrow(self, book: OrderBook) -> None:
        """Take nothing."""

    def give_back(self, book: OrderBook) -> None:
        """Have nothing."""


_NOBODY = _Nobody()


class Line:
    """
    What a session knows of one instrument.

    `asked`, `heard`, `proven`: when it last was. `retry`: when to ask again, or `NEVER`.
    """

    def __init__(self, sync: BookSync, now: Nanos) -> None:
        self.sync = sync
        self.prover: Prover = _NOBODY
        self.asked = self.heard = self.proven = now
        self.retry = NEVER
        self.failures = 0
        self.is_fetching = self.is_silent = False

    def lend_to(self, prover: Prover | None) -> None:
        """Let *prover*, if there is one, follow the book until `reclaim`."""
        if prover is not None and self.prover is _NOBODY:
            self.prover = prover
            prover.borrow(self.sync.book)

    def reclaim(self) -> None:
        """Have the book back, as the last proven update made it."""
        self.prover.give_back(self.sync.book)
        self.prover = _NOBODY
