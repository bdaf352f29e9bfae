"""
Order events of hftbacktest (market by order), as messages about one book's orders.

An event is a message; a clearing of both sides and the orders that are added at the same times
are a snapshot. Trades are the fills, which name the order that rested; the rows of trades, which
tell the same again, are left out. Every order is one that was added before, as it is there.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.adapters.files.imports.raw import Place, Raw, RawBook, RawTrade
from graphwiz_trader.domain.value import value

_LEFT_OUT = "trades are the fills of orders; rows of trades, which tell them again, are left out"
_Row = tuple[str, str, int]
"""(price, what is left, order)."""


@value
class OrderEvent:
    """One event; `side` is +1, −1, or 0 where there is none."""

    line: int
    kind: int
    ts: int
    ts_venue: int
    side: int
    price: str
    qty: str
    order: int

    @property
    def at(self) -> tuple[int, int]:
        """Both of its times."""
        return self.ts, self.ts_venue


class OrderReader:
    """
    Follows the orders of one book through files that are joined in time.

    Args:
        note: Keeps what a user of the tape must know.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self._orders: dict[int, tuple[int, str]] = {}
        self._is_first = True
        self._fills = 0
        self._trade: Place | None = None

    def read(self, path: Path, events: Iterable[OrderEvent]) -> Iterator[Raw]:
        """
        Yield books and trades of the file at *path*.

        Raises:
            DataError: an event is of another kind, or of an order that is not in the book or is
                there already; says file and row.
        """
        clear: OrderEvent | None = None
        added: list[OrderEvent] = []
        for event in events:
            if clear is not None:
                if event.kind == hft_event.ADD and event.at == clear.at:
                    added.append(event)
                    continue
                yield self._snapshot(path, clear, added)
                clear, added = None, []
            if event.kind == hft_event.CLEAR and not event.side:
                clear = event
            else:
                yield from self._one(Place(str(path), event.line), event)
        if clear is not None:
            yield self._snapshot(path, clear, added)

    def finish(self) -> None:
        """
        Look back at all files.

        Raises:
            DataError: there were trades, but no fills to tell whose orders they met.
        """
        if self._trade is not None and not self._fills:
            raise self._trade.error("trades, but no fills", "fills (kind 13), which name orders")

    def _one(self, place: Place, event: OrderEvent) -> Iterator[Raw]:
        if event.kind == hft_event.TRADE:
            self._trade = self._trade or place
            self._note(_LEFT_OUT)
        elif event.kind == hft_event.FILL:
            if event.side:  # one without a side did not meet the book
                yield self._filled(place, event)
        elif event.kind == hft_event.ADD:
            yield self._told(place, event, event.side, [self._added(place, event)])
        elif event.kind == hft_event.CLEAR:
            yield self._told(place, event, event.side, self._cleared(event.side))
        elif event.kind in (hft_event.CANCEL, hft_event.MODIFY):
            side, price = self._known(place, event)
            if event.kind == hft_event.CANCEL:
                del self._orders[event.order]
                rows = [(price, "0", event.order)]
            else:
                self._orders[event.order] = side, event.price
                rows = [] if price == event.price else [(price, "0", event.order)]
                rows.append((event.price, event.qty, event.order))
            yield self._told(place, event, side, rows)
        else:
            raise place.error(f"an event of kind {event.kind}", "orders: kind 2, 3 or 10 to 13")

    def _filled(self, place: Place, event: OrderEvent) -> RawTrade:
        side, _ = self._known(place, event)
        self._fills += 1
        return RawTrade(
            event.ts, event.ts_venue, "", -side, event.price, event.qty, place, event.order
        )

    def _added(self, place: Place, event: OrderEvent) -> _Row:
        if event.order in self._orders:
            raise place.error(f"order {event.order} again", "an order that is not in the book")
        if not event.side:
            raise place.error(f"order {event.order} of no side", "a buy or a sell")
        self._orders[event.order] = event.side, event.price
        return event.price, event.qty, event.order

    def _known(self, place: Place, event: OrderEvent) -> tuple[int, str]:
        known = self._orders.get(event.order)
        if known is None:
            raise place.error(f"order {event.order}", "an order that is in the book")
        return known

    def _cleared(self, side: int) -> list[_Row]:
        gone = [(price, "0", n) for n, (its, price) in self._orders.items() if its == side]
        for _, _, order in gone:
            del self._orders[order]
        return gone

    def _snapshot(self, path: Path, clear: OrderEvent, added: list[OrderEvent]) -> RawBook:
        self._orders.clear()
        rows: dict[int, list[_Row]] = {1: [], -1: []}
        for event in added:
            row = self._added(Place(str(path), event.line), event)
            rows[event.side].append(row)
        return self._book(Place(str(path), clear.line), clear, rows[1], rows[-1], snapshot=True)

    def _told(self, place: Place, event: OrderEvent, side: int, rows: list[_Row]) -> RawBook:
        bids, asks = (rows, []) if side > 0 else ([], rows)
        return self._book(place, event, bids, asks, snapshot=False)

    def _book(
        self, place: Place, event: OrderEvent, bids: list[_Row], asks: list[_Row], *, snapshot: bool
    ) -> RawBook:
        is_whole = snapshot or self._is_first
        self._is_first = False
        return RawBook(
            event.ts,
            event.ts_venue,
            "",
            [(price, left) for price, left, _ in bids],
            [(price, left) for price, left, _ in asks],
            place,
            snapshot=is_whole,
            orders=tuple(order for _, _, order in (*bids, *asks)),
        )
