"""Pairs: sell what is dear against another instrument, buy that one, and back."""

from collections.abc import Iterator, Sequence
from math import inf

import attrs
from attrs.validators import and_, ge, gt, in_, le, lt, optional

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.lookout import Lookout
from graphwiz_trader.domain.pairing import Pairing, pairings
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.spread import Spread
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.strategies.stat_arb_rule import Action, closable, decide, disordered

GRID = "grid"
HOUR = 3600 * SECOND
LEAST_HALF_LIFE, LEAST_ROUND_TRIPS = 3.0, 5.0
"""What reverts within fewer samples, or fewer round trips to a venue, cannot be traded."""


@value
class PairsConfig:
    """Keys of `pairs_arbitrage`."""

    lookback: int = setting(300, "samples in the window", and_(ge(3), le(65_536)))
    grid_ms: int = setting(1000, "milliseconds from one sample to the next", gt(0))
    hedge: str = setting(
        "ols",
        "how the hedge ratio is found; of one asset at two venues it is 1",
        in_(("ols", "tls", "kalman")),
    )
    kalman_delta: float = setting(
        1e-9, "how far the filter's ratio wanders in a sample", and_(gt(0.0), lt(1.0))
    )
    kalman_noise: float = setting(1e-8, "variance of the log spread about it", gt(0.0))
    z_threshold: float = setting(2.0, "standard deviations that open a trade", gt(0.0))
    z_exit: float = setting(0.5, "standard deviations that close it", ge(0.0))
    z_stop: float | None = setting(
        4.0, "standard deviations that stop it; null: no such stop", optional(gt(0.0))
    )
    max_hold: int | None = setting(
        None,
        "samples a trade may last; null: the lookback, or three half-lives where that is less",
        optional(gt(0)),
    )
    fee_bps: float = setting(10.0, "taker fee per leg, where a venue's own is not known")
    slippage_bps: float = setting(0.0, "what each order is expected to lose besides", ge(0.0))
    min_profit_bps: float = setting(0.0, "spread demanded beyond the costs of both legs", ge(0.0))
    holding_bps_h: float = setting(0.0, "what an hour costs: funding and borrowing", ge(0.0))
    rebalance_band: float = setting(
        2.0, "round-trip costs by which the hedge may be off before it is cut", gt(0.0)
    )
    participation: float = setting(
        0.1, "share of either touch to take at most", and_(gt(0.0), le(1.0))
    )
    max_age_ms: int = setting(2000, "age above which a book is not sampled", gt(0))

    def __attrs_post_init__(self) -> None:
        if problems := disordered(self):
            raise ConfigError(problems)


