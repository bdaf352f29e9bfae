"""Intake: what a strategy answered, checked where it enters the engine."""

from collections.abc import Iterable, Sequence
from operator import index
from typing import SupportsIndex

from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Signal, SignalKind, Stage
from graphwiz_trader.domain.strategy import Opinion, Strategy
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve

OWNER = "strategy:"
"""How the owner of a strategy's timers begins."""

LARGEST = (1 << 63) - 1
"""The largest whole number that a journal holds."""
_SIGNED = (Signal, Observation)
# Looking a member up in its enumeration costs as much as the comparison.
_BUY, _SELL = Side.BUY, Side.SELL


def taken_in(strategy: StrategyId, answer: Iterable[object]) -> Sequence[Opinion]:
    """
    Return *answer* as *strategy*'s opinions, their numbers Python's own, their timers its own.

    What is not as declared would end the engine later, where nobody knows whose it was.

    Raises:
        DomainError: one is no opinion, in another strategy's name, or too large a number.
        TypeError: *answer* is no sequence, or a part of it is not of its type.
        ValueError: what must be a number is none.
    """
    opinions: list[Opinion] = []
    for item in answer:
        if type(item) is Signal and item.strategy == strategy and _is_plain(item):
            opinions.append(item)
        else:
            opinions.append(_opinion(strategy, item))
    return opinions


def listeners(strategies: Sequence[Strategy]) -> dict[InstrumentId, tuple[Strategy, ...]]:
    """Return who of *strategies* wants to be asked at the instants of which instrument."""
    found: dict[InstrumentId, list[Strategy]] = {}
    for strategy in strategies:
        for name in strategy.instruments:
            found.setdefault(name, []).append(strategy)
    return {name: tuple(listening) for name, listening in found.items()}


def _opinion(strategy: StrategyId, item: object) -> Opinion:
    if isinstance(item, SetTimer):
        return SetTimer(Nanos(_within(item.at)), OWNER + strategy, item.name)
    if not isinstance(item, _SIGNED):
        raise DomainError(f"found {type(item).__name__}, expected Signal, Observation or SetTimer")
    if item.strategy != strategy:
        raise DomainError(f"found an opinion of {item.strategy}, expected one of {strategy}")
    return _observed(item) if isinstance(item, Observation) else _plain(item)


def _is_plain(signal: Signal) -> bool:
    """Whether no part would fail later; an operator that cannot take a part raises here."""
    expires, number = signal.expires, signal.edge_bps + signal.confidence + signal.strength
    if type(expires) is not int or type(number) is not float:
        return False
    if type(signal.kind) is not SignalKind or type(signal.legs) is not tuple:
        return False
    for leg in signal.legs:
        price, qty, side = leg.price, leg.qty, leg.side
        if (
            type(price) is not int
            or type(qty) is not int
            or (side is not _BUY and side is not _SELL)
        ):
            return False
        if not (-LARGEST <= price <= LARGEST and -LARGEST <= qty <= LARGEST):
            return False
        if type(leg.time_in_force) is not TimeInForce or type(leg.instrument) is not str:
            return False
    return -LARGEST <= expires <= LARGEST


def _plain(signal: Signal) -> Signal:
    legs = tuple(
        evolve(
            leg,
            instrument=InstrumentId(str(leg.instrument)),
            price=Ticks(_within(leg.price)),
            qty=Lots(_within(leg.qty)),
        )
        for leg in signal.legs
    )
    made = evolve(
        signal,
        legs=legs,
        edge_bps=float(signal.edge_bps),
        expires=Nanos(_within(signal.expires)),
        confidence=float(signal.confidence),
        strength=float(signal.strength),
    )
    if not _is_plain(made):
        raise TypeError(f"found {made}, expected what Signal and Leg declare")
    return made


def _observed(seen: Observation) -> Observation:
    made = evolve(
        seen,
        gross_bps=float(seen.gross_bps),
        net_bps=float(seen.net_bps),
        qty=float(seen.qty),
    )
    if (type(made.opportunity), type(made.route), type(made.stage)) != (str, str, Stage):
        raise TypeError(f"found {made}, expected what Observation declares")
    return made


def _within(number: SupportsIndex) -> int:
    """Return *number* as Python's own."""
    whole = index(number)
    if not -LARGEST <= whole <= LARGEST:
        raise DomainError(f"found {whole}, expected at most {LARGEST}")
    return whole
