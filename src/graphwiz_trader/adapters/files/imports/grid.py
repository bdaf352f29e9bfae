"""Grid: tick, lot and minimums of an instrument, from where the source or the user says them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path

import attrs
import msgspec

from graphwiz_trader.adapters.files.imports.raw import Raw, RawBook, RawTrade
from graphwiz_trader.adapters.files.imports.symbols import assets, kind_of
from graphwiz_trader.domain.errors import DataError, OffGrid
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.units import Asset, InstrumentId, Lots
from graphwiz_trader.domain.value import value

MAX_DECIMALS = 8
"""Quantities are cut to so many decimals where nobody says the lot."""


@value
class Grid:
    """
    An instrument's rules as decimals, before it belongs to a venue.

    `symbol` is ours (`BTC/USDT`); `cut`: quantities finer than the lot are rounded down to it
    and counted, rather than refused.
    """

    symbol: str
    tick_size: Decimal
    lot_size: Decimal
    kind: Kind | None = None
    multiplier: Decimal = Decimal(1)
    min_qty: Decimal | None = None
    min_notional: Decimal = Decimal(0)
    wire_price_decimals: int | None = None
    wire_qty_decimals: int | None = None
    cut: bool = False

    def instrument(self, venue: str) -> Instrument:
        """
        Return this grid's instrument at *venue*.

        Raises:
            DataError: a size is not a positive number.
        """
        base, quote = assets(self.symbol)
        try:
            least = 1 if self.min_qty is None else max(1, -int(-self.min_qty // self.lot_size))
            return Instrument(
                id=InstrumentId(f"{self.symbol}@{venue}"),
                base=Asset(base),
                quote=Asset(quote),
                tick_size=self.tick_size,
                lot_size=self.lot_size,
                kind=self.kind or kind_of(self.symbol),
                multiplier=self.multiplier,
                min_qty=Lots(least),
                min_notional=self.min_notional,
                wire_price_decimals=self.wire_price_decimals,
                wire_qty_decimals=self.wire_qty_decimals,
            )
        except (OffGrid, ArithmeticError) as error:
            raise DataError(f"{self.symbol}: found {error}, expected positive sizes") from error


class _Listed(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of an instruments file."""

    symbol: str
    tick_size: Decimal
    lot_size: Decimal
    kind: Kind | None = None
    multiplier: Decimal = Decimal(1)
    min_qty: Decimal | None = None
    min_notional: Decimal = Decimal(0)


def listed(path: Path) -> tuple[Grid, ...]:
    """
    Return the grids of an instruments file.

    It is a list, in JSON or YAML, of `symbol`, `tick_size`, `lot_size` and optionally `kind`,
    `multiplier`, `min_qty` and `min_notional`.

    Raises:
        DataError: the file is missing or holds something else; says what and where.
    """
    expected = "a list of {symbol, tick_size, lot_size}"
    try:
        entries = msgspec.convert(_decoded(path), list[_Listed], strict=False)
    except OSError as error:
        raise DataError(f"{path}: found {error.strerror}, expected {expected}") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise DataError(f"{path}: found {error}, expected {expected}") from error
    return tuple(Grid(**msgspec.structs.asdict(entry)) for entry in entries)


def _decoded(path: Path) -> object:
    text = path.read_text()
    if path.suffix == ".json":
        return msgspec.json.decode(text)
    import yaml

    try:
        # scalars stay text, so that 0.1 is read as the decimal it is
        return yaml.load(text, yaml.BaseLoader)  # noqa: S506 # it makes nothing but text
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def surveyed(raws: Iterable[Raw]) -> Mapping[str, Grid]:
    """
    Return the grid of every symbol the source names, from the finest decimals it uses.

    Prices are exact; quantities are cut at `MAX_DECIMALS`. The symbol of a grid is the source's.
    """
    found: dict[str, tuple[_Finest, _Finest]] = {}
    for raw in raws:
        if raw.symbol not in found:
            found[raw.symbol] = (_Finest(), _Finest())
        price, qty = found[raw.symbol]
        if isinstance(raw, RawBook):
            price.look({level[0] for level in chain(raw.bids, raw.asks)})
            qty.look({level[1] for level in chain(raw.bids, raw.asks)})
        elif isinstance(raw, RawTrade):
            price.look({raw.price})
            qty.look({raw.qty})
    return {
        symbol: Grid(
            symbol=symbol,
            tick_size=Decimal(1).scaleb(-price.decimals),
            lot_size=Decimal(1).scaleb(-min(qty.decimals, MAX_DECIMALS)),
            cut=qty.decimals > MAX_DECIMALS,
        )
        for symbol, (price, qty) in found.items()
    }


_KNOWN = 1 << 16


@attrs.define
class _Finest:
    """The most decimals seen; texts repeat, so those seen lately are not looked at again."""

    decimals: int = 0
    _known: set[str] = attrs.field(factory=set)

    def look(self, numbers: set[str]) -> None:
        new = numbers - self._known
        if new:
            self.decimals = max(self.decimals, *map(decimals, new))
            if len(self._known) > _KNOWN:
                self._known.clear()
            self._known |= new


def decimals(number: str) -> int:
    """
    Return how many decimals *number* needs, 0 if it is none.

    >>> decimals("61737.63000000"), decimals("100"), decimals("1e-05")
    (2, 0, 5)
    """
    if "e" in number or "E" in number:
        try:
            exponent = Decimal(number).normalize().as_tuple().exponent
        except InvalidOperation:
            return 0
        return max(0, -exponent) if isinstance(exponent, int) else 0
    _, point, part = number.partition(".")
    return len(part.rstrip("0")) if point else 0
