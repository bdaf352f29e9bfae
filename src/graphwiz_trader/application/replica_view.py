"""Replica view: a replica as sections of rows, for a page that is told what changed."""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import TypeAlias

from graphwiz_trader.application import state_view
from graphwiz_trader.application.diary import Line
from graphwiz_trader.application.equity_curve import earned_by
from graphwiz_trader.application.replica import Replica
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos
from graphwiz_trader.domain.vitals import VitalsSampled
from graphwiz_trader.engine.state import EngineState

Row: TypeAlias = Plain
Section: TypeAlias = dict[str, Plain]
View: TypeAlias = dict[str, Section]
"""Rows by name, in sections by name; a row that is not there any more is gone."""

LADDER = "ladder "
"""What the section of an instrument's ladder begins with."""

_MB, _GB = 1_000_000, 1_000_000_000

DEPTH = 8
"""Levels a side of a ladder."""


def quick(replica: Replica, state: EngineState, ladders: Iterable[InstrumentId]) -> View:
    """Return what moves with every message: the head, the books and the *ladders* wanted."""
    found: View = {"head": _head(replica, state), "books": _books(replica, state)}
    for name in ladders:
        if name in state.books:
            found[f"{LADDER}{name}"] = _ladder(state.books[name])
    return found


def orders(replica: Replica, state: EngineState) -> View:
    """Return what moves with orders."""
    return {"orders": _orders(replica, state)}


def sums(replica: Replica, state: EngineState) -> View:
    """Return what sums a run up."""
    return {
        "positions": _named(state_view.positions(state), "strategy", "instrument"),
        "balances": _named(state_view.balances(state), "venue", "asset"),
        "risk": _named(state_view.risk(state), "limit"),
        "strategies": _strategies(replica, state),
        "equity": {
            str(point.number): [_ms(point.ts), point.total, plain(point.by_strategy)]
            for point in replica.equity.points
        },
        "funnel": dict(replica.counts.counts()),
        "denials": dict(replica.counts.denials()),
        "latency": _section(replica.board.latencies()),
        "vitals": _vitals(replica.vitals),
        "alerts": {str(line.number): _line(line) for line in replica.diary.alerts},
        "log": {str(line.number): _line(line) for line in replica.diary.lines},
    }


def _head(replica: Replica, state: EngineState) -> Section:
    ruling, started = replica.ruling, replica.started
    health = state_view.health(state, replica.ts)
    return _section(
        {
            "run": started.run if started else "",
            "mode": started.mode if started else "",
            "began_ms": _ms(started.ts) if started else None,
            "seq": replica.seq,
            "ts_ms": _ms(replica.ts),
            **{name: told for name, told in health.items() if name != "venues"},
            "why": ruling.reason if ruling else "",
            "who": ruling.who if ruling else "",
            "exposure": state.exposure(None),
            "day_pnl": state.day_pnl(),
            **replica.tally.summary(),
        }
    )


def _books(replica: Replica, state: EngineState) -> Section:
    return {name: _book(replica, book) for name, book in state.books.items()}


def _book(replica: Replica, book: OrderBook) -> Row:
    of = book.instrument
    quality = book.quality
    why = quality.flaw or ("crossed" if quality.is_crossed else "")
    if not why and not book.is_two_sided:
        why = "one side is empty"
    return {
        "venue": of.venue,
        "bid": None if book.bid is None else f"{of.price(book.bid):f}",
        "ask": None if book.ask is None else f"{of.price(book.ask):f}",
        "bid_qty": f"{of.qty(book.bid_lots):f}",
        "ask_qty": f"{of.qty(book.ask_lots):f}",
        "spread_bps": book.spread_bps if isfinite(book.spread_bps) else None,
        "usable": book.is_usable,
        "flaw": why,
        "gaps": quality.gaps,
        "ts_ms": _ms(book.ts) if book.ts else None,
        "updates": replica.updates.get(of.id, 0),
    }


def _ladder(book: OrderBook) -> Section:
    """Return the best levels, asks before bids, best first; the key says side and place."""
    of, found = book.instrument, Section()
    for name, side in (("ask", Side.SELL), ("bid", Side.BUY)):
        for place, (tick, lots) in enumerate(zip(*book.levels(side, DEPTH), strict=True)):
            price, qty = of.price(int(tick)), of.qty(int(lots))
            found[f"{name}{place}"] = [of.id, f"{price:f}", f"{qty:f}"]
    return found


def _orders(replica: Replica, state: EngineState) -> Section:
    rows: Section = {
        one.order.cl_ord_id: _order(replica, state, one.order, one.ts)
        for one in replica.board.ended
    }
    for order in state.orders:
        rows[order.cl_ord_id] = _order(replica, state, order, None)
    return rows


def _order(replica: Replica, state: EngineState, order: Order, ended: Nanos | None) -> Row:
    of = state.instruments[order.instrument]
    return {
        "venue": of.venue,
        "instrument": order.instrument,
        "strategy": order.strategy,
        "side": order.side.name,
        "price": f"{of.price(order.price):f}",
        "qty": f"{of.qty(order.order_qty):f}",
        "cum_qty": f"{of.qty(order.cum_qty):f}",
        "ord_status": order.ord_status.value,
        "decided_ms": _ms(order.decided),
        "ended_ms": None if ended is None else _ms(ended),
        "was_unknown": order.cl_ord_id in replica.board.unknown,
        "group": order.group,
        "text": order.text,
    }


def _vitals(sample: VitalsSampled | None) -> Section:
    if sample is None:
        return {}
    return {
        "cpu_pct": sample.cpu_pct,
        "memory_mb": sample.memory_bytes / _MB,
        "open_files": sample.open_files,
        "machine_cpu_pct": sample.machine_cpu_pct,
        "machine_memory_pct": sample.machine_memory_pct,
        "disk_free_gb": sample.disk_free_bytes / _GB,
        "gc_longest_ms": sample.gc_longest / MILLISECOND,
        "journal_pending": sample.journal_pending,
        "outbox": sample.outbox,
    }


def _strategies(replica: Replica, state: EngineState) -> Section:
    enabled: dict[str, float] = dict.fromkeys(replica.equity.fills, 0.0)
    enabled.update(earned_by(state))
    fills = replica.equity.fills
    return {
        name: {"net": net, "fills": sum(n for of, n in fills.items() if of == name)}
        for name, net in sorted(enabled.items())
    }


def _named(rows: list[state_view.Told], *names: str) -> Section:
    return _section({"|".join(str(row[name]) for name in names): row for row in rows})


def _section(rows: Mapping[str, object]) -> Section:
    return {name: plain(row) for name, row in rows.items()}


def _line(line: Line) -> Row:
    return [_ms(line.ts), line.severity.value, line.text, line.seq]


def _ms(ts: Nanos) -> float:
    return ts / MILLISECOND


def changed(before: View, after: View) -> Iterator[tuple[str, Section]]:
    """
    Yield what must be told to somebody who was told *before*: rows by section.

    A row that is gone is told as null, a section that is gone as one whose rows are all null.
    """
    for name in {**before, **after}:
        old, new = before.get(name, {}), after.get(name, {})
        rows: Section = {key: row for key, row in new.items() if old.get(key, old) != row}
        rows.update({key: None for key in old if key not in new})
        if rows:
            yield name, rows
