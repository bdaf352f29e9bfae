"""ChecksumCheck: a rebuilt book beside the venue's own CRC32 of it; a wrong one ends nothing."""

from graphwiz_trader.application.bbo import Proof
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.checksum import ChecksumRule, Levels, checksum_of
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side


class ChecksumCheck:
    """Compares the books of one instrument with the checksums sent for them."""

    def __init__(self, rule: ChecksumRule, instrument: Instrument) -> None:
        self._checksum = checksum_of(rule, instrument)
        self._checked = 0
        self._matched = 0

    def book(self, theirs: int | None, book: OrderBook) -> None:
        """Compare *book* with what was sent for it; None, or what is no checksum, is passed."""
        checksum = self._checksum
        if checksum is None or theirs is None or not checksum.is_sent(theirs):
            return
        bids = Levels(*book.levels(Side.BUY, checksum.depth))
        asks = Levels(*book.levels(Side.SELL, checksum.depth))
        self._checked += 1
        self._matched += checksum.agrees(theirs, bids, asks)

    @property
    def proof(self) -> Proof:
        """Comparisons so far."""
        return Proof(self._checked, self._matched)
