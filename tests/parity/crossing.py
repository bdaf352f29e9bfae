"""Markets whose prices part and meet again: several venues, or a round of three instruments."""

from collections.abc import Sequence
from math import exp
from random import Random

import numpy as np

from graphwiz_trader.domain.events import BookUpdate, LevelRows, MarketEvent, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape

ALPHA = make.instrument("BTC/USDT@alpha", "0.1", "0.001", min_notional="5")
BETA = make.instrument("BTC/USDT@beta", "0.5", "0.0015", min_qty=2)
GAMMA = make.instrument("BTC/USDT@gamma", "0.1", "0.01")
ETHER = make.instrument("ETH/USDT@alpha", "0.01", "0.01")
CROSS = make.instrument("ETH/BTC@alpha", "0.00001", "0.01")
PRICES = {"BTC/USDT": 10_000.0, "ETH/USDT": 500.0}
Levels = dict[tuple[int, int], int]


class Maker:
    """One instrument's book around a price that wanders away from what it should be, and back."""

    def __init__(self, chance: Random, of: Instrument, apart: float) -> None:
        self._chance = chance
        self._of = of
        self._apart = apart
        self._off = 0.0
        self._shown: Levels = {}
        self._silent_until = 0

    def moves(self, fair: float, ts: Nanos) -> MarketEvent | None:
        """Return what the venue says at *ts* while the price should be *fair*."""
        chance = self._chance
        if ts < self._silent_until:
            return None
        self._off = 0.97 * self._off + chance.gauss(0.0, self._apart)
        if chance.random() < 0.002:
            self._silent_until = ts + chance.randrange(2_000) * MILLISECOND
        if chance.random() < 0.1 and self._shown:
            return self._trade(ts)
        return self._book(fair * exp(self._off), ts)

    def _trade(self, ts: Nanos) -> Trade:
        side = self._chance.choice([Side.BUY, Side.SELL])
        key = min(-tick * s for s, tick in self._shown if s == -side) if self._has(-side) else 1
        price = Ticks(abs(key))
        return Trade(ts, ts, self._of.id, side, price, Lots(self._chance.randrange(1, 50)))

    def _has(self, side: int) -> bool:
        return any(s == side for s, _ in self._shown)

    def _book(self, price: float, ts: Nanos) -> BookUpdate:
        chance = self._chance
        mid = price / self._of.tick
        wanted: Levels = {}
        for side in (1, -1):
            best = int(mid - side * chance.randrange(1, 4)) + (side < 0)
            for depth in range(chance.randrange(1, 5)):
                lots = chance.randrange(1, 400)
                wanted[side, max(1, best - side * depth * chance.randrange(1, 3))] = lots
        if chance.random() < 0.02:
            wanted = {key: lots for key, lots in wanted.items() if key[0] > 0}  # nothing is asked
        whole = not self._shown or chance.random() < 0.1
        rows = [(*key, lots) for key, lots in wanted.items() if self._shown.get(key) != lots]
        if whole:
            rows = [(*key, lots) for key, lots in wanted.items()]
        elif chance.random() > 0.02:  # else what is gone stays, and may cross
            rows += [(*key, 0) for key in self._shown if key not in wanted]
        else:
            wanted = {**self._shown, **wanted}
        self._shown = wanted
        told = LevelRows(
            np.array([row[0] for row in rows], np.int8),
            np.array([row[1] for row in rows], np.int64),
            np.array([row[2] for row in rows], np.int64),
        )
        return BookUpdate(ts, ts, self._of.id, told, 0, len(rows), snapshot=whole)


def crossing(
    seed: int, instruments: Sequence[Instrument], messages: int = 1500, apart: float = 1e-4
) -> list[Tape]:
    """Return a tape of each venue of *instruments*, as far apart as *apart* makes them."""
    chance = Random(seed)
    logs = dict.fromkeys(PRICES, 0.0)
    makers = {of.id: Maker(chance, of, apart) for of in instruments}
    events: dict[str, list[MarketEvent]] = {of.venue: [] for of in instruments}
    coarse = chance.choice([1, 1, 1, 20])
    ts = make.START
    for _ in range(messages):
        for symbol in logs:
            logs[symbol] += chance.gauss(0.0, 5e-5)
        fair = {symbol: PRICES[symbol] * exp(off) for symbol, off in logs.items()}
        fair["ETH/BTC"] = fair["ETH/USDT"] / fair["BTC/USDT"]
        of = chance.choice(instruments)
        ts = Nanos(ts + int(chance.expovariate(1.0) * 10 * MILLISECOND))
        event = makers[of.id].moves(fair[of.symbol], Nanos(ts - ts % (coarse * MILLISECOND)))
        if event is not None:
            events[of.venue].append(event)
    return [
        make_tape(f"{venue}.tape", [of for of in instruments if of.venue == venue], told)
        for venue, told in events.items()
    ]
