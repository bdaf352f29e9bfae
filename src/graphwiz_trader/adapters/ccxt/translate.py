"""
Translate: ccxt's markets, books, tickers and trades in our units. ccxt's words stop here.

Books come as floats and are rounded to the grid, never cut; a price off the grid is refused.
A quantity finer than the lot, which some venues send, counts down to it.
"""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from math import isfinite

import numpy as np

from graphwiz_trader.domain.errors import Garbled, OffGrid
from graphwiz_trader.domain.events import LevelRows, Trade
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MAX_TICKS,
    MILLISECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import value

OFF_GRID = 0.01
"""Of a tick or lot: what floats may lose, and more than they do below 2⁴⁴ ticks."""

MAX_LOTS = 1 << 53
"""Above this a float no longer counts every lot."""

DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE = 2, 3, 4
"""How an exchange of ccxt says its precision."""


@value
class Levels:
    """One whole book as ccxt had it: price → quantity of each side, best first; a copy."""

    bids: Mapping[float, float]
    asks: Mapping[float, float]

    @property
    def is_crossed(self) -> bool:
        """Whether the best bid is above the best ask."""
        bid, ask = next(iter(self.bids), None), next(iter(self.asks), None)
        return bid is not None and ask is not None and bid > ask


EMPTY = Levels({}, {})


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


def levels_of(book: Mapping[str, object]) -> Levels:
    """
    Return a copy of ccxt's *book*; orders that ccxt keeps singly are added up.

    Raises:
        Garbled: a side is no list of prices and quantities.
    """
    return Levels(_side(book.get("bids")), _side(book.get("asks")))


def touch_of(ticker: Mapping[str, object]) -> Levels:
    """Return the best bid and ask of ccxt's *ticker* as a book of one level a side."""
    bid = [[ticker.get("bid"), ticker.get("bidVolume")]] if ticker.get("bid") else []
    ask = [[ticker.get("ask"), ticker.get("askVolume")]] if ticker.get("ask") else []
    return levels_of({"bids": bid, "asks": ask})


def changes(instrument: Instrument, before: Levels, after: Levels) -> tuple[LevelRows, int]:
    """
    Return what turns *before* into *after*, and how many quantities were finer than the lot.

    Only what differs is looked at: a book of 1,000 levels changes in a few.

    Raises:
        Garbled: a number is missing, not finite, negative, off the grid or too large for it.
    """
    side: list[int] = []
    ticks: list[int] = []
    lots: list[int] = []
    rounded = 0
    for sign, old, new in ((1, before.bids, after.bids), (-1, before.asks, after.asks)):
        for price, qty in _changed(old, new):
            whole, was_finer = _lots(instrument, qty)
            side.append(sign)
            ticks.append(_ticks(instrument, price))
            lots.append(whole)
            rounded += was_finer
    rows = LevelRows(np.array(side, np.int8), np.array(ticks, np.int64), np.array(lots, np.int64))
    return rows, rounded


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


def precision_of(step: Decimal, mode: int) -> float:
    """
    Return how ccxt says *step*, under its `precisionMode` *mode*.

    >>> precision_of(Decimal("0.01"), TICK_SIZE)
    0.01
    """
    return float(step) if mode == TICK_SIZE else -step.normalize().adjusted()


def _side(levels: object) -> dict[float, float]:
    if not isinstance(levels, list):
        raise Garbled("found no levels")
    try:
        if not levels or len(levels[0]) == 2:
            return dict(levels)
        total: dict[float, float] = {}
        for level in levels:
            total[level[0]] = total.get(level[0], 0.0) + level[1]
    except (TypeError, ValueError, IndexError) as error:
        raise Garbled("found a level without price and quantity") from error
    return total


def _changed(old: Mapping[float, float], new: Mapping[float, float]) -> list[tuple[float, float]]:
    """Return levels that are gone, with a quantity of 0, then those that are new or differ."""
    changed = [(price, qty) for price, qty in new.items() if old.get(price) != qty]
    added = sum(price not in old for price, _ in changed)
    if len(old) + added == len(new):
        return changed
    return [(price, 0.0) for price in old if price not in new] + changed


def _ticks(instrument: Instrument, price: float) -> int:
    scaled = _scaled(instrument, price, instrument.tick)
    ticks = round(scaled)
    if ticks <= 0 or ticks > MAX_TICKS or abs(scaled - ticks) > OFF_GRID:
        raise Garbled(
            f"{instrument.id}: found price {price}, expected a multiple of {instrument.tick_size}"
        )
    return ticks


def _lots(instrument: Instrument, qty: float) -> tuple[int, bool]:
    scaled = _scaled(instrument, qty, instrument.lot)
    lots = round(scaled)
    if scaled < 0 or lots > MAX_LOTS:
        raise Garbled(f"{instrument.id}: found quantity {qty}, expected 0 to {MAX_LOTS} lots")
    was_finer = abs(scaled - lots) > OFF_GRID
    return (int(scaled) if was_finer else lots), was_finer


def _scaled(instrument: Instrument, number: object, step: float) -> float:
    if not isinstance(number, int | float) or not isfinite(number):
        raise Garbled(f"{instrument.id}: found {number!r}, expected a finite number")
    return number / step
