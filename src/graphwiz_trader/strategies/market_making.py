"""Market making: rest on both sides of the fair price, skewed against what is held."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

import attrs
import numpy as np

from graphwiz_trader.domain.aftermath import Aftermath
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.compiled import CompiledMarket, CompiledRule
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.pulse import Pulse
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    Float64s,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels import quoting as kernel
from graphwiz_trader.strategies.market_making_config import MarketMakingConfig


class MarketMaking:
    """Quotes every instrument it is given, each against its own inventory."""

    Config = MarketMakingConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: MarketMakingConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id = id
        self.instruments = tuple(i.id for i in instruments)
        self._config = config
        self._ttl = ttl
        grid = Nanos(config.sigma_grid_ms * MILLISECOND)
        memory = (config.flow_half_life_s, config.sigma_half_life_s)
        self._desks = {
            i.id: _Desk(config, Pulse(*memory, grid), Aftermath(config.widen_half_life_s))
            for i in instruments
        }

    def compiled(self, market: CompiledMarket) -> CompiledRule:
        """Return the same decision as a kernel."""
        from graphwiz_trader.strategies.market_making_rule import compiled_rule

        return compiled_rule(self._config, self.instruments, market)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Move the quotes of every book of this instant; pull those of a book that broke."""
        if isinstance(event, TimerFired):
            name = InstrumentId(event.name)
            self._desks[name].is_watched = False
            return tuple(self._look(name, view))
        moved = (name for name in self.instruments if self._is_due(view.books[name], view))
        return tuple(opinion for name in moved for opinion in self._look(name, view))

    def _is_due(self, book: OrderBook, view: View) -> bool:
        """Whether the book is of this instant, or broke while quotes rest in it."""
        if book.ts == view.now:
            return True
        return bool(self._desks[book.instrument.id].quotes) and not book.is_usable

    def _look(self, name: InstrumentId, view: View) -> Iterator[Opinion]:
        """Quote one book anew, if there is reason to, and watch for its growing old."""
        book, desk = view.books[name], self._desks[name]
        stale_at = book.ts + self._config.max_age_ms * MILLISECOND
        if not book.is_usable or view.now >= stale_at:
            yield from self._pull(desk, book, view)
            return
        desk.follow(view.own(self.id, name), view.now)
        desk.pulse.observe(book, view.now)
        desk.aftermath.look(book.mid, view.now)
        wanted = self._wanted(desk, book, view)
        if wanted and desk.is_news(wanted, view.working(self.id, name), view.now):
            desk.ask(wanted, view.now)
            yield self._quote(book, wanted, desk.edge_bps, view)
        if desk.quotes and not desk.is_watched:
            desk.is_watched = True
            yield SetTimer(Nanos(stale_at), self.id, name)

    def _wanted(self, desk: "_Desk", book: OrderBook, view: View) -> "dict[Side, _Quote]":
        """Return a quote for each side, of no size where there should be none."""
        if desk.pulse.samples < self._config.warmup:
            return {}
        cost = self._cost_bps(book.instrument, view)
        targets = desk.targets(book, cost)
        return {side: self._sized(desk, book, side, targets, view) for side in Side}

    def _sized(
        self, desk: "_Desk", book: OrderBook, side: Side, targets: "_Targets", view: View
    ) -> "_Quote":
        """Keep the working quote while it is near enough; else quote what limits leave."""
        instrument = book.instrument
        full = instrument.lots_within(self._config.order_qty)
        left = self._config.max_quotes * full - desk.own * side
        working = desk.quotes.get(side, _NOTHING)
        price = targets.bid if side is Side.BUY else targets.ask
        if left <= 0 or desk.is_run_over(side):
            return _NOTHING
        if working.lots and desk.keeps(working, price, side, targets, view.now):
            return _Quote(working.price, Lots(min(working.lots, left)))
        held = working.lots if view.working(self.id, instrument.id) else 0
        room = view.room(self.id, instrument.id, side, price) + held
        lots = Lots(min(full, left, room))
        if lots < instrument.min_qty or instrument.notional(price, lots) < instrument.min_notional:
            return _NOTHING
        return _Quote(price, lots)

    def _cost_bps(self, instrument: Instrument, view: View) -> float:
        """What a fill costs, and the edge demanded of it."""
        fee = self._config.maker_fee_bps
        if fee is None:
            taker = view.taker_fee_bps(instrument.venue)
            fee = self._config.fee_bps if taker is None else taker
        return fee + self._config.min_edge_bps

    def _pull(self, desk: "_Desk", book: OrderBook, view: View) -> Iterator[Signal]:
        """Withdraw both quotes of a book that cannot be believed."""
        is_quoting = bool(desk.quotes or view.working(self.id, book.instrument.id))
        desk.forget()
        if is_quoting:
            yield self._quote(book, dict.fromkeys(Side, _NOTHING), 0.0, view)

    def _quote(
        self, book: OrderBook, wanted: "dict[Side, _Quote]", edge: float, view: View
    ) -> Signal:
        legs = tuple(
            Leg(book.instrument.id, side, q.price, q.lots, TimeInForce.GTC, post_only=True)
            for side, q in wanted.items()
        )
        expires = Nanos(view.now + self._ttl)
        return Signal(self.id, SignalKind.QUOTE, legs, edge, expires, reason=self._config.model)


