"""Every catalog, against the same promises."""

import asyncio
import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from graphwiz_trader.adapters.ccxt.catalog import CcxtCatalog
from graphwiz_trader.adapters.ccxt.exchange import Access, Exchange, exchange_of
from graphwiz_trader.adapters.loopback.running import running_exchange
from graphwiz_trader.domain.errors import Garbled, VenueDown
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.catalog import InstrumentCatalog, Rates
from graphwiz_trader.testing.catalog import WrittenCatalog
from graphwiz_trader.testing.make import instrument
from tests.contracts.catalog import BTC, ETH, InstrumentCatalogContract
from tests.unit.adapters.ccxt import binance
from tests.unit.adapters.ccxt.wire import Answer, Session

BINANCE = Venue("binance")


class TestWrittenCatalog(InstrumentCatalogContract):
    @pytest.fixture
    def written(self) -> WrittenCatalog:
        grid = {"tick": "0.01", "lot": "0.00001", "min_notional": "5"}
        both = [instrument(name, min_qty=10, **grid) for name in (ETH, BTC)]  # type: ignore[arg-type]
        return WrittenCatalog(BINANCE, both, Rates(Decimal(10), Decimal(10)))

    @pytest.fixture
    def catalog(self, written: WrittenCatalog) -> InstrumentCatalog:
        return written

    @pytest.fixture
    def coarser(self, written: WrittenCatalog) -> Callable[[], None]:
        def change() -> None:
            written.instruments[1] = evolve(written.instruments[1], tick_size=Decimal("0.1"))

        return change

    @pytest.fixture
    def away(self, written: WrittenCatalog) -> Callable[[], None]:
        def fail() -> None:
            written.error = VenueDown("maintenance")

        return fail


class TestCcxtCatalog(InstrumentCatalogContract):
    """Real ccxt, whose session is the test."""

    @pytest.fixture
    def session(self) -> Session:
        return Session({"/exchangeInfo": copy.deepcopy(binance.INFO)})

    @pytest.fixture
    def catalog(self, session: Session) -> InstrumentCatalog:
        given: Any = session

        def opened() -> Exchange:
            exchange = exchange_of(Access("binance"), given)
            exchange.timeout_on_exit = 0
            return exchange

        return CcxtCatalog(BINANCE, opened)

    @pytest.fixture
    def coarser(self, session: Session) -> Callable[[], None]:
        def change() -> None:
            info: Any = session.answers["/exchangeInfo"]
            info["symbols"][0]["filters"][0]["tickSize"] = "0.1"

        return change

    @pytest.fixture
    def away(self, session: Session) -> Callable[[], None]:
        def fail() -> None:
            session.fails.append(Answer("down", 503))

        return fail

    @pytest.mark.parametrize("body", ["{", "<html>", {"symbols": []}], ids=str)
    def test_a_body_that_makes_no_sense_is_no_empty_list(
        self, catalog: InstrumentCatalog, session: Session, body: object
    ) -> None:
        session.answers["/exchangeInfo"] = Answer(body)

        with pytest.raises(Garbled):
            self.loaded(catalog)


@pytest.mark.contract
@pytest.mark.parametrize("dialect", ["binance", "okx"])
def test_the_simulated_exchange_lists_what_it_trades(dialect: str) -> None:
    async def play() -> tuple[object, object]:
        async with running_exchange((dialect,)) as exchange:
            served = exchange[dialect]
            access = Access(dialect, url=served.rest)
            listed = await CcxtCatalog(Venue(dialect), lambda: exchange_of(access)).load()
            true = served.premises.host.instruments.values()
            return (
                [(i.id, i.tick_size, i.lot_size) for i in listed],
                sorted((i.id, i.tick_size, i.lot_size) for i in true),
            )

    listed, true = asyncio.run(play())

    assert listed == true
