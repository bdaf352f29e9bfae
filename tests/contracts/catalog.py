"""What every instrument catalog promises."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.ports.catalog import InstrumentCatalog, Rates

BTC = InstrumentId("BTC/USDT@binance")
ETH = InstrumentId("ETH/USDT@binance")


class InstrumentCatalogContract:
    """
    Subclasses offer a `catalog` of BTC and ETH at Binance, and what changes it.

    Both: tick 0.01, lot 0.00001, at least 0.0001 and 5 USDT; fees 10 bps.
    """

    @pytest.fixture
    def catalog(self) -> InstrumentCatalog:
        raise NotImplementedError

    @pytest.fixture
    def coarser(self) -> Callable[[], None]:
        """Make BTC's tick 0.1."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Callable[[], None]:
        """Let the venue fail once."""
        raise NotImplementedError

    def loaded(self, catalog: InstrumentCatalog) -> tuple[Instrument, ...]:
        return asyncio.run(catalog.load())

    def test_instruments_come_by_rising_id(self, catalog: InstrumentCatalog) -> None:
        assert [instrument.id for instrument in self.loaded(catalog)] == [BTC, ETH]

    def test_they_are_the_venues(self, catalog: InstrumentCatalog) -> None:
        assert {instrument.venue for instrument in self.loaded(catalog)} == {catalog.venue}

    def test_grids_and_minimums_are_exact(self, catalog: InstrumentCatalog) -> None:
        btc, _ = self.loaded(catalog)

        assert (btc.tick_size, btc.lot_size) == (Decimal("0.01"), Decimal("0.00001"))
        assert (btc.min_qty, btc.min_notional) == (10, Decimal(5))

    def test_fees_are_known_after_loading(self, catalog: InstrumentCatalog) -> None:
        assert catalog.rates(BTC) is None

        self.loaded(catalog)

        assert catalog.rates(BTC) == Rates(Decimal(10), Decimal(10))
        assert catalog.rates(InstrumentId("NO/SUCH@binance")) is None

    def test_a_change_is_seen_by_the_next_load(
        self, catalog: InstrumentCatalog, coarser: Callable[[], None]
    ) -> None:
        before, _ = self.loaded(catalog)
        coarser()

        after, _ = self.loaded(catalog)

        assert (before.tick_size, after.tick_size) == (Decimal("0.01"), Decimal("0.1"))

    def test_a_venue_that_is_away_can_be_asked_again(
        self, catalog: InstrumentCatalog, away: Callable[[], None]
    ) -> None:
        away()
        with pytest.raises(Transient):
            self.loaded(catalog)

        assert len(self.loaded(catalog)) == 2
