"""Clocks: what venues' clocks show against ours, by which the age of their word is known."""

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.units import Nanos, Venue


class Clocks(dict[Venue, Nanos]):
    """
    By how much each venue's clock is ahead of ours at least; empty where nobody compares them.

    A message is stamped when it is read, however long it waited for that. By its venue's own
    stamp it is older: a book is as old as its last message was for certain, once that is `most`.
    """

    most = Nanos(0)

    def take(self, compared: ClockCompared) -> None:
        """Remember what is certain of *compared*."""
        self[compared.venue] = Nanos(compared.offset - compared.error)

    def date(self, book: OrderBook, update: BookUpdate) -> None:
        """Give *book* the age of *update*, which it has just been told, if that is late."""
        ahead = self.get(book.instrument.venue)
        if ahead is None or book.ts != update.ts:
            return
        said = Nanos(update.ts_venue - ahead)
        if update.ts - said > self.most:
            book.ts = said
