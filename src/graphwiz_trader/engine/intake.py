"""Intake: what a strategy answered, checked where it enters the engine."""

from collections.abc import Iterable, Sequence
from operator import index

from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.signal import Observation, Signal
from graphwiz_trader.domain.strategy import Opinion, Strategy
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve

_SIGNED = (Signal, Observation)


def taken_in(strategy: StrategyId, answer: Iterable[object]) -> Sequence[Opinion]:
    """
    Return *answer* as *strategy*'s opinions, their whole numbers Python's own.

    Raises:
        DomainError: one is no opinion, or in another strategy's name.
        TypeError: *answer* is no sequence, or what must be a whole number is none.
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
        return item
    if not isinstance(item, _SIGNED):
        raise DomainError(f"found {type(item).__name__}, expected Signal, Observation or SetTimer")
    if item.strategy != strategy:
        raise DomainError(f"found an opinion of {item.strategy}, expected one of {strategy}")
    if isinstance(item, Observation):
        return item
    return item if _is_plain(item) else _plain(item)


def _is_plain(signal: Signal) -> bool:
    for leg in signal.legs:  # noqa: SIM110 # a generator costs more than the look
        if type(leg.price) is not int or type(leg.qty) is not int:
            return False
    return True


def _plain(signal: Signal) -> Signal:
    legs = tuple(
        evolve(leg, price=Ticks(index(leg.price)), qty=Lots(index(leg.qty))) for leg in signal.legs
    )
    return evolve(signal, legs=legs, expires=Nanos(index(signal.expires)))
