"""Graph watch: each book of a run under every detector of patterns."""

from collections.abc import Iterator, Mapping, Sequence

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.book_patterns import (
    ImbalanceRun,
    LiquidityHole,
    OfiSurge,
    SpreadBlowout,
    VolRegime,
)
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.sighting import PatternKind, Sighting
from graphwiz_trader.domain.trade_patterns import IcebergWatch, SweepWatch
from graphwiz_trader.domain.units import SECOND, Nanos, Ticks
from graphwiz_trader.domain.venue_patterns import Silence

NEAR_BPS = 10
LEVELS = 5
SWEPT = 3
GLANCE = SECOND // 10
"""How often depth is looked at, at most: it is the dearest look of all."""


class BookWatch:
    """One book; `mid`, in ticks, is that of the last update that left it usable."""

    def __init__(self, instrument: Instrument, book: OrderBook) -> None:
        self.instrument = instrument
        self.mid: float | None = None
        self.spread_bps = 0.0
        self.heard = Nanos(0)
        self._book = book
        self._next = Nanos(0)
        self._glanced = Nanos(0)
        self._wide = self._depth = 0.0
        self._spread = SpreadBlowout()
        self._hole = LiquidityHole()
        self._storm = VolRegime()
        self._leaning = ImbalanceRun()
        self._flow = OfiSurge()
        self._sweep = SweepWatch()
        self._iceberg = IcebergWatch()
        self._silence = Silence()

    def is_over(self, kind: PatternKind) -> bool:
        """Whether a pattern without a side has passed."""
        over: Mapping[PatternKind, bool] = {
            PatternKind.SPREAD_BLOWOUT: self._spread.is_over,
            PatternKind.LIQUIDITY_HOLE: self._hole.is_over,
            PatternKind.VOL_REGIME: self._storm.is_over,
        }
        return over.get(kind, False)

    def update(self, ts: Nanos, update: BookUpdate) -> Sequence[Sighting]:
        """Take in a message that the book has applied; return what is seen, mostly nothing."""
        self.heard = ts
        self._silence.hear(ts)
        book = self._book
        if update.snapshot:
            self._flow.restart()
        touch = book.usable_touch()
        if touch is None:
            self.mid = None
            return ()
        bid, ask = touch
        storm = self._end(ts) if ts >= self._next else None
        wide = self._wide = float(ask - bid)
        mid = self.mid = (bid + ask) / 2
        self.spread_bps = wide / mid * 1e4
        spread = self._spread.see(ts, wide)
        leaning = self._leaning.see(ts, book.imbalance(LEVELS))
        flow = self._flow.see(ts, (bid, book.bid_lots, ask, book.ask_lots))
        hole = self._glance(ts, bid) if ts - self._glanced >= GLANCE else None
        iceberg = None
        if self._iceberg.place is not None:
            iceberg = self._iceberg.see(ts, book.level(*self._iceberg.place))
        if storm or spread or leaning or flow or hole or iceberg:
            return [one for one in (storm, spread, leaning, flow, hole, iceberg) if one]
        return ()

    def _end(self, ts: Nanos) -> Sighting | None:
        """Learn from the second that ended, as its last update left it."""
        storm = None
        if self._next and self.mid is not None:
            self._spread.sample(self._wide)
            self._hole.sample(self._depth)
            self._flow.sample()
            storm = self._storm.see(ts, self.mid)
        self._next = Nanos((ts // SECOND + 1) * SECOND)
        return storm

    def _glance(self, ts: Nanos, bid: int) -> Sighting | None:
        self._glanced = ts
        self._depth = _near(self._book, bid)
        return self._hole.see(ts, self._depth)

    def lose(self) -> None:
        """Its book is not to be believed any more."""
        self.mid = None
        self._flow.restart()

    def trade(self, ts: Nanos, trade: Trade) -> Iterator[Sighting | None]:
        """Take in a trade of others."""
        self.heard = ts
        self._silence.hear(ts)
        if not self._book.is_usable:
            return
        resting = Side(-trade.side)
        if self._sweep.is_new(ts, trade.ts_venue, trade.side):
            depth = self._book.liquidity(resting, SWEPT)
            self._sweep.begin(ts, trade.ts_venue, trade.side, depth)
        yield self._sweep.see(trade.price, trade.qty)
        shown = self._book.level(resting, trade.price)
        self._iceberg.trade(ts, resting, trade.price, trade.qty, shown)

    def other(self, ts: Nanos, venue: str, mid: float) -> Sighting | None:
        """Take in the *mid* of the same symbol at another *venue*."""
        return self._silence.see(ts, venue, mid) if self.mid is not None else None


def _near(book: OrderBook, bid: int) -> float:
    ticks = bid * NEAR_BPS // 10_000
    return float(
        book.liquidity_within(Side.BUY, Ticks(ticks))
        + book.liquidity_within(Side.SELL, Ticks(ticks))
    )
