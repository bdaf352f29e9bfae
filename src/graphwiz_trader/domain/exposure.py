"""Exposure: what an intended order would add to it, worst case, in the reporting currency."""

from graphwiz_trader.domain.intent import Case
from graphwiz_trader.domain.sides import Side

_BUY = Side.BUY


def added_exposure(case: Case, value: float) -> float:
    """Return how much the worst case |position + orders| grows by an order worth *value*."""
    intent, held = case.intent, case.held
    if not intent.qty:
        return 0.0
    before = max(abs(held + case.buys), abs(held - case.sells))
    more_buys = intent.qty if intent.side is _BUY else 0
    more_sells = intent.qty - more_buys
    after = max(abs(held + case.buys + more_buys), abs(held - case.sells - more_sells))
    return value * (after - before) / intent.qty
