"""
Cryptofeed: raw recordings of websockets and REST answers, read with each venue's own rules.

A recording of a venue is `X.ws.N.M.gz`, the websocket's frames; `X.http.N.M.gz`, the REST
snapshots without which some venues' books cannot be built, read along when it lies beside; and
`X.0.gz`, the venue's list of instruments.
Source of the format: cryptofeed, tools and sample data.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import attrs

from graphwiz_trader.adapters.files.imports.bridge import Bridge
from graphwiz_trader.adapters.files.imports.cryptofeed_binance import binance
from graphwiz_trader.adapters.files.imports.cryptofeed_bitmex import Bitmex
from graphwiz_trader.adapters.files.imports.cryptofeed_bitstamp import Bitstamp
from graphwiz_trader.adapters.files.imports.cryptofeed_bybit import bybit
from graphwiz_trader.adapters.files.imports.cryptofeed_coinbase import coinbase
from graphwiz_trader.adapters.files.imports.cryptofeed_deribit import deribit
from graphwiz_trader.adapters.files.imports.cryptofeed_frame import Frame, frames
from graphwiz_trader.adapters.files.imports.cryptofeed_gateio import gateio
from graphwiz_trader.adapters.files.imports.cryptofeed_grids import listings
from graphwiz_trader.adapters.files.imports.cryptofeed_kraken import Kraken
from graphwiz_trader.adapters.files.imports.cryptofeed_okx import okx
from graphwiz_trader.adapters.files.imports.cryptofeed_poloniex import poloniex
from graphwiz_trader.adapters.files.imports.grid import Grid, decimals, surveyed
from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTop, ReadOptions, Tally
from graphwiz_trader.adapters.files.imports.symbols import assets, unified
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.errors import DataError

Parser: TypeAlias = Callable[[Frame], Iterable[Raw]]

PARSERS: Mapping[str, Callable[[], Parser]] = {
    "binance": lambda: binance,
    "bitmex": Bitmex,
    "bitstamp": Bitstamp,
    "bybit": lambda: bybit,
    "coinbase": lambda: coinbase,
    "deribit": lambda: deribit,
    "gateio": lambda: gateio,
    "kraken": Kraken,
    "okx": lambda: okx,
    "poloniex": lambda: poloniex,
}
"""What makes a reader of one venue's frames; a reader remembers what the venue leaves unsaid."""


def read(paths: Sequence[Path], options: ReadOptions) -> Iterator[Raw]:
    """
    Yield what recordings of one venue hold, merged by receipt time.

    The venue's rules are those of `options.venue`, or of the name of the files.
    Tops numbered below their symbol's snapshot are left out: of Binance's ten COIN-M snapshots
    here, two (BCH, TRX) disagree with the stream about the best ask at their own number, until
    the next change of that level. Books begun from them can only answer for what came after.

    Raises:
        DataError: no such venue in this format; a line or message is of another form; or changes
            of a symbol have no snapshot.
    """
    parse = PARSERS[_rules(paths, options.venue)]()
    bridge = Bridge(options.tally)
    begun: dict[str, int] = {}
    for frame in heapq.merge(*map(frames, _with_snapshots(paths)), key=lambda frame: frame.ts):
        options.tally.records += 1
        try:
            raws = tuple(parse(frame))
        except (ValueError, ArithmeticError) as error:
            raise frame.place.error(str(error), "a message of that venue") from error
        for raw in raws:
            if isinstance(raw, RawBook) and raw.last_seq >= 0:
                if raw.snapshot:
                    begun[raw.symbol] = raw.last_seq
                yield from bridge.take(raw)
            elif not isinstance(raw, RawTop) or 0 <= begun.get(raw.symbol, -1) <= raw.seq:
                yield raw
    if waiting := bridge.without_snapshot:
        file = paths[0]
        raise DataError(
            f"{file}: found changes of {', '.join(waiting)} without a snapshot, "
            f"expected {_venue_of(file)}.http.N.M.gz beside it"
        )


