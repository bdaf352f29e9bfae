"""Crowd: the makers and takers at one venue, who follow the fair price with a lag."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heapreplace
from math import ceil, exp, floor

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Exchange
from graphwiz_trader.simulation.fair import FairPrice, Noise
from graphwiz_trader.simulation.matching import VenueOrder

_BPS = 1e-4
_SIDES = _BUY, _SELL = Side.BUY, Side.SELL
_FILLED, _IOC = OrdStatus.FILLED, TimeInForce.IOC


@value
class CrowdSettings:
    """
    How busy a venue is, per instrument.

    `makers` each keep `levels` quotes a side, `step_bps` apart, the first about
    `half_spread_bps` from what they think fair, each worth about `level_notional`; one of them
    looks again `quotes_per_s` times a second. What they think is the venue's lagged fair price
    and a common noise of `noise_bps` that relaxes within `noise_s`. `takes_per_s` takers take
    about `take_notional`; the share `informed` of them knows the fair price without lag and
    takes only what is mispriced. Notionals are in the asset that prices are in.
    """

    makers: int = 3
    levels: int = 5
    half_spread_bps: float = 1.0
    step_bps: float = 1.0
    level_notional: float = 4_000.0
    quotes_per_s: float = 60.0
    noise_bps: float = 1.0
    noise_s: float = 0.4
    takes_per_s: float = 5.0
    take_notional: float = 2_500.0
    informed: float = 0.4


class Fair:
    """What one instrument is worth in ticks: base over quote; an asset without a path is 1."""

    def __init__(self, instrument: Instrument, paths: Mapping[Asset, FairPrice]) -> None:
        self._base, self._quote = paths.get(instrument.base), paths.get(instrument.quote)
        self._tick = instrument.tick

    def ticks(self, ts: Nanos, noise: float) -> float:
        """Return the price at *ts*, moved by the fraction *noise*."""
        worth = noise
        if self._base is not None:
            worth += self._base.log_at(ts)
        if self._quote is not None:
            worth -= self._quote.log_at(ts)
        return exp(worth) / self._tick


class Maker:
    """One account that keeps a ladder of quotes on a grid of its own."""

    def __init__(
        self,
        name: str,
        instrument: Instrument,
        settings: CrowdSettings,
        chance: Chance,
        *,
        price_ticks: float,
        mean_lots: float,
    ) -> None:
        self._name = name
        self._instrument = instrument.id
        self._levels = settings.levels
        self._chance = chance
        self._step = max(1, round(settings.step_bps * _BPS * price_ticks))
        self._phase = chance.below(self._step)
        self._half = settings.half_spread_bps * _BPS * price_ticks * (0.7 + 0.6 * chance.unit())
        self._mean_lots = mean_lots
        self._quotes: dict[Side, dict[int, VenueOrder]] = {_BUY: {}, _SELL: {}}
        self._saw = (0, 0, -1)

    def quote(self, exchange: Exchange, fair: float) -> None:
        """Withdraw what is too near *fair* (ticks) or too far from it, then fill the gaps."""
        bid = floor((fair - self._half - self._phase) / self._step)
        ask = ceil((fair + self._half - self._phase) / self._step)
        saw = (bid, ask, exchange.book(self._instrument).trades)
        if saw == self._saw:
            return
        # Withdraw on both sides first, so as never to meet oneself.
        bids, asks = range(bid, bid - self._levels, -1), range(ask, ask + self._levels)
        self._withdraw(exchange, _BUY, bids)
        self._withdraw(exchange, _SELL, asks)
        self._add(exchange, _BUY, bids)
        self._add(exchange, _SELL, asks)
        # Taken before these were placed, so that one that traded at once is looked after next time.
        self._saw = saw

    def _withdraw(self, exchange: Exchange, side: Side, wanted: range) -> None:
        """Let go of what was filled, and of quotes at rungs that are not *wanted*."""
        quotes = self._quotes[side]
        gone = [
            rung
            for rung, order in quotes.items()
            if rung not in wanted or order.ord_status is _FILLED
        ]
        for rung in gone:
            order = quotes.pop(rung)
            if order.ord_status is not _FILLED:
                exchange.leave(order)

    def _add(self, exchange: Exchange, side: Side, wanted: range) -> None:
        quotes = self._quotes[side]
        for rung in [rung for rung in wanted if rung not in quotes]:
            price = Ticks(max(1, rung * self._step + self._phase))
            qty = self._size(abs(rung - wanted[0]))
            order = exchange.join(self._name, self._instrument, side, price, qty)
            if order.ord_status is not _FILLED:
                quotes[rung] = order

    def _size(self, depth: int) -> Lots:
        mean = self._mean_lots * (1.0 + 0.3 * depth)
        return Lots(1 + int(mean * (0.4 + self._chance.exponential(0.6))))


class Pit:
    """Everybody who trades one instrument at one venue."""

    def __init__(
        self,
        instrument: Instrument,
        paths: Mapping[Asset, FairPrice],
        settings: CrowdSettings,
        chance: Chance,
        *,
        start: Nanos,
        lag: Nanos,
    ) -> None:
        self._instrument = instrument
        self._fair = Fair(instrument, paths)
        self._lag = lag
        self._noise = Noise(
            chance.split("noise"),
            start,
            sd_bps=settings.noise_bps,
            relaxation_s=settings.noise_s,
        )
        self._settings = settings
        self._chance = chance.split("takers")
        base = paths.get(instrument.base)
        worth = exp(base.log_at(start)) if base is not None else 1.0
        self._lots_per_unit = 1.0 / (worth * instrument.lot)
        self._makers = [
            Maker(
                f"maker {number}",
                instrument,
                settings,
                chance.split(f"maker {number}"),
                price_ticks=self._fair.ticks(start, 0.0),
                mean_lots=settings.level_notional * self._lots_per_unit,
            )
            for number in range(settings.makers)
        ]
        self._next = 0

    def open(self, exchange: Exchange) -> None:
        """All makers quote for the first time."""
        for _ in self._makers:
            self.quote(exchange)

    def quote(self, exchange: Exchange) -> None:
        """The next maker looks again."""
        now = exchange.now
        fair = self._fair.ticks(Nanos(now - self._lag), self._noise.at(now))
        self._makers[self._next].quote(exchange, fair)
        self._next = (self._next + 1) % len(self._makers)

    def take(self, exchange: Exchange) -> None:
        """A taker comes, and trades if the book has what it wants."""
        chance, settings = self._chance, self._settings
        side = chance.choice(_SIDES)
        best = exchange.book(self._instrument.id).best(side.opposite)
        informed = chance.unit() < settings.informed
        lots = 1 + int(chance.exponential(settings.take_notional * self._lots_per_unit))
        if best is None:
            return
        if informed:
            worth = self._fair.ticks(exchange.now, 0.0)
            limit = floor(worth) if side is _BUY else ceil(worth)
        else:
            limit = round(best * (1.0 + side * 2.0 * settings.step_bps * _BPS))
        if side * (limit - best) >= 0:
            exchange.join(
                "taker",
                self._instrument.id,
                side,
                Ticks(limit),
                Lots(lots),
                time_in_force=_IOC,
            )


class Throng:
    """The pits of one venue, each acting at random instants; a `Crowd`."""

    def __init__(
        self, pits: Sequence[Pit], settings: CrowdSettings, chance: Chance, start: Nanos
    ) -> None:
        self._pits = tuple(pits)
        self._chance = chance
        self._means = (1e9 / settings.quotes_per_s, 1e9 / settings.takes_per_s)
        self._open_at: Nanos | None = start
        self._due = [
            (self._after(start, kind), number, kind)
            for number in range(len(self._pits))
            for kind in range(2)
        ]
        heapify(self._due)

    def next_ts(self) -> Nanos | None:
        """When anybody acts next; there is always somebody."""
        return self._due[0][0] if self._open_at is None else self._open_at

    def act(self, exchange: Exchange) -> None:
        """At first all pits open; after that one maker or one taker acts."""
        if self._open_at is not None:
            self._open_at = None
            for pit in self._pits:
                pit.open(exchange)
            return
        at, number, kind = self._due[0]
        heapreplace(self._due, (self._after(at, kind), number, kind))
        if kind == 0:
            self._pits[number].quote(exchange)
        else:
            self._pits[number].take(exchange)

    def _after(self, at: Nanos, kind: int) -> Nanos:
        return Nanos(at + 1 + int(self._chance.exponential(self._means[kind])))
