"""State view: what an engine knows, as a person asks for it; nothing is stepped."""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.position import Position
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.engine.agreement import ACCOUNT
from graphwiz_trader.engine.state import EngineState

Told = Mapping[str, object]


def health(state: EngineState, now: Nanos) -> Told:
    """Return whether it trades, and at each venue what keeps it from trading."""
    return {
        "state": state.scopes.get("").value,
        "closed": dict(state.scopes.content()),
        "venues": {venue: _venue(state, venue, now) for venue in state.accounts},
        **open_ends(state),
        "pnl": state.holdings.pnl,
        "day_pnl": state.day_pnl(),
        "hedge_debt": state.hedge_debt(),
    }


def open_ends(state: EngineState) -> Told:
    """Return how many orders are open, how many in doubt, and whether every venue agrees."""
    unknown = sum(order.ord_status is OrdStatus.UNKNOWN for order in state.orders)
    return {
        "open_orders": len(state.orders),
        "unknown_orders": unknown,
        "reconciled": all(agrees(state, venue) for venue in state.accounts),
    }


def agrees(state: EngineState, venue: Venue) -> bool:
    """Return whether *venue*'s account is what we think, as far as anyone can tell now."""
    is_open = state.scopes.get(ACCOUNT + venue) is TradingState.ACTIVE
    return is_open and venue in state.agreed and not state.is_blind(venue)


def orders(state: EngineState, now: Nanos) -> list[Told]:
    """Return every order that may still fill, oldest first."""
    rows: list[Told] = []
    for order in state.orders:
        instrument = state.instruments[order.instrument]
        rows.append(
            {
                "cl_ord_id": order.cl_ord_id,
                "venue": instrument.venue,
                "instrument": order.instrument,
                "strategy": order.strategy,
                "side": order.side.name,
                "ord_type": order.ord_type.value,
                "price": instrument.price(order.price),
                "qty": instrument.qty(order.order_qty),
                "cum_qty": instrument.qty(order.cum_qty),
                "ord_status": order.ord_status.value,
                "age_ms": (now - order.decided) / MILLISECOND,
                "group": order.group,
                "text": order.text,
            }
        )
    return rows


def positions(state: EngineState) -> list[Told]:
    """Return what is held or was traded, by instrument and, below it, by strategy."""
    rows = [
        _position(state, "", position)
        for position in state.holdings.positions.values()
        if position.lots or position.cash
    ]
    rows += [
        _position(state, strategy, position)
        for (strategy, _), position in state.holdings.by_strategy.items()
        if position.lots or position.cash
    ]
    return rows


def balances(state: EngineState) -> list[Told]:
    """Return every balance: all of it, and what is not reserved by open orders."""
    return [
        {
            "venue": venue,
            "asset": asset,
            "total": _amount(total),
            "reserved": _amount(account.held.get(asset, Decimal(0))),
            "free": _amount(account.free(asset)),
        }
        for venue, account in state.accounts.items()
        for asset, total in account.total.items()
    ]


def risk(state: EngineState) -> list[Told]:
    """Return the limits that have a measure, what is used of each, and its share."""
    limits = state.policy.limits
    used: list[tuple[str, float, float | None]] = [
        ("max_exposure", state.exposure(None), float(limits.max_exposure)),
        ("max_net_exposure", abs(state.net_exposure()), _number(limits.max_net_exposure)),
        ("max_open_orders", state.open_orders(), limits.max_open_orders),
        ("max_orders_per_second", state.orders_in_last_second(), limits.max_orders_per_second),
        ("max_cancels_per_second", state.cancels_in_last_second(), limits.max_cancels_per_second),
        ("max_order_to_trade", state.order_to_trade(), limits.max_order_to_trade),
        ("circuit_breaker", max(-state.day_pnl(), 0.0), -state.policy.bounds.day_floor),
        ("max_drawdown_pct", state.drawdown_pct(), float(limits.max_drawdown_pct)),
        ("max_consecutive_losses", state.losses_in_a_row(), limits.max_consecutive_losses),
    ]
    used += [
        (f"max_venue_exposure {venue}", state.exposure(venue), _number(limits.max_venue_exposure))
        for venue in state.accounts
    ]
    used += [
        (
            f"max_position_size {name}",
            float(abs(position.instrument.qty(position.lots))),
            float(limits.max_position_size),
        )
        for name, position in state.holdings.positions.items()
    ]
    return [
        {"limit": name, "used": now, "most": most, "share": now / most if most else None}
        for name, now, most in used
    ]


def _venue(state: EngineState, venue: Venue, now: Nanos) -> Told:
    books = [b for b in state.books.values() if b.instrument.venue == venue]
    return {
        "account": state.scopes.get(ACCOUNT + venue).value,
        "agrees": agrees(state, venue),
        "reports": "lost" if state.is_blind(venue) else "up",
        "books": {
            book.instrument.id: {
                "bid": None if book.bid is None else book.instrument.price(book.bid),
                "ask": None if book.ask is None else book.instrument.price(book.ask),
                "usable": book.is_usable,
                "age_ms": (now - book.ts) / MILLISECOND if book.ts else None,
            }
            for book in books
        },
    }


def _position(state: EngineState, strategy: str, position: Position) -> Told:
    instrument = position.instrument
    book = state.books[instrument.id]
    mid = book.mid if book.is_two_sided else None
    return {
        "instrument": instrument.id,
        "venue": instrument.venue,
        "strategy": strategy,
        "qty": instrument.qty(position.lots),
        "realised": _amount(position.realised),
        "fees": _amount(position.fees),
        "net": None if mid is None else _amount(position.pnl(Decimal(mid))),
    }


def _number(limit: Decimal | None) -> float | None:
    return None if limit is None else float(limit)


def _amount(amount: Decimal) -> str:
    return f"{rounded(amount):f}"
