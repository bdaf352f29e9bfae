"""ParityText: a comparison of twins, as keys and as tables."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.fate import Fate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.parity import (
    Attributed,
    Cause,
    EngineParity,
    Rung,
    SessionParity,
    Twins,
)
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.units import InstrumentId, Lots, Ticks

Grids: TypeAlias = Mapping[InstrumentId, Instrument]

SHOWN = 20
"""How many orders the table shows; JSON holds all."""


def session_keys(found: SessionParity) -> dict[str, object]:
    """Return a session's parity as the keys of `--json`."""
    session, backtest = found.session, found.backtest
    return {
        "run": found.run,
        "mode": found.mode,
        "clean": found.is_clean,
        "unexplained": plain(found.unexplained) if found.unexplained else None,
        "reporting": found.reporting,
        "orders": {
            "session": session.orders,
            "backtest": backtest.orders,
            "matched": found.matched,
            "differ": len(found.differences),
            "by_cause": _counts(found, _one),
        },
        "fills": {
            "session": session.fills,
            "backtest": backtest.fills,
            "by_cause": _counts(found, _moved_fills),
        },
        "pnl": {
            "session": _amounts(session),
            "backtest": _amounts(backtest),
            "difference": amount(backtest.net - session.net),
            "by_cause": {cause.value: amount(part) for cause, part in found.parts.items()},
            "queue_bounds": [amount(net) for net in found.queue_bounds],
        },
        "ladder": [{"run": rung.name, **_amounts(rung), **_sizes(rung)} for rung in found.rungs],
        "differences": [_difference(each, found.instruments) for each in found.differences],
        "notes": list(found.notes),
    }


def engine_keys(found: EngineParity) -> dict[str, object]:
    """Return the parity of engines as the keys of `--json`."""
    names = ("reference", "compiled")
    return {
        "run": found.run,
        "recorded": found.recorded,
        "clean": found.is_clean,
        "orders": dict(zip(names, found.orders, strict=True)),
        "fills": dict(zip(names, found.fills, strict=True)),
        "net": {name: str(net) for name, net in zip(names, found.net, strict=True)},
        "differences": found.count,
        "first_differences": list(found.differences),
    }


def session_tables(found: SessionParity) -> tuple[Table, ...]:
    """Return a session's parity as tables, those without content left out."""
    tables = (
        Table(
            f"{found.run} beside its backtest, {found.reporting}",
            ("run", "orders", "fills", "gross", "fees", "net", "difference", "by"),
            tuple(_ladder(found)),
        ),
        Table(
            "Orders that differ",
            ("by", "orders", "fills"),
            tuple(
                (cause, str(count), str(_counts(found, _moved_fills)[cause]))
                for cause, count in _counts(found, _one).items()
                if count
            ),
        ),
        Table(
            f"The first {SHOWN} of them" if len(found.differences) > SHOWN else "They are",
            ("decided", "order", "how", "session", "backtest", "by"),
            tuple(_row(each, found.instruments) for each in found.differences[:SHOWN]),
        ),
        Table("Notes", (), tuple(("", note) for note in _remarks(found))),
    )
    return tuple(table for table in tables if table.rows)


def tables(found: Twins) -> tuple[Table, ...]:
    """Return a comparison of twins as tables, for what shows others beside them."""
    if isinstance(found, SessionParity):
        return session_tables(found)
    return (Table("Both engines", (), (("parity", engine_text(found)),)),)


def engine_text(found: EngineParity) -> str:
    """Return the parity of engines in words."""
    orders, fills, net = found.orders[0], found.fills[0], amount(found.net[0])
    if found.is_clean:
        return (
            f"{found.run}: both engines decide the same {orders} orders, with the same {fills}"
            f" fills, and earn {net}"
        )
    return "\n".join((f"{found.run}: {found.count} differences", *found.differences))


def amount(money: Decimal) -> str:
    """Return *money* as reports write it."""
    return f"{rounded(money):f}"


def _ladder(found: SessionParity) -> Sequence[tuple[str, ...]]:
    rows, before = [], found.session.net
    for rung in found.rungs:
        change = amount(rung.net - before) if rung.cause else ""
        cause = rung.cause.value if rung.cause else ""
        sizes = (str(rung.orders), str(rung.fills))
        amounts = (amount(rung.gross), amount(rung.fees), amount(rung.net))
        rows.append((rung.name, *sizes, *amounts, change, cause))
        before = rung.net
    return rows


def _remarks(found: SessionParity) -> Sequence[str]:
    worst, best = (amount(net) for net in found.queue_bounds)
    remarks = [f"as measured, always last in the queue {worst}, always first {best}", *found.notes]
    if found.unexplained is not None:
        remarks.insert(0, f"UNEXPLAINED: {found.unexplained.text}")
    return remarks


def _row(each: Attributed, grids: Grids) -> tuple[str, ...]:
    fate, (one, other) = each.fate, (each.pair.one, each.pair.other)
    grid = grids[fate.instrument]
    name = f"{fate.side.name} {fate.instrument} at {grid.price(Ticks(fate.price)):f}"
    instant = f"{fate.ts}"
    filled = _filled(one, grid), _filled(other, grid)
    return instant, name, each.pair.difference, *filled, each.cause.value


def _filled(fate: Fate | None, grid: Instrument) -> str:
    if fate is None:
        return NONE
    return f"{grid.qty(Lots(fate.cum_qty)):f} of {grid.qty(Lots(fate.qty)):f}"


def _difference(each: Attributed, grids: Grids) -> Mapping[str, object]:
    fate = each.fate
    grid = grids[fate.instrument]
    return {
        "ts": fate.ts,
        "strategy": fate.strategy,
        "instrument": fate.instrument,
        "side": fate.side.name,
        "price": f"{grid.price(Ticks(fate.price)):f}",
        "how": each.pair.difference,
        "cause": each.cause.value,
        "session": _order(each.pair.one, grid),
        "backtest": _order(each.pair.other, grid),
    }


def _order(fate: Fate | None, grid: Instrument) -> Mapping[str, object] | None:
    if fate is None:
        return None
    return {
        "cl_ord_id": fate.cl_ord_id,
        "ts": fate.ts,
        "qty": f"{grid.qty(Lots(fate.qty)):f}",
        "cum_qty": f"{grid.qty(Lots(fate.cum_qty)):f}",
        "fills": fate.fills,
        "fee": f"{fate.fee:f}",
        "ord_status": fate.ord_status.value,
    }


def _amounts(rung: Rung) -> dict[str, str]:
    return {"net": amount(rung.net), "gross": amount(rung.gross), "fees": amount(rung.fees)}


def _sizes(rung: Rung) -> dict[str, object]:
    return {
        "orders": rung.orders,
        "fills": rung.fills,
        "cause": rung.cause.value if rung.cause else None,
    }


def _counts(found: SessionParity, size: Callable[[Attributed], int]) -> dict[str, int]:
    counts = dict.fromkeys((cause.value for cause in Cause), 0)
    for each in found.differences:
        counts[each.cause.value] += size(each)
    return counts


def _one(_: Attributed) -> int:
    return 1


def _moved_fills(each: Attributed) -> int:
    """Count the fills of an order, on either side, that the other side does not have so."""
    one, other = each.pair.one, each.pair.other
    mine = [(price, qty) for _, price, qty in one.trades] if one else []
    yours = [(price, qty) for _, price, qty in other.trades] if other else []
    shared = sum(min(mine.count(fill), yours.count(fill)) for fill in dict.fromkeys(mine))
    return max(len(mine), len(yours)) - shared
