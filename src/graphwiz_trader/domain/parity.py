"""Parity: a live session beside its backtest, every difference with its cause."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.fate import Fate, Pair
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos, RunId
from graphwiz_trader.domain.value import value


class Cause(Enum):
    """Why a session and its backtest are not the same, in the order in which it is asked."""

    QUEUE = "queue"
    MISSING_DATA = "missing_data"
    LATENCY = "latency"
    FEES = "fees"


@value
class Rung:
    """
    One step from a session to its backtest, and what it earned.

    The first is the session itself, `cause` None; each of the others differs from the one before
    by its cause alone.
    """

    name: str
    cause: Cause | None
    net: Decimal
    gross: Decimal
    fees: Decimal
    orders: int
    fills: int


@value
class Attributed:
    """An order that the session and its backtest tell differently, and why."""

    pair: Pair
    cause: Cause

    @property
    def fate(self) -> Fate:
        """The order as the session told it, or the backtest where only that did."""
        found = self.pair.one or self.pair.other
        if found is None:
            raise DomainError("a pair of no orders")
        return found


@value
class Unexplained:
    """
    A decision that the reenactment took otherwise though all it had heard was the same.

    `ts` is when, `text` which.
    """

    ts: Nanos
    text: str


@value
class SessionParity:
    """
    A session beside its backtest.

    `matched` counts the orders both decided; `differences` are all orders that differ.
    `queue_bounds` are the net results of the second rung, always last and always first in every
    queue.
    """

    run: RunId
    mode: str
    reporting: Asset
    instruments: Mapping[InstrumentId, Instrument]
    rungs: tuple[Rung, ...]
    matched: int
    differences: tuple[Attributed, ...]
    unexplained: Unexplained | None
    queue_bounds: tuple[Decimal, Decimal]
    notes: tuple[str, ...]

    @property
    def session(self) -> Rung:
        """What happened."""
        return self.rungs[0]

    @property
    def backtest(self) -> Rung:
        """What the backtest says would have."""
        return self.rungs[-1]

    @property
    def parts(self) -> Mapping[Cause, Decimal]:
        """What each cause made of the net result; they add up to the whole difference."""
        steps = zip(self.rungs, self.rungs[1:], strict=False)
        return {after.cause: after.net - before.net for before, after in steps if after.cause}

    @property
    def is_clean(self) -> bool:
        """Whether every difference has a cause."""
        return self.unexplained is None


@value
class EngineParity:
    """
    A backtest by the reference engine beside the same by the compiled loop.

    `differences` are in words, at most a few of them; `count` is of all.
    """

    run: RunId
    recorded: str
    orders: tuple[int, int]
    fills: tuple[int, int]
    net: tuple[Decimal, Decimal]
    count: int
    differences: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether both gave the same orders, fills and result."""
        return not self.count


Twins: TypeAlias = SessionParity | EngineParity
"""A run beside the same by other means."""
