"""CrossRoute: buying at one venue and selling at another, and what was seen of it so far."""

from collections.abc import Iterator, Sequence
from itertools import permutations

import attrs

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.lookout import Steps
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.survival import Lives


@attrs.define
class CrossRoute:
    """Buy on one book, sell on another; and the episode open on it, if there is one."""

    buy: Instrument
    sell: Instrument
    name: str
    episodes: int = 0
    is_open: bool = False
    after_fees: bool = False
    is_asked: bool = False
    lives: Lives = attrs.field(factory=Lives)

    @property
    def steps(self) -> Steps:
        """Its two books."""
        return ((self.buy.id, Side.BUY), (self.sell.id, Side.SELL))

    @property
    def episode(self) -> str:
        """The name of the episode now open, or last open."""
        return f"{self.name}#{self.episodes}"


def cross_routes(instruments: Sequence[Instrument]) -> Iterator[CrossRoute]:
    """
    Pair what can be arbitraged: the same symbol and kind at two venues.

    Another quote, or a contract against spot, is basis, not arbitrage. Contracts are counted one
    for one, so that they must be worth the same.
    """
    for buy, sell in permutations(instruments, 2):
        if buy.kind is Kind.INVERSE or buy.multiplier != sell.multiplier:
            continue
        if buy.symbol == sell.symbol and buy.kind is sell.kind:
            yield CrossRoute(buy, sell, f"{buy.symbol}:{buy.venue}>{sell.venue}")
