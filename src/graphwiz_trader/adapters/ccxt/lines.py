"""Lines: all subscriptions of one feed, found by instrument, by connection, or by what came."""

from collections.abc import Iterable, Iterator, Mapping, Reversible

from graphwiz_trader.adapters.ccxt.exchange import Client
from graphwiz_trader.adapters.ccxt.line import Line, Topic
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId


class Lines:
    """One line for each instrument and each of *topics*."""

    def __init__(self, topics: tuple[Topic, ...]) -> None:
        self._topics = topics
        self._by_symbol: dict[tuple[str, Topic], Line] = {}

    def __iter__(self) -> Iterator[Line]:
        return iter(tuple(self._by_symbol.values()))

    def add(self, instruments: Iterable[Instrument]) -> tuple[Line, ...]:
        """Add *instruments*; return the lines that were not there before."""
        added: list[Line] = []
        for instrument in instruments:
            for topic in self._topics:
                key = (instrument.symbol, topic)
                if key not in self._by_symbol:
                    added.append(self._by_symbol.setdefault(key, Line(instrument, topic)))
        return tuple(added)

    def remove(self, names: Iterable[InstrumentId]) -> tuple[Line, ...]:
        """Remove the instruments of those *names*; return their lines."""
        unwanted = frozenset(names)
        removed = tuple(line for line in self if line.instrument.id in unwanted)
        for line in removed:
            del self._by_symbol[line.instrument.symbol, line.topic]
        return removed

    def on(self, client: Client, name: str | None = None) -> tuple[Line, ...]:
        """Return the lines that come over *client*, or the one that ccxt calls *name* there."""
        return tuple(line for line in self if line.client is client and name in {None, line.name})

    @property
    def any_live(self) -> bool:
        """Whether anything published holds."""
        return any(line.is_live for line in self._by_symbol.values())

    def of(self, result: object, name: str) -> Line | None:
        """Return the line that ccxt's *result*, called *name* there, belongs to."""
        topic, message = _seen(result)
        if topic is None or message is None:
            return None
        symbol = message.get("symbol")
        if isinstance(symbol, str):
            return self._by_symbol.get((symbol, topic))
        named = (line for line in self if line.topic is topic)
        return next((line for line in named if name.endswith(line.instrument.symbol)), None)


def _seen(result: object) -> tuple[Topic | None, Mapping[str, object] | None]:
    """Return what *result* is about, and the message that names its symbol."""
    if isinstance(result, Mapping):
        if "bids" in result:
            return Topic.BOOK, result
        return (Topic.TOUCH, result) if "bid" in result else (None, None)
    if isinstance(result, Reversible):
        last = next(iter(reversed(result)), None)
        if isinstance(last, Mapping) and "side" in last:
            return Topic.TRADES, last
    return None, None
