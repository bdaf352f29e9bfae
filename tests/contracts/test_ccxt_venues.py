"""CcxtVenue on the simulated exchange, in both dialects, against the promises of every venue."""

from contextlib import AbstractAsyncContextManager

import pytest

from tests.contracts.ccxt_stage import ccxt_stage
from tests.contracts.venue import ExecutionVenueContract, Stage, Staging

pytestmark = pytest.mark.contract


class _OnLoopback(ExecutionVenueContract):
    dialect = ""

    @pytest.fixture
    def staging(self) -> Staging:
        def stage() -> AbstractAsyncContextManager[Stage]:
            return ccxt_stage(self.dialect)

        return stage


class TestOnBinance(_OnLoopback):
    dialect = "binance"


class TestOnOkx(_OnLoopback):
    dialect = "okx"
