"""Line: one subscription, what of it was published, and what became of it."""

import asyncio
from collections.abc import Mapping
from enum import Enum

import attrs

from graphwiz_trader.adapters.ccxt.exchange import Client
from graphwiz_trader.adapters.ccxt.translate import EMPTY, Levels
from graphwiz_trader.domain.errors import PortError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value

IDS = 4096
"""Trade ids remembered per instrument: a venue may repeat the latest after a reconnect."""


MOST_DOUBLED = 4
"""How often a wait for what may never come is doubled."""


class Topic(Enum):
    """What a line is about; TOUCH is best bid and ask alone, where books are not wanted."""

    BOOK = "book"
    TOUCH = "touch"
    TRADES = "trades"


@value
class Held:
    """A book that is not proven yet, and since when it waits."""

    book: Mapping[str, object]
    since: Nanos


@attrs.define(eq=False)
class Line:
    """
    One topic of one instrument.

    Attributes:
        broken: Resolves with what broke it, in our words, since it was last asked for.
        client: The connection it comes over, None before ccxt chose one.
        name: What ccxt calls it there, empty before something came.
        is_distrusted: Whether ccxt must give the subscription up before it is asked for again.
        asked: When it was last asked for.
        last: When something of it last came.
        lived: When it last became live.
        is_live: Whether what was published holds.
        held: What waits for its proof.
        levels, nonce: The book last published, and the venue's number for it, −1 for none.
        latest: The last trade of ccxt's memory that was looked at.
        failures: How often in a row it broke before it had lived long.
        unheard: How often in a row it was asked for, and nothing came.
    """

    instrument: Instrument
    topic: Topic
    broken: "asyncio.Future[PortError] | None" = None
    client: Client | None = None
    name: str = ""
    is_distrusted: bool = False
    asked: Nanos = Nanos(0)
    last: Nanos = Nanos(0)
    lived: Nanos = Nanos(0)
    is_live: bool = False
    held: Held | None = None
    levels: Levels = EMPTY
    nonce: int = -1
    latest: object = None
    failures: int = 0
    unheard: int = 0
    _ids: dict[object, None] = attrs.field(factory=dict)

    def ask(self, now: Nanos) -> "asyncio.Future[PortError]":
        """Begin anew; return what will tell that it broke."""
        self.broken = asyncio.get_running_loop().create_future()
        self.asked = now
        self.client = self.held = None
        return self.broken

    @property
    def is_asked(self) -> bool:
        """Whether it was asked for and did not break since."""
        return self.broken is not None and not self.broken.done()

    def live(self, now: Nanos) -> None:
        """Note that something of it holds from *now* on."""
        self.last = now
        if not self.is_live:
            self.is_live, self.lived = True, now

    def fall(self, error: PortError) -> bool:
        """Note what broke it; return whether it was live until now."""
        was_live, self.is_live = self.is_live, False
        self.client = self.held = None
        if self.broken is not None and not self.broken.done():
            self.broken.set_result(error)
        return was_live

    def is_mute(self, now: Nanos, patience: Nanos) -> bool:
        """
        Whether nothing came for *patience*, or twice as long each time asking anew was in vain.

        It is no failure: a market may be one in which nobody trades.
        """
        if self.last > self.asked:
            self.unheard = 0
        if now - max(self.last, self.asked) <= patience << min(self.unheard, MOST_DOUBLED):
            return False
        self.unheard += 1
        self.failures = 0
        return True

    def is_new(self, trade: object) -> bool:
        """Whether a trade of that id was not seen before; it is remembered. None is always new."""
        if trade is None:
            return True
        if trade in self._ids:
            return False
        self._ids[trade] = None
        if len(self._ids) > IDS:
            del self._ids[next(iter(self._ids))]
        return True