@value
class _Quote:
    price: Ticks
    lots: Lots


_NOTHING = _Quote(Ticks(0), Lots(0))


@value
class _Targets:
    """Where to quote, and the worst prices a working quote may stay at, in ticks."""

    bid: Ticks
    ask: Ticks
    highest_bid: int
    lowest_ask: int
    keep: float


@attrs.define
class _Desk:
    """One instrument: what was asked for there, what is held, what its book has done."""

    config: MarketMakingConfig
    pulse: Pulse
    aftermath: Aftermath
    quotes: dict[Side, _Quote] = attrs.field(factory=dict)
    own: int = 0
    edge_bps: float = 0.0
    is_watched: bool = False
    _asked: int = 0
    _changed: dict[Side, int] = attrs.field(factory=dict)
    _out: Float64s = attrs.field(factory=lambda: np.zeros(2))

    def follow(self, own: Lots, now: Nanos) -> None:
        """Take what filled off the quote that filled, and watch what the mid does to it."""
        change, self.own = own - self.own, own
        side = Side.BUY if change > 0 else Side.SELL
        quote = self.quotes.get(side)
        if change and quote is not None:
            self.aftermath.fill(side, quote.price, now)
            left = quote.lots - abs(change)
            if left > 0:
                self.quotes[side] = _Quote(quote.price, Lots(left))
            else:
                del self.quotes[side]

    def targets(self, book: OrderBook, cost_bps: float) -> _Targets:
        """Return where to quote at the book, fee and inventory of now."""
        config, out = self.config, self._out
        fair = book.micro_price() if config.fair == "micro" else book.mid
        fair += self.pulse.flow * config.flow_bps * abs(fair) / 1e4
        held = self.own / max(1, book.instrument.lots_within(config.order_qty))
        sigma, gamma, decay = self.pulse.sigma_bps, config.gamma, config.fill_decay
        if config.model == "glft":
            kernel.glft(gamma, gamma, sigma, decay, config.fill_rate, 1.0, held, out)
        else:
            kernel.avellaneda_stoikov(gamma, sigma, decay, config.horizon_s, held, out)
        self.edge_bps = max(float(min(out[0], out[1])), cost_bps) - cost_bps
        unit = abs(fair) / 1e4
        out *= unit
        buying, selling = (
            (cost_bps + config.widen * self.aftermath.loss_bps(side)) * unit for side in Side
        )
        bid, ask = book.touch
        kernel.place(fair, buying, selling, bid, ask, out)
        return _Targets(
            Ticks(int(out[kernel.BID])),
            Ticks(int(out[kernel.ASK])),
            min(floor(fair - buying + kernel.EPSILON_TICKS), ask - 1),
            max(ceil(fair + selling - kernel.EPSILON_TICKS), bid + 1),
            config.keep_bps * unit,
        )

    def is_run_over(self, side: Side) -> bool:
        """Whether demand or supply grows so fast that a quote of *side* would be run over."""
        limit = self.config.pull_flow
        return limit is not None and -self.pulse.flow * side >= limit

    def keeps(
        self,
        working: _Quote,
        price: int,
        side: Side,
        targets: _Targets,
        now: int,
    ) -> bool:
        """Whether the quote stays: near its target or changed just now, and not through cost."""
        is_through = (
            working.price > targets.highest_bid
            if side is Side.BUY
            else working.price < targets.lowest_ask
        )
        if is_through:
            return False
        is_recent = now - self._changed.get(side, 0) < self.config.min_interval_ms * MILLISECOND
        return is_recent or abs(working.price - price) <= targets.keep

    def is_news(self, wanted: dict[Side, _Quote], working: int, now: int) -> bool:
        """Whether to ask: it differs from what was asked, or what was asked is not there."""
        if any(self.quotes.get(side, _NOTHING) != quote for side, quote in wanted.items()):
            return True
        is_missing = working != sum(quote.lots for quote in wanted.values())
        return is_missing and now - self._asked >= self.config.min_interval_ms * MILLISECOND

    def ask(self, wanted: dict[Side, _Quote], now: int) -> None:
        """Remember what is asked for now."""
        for side, quote in wanted.items():
            if quote.price != self.quotes.get(side, _NOTHING).price:
                self._changed[side] = now
        self.quotes = {side: quote for side, quote in wanted.items() if quote.lots}
        self._asked = now

    def forget(self) -> None:
        """Begin again: nothing is asked for, and the last touch means nothing."""
        self.quotes.clear()
        self.pulse.restart()
