"""Cross-exchange arbitrage: buy where it is cheap and sell where it is dear, after everything."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from attrs.validators import and_, ge, gt, le

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.crossing import DEPTH, Crossing, cross, gross_bps, reprice
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.lookout import Lookout, is_busy
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Observation, Signal, SignalKind, Stage
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.survival import expected_bps
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos, StrategyId
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels.cross import EPSILON_BPS
from graphwiz_trader.kernels.lives import UNFOLLOWED
from graphwiz_trader.strategies.cross_exchange_route import CrossRoute, cross_routes

NAN = float("nan")


@value
class CrossExchangeConfig:
    """Keys of `cross_exchange_arbitrage`."""

    min_profit_bps: float = setting(5.0, "least edge after the fees of both legs", ge(0.0))
    fee_bps: float = setting(10.0, "taker fee per leg, where a venue's own is not known")
    max_age_ms: int = setting(500, "age above which a book is not traded on", gt(0))
    participation: float = setting(
        0.5, "share of the depth shown to take at most", and_(gt(0.0), le(1.0))
    )
    inventory_skew_bps: float = setting(
        0.0, "added edge demanded, per unit of share, where a trade worsens inventory", ge(0.0)
    )
    latency_haircut: bool = setting(
        False, "weigh an edge by its chance to last until orders arrive, as edges lasted so far"
    )
    adverse_bps: float = setting(
        0.0, "what the price is expected to move before a lone leg is undone", ge(0.0)
    )


class CrossExchange:
    """
    Watches every ordered pair of venues that trade the same symbol.

    An episode opens when the touch crosses before fees and closes when it no longer does, or
    when a book may not be traded on.
    """

    Config = CrossExchangeConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: CrossExchangeConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id = id
        self._config = config
        self._ttl = ttl
        self._routes = tuple(cross_routes(instruments))
        traded = (i.id for route in self._routes for i in (route.buy, route.sell))
        self.instruments = tuple(dict.fromkeys(traded))
        self._by_instrument: dict[InstrumentId, tuple[CrossRoute, ...]] = {
            name: tuple(r for r in self._routes if name in (r.buy.id, r.sell.id))
            for name in self.instruments
        }
        self._pending: dict[str, tuple[CrossRoute, str, Decimal]] = {}

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Look at every route of which a book has just changed."""
        if isinstance(event, TimerFired):
            return self._survived(event.name, view)
        opinions: list[Opinion] = []
        takes: list[Signal] = []
        for route in self._moved(view):
            buy, sell = view.books[route.buy.id], view.books[route.sell.id]
            gross = gross_bps(buy, sell)
            if self._config.latency_haircut:
                self._watch(route, buy, sell, gross, view)
            if gross > 0 and self._is_fresh(buy, view) and self._is_fresh(sell, view):
                takes += self._look(route, buy, sell, gross, view, opinions)
            elif route.is_open:
                route.is_open = False
                opinions.append(self._noted(route, Stage.CLOSED, gross, NAN, Decimal(0)))
        opinions += _apart(takes)
        return opinions

    def lookouts(self, view: View) -> Sequence[Lookout]:
        """Return the edge of every route: until there is news of one, nothing is done."""
        return [self._lookout(route, view) for route in self._routes]

    def _lookout(self, route: CrossRoute, view: View) -> Lookout:
        bought, sold = self._fees(route, view)
        asked = route.is_asked
        return Lookout(
            route.steps,
            Nanos(self._config.max_age_ms * MILLISECOND),
            EPSILON_BPS / 2,
            (1 - sold / 1e4) / (1 + bought / 1e4),
            max(self._need_bps(route, view) - 10 * EPSILON_BPS, EPSILON_BPS / 2),
            is_open=route.is_open,
            is_busy=route.after_fees and is_busy(self.id, route.steps, view, is_asked=asked),
            life=route.lives.phase if self._config.latency_haircut else UNFOLLOWED,
        )

    def _moved(self, view: View) -> Iterable[CrossRoute]:
        """Return the routes with a book of this instant, which may have brought several."""
        books, now = view.books, view.now
        moved = [name for name in self.instruments if books[name].ts == now]
        if len(moved) == 1:
            return self._by_instrument[moved[0]]
        found = {route.name: route for name in moved for route in self._by_instrument[name]}
        return found.values()

    def _look(
        self,
        route: CrossRoute,
        buy: OrderBook,
        sell: OrderBook,
        gross: float,
        view: View,
        opinions: list[Opinion],
    ) -> Iterable[Signal]:
        """Note how far *route* comes among *opinions*; return what to take of it."""
        if not route.is_open:
            route.is_open, route.after_fees, route.is_asked = True, False, False
            route.episodes += 1
            opinions.append(self._noted(route, Stage.SEEN, gross, NAN, Decimal(0)))
        fees = self._fees(route, view)
        crossing = cross(buy, sell, *fees, self._need_bps(route, view), self._shown(buy, sell))
        if crossing is None:
            return ()
        if not route.after_fees:
            route.after_fees = True
            opinions.append(
                self._noted(route, Stage.AFTER_FEES, gross, crossing.net_bps, crossing.qty)
            )
            opinions.extend(self._later(route, crossing.qty, view))
        if self._config.latency_haircut and not self._outlasts(route, buy, sell, crossing, view):
            return ()
        return self._taken(route, buy, sell, crossing, view)

    def _watch(
        self, route: CrossRoute, buy: OrderBook, sell: OrderBook, gross: float, view: View
    ) -> None:
        """Follow how long the touch's edge after fees lasts."""
        if not (self._is_fresh(buy, view) and self._is_fresh(sell, view)):
            route.lives.cut(view.now)
            return
        bought, sold = self._fees(route, view)
        net = ((1 + gross / 1e4) * (1 - sold / 1e4) / (1 + bought / 1e4) - 1) * 1e4
        route.lives.follow(net, view.now)

    def _outlasts(
        self, route: CrossRoute, buy: OrderBook, sell: OrderBook, seen: Crossing, view: View
    ) -> bool:
        """Whether the edge still pays once weighed by its chance to last: `S·e − (1 − S)·U`."""
        lag = max(view.latency(route.buy.venue), view.latency(route.sell.venue))
        survival = route.lives.survival(seen.net_bps, lag, view.now)
        costs = zip(self._fees(route, view), (buy, sell), strict=True)
        unwind = max(fee + book.spread_bps / 2 for fee, book in costs) + self._config.adverse_bps
        return expected_bps(seen.net_bps, survival, unwind) >= self._need_bps(route, view)

    def _taken(
        self, route: CrossRoute, buy: OrderBook, sell: OrderBook, seen: Crossing, view: View
    ) -> Iterator[Signal]:
        """Ask for what limits and balances leave of it, unless an order of ours is under way."""
        if view.working(self.id, route.buy.id) or view.working(self.id, route.sell.id):
            return
        most = min(
            seen.qty,
            route.buy.qty(view.room(self.id, route.buy.id, Side.BUY, seen.buy_price)),
            route.sell.qty(view.room(self.id, route.sell.id, Side.SELL, seen.sell_price)),
        )
        if most <= 0 and route.is_asked:
            return  # refused once in this episode; nothing more is learnt by asking again
        route.is_asked = True
        crossing = seen
        if 0 < most < seen.qty:
            fees = self._fees(route, view)
            smaller = cross(buy, sell, *fees, self._need_bps(route, view), most)
            crossing = smaller or seen
        legs = (
            Leg(route.buy.id, Side.BUY, crossing.buy_price, crossing.buy_lots),
            Leg(route.sell.id, Side.SELL, crossing.sell_price, crossing.sell_lots),
        )
        route.lives.cut(view.now)
        yield Signal(
            self.id,
            SignalKind.TAKE,
            legs,
            crossing.net_bps,
            Nanos(view.now + self._ttl),
            strength=crossing.net_bps,
            opportunity=route.episode,
            reason=f"{crossing.qty} at {crossing.net_bps:.4f} bps after fees",
        )

    def _need_bps(self, route: CrossRoute, view: View) -> float:
        """
        Return the edge demanded: more where the trade worsens inventory, less where it repairs.

        `need = min_profit + λ·(x − w)`: x is the buying venue's share of the base asset that both
        venues hold, w = 1/2 its target. Never below what the fees cost, which is 0 here.
        """
        skew = self._config.inventory_skew_bps
        if not skew:
            return self._config.min_profit_bps
        here, there = view.owned(route.buy.id), view.owned(route.sell.id)
        share = float(here / (here + there)) if here + there > 0 else 0.5
        return max(0.0, self._config.min_profit_bps + skew * (share - 0.5))

    def _shown(self, buy: OrderBook, sell: OrderBook) -> Decimal:
        """The most base units that the share of visible depth allows."""
        asks = buy.instrument.qty(buy.liquidity(Side.SELL, DEPTH))
        bids = sell.instrument.qty(sell.liquidity(Side.BUY, DEPTH))
        return min(asks, bids) * Decimal(repr(self._config.participation))

    def _fees(self, route: CrossRoute, view: View) -> tuple[float, float]:
        known = (view.taker_fee_bps(route.buy.venue), view.taker_fee_bps(route.sell.venue))
        buy, sell = (self._config.fee_bps if fee is None else fee for fee in known)
        return buy, sell

    def _is_fresh(self, book: OrderBook, view: View) -> bool:
        return book.is_usable and view.now - book.ts <= self._config.max_age_ms * MILLISECOND

    def _later(self, route: CrossRoute, qty: Decimal, view: View) -> Iterator[Opinion]:
        """Ask to look again when orders sent now would have arrived at the slower venue."""
        latency = max(view.latency(route.buy.venue), view.latency(route.sell.venue))
        episode = route.episode
        self._pending[episode] = (route, episode, qty)
        if latency > 0:
            yield SetTimer(Nanos(view.now + latency), self.id, episode)
        else:
            yield from self._survived(episode, view)

    def _survived(self, episode: str, view: View) -> Sequence[Observation]:
        """Say whether the same quantity would still have paid; never an input to a decision."""
        found = self._pending.pop(episode, None)
        if found is None:
            return ()
        route, name, qty = found
        buy, sell = view.books[route.buy.id], view.books[route.sell.id]
        if not (self._is_fresh(buy, view) and self._is_fresh(sell, view)):
            return ()
        edge = reprice(buy, sell, *self._fees(route, view), qty)
        if edge is None or edge < 0:
            return ()
        gross = gross_bps(buy, sell)
        return (Observation(self.id, name, route.name, Stage.SURVIVED, gross, edge, float(qty)),)

    def _noted(
        self, route: CrossRoute, stage: Stage, gross: float, net: float, qty: Decimal
    ) -> Observation:
        return Observation(self.id, route.episode, route.name, stage, gross, net, float(qty))


def _apart(takes: Sequence[Signal]) -> Iterator[Signal]:
    """Yield the best of *takes* that share no book: what is shown can be taken once."""
    used: dict[InstrumentId, None] = {}
    for signal in sorted(takes, key=lambda take: -take.strength):
        names = [leg.instrument for leg in signal.legs]
        if not any(name in used for name in names):
            used.update(dict.fromkeys(names))
            yield signal
