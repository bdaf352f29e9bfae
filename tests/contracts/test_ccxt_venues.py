"""CcxtVenue on the simulated exchange, in both dialects, against the promises of every venue."""

from contextlib import AbstractAsyncContextManager

import pytest

from tests.contracts.ccxt_stage import ccxt_stage
from tests.contracts.venue import ExecutionVenueContract, Stage, Staging

pytestmark = pytest.mark.contract


class _OnLoopback(ExecutionVenueContract):
    dialect = ""
    way = "socket"

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return ccxt_stage(self.dialect, way=self.way)

        return stage


class TestOnBinance(_OnLoopback):
    dialect = "binance"


class TestOnOkx(_OnLoopback):
    dialect = "okx"


class TestOnBinanceOverRest(_OnLoopback):
    dialect, way = "binance", "rest"


class TestOnOkxOverRest(_OnLoopback):
    dialect, way = "okx", "rest"


class TestOnAnyVenue(_OnLoopback):
    """As at an exchange of which nothing is known but what ccxt knows."""

    dialect, way = "binance", "plain"
