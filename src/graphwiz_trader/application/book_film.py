"""BookFilm: one book in the seconds around one fill."""

from collections.abc import Iterable, Sequence

import numpy as np

from graphwiz_trader.application.prices import Prices, RebuiltPrices, received
from graphwiz_trader.application.recorded_prices import RecordedPrices
from graphwiz_trader.domain.events import BookUpdate, RunStarted
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.run_detail import FillDot, HeatMap
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import TRADE, Tape
from graphwiz_trader.domain.units import SECOND, Nanos

AROUND = Nanos(10 * SECOND)
FRAMES = 400
LEVELS = 20
PRICES = 60
"""Rows of the picture: ticks are gathered where the levels span more."""


def film(
    entries: Iterable[Entry], prices: RebuiltPrices, fill: FillDot, around: Nanos
) -> HeatMap | None:
    """
    Return the book of *fill*'s instrument from *around* before it to *around* after it.

    Args:
        entries: The journal the fill is in, from its beginning.
        prices: New ones, of the same run.
        fill: Which.
        around: How long before and after, ns.

    Returns:
        None where the book had no two sides in that time.
    """
    begin, end = fill.ts - around, fill.ts + around
    frames: list[tuple[int, list[tuple[int, int]]]] = []
    for entry in entries:
        event = prices.resolve(entry.event)
        now = 0 if isinstance(event, RunStarted) else received(event)
        if now > end:
            break
        prices.apply(event)
        mine = isinstance(event, BookUpdate) and event.instrument == fill.instrument
        if mine and now >= begin and (shown := _levels(prices, fill)):
            frames.append((now, shown))
    return _picture(frames[:: -(-len(frames) // FRAMES) or 1], prices, fill) if frames else None


def recorded_film(
    tapes: Sequence[Tape], prices: RecordedPrices, fill: FillDot, around: Nanos
) -> HeatMap | None:
    """Return what `film` does, from *prices* that have not moved yet, and the *tapes* they read."""
    begin, end = fill.ts - around, fill.ts + around
    seen: list[int] = []
    for tape in tapes:
        for place, instrument in enumerate(tape.instruments):
            mine = (tape.instrument == place) & (tape.flags != TRADE)
            mine &= (tape.ts >= begin) & (tape.ts <= end)
            if instrument.id == fill.instrument:
                seen = np.unique(tape.ts[mine]).tolist()
    frames: list[tuple[int, list[tuple[int, int]]]] = []
    for now in seen[:: -(-len(seen) // FRAMES) or 1]:
        prices.catch_up(Nanos(now))
        if shown := _levels(prices, fill):
            frames.append((now, shown))
    return _picture(frames, prices, fill) if frames else None


def _levels(prices: Prices, fill: FillDot) -> list[tuple[int, int]]:
    """Return (tick, lots) of the first levels, asks with negative lots; empty without a side."""
    book = prices.books[fill.instrument]
    if not book.is_two_sided:
        return []
    shown: list[tuple[int, int]] = []
    for side in (Side.BUY, Side.SELL):
        ticks, lots = book.levels(side, LEVELS)
        shown += zip(ticks.tolist(), (lots * int(side)).tolist(), strict=True)
    return shown


def _picture(
    frames: list[tuple[int, list[tuple[int, int]]]], prices: Prices, fill: FillDot
) -> HeatMap:
    of = prices.instruments[fill.instrument]
    ticks = np.array([tick for _, shown in frames for tick, _ in shown])
    low, high = map(int, np.quantile(ticks, (0.05, 0.95)))
    step = -(-(high - low + 1) // PRICES)
    size = np.zeros((len(frames), (high - low) // step + 1))
    for frame, (_, shown) in enumerate(frames):
        for tick, lots in shown:
            if low <= tick <= high:
                size[frame, (tick - low) // step] += lots * of.lot
    places = np.arange(size.shape[1]) * step + low + (step - 1) / 2
    return HeatMap(
        fill,
        np.array([ts for ts, _ in frames], np.int64),
        np.asarray(places * of.tick, np.float64),
        size,
    )
