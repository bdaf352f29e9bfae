"""CcxtCatalog: the instruments of any exchange that ccxt knows."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from graphwiz_trader.adapters.ccxt.errors import Operation, translated
from graphwiz_trader.adapters.ccxt.exchange import Exchange
from graphwiz_trader.adapters.ccxt.translate import fee_bps, instrument_of
from graphwiz_trader.domain.errors import Garbled, PortError
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId, Venue
from graphwiz_trader.ports.catalog import Rates

PATIENCE_S = 30.0
"""How long the venue may take to answer."""


class CcxtCatalog:
    """
    An `InstrumentCatalog` through ccxt.

    Args:
        venue: What the venue is called here.
        opened: Makes an exchange, as `exchange_of` does, for one load; it is closed after it.
    """

    def __init__(self, venue: Venue, opened: Callable[[], Exchange]) -> None:
        self._venue = venue
        self._opened = opened
        self._rates: dict[InstrumentId, Rates] = {}

    @property
    def venue(self) -> Venue:
        """Whose instruments they are."""
        return self._venue

    async def load(self) -> tuple[Instrument, ...]:
        """Ask for all markets; no connection stays open."""
        exchange = self._opened()
        # Digits stay as they were sent; ccxt's books cannot bear text, hence an exchange apart.
        exchange.number = str
        try:
            with translated(Operation.ASK):
                markets = await asyncio.wait_for(exchange.load_markets(), PATIENCE_S)
        finally:
            with suppress(PortError), translated(Operation.ASK):
                await exchange.close()
        return self._listed(markets, exchange.precisionMode)

    def rates(self, name: InstrumentId) -> Rates | None:
        """Return the first tier's fees, as the exchange or ccxt's own table tells them."""
        return self._rates.get(name)

    def _listed(
        self, markets: Mapping[str, Mapping[str, object]], mode: int
    ) -> tuple[Instrument, ...]:
        found: dict[InstrumentId, Instrument] = {}
        rates: dict[InstrumentId, Rates] = {}
        for market in markets.values():
            instrument = instrument_of(self._venue, market, mode)
            if instrument is None:
                continue
            found[instrument.id] = instrument
            maker, taker = fee_bps(market, "maker"), fee_bps(market, "taker")
            if maker is not None and taker is not None:
                rates[instrument.id] = Rates(maker, taker)
        if not found:
            # ccxt makes an empty list of a body it cannot read.
            raise Garbled(f"{self._venue}: found no instruments, expected some")
        self._rates = rates
        return tuple(found[name] for name in sorted(found))
