"""Hearing: what the user's stream tells, brought to the blotter."""

import asyncio
from collections.abc import Callable, Mapping

from graphwiz_trader.adapters.ccxt.blotter import Blotter
from graphwiz_trader.adapters.ccxt.enquiry import Enquiry
from graphwiz_trader.adapters.ccxt.private_exchange import Fields
from graphwiz_trader.adapters.ccxt.private_translate import fill_told, order_told
from graphwiz_trader.domain.events import AccountDown, AccountUp, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.ports.clock import Clock


class Hearing:
    """
    Hears a stream: a `Hearer`.

    `began` is set once it was up. What happened during a gap is asked for after it; what
    happened before the first time is not ours to tell. News that cannot be read breaks the stream,
    so that it is asked for, too.
    """

    def __init__(
        self,
        venue: Venue,
        by_symbol: Mapping[str, Instrument],
        blotter: Blotter,
        enquiry: Enquiry,
        say: Callable[[Event], None],
        clock: Clock,
        *,
        signed_fees: bool,
    ) -> None:
        self.began = asyncio.Event()
        self._venue = venue
        self._by_symbol = by_symbol
        self._blotter = blotter
        self._enquiry = enquiry
        self._say = say
        self._clock = clock
        self._signed_fees = signed_fees

    def order(self, order: Fields) -> None:
        """Take news of an order; raise `Garbled` if it cannot be read."""
        instrument = self._by_symbol.get(str(order.get("symbol")))
        if instrument is not None:
            self._blotter.heard(instrument, order_told(instrument, order, self._clock.now()))

    def fill(self, trade: Fields) -> None:
        """Take a fill; raise `Garbled` if it cannot be read."""
        instrument = self._by_symbol.get(str(trade.get("symbol")))
        if instrument is not None:
            now = self._clock.now()
            told = fill_told(instrument, trade, now, signed_fee=self._signed_fees)
            self._blotter.filled(instrument, told)

    def up(self) -> None:
        """Tell that reports come in, and look for what a gap may have hidden."""
        self._say(AccountUp(self._clock.now(), self._venue))
        if self.began.is_set() and self._enquiry.group is not None:
            self._enquiry.group.create_task(self._enquiry.catch_up())
        self.began.set()

    def down(self, reason: str) -> None:
        """Tell that reports are lost."""
        self._say(AccountDown(self._clock.now(), self._venue, reason))
