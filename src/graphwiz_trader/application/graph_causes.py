"""Graph causes: which entries of the journal a decision rests on, and the books it saw."""

from collections.abc import Iterable
from typing import TypeAlias

from graphwiz_trader.application.graph_step import GraphStep
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.events import BookUpdate, Event, TapeMessage, TimerFired, Trade
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import InstrumentId

Cause = dict[str, object]


_Seen: TypeAlias = tuple[int, int, BookUpdate, Event]
"""The latest update of a book: its number, that of its instant, itself, and as journaled."""


class GraphCauses:
    """Follows the last update of every book, and where instants begin."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._latest: dict[InstrumentId, _Seen] = {}
        self._instant = 0
        self._is_open = False

    def hear(self, seq: int, raw: Event, event: Event) -> None:
        """Note entry *seq*: *raw* as journaled, *event* what it refers to."""
        if not isinstance(event, BookUpdate | Trade):
            return
        if not self._is_open:
            self._instant += 1
        self._is_open = event.more
        if isinstance(event, BookUpdate):
            self._latest[event.instrument] = (seq, self._instant, event, raw)

    def of_signal(self, step: GraphStep, instruments: Iterable[InstrumentId]) -> list[Cause]:
        """Return the event of *step*, then the last update of each of *instruments*' books."""
        causes = [self.of_step(step)]
        for name in dict.fromkeys(instruments):
            if name in self._latest:
                cause = self._book(step, name)
                if cause["seq"] == step.seq:
                    causes[0] = cause
                else:
                    causes.append(cause)
        return causes

    def of_step(self, step: GraphStep) -> Cause:
        """Return the event of *step*."""
        event = step.event
        cause: Cause = {
            "run": step.run,
            "seq": step.seq,
            "event": type(event).__name__,
            "ts": step.ts,
        }
        match event:
            case BookUpdate() | Trade():
                cause["instrument"] = event.instrument
            case ExecutionReport():
                cause["instrument"] = event.instrument
                cause["cl_ord_id"] = event.cl_ord_id
                cause["exec_type"] = event.exec_type.value
            case TimerFired():
                cause["timer"] = f"{event.owner} {event.name}"
            case _:
                pass
        return cause

    def _book(self, step: GraphStep, name: InstrumentId) -> Cause:
        seq, instant, update, raw = self._latest[name]
        cause: Cause = {
            "run": step.run,
            "seq": seq,
            "event": "BookUpdate",
            "ts": update.ts,
            "ts_venue": update.ts_venue,
            "instrument": name,
            "same_instant": instant == self._instant and update.ts == step.ts,
            **_tops(self._prices.books[name]),
        }
        if isinstance(raw, TapeMessage):
            cause["tape"], cause["message"] = raw.tape, raw.message
        return cause


def _tops(book: Depth) -> Cause:
    bid, ask, price = book.bid, book.ask, book.instrument.price
    return {
        "bid": None if bid is None else price(bid),
        "ask": None if ask is None else price(ask),
    }
