"""
Listings: tick, lot and minimums of a venue's instruments, from its REST answer `X.0.gz`.

Sources: the venues' documentation of `exchangeInfo` (Binance), `AssetPairs` (Kraken),
`public/instruments` (OKX), `products` (Coinbase), `trading-pairs-info` (Bitstamp),
`spot/currency_pairs` (Gate.io), `markets` (Poloniex); contracts are in `cryptofeed_contracts`.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from graphwiz_trader.adapters.files.imports.cryptofeed_contracts import (
    bitmex_contracts,
    bybit_contracts,
    contract_name,
    deribit_contracts,
    expiry,
)
from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame, frames
from graphwiz_trader.adapters.files.imports.grid import Grid
from graphwiz_trader.adapters.files.imports.symbols import normal
from graphwiz_trader.domain.instrument import Kind


def listings(path: Path) -> Mapping[str, Grid]:
    """
    Return the grid of every instrument the venue listed, by the name the venue gives it.

    Args:
        path: `X.ws.N.M.gz`; the list is read from `X.0.gz` beside it. No such file, or a venue
            whose list is not known, is an empty answer.

    Raises:
        DataError: the file is torn or of another form.
    """
    file = path.with_name(f"{path.name.partition('.')[0]}.0.gz")
    if not file.is_file():
        return {}
    found: dict[str, Grid] = {}
    for frame in frames(file):
        for part, read in _READERS.items():
            if part in frame.url:
                found.update(read(frame))
    return found


class _Filter(msgspec.Struct):
    filterType: str  # noqa: N815 # the venue's spelling, here and below
    tickSize: Decimal | None = None  # noqa: N815
    stepSize: Decimal | None = None  # noqa: N815
    minQty: Decimal | None = None  # noqa: N815
    minNotional: Decimal | None = None  # noqa: N815
    notional: Decimal | None = None


class _BinanceSymbol(msgspec.Struct):
    symbol: str
    baseAsset: str  # noqa: N815
    quoteAsset: str  # noqa: N815
    filters: list[_Filter]
    contractType: str = ""  # noqa: N815
    deliveryDate: int = 0  # noqa: N815
    marginAsset: str = ""  # noqa: N815
    contractSize: Decimal = Decimal(1)  # noqa: N815


class _BinanceList(msgspec.Struct):
    symbols: list[_BinanceSymbol]


def _binance(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(_BinanceList).symbols:
        by_type = {each.filterType: each for each in one.filters}
        price, lot = by_type.get("PRICE_FILTER"), by_type.get("LOT_SIZE")
        least = by_type.get("MIN_NOTIONAL")
        if price is None or lot is None or not (price.tickSize and lot.stepSize):
            continue
        ends = "" if one.contractType in {"", "PERPETUAL"} else expiry(one.deliveryDate)
        symbol = contract_name(one.baseAsset, one.quoteAsset, one.marginAsset, ends)
        yield (
            one.symbol,
            Grid(
                symbol=symbol,
                tick_size=price.tickSize,
                lot_size=lot.stepSize,
                multiplier=one.contractSize,
                min_qty=lot.minQty,
                min_notional=((least.minNotional or least.notional) if least else None)
                or Decimal(0),
            ),
        )


class _KrakenPair(msgspec.Struct):
    pair_decimals: int
    lot_decimals: int
    wsname: str = ""
    ordermin: Decimal | None = None
    tick_size: Decimal | None = None


class _KrakenList(msgspec.Struct):
    result: dict[str, _KrakenPair]


def _kraken(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for pair in frame.decoded(_KrakenList).result.values():
        base, slash, quote = pair.wsname.partition("/")
        if slash:
            yield (
                pair.wsname,
                Grid(
                    symbol=contract_name(normal(base).replace("XDG", "DOGE"), normal(quote)),
                    tick_size=pair.tick_size or Decimal(1).scaleb(-pair.pair_decimals),
                    lot_size=Decimal(1).scaleb(-pair.lot_decimals),
                    min_qty=pair.ordermin,
                ),
            )


class _OkxInstrument(msgspec.Struct):
    instId: str  # noqa: N815
    instType: str  # noqa: N815
    tickSz: str  # noqa: N815
    lotSz: str  # noqa: N815
    minSz: str  # noqa: N815
    baseCcy: str  # noqa: N815
    quoteCcy: str  # noqa: N815
    settleCcy: str  # noqa: N815
    uly: str
    ctType: str  # noqa: N815
    ctVal: str  # noqa: N815
    expTime: str  # noqa: N815
    stk: str
    optType: str  # noqa: N815


class _OkxList(msgspec.Struct):
    data: list[_OkxInstrument]


def _okx(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(_OkxList).data:
        if not (one.tickSz and one.lotSz):
            continue
        base, _, quote = (one.uly or f"{one.baseCcy}-{one.quoteCcy}").partition("-")
        ends = expiry(int(one.expTime)) if one.expTime else ""
        symbol = contract_name(base, quote, one.settleCcy, ends)
        yield (
            one.instId,
            Grid(
                symbol=f"{symbol}-{one.stk}-{one.optType}" if one.optType else symbol,
                tick_size=Decimal(one.tickSz),
                lot_size=Decimal(one.lotSz),
                kind=Kind.INVERSE if one.ctType == "inverse" else None,
                multiplier=Decimal(one.ctVal or 1),
                min_qty=Decimal(one.minSz),
            ),
        )


class _CoinbaseProduct(msgspec.Struct):
    id: str
    base_currency: str
    quote_currency: str
    quote_increment: Decimal
    base_increment: Decimal
    base_min_size: Decimal


def _coinbase(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(list[_CoinbaseProduct]):
        yield (
            one.id,
            Grid(
                symbol=contract_name(one.base_currency, one.quote_currency),
                tick_size=one.quote_increment,
                # Its own books hold quantities finer than its lot, of orders from before a change.
                lot_size=min(one.base_increment, Decimal("0.00000001")),
                min_qty=one.base_min_size,
            ),
        )


class _BitstampPair(msgspec.Struct):
    url_symbol: str
    name: str
    base_decimals: int
    counter_decimals: int


def _bitstamp(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(list[_BitstampPair]):
        yield one.url_symbol, _of_decimals(one.name, one.counter_decimals, one.base_decimals)


class _PoloniexLimit(msgspec.Struct):
    priceScale: int  # noqa: N815
    quantityScale: int  # noqa: N815


class _PoloniexMarket(msgspec.Struct):
    symbol: str
    symbolTradeLimit: _PoloniexLimit  # noqa: N815


def _poloniex(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(list[_PoloniexMarket]):
        limit, pair = one.symbolTradeLimit, one.symbol.replace("_", "/")
        yield one.symbol, _of_decimals(pair, limit.priceScale, limit.quantityScale)


class _GatePair(msgspec.Struct):
    id: str
    base: str
    quote: str
    amount_precision: int
    precision: int


def _gateio(frame: Frame) -> Iterator[tuple[str, Grid]]:
    for one in frame.decoded(list[_GatePair]):
        name = contract_name(one.base, one.quote)
        yield one.id, _of_decimals(name, one.precision, one.amount_precision)


def _of_decimals(symbol: str, price: int, qty: int) -> Grid:
    return Grid(symbol, Decimal(1).scaleb(-price), Decimal(1).scaleb(-qty))


_READERS: Mapping[str, Callable[[Frame], Iterator[tuple[str, Grid]]]] = {
    "/exchangeInfo": _binance,
    "/public/AssetPairs": _kraken,
    "/public/instruments": _okx,
    "/products": _coinbase,
    "/trading-pairs-info": _bitstamp,
    "/spot/currency_pairs": _gateio,
    "api.poloniex.com/markets": _poloniex,
    "/v2/public/symbols": bybit_contracts,
    "/instrument/active": bitmex_contracts,
    "/public/get_instruments": deribit_contracts,
}
"""What the address of a list contains, and how it is read."""