def grids(paths: Sequence[Path]) -> Mapping[str, Grid]:
    """
    Return the grids of what *paths* hold, from the venue's list where it lies beside them.

    Where a book holds prices or quantities finer than the list allows, of orders from before the
    venue changed it, the grid is as fine as they are: recorded prices are exact.
    The decimals on the wire, which checksums are computed over, are those of the first snapshot.

    Raises:
        DataError: as `read`.
    """
    listed: dict[str, Grid] = {}
    for path in paths:
        listed.update(listings(path))
    wire: dict[str, tuple[int, int]] = {}
    options = ReadOptions(venue="", tally=Tally())
    found = surveyed(_noting_decimals(read(paths, options), wire))
    names = Counter(unified(symbol) for symbol in found if symbol not in listed)
    return {
        symbol: _grid(listed.get(symbol) or _unlisted(finest, names), finest, wire.get(symbol))
        for symbol, finest in found.items()
    }


def checksum_rule(paths: Sequence[Path], venue: str) -> ChecksumRule:
    """Return how the checksums of what *paths* hold are computed."""
    rules = {"kraken": ChecksumRule.KRAKEN, "okx": ChecksumRule.OKX}
    return rules.get(_rules(paths, venue), ChecksumRule.NONE)


def _noting_decimals(raws: Iterable[Raw], wire: dict[str, tuple[int, int]]) -> Iterator[Raw]:
    """Yield *raws*; note in *wire* the decimals of price and quantity in each first snapshot."""
    for raw in raws:
        if isinstance(raw, RawBook) and raw.snapshot and raw.symbol not in wire:
            for price, qty in (*raw.bids, *raw.asks)[:1]:
                wire[raw.symbol] = (
                    len(price.partition(".")[2]),
                    len(qty.partition(".")[2]),
                )
        yield raw


def _unlisted(finest: Grid, names: Counter[str]) -> Grid:
    """Return *finest* under our name; contracts that would share one keep the venue's."""
    name = unified(finest.symbol)
    if names[name] > 1:
        name = f"{finest.symbol}/{assets(name)[1]}"
    unlisted: Grid = attrs.evolve(finest, symbol=name)  # type: ignore[misc] # a value is an attrs class
    return unlisted


def _grid(grid: Grid, finest: Grid, wire: tuple[int, int] | None) -> Grid:
    price, qty = wire or (None, None)
    finer: Grid = attrs.evolve(  # type: ignore[misc] # a value is an attrs class
        grid,
        tick_size=_finer(grid.tick_size, finest.tick_size),
        lot_size=_finer(grid.lot_size, finest.lot_size),
        cut=finest.cut,
        wire_price_decimals=price,
        wire_qty_decimals=qty,
    )
    return finer


def _finer(size: Decimal, seen: Decimal) -> Decimal:
    """Return *size*, or the finest decimal seen where it has more decimals than *size*."""
    return seen if decimals(str(seen)) > decimals(str(size)) else size


def _rules(paths: Sequence[Path], venue: str) -> str:
    """Return the name in `PARSERS` of the venue that *paths* are of."""
    named = [venue, *(_venue_of(path).partition("_")[0].lower() for path in paths)]
    for name in named:
        if name in PARSERS:
            return name
    raise DataError(
        f"{paths[0]}: found a recording of {' or '.join(filter(None, dict.fromkeys(named)))}, "
        f"expected one of {', '.join(PARSERS)}"
    )


def _with_snapshots(paths: Sequence[Path]) -> Iterable[Path]:
    """Return *paths* and the REST answers recorded beside them, each once."""
    files: dict[Path, None] = {}
    for path in paths:
        if ".ws." in path.name:
            files |= dict.fromkeys(sorted(path.parent.glob(f"{_venue_of(path)}.http.*.gz")))
        files[path] = None
    return files


def _venue_of(path: Path) -> str:
    return path.name.partition(".")[0]
