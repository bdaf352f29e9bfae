"""Statistical arbitrage of one instrument: sell what is dear against its recent mean, and back."""

from collections.abc import Sequence
from math import inf

import attrs

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.moments import Moments
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.kernels import stats
from graphwiz_trader.strategies.stat_arb_rule import Action, StatArbConfig, closable, decide


class StatisticalArbitrage:
    """Trades every instrument it is given, each against its own window."""

    Config = StatArbConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: StatArbConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id = id
        self.instruments = tuple(i.id for i in instruments)
        self._tracks = {i.id: _Track(config, i) for i in instruments}
        self._config = config
        self._ttl = ttl

    def compiled(self, market: CompiledMarket) -> CompiledRule:
        """Return the same decision as a kernel."""
        from graphwiz_trader.strategies.stat_arb_compiled import compiled_rule

        return compiled_rule(self._config, self.instruments, market)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Take one observation of every book that moved, and act on its z-score."""
        if isinstance(event, TimerFired):
            return ()
        signals: list[Signal] = []
        for name, track in self._tracks.items():
            book = view.books[name]
            if not (track.sees(book.ts) and book.is_usable):
                continue
            if not track.observe(book.half_mid, book.ts):
                continue
            z = track.z()
            if z is not None and not view.working(self.id, name):
                signals += self._act(book, track, z, view)
        return signals

    def _act(self, book: OrderBook, track: "_Track", z: float, view: View) -> Sequence[Signal]:
        own = closable(view.own(self.id, book.instrument.id), book)
        held = (own > 0) - (own < 0)
        track.follow(z, held)
        action = decide(
            z, held, armed=track.armed, stopped=track.is_stopped(book, own), config=self._config
        )
        if action in (Action.CLOSE, Action.STOP):
            track.armed = action is Action.CLOSE
            return (self._exit(book, own, z, action, view),)
        if action is Action.WAIT:
            return ()
        return self._enter(book, Side.BUY if action is Action.BUY else Side.SELL, z, track, view)

    def _enter(
        self, book: OrderBook, side: Side, z: float, track: "_Track", view: View
    ) -> Sequence[Signal]:
        config = self._config
        known = view.taker_fee_bps(book.instrument.venue)
        fee = config.fee_bps if known is None else known
        edge = track.edge_bps(z, book.half_mid)
        cost = 2 * fee + book.spread_bps + config.min_profit_bps
        if config.cost_gate and edge < cost:
            return ()
        price, shown = _touch(book, side)
        room = view.room(self.id, book.instrument.id, side, price)
        # Nothing is asked for too: the gate says that it is too little, and it is counted.
        lots = Lots(max(0, min(room, int(config.participation * shown))))
        track.enter(price)
        leg = Leg(book.instrument.id, side, price, lots)
        return (self._signal(SignalKind.TAKE, leg, edge - cost, z, view, "z-score"),)

    def _exit(self, book: OrderBook, own: Lots, z: float, action: Action, view: View) -> Signal:
        side = Side.SELL if own > 0 else Side.BUY
        price, _ = _touch(book, side)
        leg = Leg(book.instrument.id, side, price, Lots(abs(own)))
        return self._signal(SignalKind.EXIT, leg, 0.0, z, view, action.value.lower())

    def _signal(
        self, kind: SignalKind, leg: Leg, edge: float, z: float, view: View, reason: str
    ) -> Signal:
        threshold = self._config.z_threshold
        return Signal(
            self.id,
            kind,
            (leg,),
            edge,
            Nanos(view.now + self._ttl),
            confidence=min(abs(z) / threshold, 1.0),
            strength=min(max(abs(z) - threshold, 0.0) / threshold, 1.0),
            reason=f"{reason} {z:.4f}",
        )


@attrs.define(init=False)
class _Track:
    """One instrument's window, and the trade open in it."""

    armed: bool
    _seen: Nanos | None
    _config: StatArbConfig
    _instrument: Instrument
    _moments: Moments
    _last: int | None
    _next_grid: int
    _samples: int
    _entry_sample: int
    _entry_price: Ticks
    _hold: float

    def __init__(self, config: StatArbConfig, instrument: Instrument) -> None:
        self.armed = True
        self._seen = None
        self._config = config
        self._instrument = instrument
        self._moments = Moments(config.lookback)
        self._last = None
        self._next_grid = 0
        self._samples = 0
        self._entry_sample = 0
        self._entry_price = Ticks(0)
        self._hold = inf

    def sees(self, ts: Nanos) -> bool:
        """Return whether the book has moved since it was last looked at."""
        before, self._seen = self._seen, ts
        return ts != before

    def observe(self, half_mid: int, ts: Nanos) -> bool:
        """Take in the mid, in half ticks; return whether that made an observation."""
        last, self._last = self._last, half_mid
        grid = self._config.grid_ms
        if grid is not None:
            return self._observe_grid(last, half_mid, ts, grid * MILLISECOND)
        if self._config.sample == "change" and last == half_mid:
            return False
        self._push(half_mid)
        return True

    def _observe_grid(self, last: int | None, half_mid: int, ts: Nanos, step: int) -> bool:
        """Sample the mid that held at each grid point up to *ts*: the new one at *ts* itself."""
        if last is None:
            last, self._next_grid = half_mid, -(-ts // step) * step
        passed = max(0, -(-(ts - self._next_grid) // step))
        # Older points than fill the window cannot matter.
        for _ in range(min(passed, self._config.lookback)):
            self._push(last)
        self._next_grid += passed * step
        if self._next_grid != ts:
            return passed > 0
        self._push(half_mid)
        self._next_grid += step
        return True

    def _push(self, half_mid: int) -> None:
        if self._config.include_current:
            self._moments.push(half_mid, self._config.ddof)
        else:
            self._moments.push_after(half_mid, self._config.ddof)
        self._samples += 1

    def z(self) -> float | None:
        """Return the z-score of the newest observation, None while there is none."""
        return self._moments.z

    def follow(self, z: float, held: int) -> None:
        """Arm again once calm."""
        if not held and abs(z) < self._config.z_exit:
            self.armed = True

    def enter(self, price: Ticks) -> None:
        """Begin a trade here."""
        self._entry_sample = self._samples
        self._entry_price = price
        self._hold = self._longest(self._moments.half_life())

    def is_stopped(self, book: OrderBook, own: int) -> bool:
        """Whether the open trade lasted too long or lost too much."""
        if not own:
            return False
        if self._samples - self._entry_sample >= self._hold:
            return True
        stop = self._config.stop_bps
        price = book.bid if own > 0 else book.ask
        if stop is None or price is None or not self._entry_price:
            return False
        lost = (self._entry_price - price) * (1 if own > 0 else -1)
        return lost * 1e4 >= stop * self._entry_price

    def edge_bps(self, z: float, half_mid: int) -> float:
        """Return what reverting to `z_exit` within the longest hold is expected to bring."""
        deviation = self._moments.deviation(self._config.ddof)
        half_life = self._moments.half_life()
        factor = 1.0
        if half_life is not None:
            factor = stats.reverted(self._longest(half_life), half_life)
        return (abs(z) - self._config.z_exit) * deviation / abs(half_mid) * 1e4 * factor

    def _longest(self, half_life: float | None) -> float:
        """Return how many samples a trade may last."""
        if self._config.max_hold is not None:
            return self._config.max_hold
        lookback = self._config.lookback
        return lookback if half_life is None else min(lookback, 3 * half_life)


def _touch(book: OrderBook, side: Side) -> tuple[Ticks, Lots]:
    """Return the price an order of *side* takes at and how much is shown there."""
    price = book.ask if side is Side.BUY else book.bid
    if price is None:
        raise DomainError(f"{book.instrument.id} has no side to {side.name} from")
    return price, book.ask_lots if side is Side.BUY else book.bid_lots
