"""GroupLog: what multi-leg trades were expected to earn, what they did, and what they owed."""

from decimal import Decimal

import attrs

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.attribution import Attribution, attribution
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    GroupState,
    SignalApproved,
)
from graphwiz_trader.domain.funnel import Opportunities
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.report import Arbitrage
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.engine.holdings import settlement

_CLOSED = (GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED)


@attrs.define
class _Open:
    """A group under way; `debt` in base units, owed since `owing`, None while nothing is."""

    legs: tuple[Leg, ...]
    fills: list[FillBooked] = attrs.field(factory=list)
    debt: Decimal = ZERO
    owing: Nanos | None = None


class GroupLog:
    """
    Follows every group of two legs or more, from approval to its end.

    Expected and realised are compared where all legs settle in one asset; debt is followed where
    all trade one base asset: what was bought and not yet sold, or sold and not yet bought, at the
    first leg's planned price.
    """

    def __init__(self, prices: Prices, earnings: Earnings) -> None:
        self._prices = prices
        self._earnings = earnings
        self._open: dict[str, _Open] = {}
        self._groups = 0
        self._outcome = Attribution()
        self._unwound = Attribution()
        self._owed_ns = 0
        self._max_debt = ZERO

    def approve(self, fact: SignalApproved) -> None:
        """Begin to follow a group."""
        if fact.group and len(fact.signal.legs) > 1:
            self._groups += 1
            self._open[fact.group] = _Open(fact.signal.legs)

    def fill(self, fill: FillBooked, now: Nanos) -> None:
        """Note a fill of one of its orders, received *now*."""
        group = self._open.get(fill.group)
        if group is None:
            return
        group.fills.append(fill)
        self._owe(group, fill, now)

    def change(self, fact: GroupChanged) -> None:
        """Note a new state, after the fills of the same step."""
        if fact.state not in _CLOSED or (group := self._open.pop(fact.group, None)) is None:
            return
        if fact.state is GroupState.MISSED:
            return
        instruments = self._prices.instruments
        assets = {settlement(instruments[leg.instrument]) for leg in group.legs}
        if len(assets) > 1:
            return
        found = attribution(group.legs, group.fills, instruments, fact.expected)
        rated = found.times(self._earnings.rate(assets.pop()))
        self._outcome += rated
        if fact.state is GroupState.UNWOUND:
            self._unwound += rated

    def arbitrage(self, opportunities: Opportunities, end: Nanos) -> Arbitrage:
        """Return the figures so far; what is still owed counts until *end*."""
        open_ns = sum(end - group.owing for group in self._open.values() if group.owing is not None)
        return Arbitrage(
            opportunities=opportunities,
            groups=self._groups,
            outcome=self._outcome,
            unwound=self._unwound,
            debt_s=(self._owed_ns + open_ns) / SECOND,
            max_debt=self._max_debt,
        )

    def _owe(self, group: _Open, fill: FillBooked, now: Nanos) -> None:
        instruments = self._prices.instruments
        legs = [instruments[leg.instrument] for leg in group.legs]
        if len({instrument.base for instrument in legs}) > 1:
            return
        traded = instruments[fill.instrument]
        group.debt += fill.side * traded.qty(fill.qty) * traded.multiplier
        notional = abs(group.debt) * legs[0].price(group.legs[0].price)
        rated = notional * self._earnings.rate(settlement(legs[0]))
        self._max_debt = max(self._max_debt, rated)
        if group.debt and group.owing is None:
            group.owing = now
        elif not group.debt and group.owing is not None:
            self._owed_ns += now - group.owing
            group.owing = None
