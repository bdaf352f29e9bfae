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
from graphwiz_trader.domain.group import is_passed_on, money_of, owed_assets
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.report import Arbitrage
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import SECOND, Asset, Nanos
from graphwiz_trader.engine.holdings import settlement

CLOSED_KEPT = 4096
_CLOSED = (GroupState.DONE, GroupState.UNWOUND, GroupState.MISSED)


@attrs.define
class _Open:
    """
    A group under way; `debt` in base units, owed since `owing`, None while nothing is.

    `passed_on` are the assets that its legs only pass on; `booked` is what the sums hold of it
    once it has closed, as unwound or not.
    """

    legs: tuple[Leg, ...]
    passed_on: tuple[Asset, ...]
    is_round: bool
    is_sequential: bool
    heard: Nanos = Nanos(0)
    fills: list[FillBooked] = attrs.field(factory=list)
    debt: Decimal = ZERO
    owing: Nanos | None = None
    booked: Attribution = Attribution()
    was_unwound: bool = False


class GroupLog:
    """
    Follows every group of two legs or more, from approval to its end.

    Expected and realised are compared where all legs, but for those that pass an asset on, settle
    in one.
    Debt is what was bought and not yet sold, or sold and not yet bought, at the first leg's
    planned price; of legs in several bases, what the group says it owes.
    """

    def __init__(self, prices: Prices, earnings: Earnings) -> None:
        self._prices = prices
        self._earnings = earnings
        self._open: dict[str, _Open] = {}
        self._closed: dict[str, _Open] = {}
        self._groups = 0
        self._outcome = Attribution()
        self._unwound = Attribution()
        self._owed_ns = 0
        self._max_debt = ZERO

    def approve(self, fact: SignalApproved) -> None:
        """Begin to follow a group."""
        if fact.group and len(fact.signal.legs) > 1:
            self._groups += 1
            legs = fact.signal.legs
            instruments = [self._prices.instruments[leg.instrument] for leg in legs]
            is_round = len({instrument.base for instrument in instruments}) > 1
            self._open[fact.group] = _Open(
                legs, owed_assets(instruments), is_round, fact.signal.sequential
            )

    def fill(self, fill: FillBooked, now: Nanos) -> None:
        """Note a fill of one of its orders, received *now*; a late one opens it again."""
        group = self._open.get(fill.group)
        if group is None and fill.group in self._closed:
            group = self._open[fill.group] = self._closed.pop(fill.group)
        if group is None:
            return
        group.fills.append(fill)
        self._owe(group, fill, now)

    def change(self, fact: GroupChanged) -> None:
        """Note a new state, after the fills of the same step."""
        group = self._open.get(fact.group)
        if group is None:
            return
        is_closed = fact.state in _CLOSED
        if group.is_round:
            self._owe_round(group, ZERO if is_closed else fact.debt)
        if is_closed:
            self._closed[fact.group] = self._open.pop(fact.group)
            if len(self._closed) > CLOSED_KEPT:
                del self._closed[next(iter(self._closed))]
        if is_closed and fact.state is not GroupState.MISSED:
            self._add(group, fact)

    def _add(self, group: _Open, fact: GroupChanged) -> None:
        """Compare what the group earned, late fills too, with what it was expected to."""
        instruments = self._prices.instruments
        earning = {
            name: instrument
            for name in (
                *(leg.instrument for leg in group.legs),
                *(f.instrument for f in group.fills),
            )
            if not is_passed_on(instrument := instruments[name], group.passed_on)
        }
        assets = {settlement(instrument) for instrument in earning.values()}
        if len(assets) > 1:
            return
        legs = [leg for leg in group.legs if leg.instrument in earning]
        fills = [fill for fill in group.fills if fill.instrument in earning]
        found = attribution(legs, fills, instruments, fact.expected)
        if group.is_sequential:
            # A fee taken of what was bought is paid by passing on less, and not again in cash.
            in_kind = fact.realised - found.realised
            found += Attribution(fees=in_kind, realised=in_kind)
        rated = found.times(self._earnings.rate(assets.pop()))
        before, group.booked = group.booked, rated
        self._outcome += rated.less(before)
        if group.was_unwound:
            self._unwound += Attribution().less(before)
        group.was_unwound = fact.state is GroupState.UNWOUND
        if group.was_unwound:
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
        group.heard = now
        if group.is_round:
            return
        instruments = self._prices.instruments
        first, traded = instruments[group.legs[0].instrument], instruments[fill.instrument]
        group.debt += fill.side * traded.qty(fill.qty) * traded.multiplier
        notional = abs(group.debt) * first.price(group.legs[0].price)
        self._follow(group, notional, settlement(first))

    def _owe_round(self, group: _Open, debt: Decimal) -> None:
        instruments = [self._prices.instruments[leg.instrument] for leg in group.legs]
        self._follow(group, debt, money_of(instruments))

    def _follow(self, group: _Open, debt: Decimal, asset: Asset) -> None:
        if debt:
            self._max_debt = max(self._max_debt, debt * self._earnings.rate(asset))
        if debt and group.owing is None:
            group.owing = group.heard
        elif not debt and group.owing is not None:
            self._owed_ns += group.heard - group.owing
            group.owing = None
