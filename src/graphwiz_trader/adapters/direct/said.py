"""Said: what one frame of a venue's stream comes to."""

from typing import TypeAlias

from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.domain.value import value


class Unreadable(Garbled):
    """A frame about one instrument, or none that can be told, makes no sense."""

    def __init__(self, message: str, instrument: InstrumentId | None = None) -> None:
        super().__init__(message)
        self.instrument = instrument


@value
class Answered:
    """The venue confirms, greets or shows that it lives; nothing follows from it."""

    text: str = ""


@value
class Denied:
    """The venue refuses a request; what was asked for will not come by itself."""

    text: str


@value
class Ending:
    """The venue ends the stream, or says that it soon will."""

    text: str


@value
class Missed:
    """Messages of all books of this connection were lost before `then`, which is valid."""

    reason: str
    then: "Said"


Said: TypeAlias = BookUpdate | Trade | Answered | Denied | Ending | Missed | tuple[Trade, ...]
