"""TradeWatch: whose trades have not been heard for so long that they are asked for anew."""

from collections.abc import Iterable, Sequence

from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos

LONGEST = 16
"""How many times as long as at first is waited at most, while nobody trades at all."""


class TradeWatch:
    """
    Watches the trade channel of each instrument, beside its book's.

    Trades may be as seldom as they like, so that silence proves nothing: asking anew costs no
    book, and each time that nothing comes of it, twice as long is waited before the next.
    """

    def __init__(self, patience: Nanos) -> None:
        """Ask for what was silent for longer than *patience*."""
        self._patience = patience
        self._heard: dict[InstrumentId, Nanos] = {}
        self._asked: dict[InstrumentId, Nanos] = {}
        self._wait: dict[InstrumentId, int] = {}
        self._next = Nanos(0)

    def begin(self, names: Iterable[InstrumentId], now: Nanos) -> None:
        """Watch *names*, which are asked for at *now*."""
        for name in names:
            self._heard[name] = self._asked[name] = now
            self._wait[name] = self._patience

    def end(self, names: Iterable[InstrumentId]) -> None:
        """Watch *names* no more."""
        for name in names:
            for kept in (self._heard, self._asked, self._wait):
                kept.pop(name, None)

    def heard(self, name: InstrumentId, now: Nanos) -> None:
        """Note a trade."""
        self._heard[name] = now

    def silent(self, now: Nanos) -> Sequence[InstrumentId]:
        """Return who is to be asked for anew at *now*; looked at once a second, or oftener."""
        if now < self._next:
            return ()
        self._next = Nanos(now + min(SECOND, self._patience // 4))
        found = []
        for name, heard in self._heard.items():
            asked = self._asked[name]
            if heard > asked:
                self._wait[name] = self._patience
            if now - max(heard, asked) > self._wait[name]:
                self._asked[name] = now
                self._wait[name] = min(2 * self._wait[name], LONGEST * self._patience)
                found.append(name)
        return found
