"""CcxtVenue on the simulated exchange, in both dialects, against the promises of every venue."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

import attrs
import pytest

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Ticks
from tests.contracts.ccxt_stage import CcxtStage, ccxt_stage
from tests.contracts.renamed import Renamed
from tests.contracts.venue import (
    SPEED,
    DeadManContract,
    ExecutionVenueContract,
    GridContract,
    Stage,
    Staging,
)

pytestmark = pytest.mark.contract


@attrs.define
class RenamedStage:
    """A stage whose venue renames its orders."""

    plain: CcxtStage
    venue: Renamed

    @property
    def instrument(self) -> Instrument:
        """The plain stage's."""
        return self.plain.instrument

    @property
    def takes(self) -> Ticks:
        """Likewise."""
        return self.plain.takes

    @property
    def rests(self) -> Ticks:
        """Likewise."""
        return self.plain.rests

    async def settle(self) -> None:
        """Let the plain stage settle."""
        await self.plain.settle()


class _OnLoopback(ExecutionVenueContract):
    dialect = ""
    way = "socket"

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return ccxt_stage(self.dialect, way=self.way)

        return stage


class TestOnBinance(_OnLoopback, GridContract):
    dialect = "binance"


class TestOnOkx(_OnLoopback, GridContract):
    dialect = "okx"


class TestOnBinanceOverRest(_OnLoopback, GridContract):
    dialect, way = "binance", "rest"


class TestOnOkxOverRest(_OnLoopback):
    dialect, way = "okx", "rest"


class TestUnderFreshIds(_OnLoopback):
    """As on the testnets, whose accounts remember the ids of last time."""

    @pytest.fixture
    def staging(self) -> Staging:
        @asynccontextmanager
        async def stage() -> AsyncIterator[Stage]:
            async with ccxt_stage("okx", own="t0") as plain:
                yield RenamedStage(plain, Renamed(plain.venue, "t0"))

        return stage


class TestOnAnyVenue(_OnLoopback):
    """As at an exchange of which nothing is known but what ccxt knows."""

    dialect, way = "binance", "plain"


class TestOkxsSwitch(DeadManContract):
    @pytest.fixture
    def staging(self) -> Staging:
        return partial(ccxt_stage, "okx", speed=SPEED)
