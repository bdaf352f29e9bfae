"""
Contracts: names and grids of derivatives, as Bybit, BitMEX and Deribit list them.

What a quanto contract is worth cannot be told by a grid; its prices can.
Sources: the venues' documentation of `v2/public/symbols`, `instrument/active`,
`public/get_instruments`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame
from graphwiz_trader.adapters.files.imports.grid import Grid
from graphwiz_trader.adapters.files.imports.symbols import normal
from graphwiz_trader.adapters.files.imports.times import nanos
from graphwiz_trader.domain.instrument import Kind


def contract_name(base: str, quote: str, settle: str = "", ends: str = "") -> str:
    """
    Return the name in ccxt's notation: `BASE/QUOTE[:SETTLE[-YYMMDD]]`.

    >>> contract_name("BTC", "USD", "BTC", "211231")
    'BTC/USD:BTC-211231'
    """
    pair = f"{base}/{quote}"
    if not settle:
        return pair
    return f"{pair}:{settle}-{ends}" if ends else f"{pair}:{settle}"


def expiry(ms: int) -> str:
    """Return the day, `YYMMDD`, of an instant in ms since the epoch."""
    return f"{datetime.fromtimestamp(ms / 1_000, UTC):%y%m%d}"


class _BybitPrice(msgspec.Struct):
    tick_size: Decimal


class _BybitLot(msgspec.Struct):
    qty_step: Decimal
    min_trading_qty: Decimal


class _BybitSymbol(msgspec.Struct):
    name: str
    base_currency: str
    quote_currency: str
    price_filter: _BybitPrice
    lot_size_filter: _BybitLot


class _BybitList(msgspec.Struct):
    result: list[_BybitSymbol]


def bybit_contracts(frame: Frame) -> Iterator[tuple[str, Grid]]:
    """Yield Bybit's name and the grid of each contract."""
    for one in frame.decoded(_BybitList).result:
        base, quote = one.base_currency, one.quote_currency
        ends = one.name.removeprefix(base + quote)  # `M21`, as the list tells no day
        settle = base if quote == "USD" else quote
        yield (
            one.name,
            Grid(
                symbol=contract_name(base, quote, settle, ends),
                tick_size=one.price_filter.tick_size,
                lot_size=one.lot_size_filter.qty_step,
                min_qty=one.lot_size_filter.min_trading_qty,
            ),
        )


class _BitmexContract(msgspec.Struct):
    symbol: str
    underlying: str
    quoteCurrency: str  # noqa: N815 # the venue's spelling, here and below
    settlCurrency: str  # noqa: N815
    tickSize: Decimal  # noqa: N815
    lotSize: Decimal  # noqa: N815
    isInverse: bool  # noqa: N815
    expiry: str | None = None
    underlyingToPositionMultiplier: Decimal | None = None  # noqa: N815


def bitmex_contracts(frame: Frame) -> Iterator[tuple[str, Grid]]:
    """Yield BitMEX's name and the grid of each contract."""
    for one in frame.decoded(list[_BitmexContract]):
        ends = expiry(nanos(one.expiry) // 1_000_000) if one.expiry else ""
        settle = normal(one.settlCurrency)
        per_unit = one.underlyingToPositionMultiplier or Decimal(1)
        yield (
            one.symbol,
            Grid(
                symbol=contract_name(
                    normal(one.underlying), normal(one.quoteCurrency), settle, ends
                ),
                tick_size=one.tickSize,
                lot_size=Decimal(1),
                kind=Kind.INVERSE if one.isInverse else Kind.LINEAR,
                multiplier=Decimal(1) if one.isInverse else 1 / per_unit,
                min_qty=one.lotSize,
            ),
        )


class _DeribitInstrument(msgspec.Struct):
    instrument_name: str
    kind: str
    base_currency: str
    quote_currency: str
    tick_size: Decimal
    min_trade_amount: Decimal
    expiration_timestamp: int
    settlement_period: str = ""
    settlement_currency: str = ""
    strike: Decimal | None = None
    option_type: str = ""


class _DeribitList(msgspec.Struct):
    result: list[_DeribitInstrument]


def deribit_contracts(frame: Frame) -> Iterator[tuple[str, Grid]]:
    """Yield Deribit's name and the grid of each future and option; amounts are in units."""
    for one in frame.decoded(_DeribitList).result:
        ends = "" if one.settlement_period == "perpetual" else expiry(one.expiration_timestamp)
        settle = one.settlement_currency or one.base_currency
        name = contract_name(one.base_currency, one.quote_currency, settle, ends)
        if one.strike is not None:
            name = f"{name}-{one.strike.normalize():f}-{one.option_type[:1].upper()}"
        inverse = one.kind == "future" and settle == one.base_currency
        yield (
            one.instrument_name,
            Grid(
                symbol=name,
                tick_size=one.tick_size,
                lot_size=one.min_trade_amount,
                kind=Kind.INVERSE if inverse else Kind.LINEAR,
            ),
        )
