"""
Translate: ccxt's markets, books, tickers and trades in our units. ccxt's words stop here.

Books come as floats and are rounded to the grid, never cut; a price off the grid is refused.
A quantity finer than the lot, which some venues send, counts down to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from itertools import chain

import numpy as np

from graphwiz_trader.domain.errors import Garbled, OffGrid
from graphwiz_trader.domain.events import LevelRows, Trade
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MAX_TICKS,
    MILLISECOND,
    Asset,
    Float64s,
    InstrumentId,
    Int64s,
    Lots,
    Nanos,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import value

OFF_GRID = 0.01
"""Of a tick or lot: what floats may lose, and more than they do below 2⁴⁴ ticks."""

DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE = 2, 3, 4
"""How an exchange of ccxt says its precision."""


@value
class Levels:
    """
    One whole book, each side by rising tick.

    `rounded` counts quantities that were finer than the lot.
    """

    bid_ticks: Int64s
    bid_lots: Int64s
    ask_ticks: Int64s
    ask_lots: Int64s
    rounded: int = 0

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is above the best ask."""
        bids, asks = self.bid_ticks, self.ask_ticks
        return bool(len(bids) and len(asks) and bids[-1] > asks[0])


_NONE = np.empty(0, np.int64)
EMPTY = Levels(_NONE, _NONE, _NONE, _NONE)


def instrument_of(venue: Venue, market: Mapping[str, object], mode: int) -> Instrument | None:
    """
    Return what ccxt knows of a market, whose numbers are text, as an instrument.

    Args:
        venue: What the venue is called here.
        market: One of ccxt's markets, loaded with `exchange.number = str`.
        mode: The exchange's `precisionMode`.

    Returns:
        None for what is not traded on a grid of ticks and lots: options, markets that are not
        active, and those without a tick.

    Raises:
        Garbled: a number is none.
    """
    kind = _kind(market)
    if kind is None or market.get("active") is False:
        return None
    precision = _section(market, "precision")
    tick, lot = _grid(precision.get("price"), mode), _grid(precision.get("amount"), mode)
    if tick is None or lot is None:
        return None
    limits = _section(market, "limits")
    least = _number(_section(limits, "amount").get("min"))
    most = _number(_section(limits, "amount").get("max"))
    cost = _number(_section(limits, "cost").get("min"))
    multiplier = _number(market.get("contractSize")) if kind is not Kind.SPOT else None
    return Instrument(
        InstrumentId(f"{market['symbol']}@{venue}"),
        Asset(str(market["base"])),
        Asset(str(market["quote"])),
        tick,
        lot,
        kind,
        multiplier or Decimal(1),
        Lots(max(1, int(((least or lot) / lot).to_integral_value(ROUND_CEILING)))),
        Lots(int(most / lot)) if most else None,
        cost or Decimal(0),
    )


def fee_bps(market: Mapping[str, object], side: str) -> Decimal | None:
    """Return what *side*, `maker` or `taker`, costs at the venue's first tier, None if unsaid."""
    rate = _number(market.get(side))
    return None if rate is None else rate * 10_000


def levels_of(instrument: Instrument, book: Mapping[str, object]) -> Levels:
    """
    Return a copy of ccxt's *book* on the instrument's grid.

    Raises:
        Garbled: a number is missing, not finite, negative or off the grid.
    """
    bid_ticks, bid_lots, cut = _side(instrument, book.get("bids"))
    ask_ticks, ask_lots, cut_too = _side(instrument, book.get("asks"))
    return Levels(bid_ticks, bid_lots, ask_ticks, ask_lots, cut + cut_too)


def touch_of(instrument: Instrument, ticker: Mapping[str, object]) -> Levels:
    """Return the best bid and ask of ccxt's *ticker* as a book of one level a side."""
    bid = [[ticker.get("bid"), ticker.get("bidVolume")]] if ticker.get("bid") else []
    ask = [[ticker.get("ask"), ticker.get("askVolume")]] if ticker.get("ask") else []
    return levels_of(instrument, {"bids": bid, "asks": ask})


def changes(before: Levels, after: Levels) -> LevelRows:
    """Return what turns *before* into *after*, removals first; nothing of either is kept."""
    bids = _changed(before.bid_ticks, before.bid_lots, after.bid_ticks, after.bid_lots)
    asks = _changed(before.ask_ticks, before.ask_lots, after.ask_ticks, after.ask_lots)
    (gone, bid), (gone_too, ask) = bids, asks
    sides = np.concatenate(
        [np.full(len(part[0]), side, np.int8) for part, side in
         ((gone, 1), (gone_too, -1), (bid, 1), (ask, -1))]
    )  # fmt: skip
    ticks = np.concatenate([gone[0], gone_too[0], bid[0], ask[0]])
    lots = np.concatenate([gone[1], gone_too[1], bid[1], ask[1]])
    return LevelRows(sides, ticks, lots)


