"""Statistical arbitrage of one instrument: sell what is dear against its recent mean, and back."""

from collections.abc import Sequence
from enum import Enum
from math import inf, sqrt

import attrs
from attrs.validators import ge, gt, in_, optional

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.moments import Moments
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import value


@value
class StatArbConfig:
    """Keys of `statistical_arbitrage`."""

    lookback: int = setting(
        100,
        "observations in the window, the newest among them",
        ge(3),
        aliases=("lookback_period",),
    )
    z_threshold: float = setting(
        2.0, "standard deviations that open a trade", gt(0.0), aliases=("z_score_threshold",)
    )
    z_exit: float = setting(0.5, "standard deviations that close it", ge(0.0))
    z_stop: float | None = setting(
        4.0, "standard deviations that stop it; null: no such stop", optional(gt(0.0))
    )
    stop_bps: float | None = setting(
        None, "loss from the entry price that stops it; null: no such stop", optional(gt(0.0))
    )
    max_hold: int | None = setting(
        None, "samples a trade may last; null: the lookback", optional(gt(0))
    )
    sample: str = setting(
        "update",
        "what is one observation: every update, or a changed mid",
        in_(("update", "change")),
    )
    grid_ms: int | None = setting(
        None, "sample in time instead, once per so many milliseconds", optional(gt(0))
    )
    include_current: bool = setting(True, "whether the newest observation is in its own window")
    ddof: int = setting(0, "0: population deviation, 1: sample deviation", in_((0, 1)))
    cost_gate: bool = setting(True, "trade only when the expected return pays both fees and spread")
    fee_bps: float = setting(10.0, "taker fee per leg, where the venue's own is not known")
    min_profit_bps: float = setting(0.0, "expected return beyond costs", ge(0.0))
    participation: float = setting(0.1, "share of the touch to take at most", gt(0.0))

    def __attrs_post_init__(self) -> None:
        cap = sqrt(self.lookback - 1) if self.include_current else inf
        if self.z_threshold > cap:
            raise ValueError(
                f"z_threshold {self.z_threshold} never fires: with a lookback of {self.lookback}"
                f" |z| is at most {cap:.4f}"
            )


class Action(Enum):
    """What a z-score asks for."""

    WAIT = "WAIT"
    BUY = "BUY"
    SELL = "SELL"
    CLOSE = "CLOSE"
    STOP = "STOP"


def decide(z: float, held: int, *, armed: bool, stopped: bool, config: StatArbConfig) -> Action:
    """
    Return what to do at *z*, holding a position of sign *held* (−1, 0, 1).

    A stop is a CLOSE that disarms: nothing opens again until |z| is below `z_exit`.
    Source: strategies reference, §1a.
    """
    if held:
        if stopped or (config.z_stop is not None and -held * z >= config.z_stop):
            return Action.STOP
        if abs(z) <= config.z_exit or z * held > 0:
            return Action.CLOSE
        return Action.WAIT
    if not armed or abs(z) < config.z_threshold:
        return Action.WAIT
    return Action.SELL if z > 0 else Action.BUY


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

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Take one observation of the book that moved, and act on its z-score."""
        if not isinstance(event, BookUpdate):
            return ()
        book = view.books[event.instrument]
        track = self._tracks[event.instrument]
        if not (book.is_usable and track.observe(book.half_mid, event.ts)):
            return ()
        z = track.z()
        if z is None or view.working(self.id, event.instrument):
            return ()
        return self._act(book, track, z, view)

    def _act(self, book: OrderBook, track: "_Track", z: float, view: View) -> Sequence[Opinion]:
        own = view.own(self.id, book.instrument.id)
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
    ) -> Sequence[Opinion]:
        config = self._config
        known = view.taker_fee_bps(book.instrument.venue)
        fee = config.fee_bps if known is None else known
        edge = track.edge_bps(z)
        cost = 2 * fee + book.spread_bps + config.min_profit_bps
        if config.cost_gate and edge < cost:
            return ()
        price, shown = _touch(book, side)
        room = view.room(self.id, book.instrument.id, side, price)
        lots = Lots(min(room, int(config.participation * shown)))
        if lots <= 0:
            return ()
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
        self._config = config
        self._instrument = instrument
        self._moments = Moments(config.lookback)
        self._last = None
        self._next_grid = 0
        self._samples = 0
        self._entry_sample = 0
        self._entry_price = Ticks(0)
        self._hold = inf

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
        """Sample the mid that held at each grid point up to *ts*."""
        if last is None:
            self._next_grid = (ts // step + 1) * step
            self._push(half_mid)
            return True
        due = (ts - self._next_grid) // step + 1
        if due <= 0:
            return False
        # Older points than fill the window cannot matter.
        for _ in range(min(due, self._config.lookback)):
            self._push(last)
        self._next_grid += due * step
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
        half_life = self._moments.half_life()
        longest = self._config.max_hold or self._config.lookback
        self._hold = longest if half_life is None else min(longest, 3 * half_life)

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

    def edge_bps(self, z: float) -> float:
        """Return what reverting to `z_exit` within the longest hold is expected to bring."""
        deviation = self._moments.deviation(self._config.ddof)
        mean = self._moments.mean
        if not mean:
            return 0.0
        longest = self._config.max_hold or self._config.lookback
        half_life = self._moments.half_life()
        factor = 1.0
        if half_life is not None:
            factor = 1.0 - 2.0 ** (-min(longest, 3 * half_life) / half_life)
        return (abs(z) - self._config.z_exit) * deviation / abs(mean) * 1e4 * factor


def _touch(book: OrderBook, side: Side) -> tuple[Ticks, Lots]:
    """Return the price an order of *side* takes at and how much is shown there."""
    price = book.ask if side is Side.BUY else book.bid
    if price is None:
        raise DomainError(f"{book.instrument.id} has no side to {side.name} from")
    return price, book.ask_lots if side is Side.BUY else book.bid_lots
