"""Every clock, against the same promises."""

import asyncio
import time

import pytest

from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.testing.clock import ManualClock
from tests.contracts.clock import ClockContract, Pass


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    @pytest.fixture
    def passing(self, clock: Clock) -> Pass:
        return lambda by: clock.sleep_until(Nanos(clock.now() + by))

    def test_it_begins_at_wall_time(self) -> None:
        before = time.time_ns()

        now = SystemClock().now()

        assert abs(now - before) < SECOND

    def test_a_step_of_the_wall_clock_is_not_followed(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = clock.now()
        monkeypatch.setattr(time, "time_ns", lambda: 0)

        after = clock.now()

        assert before <= after < before + SECOND


class TestManualClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return ManualClock(1_700_000_000 * SECOND)

    @pytest.fixture
    def passing(self, clock: ManualClock) -> Pass:
        return clock.advance

    def test_it_stands_still_by_itself(self, clock: ManualClock) -> None:
        assert clock.now() == clock.now() == 1_700_000_000 * SECOND

    def test_it_refuses_to_go_back(self, clock: ManualClock) -> None:
        with pytest.raises(DomainError, match="forward only"):
            asyncio.run(clock.advance(-1))