def trade_of(instrument: Instrument, trade: Mapping[str, object], ts: Nanos) -> Trade:
    """
    Return ccxt's *trade*, received at *ts*.

    Raises:
        Garbled: its side, price or quantity is missing or off the grid.
    """
    side = {"buy": Side.BUY, "sell": Side.SELL}.get(str(trade.get("side")))
    price, qty = _number(trade.get("price")), _number(trade.get("amount"))
    if side is None or price is None or qty is None:
        raise Garbled(f"{instrument.id}: found a trade without side, price or quantity")
    lots = instrument.lots_within(qty)
    if lots <= 0:
        raise Garbled(f"{instrument.id}: found a trade of {qty}, expected at least one lot")
    try:
        ticks: Ticks = instrument.ticks(price)
    except OffGrid as error:
        raise Garbled(str(error)) from error
    return Trade(ts, instant(trade, ts), instrument.id, side, ticks, lots)


def instant(message: Mapping[str, object], otherwise: Nanos) -> Nanos:
    """Return when the venue says *message* happened, or *otherwise*."""
    stamp = message.get("timestamp")
    return Nanos(int(stamp) * MILLISECOND) if isinstance(stamp, int | float) else otherwise


def _kind(market: Mapping[str, object]) -> Kind | None:
    if market.get("spot"):
        return Kind.SPOT
    if market.get("option") or not market.get("contract"):
        return None
    return Kind.INVERSE if market.get("inverse") else Kind.LINEAR


def _section(market: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = market.get(name)
    return found if isinstance(found, Mapping) else {}


def _number(text: object) -> Decimal | None:
    if text is None or text == "":
        return None
    try:
        number = Decimal(str(text))
    except InvalidOperation as error:
        raise Garbled(f"found {text!r}, expected a number") from error
    if not number.is_finite():
        raise Garbled(f"found {text!r}, expected a finite number")
    return number


def _grid(precision: object, mode: int) -> Decimal | None:
    """Return the step a precision stands for, None where there is none or it is no fixed step."""
    number = _number(precision)
    if number is None or mode == SIGNIFICANT_DIGITS:
        return None
    step = number if mode == TICK_SIZE else Decimal(1).scaleb(-int(number))
    return step.normalize() if step > 0 else None


def _side(instrument: Instrument, levels: object) -> tuple[Int64s, Int64s, int]:
    if not isinstance(levels, Iterable):
        raise Garbled(f"{instrument.id}: found no levels")
    try:
        flat = np.array(list(chain.from_iterable(_pairs(levels))), np.float64).reshape(-1, 2)
    except (TypeError, ValueError, IndexError) as error:
        raise Garbled(f"{instrument.id}: found a level without price and quantity") from error
    price, qty = flat[:, 0] / instrument.tick, flat[:, 1] / instrument.lot
    _check(instrument, price, qty)
    ticks = np.rint(price)
    if np.abs(price - ticks).max(initial=0.0) > OFF_GRID:
        worst = flat[np.abs(price - ticks).argmax(), 0]
        raise Garbled(f"{instrument.id}: {worst} is not a multiple of {instrument.tick_size}")
    near = np.rint(qty)
    is_fine = np.abs(qty - near) > OFF_GRID
    lots = np.where(is_fine, np.floor(qty), near).astype(np.int64)
    return *_sorted(ticks.astype(np.int64), lots), int(is_fine.sum())


def _pairs(levels: Iterable[Sequence[object]]) -> Iterable[tuple[object, object]]:
    return ((level[0], level[1]) for level in levels)


def _check(instrument: Instrument, price: Float64s, qty: Float64s) -> None:
    if not (np.isfinite(price).all() and np.isfinite(qty).all()):
        raise Garbled(f"{instrument.id}: found a number that is not finite")
    if price.min(initial=1.0) <= 0 or qty.min(initial=0.0) < 0:
        raise Garbled(f"{instrument.id}: found a price or quantity that is not positive")
    if max(price.max(initial=0.0), qty.max(initial=0.0)) > MAX_TICKS * 1024:
        raise Garbled(f"{instrument.id}: found a number too large for its grid")


def _sorted(ticks: Int64s, lots: Int64s) -> tuple[Int64s, Int64s]:
    """Return levels by rising tick, one for each; orders that ccxt keeps singly are added up."""
    keys, where = np.unique(ticks, return_inverse=True)
    total = np.bincount(where, weights=lots, minlength=len(keys)) if len(keys) else lots
    whole = total.astype(np.int64)
    return keys[whole > 0], whole[whole > 0]


def _changed(
    old_ticks: Int64s, old_lots: Int64s, ticks: Int64s, lots: Int64s
) -> tuple[tuple[Int64s, Int64s], tuple[Int64s, Int64s]]:
    """Return removed levels, with 0 lots, and those that are new or differ."""
    gone = old_ticks[~np.isin(old_ticks, ticks, assume_unique=True)]
    at = np.searchsorted(old_ticks, ticks)
    known = at < len(old_ticks)
    same = np.zeros(len(ticks), np.bool_)
    inside = at[known]
    same[known] = (old_ticks[inside] == ticks[known]) & (old_lots[inside] == lots[known])
    return (gone, np.zeros(len(gone), np.int64)), (ticks[~same], lots[~same])
