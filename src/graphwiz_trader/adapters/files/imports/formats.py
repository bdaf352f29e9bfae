"""Formats: the foreign formats by name; a reader is imported when its format is asked for."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from graphwiz_trader.adapters.files.imports.grid import Grid
from graphwiz_trader.adapters.files.imports.raw import Reader
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.value import value

Grids = Callable[[Sequence[Path]], Mapping[str, Grid]]
"""Returns, by the source's symbols, the grids that files beside the given ones tell."""

ChecksumRules = Callable[[Sequence[Path], str], ChecksumRule]
"""Returns how the checksums in files of a venue are computed."""


@value
class Format:
    """
    A format: `module` of this package holds its reader as `read`.

    `venue` is the name used where the user gives none. `has_grids`: the module also holds
    `grids`, a `Grids`; `has_checksums`: and `checksum_rule`, a `ChecksumRules`.
    """

    name: str
    summary: str
    module: str
    venue: str
    has_grids: bool = False
    has_checksums: bool = False

    def reader(self) -> Reader:
        """Return the format's reader."""
        reader: Reader = _member(self.module, "read")
        return reader

    def grids(self, paths: Sequence[Path]) -> Mapping[str, Grid]:
        """Return the grids told by files beside *paths*, none where there are no such files."""
        if not self.has_grids:
            return {}
        grids: Grids = _member(self.module, "grids")
        return grids(paths)

    def checksum_rule(self, paths: Sequence[Path], venue: str) -> ChecksumRule:
        """Return how the checksums in *paths* are computed, NONE where there are none."""
        if not self.has_checksums:
            return ChecksumRule.NONE
        rule: ChecksumRules = _member(self.module, "checksum_rule")
        return rule(paths, venue)


FORMATS: Mapping[str, Format] = {
    known.name: known
    for known in (
        Format(
            "binance-dump",
            "public files of Binance: SYMBOL-trades|aggTrades|bookTicker-DATE, SYMBOL_T_DEPTH_DATE",
            "binance_dump",
            "binance",
        ),
        Format(
            "binance-ws",
            "lines `<ns> <json>` of Binance streams, with one REST depth snapshot",
            "binance_ws",
            "binance",
        ),
        Format(
            "book-csv",
            "CSV timestamp,symbol,b1..bN,bv1..bvN,a1..aN,av1..avN",
            "book_csv",
            "recorded",
        ),
        Format(
            "cryptofeed-raw",
            "frames as cryptofeed records them: `ts: message`, `URL -> ts: body`",
            "cryptofeed",
            "recorded",
            has_grids=True,
            has_checksums=True,
        ),
        Format(
            "hftbacktest",
            "npz or npy of hftbacktest's events",
            "hftbacktest",
            "recorded",
        ),
        Format(
            "lean-quote-tick",
            "zip of CSV ms,bid,ask or ms,bid,size,ask,size, a file a day",
            "lean",
            "recorded",
        ),
        Format(
            "lean-trade-tick",
            "zip of CSV ms,price,size, a file a day",
            "lean_trades",
            "recorded",
        ),
        Format(
            "tardis",
            "CSV of Tardis: incremental_book_L2, book_snapshot_N, trades, quotes, book_ticker",
            "tardis",
            "recorded",
        ),
        Format(
            "trades-csv",
            "CSV date,last or date,price,qty,side",
            "trades_csv",
            "recorded",
        ),
    )
}


def _member(module: str, name: str):  # type: ignore[no-untyped-def] # the table says what it is
    return getattr(import_module(f"graphwiz_trader.adapters.files.imports.{module}"), name)