class Pairs:
    """Trades its instruments two by two: the first is leg a of the second, and so on."""

    Config = PairsConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: PairsConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id = id
        self._config = config
        self._ttl = ttl
        self._tracks = tuple(_Track(config, pair) for pair in pairings(instruments))
        self.instruments = tuple(instrument.id for instrument in instruments)
        self._is_timed = False

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """
        Sample every pair at each point of the grid, and act on it.

        By a timer, not by what moved: between the updates of two books that move together, the
        one is compared with the other's past, and traded on that.
        """
        if isinstance(event, TimerFired):
            signals = [signal for track in self._tracks for signal in self._look(track, view)]
            return (*signals, self._next(view.now))
        if self._is_timed:
            return ()
        self._is_timed = True
        return (self._next(view.now),)

    def lookouts(self, view: View) -> Sequence[Lookout] | None:  # noqa: ARG002 # its timer decides
        """Return that it waits for nothing but its timer, once that is set."""
        return () if self._is_timed else None

    def _next(self, now: Nanos) -> SetTimer:
        grid = self._config.grid_ms * MILLISECOND
        return SetTimer(Nanos((now // grid + 1) * grid), self.id, GRID)

    def _look(self, track: "_Track", view: View) -> Iterator[Signal]:
        a, b = view.books[track.pair.a.id], view.books[track.pair.b.id]
        oldest = view.now - self._config.max_age_ms * MILLISECOND
        is_priced = a.is_usable and b.is_usable and min(a.touch[0], b.touch[0]) > 0
        if not is_priced or min(a.ts, b.ts) < oldest:
            return
        track.spread.push(a.mid * a.instrument.tick, b.mid * b.instrument.tick)
        z = track.spread.z
        is_busy = any(view.working(self.id, each.instrument.id) for each in (a, b))
        if z is not None and not is_busy:
            yield from self._act(track, a, b, z, view)

    def _act(
        self, track: "_Track", a: OrderBook, b: OrderBook, z: float, view: View
    ) -> Iterator[Signal]:
        own_a = closable(view.own(self.id, a.instrument.id), a)
        own_b = closable(view.own(self.id, b.instrument.id), b)
        held = _sign(own_a) or -_sign(own_b)
        track.follow(z, held)
        stopped = bool(held) and track.is_over(view.now)
        action = decide(z, held, armed=track.armed, stopped=stopped, config=self._config)
        if action in (Action.CLOSE, Action.STOP):
            track.armed = action is Action.CLOSE
            legs = _closings(((a, own_a), (b, own_b)))
            yield self._signal(SignalKind.EXIT, legs, 0.0, z, view, action.value)
        elif held:
            if legs := _closings(self._excess(track, a, b, own_a, own_b, view)):
                yield self._signal(SignalKind.EXIT, legs, 0.0, z, view, "REBALANCE")
        elif action is not Action.WAIT:
            side = Side.BUY if action is Action.BUY else Side.SELL
            yield from self._enter(track, a, b, side, z, view)

    def _enter(
        self, track: "_Track", a: OrderBook, b: OrderBook, side: Side, z: float, view: View
    ) -> Iterator[Signal]:
        cost = self._cost_bps(track, a, b, view)
        edge = abs(track.spread.error_bps) - cost
        if edge < self._config.min_profit_bps or not self._is_tradable(track, a, b, view):
            return
        other = Side(-side)
        (price_a, most_a), (price_b, most_b) = self._most(a, side, view), self._most(b, other, view)
        ratio = track.pair.ratio(track.spread.beta, price_a, price_b)
        # Nothing is asked for too: the gate says that it is too little, and it is counted.
        lots_a, lots_b = track.pair.sized(most_a, most_b, ratio)
        track.enter(view.now, ratio)
        legs = (
            Leg(a.instrument.id, side, price_a, lots_a),
            Leg(b.instrument.id, other, price_b, lots_b),
        )
        yield self._signal(SignalKind.TAKE, legs, edge, z, view, "SPREAD")

    def _most(self, book: OrderBook, side: Side, view: View) -> tuple[Ticks, int]:
        """Return the touch that an order of *side* takes, and the lots it may have of it."""
        bid, ask = book.touch
        price, shown = (ask, book.ask_lots) if side is Side.BUY else (bid, book.bid_lots)
        room = view.room(self.id, book.instrument.id, side, Ticks(price))
        return Ticks(price), max(0, min(room, int(self._config.participation * shown)))

    def _is_tradable(self, track: "_Track", a: OrderBook, b: OrderBook, view: View) -> bool:
        """Whether the spread reverts, and slowly enough to be met."""
        half_life = track.spread.half_life()
        if half_life is None or half_life < LEAST_HALF_LIFE or not track.spread.beta > 0:
            return False
        venues = (a.instrument.venue, b.instrument.venue)
        round_trip = 2 * max(view.latency(venue) for venue in venues)
        return half_life * track.grid >= LEAST_ROUND_TRIPS * round_trip

    def _cost_bps(self, track: "_Track", a: OrderBook, b: OrderBook, view: View) -> float:
        """Return what both legs cost, there and back, in bps of leg a."""
        config, costs = self._config, []
        for book in (a, b):
            known = view.taker_fee_bps(book.instrument.venue)
            fee = config.fee_bps if known is None else known
            costs.append(2 * (fee + config.slippage_bps) + book.spread_bps)
        return costs[0] + abs(track.spread.beta) * costs[1]

    def _excess(
        self, track: "_Track", a: OrderBook, b: OrderBook, own_a: int, own_b: int, view: View
    ) -> "tuple[tuple[OrderBook, int], ...]":
        """
        Return what either leg holds beyond what the other hedges, nothing while that is little.

        The hedge is that of the entry: a new ratio waits for the next trade. And it is only ever
        cut: adding to the other leg would average into a loss.
        """
        ratio = track.ratio
        hedged_a = _sign(own_a) * min(abs(own_a), max(0.0, -_sign(own_a) * own_b / ratio))
        hedged_b = _sign(own_b) * min(abs(own_b), max(0.0, -_sign(own_b) * own_a * ratio))
        off_a, off_b = own_a - hedged_a, own_b - hedged_b
        band = self._config.rebalance_band * self._cost_bps(track, a, b, view) / 1e4
        largest = max(abs(own_a), abs(own_b) / ratio)
        if max(abs(off_a), abs(off_b) / ratio) <= band * largest:
            return ()
        excess = ((a, Lots(int(off_a))), (b, Lots(int(off_b))))
        return tuple((book, closable(off, book)) for book, off in excess)

    def _signal(
        self,
        kind: SignalKind,
        legs: tuple[Leg, ...],
        edge: float,
        z: float,
        view: View,
        reason: str,
    ) -> Signal:
        threshold = self._config.z_threshold
        return Signal(
            self.id,
            kind,
            legs,
            edge,
            Nanos(view.now + self._ttl),
            confidence=min(abs(z) / threshold, 1.0),
            strength=min(max(abs(z) - threshold, 0.0) / threshold, 1.0),
            reason=f"{reason.lower()} {z:.4f}",
        )


def _sign(lots: int) -> int:
    return (lots > 0) - (lots < 0)


def _closings(held: Sequence[tuple[OrderBook, int]]) -> tuple[Leg, ...]:
    """Return the legs that sell what is held, and buy what is owed, at the touch."""
    return tuple(
        Leg(book.instrument.id, Side.SELL, Ticks(book.touch[0]), Lots(own))
        if own > 0
        else Leg(book.instrument.id, Side.BUY, Ticks(book.touch[1]), Lots(-own))
        for book, own in held
        if own
    )


@attrs.define(init=False)
class _Track:
    """One pair: its spread, and the trade open in it."""

    pair: Pairing
    spread: Spread
    grid: int
    armed: bool
    ratio: float
    _config: PairsConfig
    _until: float
    _half_life: float

    def __init__(self, config: PairsConfig, pair: Pairing) -> None:
        hedge = "one" if pair.is_same_asset else config.hedge
        self.pair = pair
        self.spread = Spread(config.lookback, hedge, config.kalman_delta, config.kalman_noise)
        self.grid = config.grid_ms * MILLISECOND
        self.armed = True
        self.ratio = 1.0
        self._config = config
        self._until = self._half_life = inf

    def follow(self, z: float, held: int) -> None:
        """Arm again once calm."""
        if not held and abs(z) < self._config.z_exit:
            self.armed = True

    def enter(self, now: int, ratio: float) -> None:
        """Begin a trade of *ratio* lots of b for one of a; it is over after its longest hold."""
        self.ratio = ratio
        samples = self._config.max_hold
        self._half_life = self.spread.half_life() or inf
        longest = min(self._config.lookback, 3 * self._half_life) if samples is None else samples
        self._until = now + longest * self.grid

    def is_over(self, now: int) -> bool:
        """Whether the trade has lasted too long, or holding it costs more than it still brings."""
        if now >= self._until:
            return True
        cost = self._config.holding_bps_h
        left = abs(self.spread.error_bps) / 2
        return bool(cost) and left < cost * self._half_life * self.grid / HOUR
