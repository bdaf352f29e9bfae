"""Fate: one order and what became of it, and which orders of two runs are the same."""

from collections.abc import Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, ClOrdId, InstrumentId, Nanos, StrategyId
from graphwiz_trader.domain.value import value

WITHIN = Nanos(250 * MILLISECOND)
"""How far apart the same decision may be taken in two runs."""

FEE_ROUNDING = Decimal("1e-3")
"""The share of a fee within which it is the same: venues round theirs, some to eight decimals."""


@attrs.define
class Fate:
    """
    One order.

    `price` is in ticks, `qty` and `cum_qty` in lots, `cash` what was filled in ticks × lots,
    `fee` in the settlement asset. `trades` are its fills: when at the venue, price, quantity;
    `heard` is every change of it: when, its status, how much was filled by then.
    """

    cl_ord_id: ClOrdId
    ts: Nanos
    strategy: StrategyId
    instrument: InstrumentId
    side: Side
    price: int
    qty: int
    ord_status: OrdStatus = OrdStatus.PENDING_NEW
    cum_qty: int = 0
    cash: int = 0
    fee: Decimal = Decimal(0)
    was_unknown: bool = False
    trades: list[tuple[Nanos, int, int]] = attrs.field(factory=list)
    heard: list[tuple[Nanos, OrdStatus, int]] = attrs.field(factory=list)

    @property
    def fills(self) -> int:
        """How many fills it had."""
        return len(self.trades)


@value
class Pair:
    """Two runs' words on one order, None where a run has no such order."""

    one: Fate | None
    other: Fate | None

    @property
    def difference(self) -> str:
        """How they differ, `""` if they do not."""
        one, other = self.one, self.other
        if one is None or other is None:
            return "not decided" if other is None else "decided only there"
        if one.qty != other.qty:
            return "other quantity"
        if one.cum_qty != other.cum_qty:
            return "filled otherwise"
        if one.cash != other.cash:
            return "other price"
        return "" if _same_fee(one, other) else "other fee"


def paired(
    ours: Sequence[Fate], theirs: Sequence[Fate], within: Nanos = WITHIN
) -> tuple[Pair, ...]:
    """
    Return *ours* and *theirs* one to one: the same instrument, side, price and decision.

    The same instant comes first; then, in order of time, the nearest not farther than *within*.
    Orders without a partner stand alone.
    """
    partner: dict[ClOrdId, Fate] = {}
    left = _by_kind(theirs)
    for kind, mine in _by_kind(ours).items():
        yours = left.get(kind, [])
        _pair_up(mine, yours, partner, Nanos(0))
        _pair_up(mine, yours, partner, within)
    pairs = [Pair(one, partner.get(one.cl_ord_id)) for one in ours]
    alone = [Pair(None, other) for others in left.values() for other in others]
    return (*pairs, *sorted(alone, key=_decided))


def _pair_up(
    ours: Sequence[Fate], theirs: list[Fate], partner: dict[ClOrdId, Fate], within: Nanos
) -> None:
    """Give each of *ours* without one a partner out of *theirs*, where it is taken away."""
    place = 0
    for one in ours:
        if one.cl_ord_id in partner:
            continue
        while place < len(theirs) and theirs[place].ts < one.ts - within:
            place += 1
        best = place
        while best + 1 < len(theirs) and _apart(theirs[best + 1], one) < _apart(theirs[best], one):
            best += 1
        if best < len(theirs) and _apart(theirs[best], one) <= within:
            partner[one.cl_ord_id] = theirs.pop(best)


def _apart(one: Fate, other: Fate) -> int:
    return abs(one.ts - other.ts)


def _by_kind(fates: Sequence[Fate]) -> dict[tuple[InstrumentId, Side, int], list[Fate]]:
    found: dict[tuple[InstrumentId, Side, int], list[Fate]] = {}
    for fate in fates:
        found.setdefault((fate.instrument, fate.side, fate.price), []).append(fate)
    return found


def _decided(pair: Pair) -> Nanos:
    return pair.other.ts if pair.other is not None else Nanos(0)


def _same_fee(one: Fate, other: Fate) -> bool:
    most = max(abs(one.fee), abs(other.fee))
    return abs(one.fee - other.fee) <= most * FEE_ROUNDING
