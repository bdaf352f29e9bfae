"""How old market data is, and how long it takes to be dealt with."""

import pytest

from graphwiz_trader.application.flow import ONE_IN, Flow
from graphwiz_trader.domain.events import Event, FeedUp
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock

TICK = evolve(
    make.book_update(make.instrument(), [("99", "1")], [("101", "1")]),
    ts_venue=Nanos(make.START - 7 * MILLISECOND),
)


def seen(event: Event, times: int) -> Flow:
    """A flow that saw *event* so often, each time 3 ms after it came."""
    flow = Flow(ManualClock(make.START + 3 * MILLISECOND))
    for seq in range(1, times + 1):
        flow.watch(event, Outcome(seq))
    return flow


def test_one_message_in_sixteen_is_measured() -> None:
    flow = seen(TICK, 5 * ONE_IN + 3)

    assert (flow.data.count, flow.strategy.count) == (5, 5)
    assert flow.data.us()["p50"] == pytest.approx(7_000, rel=0.016)
    assert flow.strategy.us()["p50"] == pytest.approx(3_000, rel=0.016)


def test_a_venue_that_tells_no_time_has_no_age() -> None:
    flow = seen(evolve(TICK, ts_venue=Nanos(0)), ONE_IN)

    assert list(flow.buckets()) == ["strategy"]


def test_only_market_messages_count() -> None:
    assert seen(FeedUp(make.START, Venue("alpha")), 2 * ONE_IN).buckets() == {}
