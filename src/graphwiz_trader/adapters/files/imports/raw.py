"""Raw: what every reader of a foreign format yields, still in the source's own text."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import attrs

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.value import value

Levels: TypeAlias = Sequence[tuple[str, str]]
"""(price, quantity) as the source writes them; quantity 0 removes the level."""


@value
class Place:
    """Where in a file something stands: `line` counts from 1."""

    file: str
    line: int

    def error(self, found: str, expected: str) -> DataError:
        """Return the error that says what was found here and what was expected."""
        return DataError(f"{self.file}, line {self.line}: found {found}, expected {expected}")


@value
class RawBook:
    """
    One message about one book.

    `ts` is receipt time, `ts_venue` the venue's (the same where the source has one clock), ns.
    `snapshot`: the levels are the whole book. `window`: they are all that is shown of it, to be
    told as changes against the window before.
    Sequence numbers are −1 where there are none; `prev_seq` is the `last_seq` of the message that
    must have come before.
    `orders`: where the source tells orders, the id of each level's, bids first; the levels say
    what that order has left there.
    """

    ts: int
    ts_venue: int
    symbol: str
    bids: Levels
    asks: Levels
    place: Place
    snapshot: bool = False
    window: bool = False
    first_seq: int = -1
    last_seq: int = -1
    prev_seq: int = -1
    checksum: int | None = None
    orders: Sequence[int] | None = None


@value
class RawTrade:
    """A trade; `side` is the aggressor's, +1 or −1, `order` who rested, where that is told."""

    ts: int
    ts_venue: int
    symbol: str
    side: int
    price: str
    qty: str
    place: Place
    order: int | None = None


@value
class RawTop:
    """The venue's independent word on its best (price, quantity) a side; see `TopSeen`."""

    ts: int
    symbol: str
    seq: int
    bid: tuple[str, str]
    ask: tuple[str, str]
    place: Place


@value
class RawGap:
    """A message before this place is missing."""

    ts: int
    symbol: str
    reason: str
    place: Place


Raw: TypeAlias = RawBook | RawTrade | RawTop | RawGap


@attrs.define
class Tally:
    """
    What a reader counts while it reads.

    `records` of the source; `passed`: book changes that a snapshot already held.
    """

    records: int = 0
    passed: int = 0
    notes: tuple[str, ...] = ()

    def note(self, text: str) -> None:
        """Keep *text* for whoever uses the tape, once."""
        if text not in self.notes:
            self.notes += (text,)


@value
class ReadOptions:
    """
    What a reader is told: the venue, what to count in, and whether tops are wanted.

    A reader may leave out `RawTop` when `tops` is False.
    """

    venue: str
    tally: Tally
    tops: bool = False


class Reader(Protocol):
    """Reads files of one foreign format, joined in the order given."""

    def __call__(self, paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
        """
        Yield what the files hold, in bounded memory.

        Raises:
            DataError: with file, line, what was found and what was expected.
        """
