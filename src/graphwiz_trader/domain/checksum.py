"""
Checksum: a venue's CRC32 of the top of its book, over the text it puts on the wire.

Sources: docs.kraken.com, "Spot WebSockets book checksum" (v1 and v2); OKX API guide, "Order book
channel, checksum".
"""

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from zlib import crc32

from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Int64s
from graphwiz_trader.domain.value import value


class ChecksumRule(Enum):
    """How a venue computes its checksum, if it sends one."""

    NONE = "none"
    KRAKEN = "kraken"
    OKX = "okx"


DEPTH = {ChecksumRule.NONE: 0, ChecksumRule.KRAKEN: 10, ChecksumRule.OKX: 25}
"""Levels a side that enter the checksum."""


@value
class Levels:
    """The best levels of one side, best first: `ticks` and `lots` of equal length."""

    ticks: Int64s
    lots: Int64s


@value
class Checksum:
    """One instrument's checksum: `of` turns the best bids and asks into 32 unsigned bits."""

    rule: ChecksumRule
    depth: int
    of: Callable[[Levels, Levels], int]

    def is_sent(self, theirs: int) -> bool:
        """Whether *theirs* is a checksum: OKX sends 0 where it has retired them."""
        return theirs != 0 or self.rule is not ChecksumRule.OKX

    def agrees(self, theirs: int, bids: Levels, asks: Levels) -> bool:
        """Whether *theirs*, signed or not, is the checksum of these levels."""
        return theirs & 0xFFFFFFFF == self.of(bids, asks)


def checksum_of(rule: ChecksumRule, instrument: Instrument) -> Checksum | None:
    """
    Return how *instrument*'s checksum is computed under *rule*, None where there is none.

    Raises:
        OffGrid: Kraken's wire shows fewer decimals than the instrument's grid has.
    """
    if rule is ChecksumRule.KRAKEN:
        return Checksum(rule, DEPTH[rule], _kraken(instrument))
    if rule is ChecksumRule.OKX:
        return Checksum(rule, DEPTH[rule], _okx(instrument))
    return None


def _kraken(instrument: Instrument) -> Callable[[Levels, Levels], int]:
    """
    Asks, then bids, each price and quantity without its point and its leading zeros.

    With a fixed number of decimals that is a whole number: ticks times a constant.
    """
    tick = _per_unit(instrument, instrument.tick_size, instrument.wire_price_decimals)
    lot = _per_unit(instrument, instrument.lot_size, instrument.wire_qty_decimals)

    def of(bids: Levels, asks: Levels) -> int:
        parts: list[int] = []
        for side in (asks, bids):
            for price, qty in zip(side.ticks.tolist(), side.lots.tolist(), strict=True):
                parts += (price * tick, qty * lot)
        return crc32("".join(map(str, parts)).encode())

    return of


def _okx(instrument: Instrument) -> Callable[[Levels, Levels], int]:
    """Bid and ask of the same rank in turn, shortest decimal form, joined by colons."""
    tick, lot = _shortest(instrument.tick_size), _shortest(instrument.lot_size)

    def of(bids: Levels, asks: Levels) -> int:
        sides = [
            [(tick(p), lot(q)) for p, q in zip(s.ticks.tolist(), s.lots.tolist(), strict=True)]
            for s in (bids, asks)
        ]
        parts: list[str] = []
        for rank in range(max(map(len, sides))):
            for side in sides:
                if rank < len(side):
                    parts += side[rank]
        return crc32(":".join(parts).encode())

    return of


def _per_unit(instrument: Instrument, size: Decimal, decimals: int | None) -> int:
    """Return how many units of the wire's last decimal are in one *size*."""
    own = _decimals(size)
    scaled = size.scaleb(own if decimals is None else decimals)
    if scaled != int(scaled):
        raise OffGrid(f"{instrument.id}: {size} has more than the wire's {decimals} decimals")
    return int(scaled)


def _shortest(size: Decimal) -> Callable[[int], str]:
    """Return a function from a count of *size* to its decimal text without trailing zeros."""
    decimals = _decimals(size)
    unit = int(size.scaleb(decimals))
    scale = 10**decimals

    def text(count: int) -> str:
        sign = "-" if count < 0 else ""
        whole, part = divmod(abs(count) * unit, scale)
        return (
            f"{sign}{whole}.{part:0{decimals}d}".rstrip("0").rstrip(".")
            if part
            else f"{sign}{whole}"
        )

    return text


def _decimals(size: Decimal) -> int:
    exponent = size.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
