"""FileArchive: files of one feed as an `Archive`, their symbols named and their grids known."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from graphwiz_trader.adapters.files.imports.files import source_file
from graphwiz_trader.adapters.files.imports.formats import Format
from graphwiz_trader.adapters.files.imports.grid import Grid, listed, surveyed
from graphwiz_trader.adapters.files.imports.gridder import Gridder
from graphwiz_trader.adapters.files.imports.raw import Raw, ReadOptions, Tally
from graphwiz_trader.adapters.files.imports.symbols import is_called, unified
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import SourceFile
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.archive import RecordedEvent


@value
class Wanted:
    """
    What the user asks for.

    `symbols`: ours, such as `BTC/USDT`; empty takes all that the files hold, under names told by
    the source's. `instruments`: a file of grids; see `grid.listed`.
    `tops`: the venue's own best prices, for a comparison, are wanted too.
    """

    paths: tuple[Path, ...]
    format: Format
    venue: str
    symbols: tuple[str, ...] = ()
    instruments: Path | None = None
    tops: bool = False


class FileArchive:
    """
    Files that were recorded by others.

    Raises:
        DataError: a file cannot be read, holds nothing, or none of the symbols asked for.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.format = wanted.format.name
        self.files: tuple[SourceFile, ...] = tuple(map(source_file, wanted.paths))
        self._tally = Tally()
        grids = self._grids()
        symbols = {ours: grid for _, (ours, grid) in sorted(grids.items())}
        self.instruments: tuple[Instrument, ...] = tuple(
            _renamed(grid, ours).instrument(wanted.venue) for ours, grid in symbols.items()
        )
        places = {ours: place for place, ours in enumerate(symbols)}
        index = {raw: places[ours] for raw, (ours, _) in grids.items()}
        self._gridder = Gridder(self.instruments, index, [grid.cut for grid in symbols.values()])

    @property
    def records(self) -> int:
        """Records of the source read so far."""
        return self._tally.records

    @property
    def rounded(self) -> int:
        """Quantities cut to 8 decimals so far."""
        return self._gridder.rounded

    @property
    def late(self) -> int:
        """Messages so far that were received before the one in front of them."""
        return self._gridder.late

    @property
    def passed(self) -> int:
        """Book changes so far that a snapshot already held."""
        return self._tally.passed

    @property
    def checksum_rule(self) -> ChecksumRule:
        """How the checksums it carries are computed."""
        return self._wanted.format.checksum_rule(self._wanted.paths, self._wanted.venue)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the events do not say."""
        return self._tally.notes

    def book(self, instrument: Instrument) -> OrderBook:
        """Return an empty book of *instrument*."""
        return OrderBook(instrument)

    def events(self) -> Iterator[RecordedEvent]:
        """Read the files and yield what happened."""
        self._tally.records = self._tally.passed = 0
        options = ReadOptions(self._wanted.venue, self._tally, self._wanted.tops)
        yield from self._gridder.events(self._raws(options))

    def _raws(self, options: ReadOptions) -> Iterator[Raw]:
        return self._wanted.format.reader()(self._wanted.paths, options)

    def _grids(self) -> Mapping[str, tuple[str, Grid]]:
        """Return, for each of the source's symbols that is wanted, our name and its grid."""
        wanted = self._wanted
        seen = surveyed(self._raws(ReadOptions(wanted.venue, Tally())))
        if not seen:
            raise DataError(
                f"{wanted.paths[0]}: found no market data, expected {wanted.format.summary}"
            )
        told = {grid.symbol: grid for grid in _listed(wanted.instruments)}
        beside = wanted.format.grids(wanted.paths)
        named: dict[str, tuple[str, Grid]] = {}
        for raw, finest in seen.items():
            ours = _named(raw, wanted.symbols or tuple(s for s in told if is_called(s, raw)))
            if ours is None and (wanted.symbols or told):
                continue
            known = beside.get(raw)
            if ours is None and known is None and not raw:
                raise DataError(
                    f"{wanted.paths[0]}: found no instrument's name, expected --symbol BASE/QUOTE"
                )
            ours = ours or (known.symbol if known else unified(raw))
            named[raw] = (ours, _on_the_wire(told.get(ours) or known or finest, known))
        if not named:
            asked = ", ".join(wanted.symbols or told)
            raise DataError(f"{wanted.paths[0]}: found {', '.join(seen)}, expected {asked}")
        return named


def _on_the_wire(grid: Grid, known: Grid | None) -> Grid:
    """Return *grid* with the decimals the source was seen to write, whoever tells the rest."""
    if known is None or known is grid:
        return grid
    written: Grid = attrs.evolve(  # type: ignore[misc] # a value is an attrs class
        grid,
        wire_price_decimals=known.wire_price_decimals,
        wire_qty_decimals=known.wire_qty_decimals,
    )
    return written


def _listed(path: Path | None) -> tuple[Grid, ...]:
    return () if path is None else listed(path)


def _named(raw: str, symbols: Sequence[str]) -> str | None:
    return next((symbol for symbol in symbols if is_called(symbol, raw)), None)


def _renamed(grid: Grid, symbol: str) -> Grid:
    return attrs.evolve(grid, symbol=symbol)  # type: ignore[misc] # a value is an attrs class
