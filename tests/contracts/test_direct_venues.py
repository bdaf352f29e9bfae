"""Direct execution venues on the simulated exchange, against the promises of every venue."""

from functools import partial

import pytest

from tests.contracts.direct_stage import direct_stage
from tests.contracts.venue import (
    SPEED,
    DeadManContract,
    ExecutionVenueContract,
    GridContract,
    Staging,
)

pytestmark = pytest.mark.contract


class TestBinance(ExecutionVenueContract, GridContract):
    @pytest.fixture
    def staging(self) -> Staging:
        return partial(direct_stage, "binance")


class TestOkx(ExecutionVenueContract, GridContract):
    @pytest.fixture
    def staging(self) -> Staging:
        return partial(direct_stage, "okx")


class TestOkxsSwitch(DeadManContract):
    @pytest.fixture
    def staging(self) -> Staging:
        return partial(direct_stage, "okx", speed=SPEED)
