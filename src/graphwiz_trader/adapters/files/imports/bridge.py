"""
Bridge: changes held back until a snapshot, and the proof that they go on from it.

Spot numbers its messages without holes: the first one applied spans `lastUpdateId + 1`, the next
begins one after its end. Derivatives number with holes and name the message before (`pu`): the
first one applied spans `lastUpdateId`, or ends at it and changes nothing.
"""

from collections import deque
from collections.abc import Iterator

import attrs

from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawGap, Tally

_HELD = 20_000
"""Changes of one symbol kept in case a snapshot comes: over half an hour at one per 100 ms."""


@attrs.define
class _Book:
    """How far one symbol's book has come."""

    last: int = -1
    ts_venue: int = 0
    is_begun: bool = False
    is_bridging: bool = False
    is_whole: bool = False
    held: deque[RawBook] = attrs.field(factory=lambda: deque(maxlen=_HELD))


class Bridge:
    """
    Puts the messages of each symbol in the order in which they can be applied.

    Changes that are passed over, since a snapshot already holds them, are counted in *tally*.
    """

    def __init__(self, tally: Tally) -> None:
        self._books: dict[str, _Book] = {}
        self._tally = tally
        self._nameless: RawBook | None = None

    @property
    def without_snapshot(self) -> tuple[str, ...]:
        """Symbols with changes that no snapshot has come for."""
        return tuple(symbol for symbol, book in self._books.items() if not book.is_begun)

    def take(self, message: RawBook) -> Iterator[Raw]:
        """
        Yield what can be applied now that *message* has come.

        After a gap the book is kept, as it is; a later snapshot makes it whole again.

        Raises:
            DataError: a snapshot names no symbol and more than one could be meant.
        """
        if message.snapshot:
            yield from self._snapshot(message)
            return
        if self._nameless is not None:
            snapshot, self._nameless = self._nameless, None
            yield from self._snapshot(_changed(snapshot, symbol=message.symbol, ts=message.ts))
        book = self._book(message.symbol)
        book.ts_venue = message.ts_venue
        if not book.is_whole:
            book.held.append(message)
        if book.is_begun:
            yield from self._change(book, message)

    def _snapshot(self, message: RawBook) -> Iterator[Raw]:
        symbol = message.symbol or self._symbol_of(message)
        if symbol is None:
            self._nameless = message
            return
        book = self._book(symbol)
        if book.is_whole and message.last_seq <= book.last:
            return  # the book is newer, and nothing is missing from it
        # Spot's snapshot carries no time of the venue's: that of the last change stands in.
        venue_ts = message.ts_venue or book.ts_venue or message.ts
        book.last = message.last_seq
        book.is_begun = book.is_bridging = book.is_whole = True
        yield _changed(message, symbol=symbol, ts_venue=venue_ts)
        held = list(book.held)
        book.held.clear()
        for change in held:
            yield from self._change(book, _changed(change, ts=message.ts))

    def _change(self, book: _Book, change: RawBook) -> Iterator[Raw]:
        if _is_old(book, change):
            self._tally.passed += 1
            return
        if not _follows(book, change):
            reason = f"message {change.first_seq} to {change.last_seq} came after {book.last}"
            yield RawGap(change.ts, change.symbol, reason, change.place)
            if book.is_whole:
                book.is_whole = False
                book.held.append(change)
        book.last = change.last_seq
        book.is_bridging = False
        yield change

    def _book(self, symbol: str) -> _Book:
        book = self._books.get(symbol)
        if book is None:
            book = self._books[symbol] = _Book()
        return book

    def _symbol_of(self, snapshot: RawBook) -> str | None:
        """Return whom a nameless *snapshot* belongs to, None if only later changes can tell."""
        waiting = self.without_snapshot or tuple(self._books)
        if len(waiting) > 1:
            raise snapshot.place.error(
                f"a snapshot that names no symbol, after changes of {', '.join(waiting)}",
                "changes of the one symbol it belongs to",
            )
        return waiting[0] if waiting else None


def _is_old(book: _Book, change: RawBook) -> bool:
    # Derivatives: "drop any event where u is < lastUpdateId"; spot: "<=".
    if book.is_bridging and change.prev_seq >= 0:
        return change.last_seq < book.last
    return change.last_seq <= book.last


def _follows(book: _Book, change: RawBook) -> bool:
    if change.prev_seq >= 0:
        spans = book.is_bridging and change.first_seq <= book.last
        return change.prev_seq == book.last or spans
    if book.is_bridging:
        return change.first_seq <= book.last + 1
    return change.first_seq == book.last + 1


def _changed(message: RawBook, **fields: object) -> RawBook:
    return attrs.evolve(message, **fields)  # type: ignore[misc] # a value is an attrs class
