"""Studio: a session without a socket, on which tests play what a venue would send."""

from graphwiz_trader.adapters.direct.dialect import Dialect
from graphwiz_trader.adapters.direct.patience import Patience, Tally
from graphwiz_trader.adapters.direct.session import Session
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.events import BookGap, BookUpdate, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Nanos


class StudioClock:
    """Shows what it is set to."""

    def __init__(self, at: int = 0) -> None:
        self.at = at

    def now(self) -> Nanos:
        return Nanos(self.at)

    async def sleep_until(self, at: Nanos) -> None:
        raise NotImplementedError


class Studio:
    """A session, what it asked for, and the books that its events make."""

    def __init__(self, dialect: Dialect, patience: Patience | None = None, at: int = 0) -> None:
        self.clock = StudioClock(at)
        self.sent: list[bytes] = []
        self.fetched: list[InstrumentId] = []
        self.pings = 0
        self.events: list[Event] = []
        self.books: dict[InstrumentId, OrderBook] = {}
        self.session = Session(
            dialect, self, self.clock, patience or Patience(), self.deliver, Tally()
        )

    def open(self, *instruments: Instrument) -> None:
        """Subscribe, as after connecting."""
        self.books = {one.id: OrderBook(one) for one in instruments}
        self.session.open(instruments)

    def hear(self, payload: str | bytes, at: int | None = None) -> None:
        """Play one message."""
        if at is not None:
            self.clock.at = at
        self.session.on_text(payload.encode() if isinstance(payload, str) else payload)

    def wait(self, by: int) -> None:
        """Let time pass, and the session look at the clock once."""
        self.clock.at += by
        self.session.tick()

    def deliver(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, BookUpdate):
            self.books[event.instrument].apply(event)
        elif isinstance(event, BookGap):
            self.books[event.instrument].drop(event.reason)

    @property
    def gaps(self) -> list[str]:
        """Why books were lost."""
        return [event.reason for event in self.events if isinstance(event, BookGap)]

    def send(self, text: bytes) -> None:
        self.sent.append(text)

    def ping(self) -> None:
        self.pings += 1

    def fetch(self, instrument: Instrument) -> None:
        self.fetched.append(instrument.id)
