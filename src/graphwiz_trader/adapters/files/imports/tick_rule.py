"""TickRule: a guess at who took, where a source does not say."""

NOTE = "the source names no side: a trade at or above the one before is taken as a purchase"


class TickRule:
    """
    Remembers the last price of each symbol.

    A trade above the one before was bought, below it sold; at the same price it is taken as
    bought. Source: Lee and Ready, "Inferring Trade Direction from Intraday Data", 1991, whose
    rule for equal prices needs quotes or a longer memory.
    """

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def side(self, symbol: str, price: str) -> int:
        """
        Return +1 or −1 for a trade at *price*.

        Raises:
            ValueError: *price* is no number.
        """
        now = float(price)
        before = self._last.get(symbol, now)
        self._last[symbol] = now
        return 1 if now >= before else -1
