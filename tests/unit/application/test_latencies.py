"""Latencies: percentiles close to the truth, of the stages of an order."""

import pytest

from graphwiz_trader.application.latencies import UNDER_WAY, Histogram, Latencies
from graphwiz_trader.domain.events import FeedUp, TimerFired
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import ClOrdId, Nanos, Venue
from graphwiz_trader.testing import make

A = make.instrument("BTC/USDT@alpha")


class SteppedClock:
    """Each look at it is 10 us after the one before."""

    def __init__(self) -> None:
        self.ns = 0

    def now(self) -> Nanos:
        self.ns += 10_000
        return Nanos(self.ns)

    async def sleep_until(self, at: Nanos) -> None:
        raise NotImplementedError


def report(name: str, exec_type: ExecType, ts: int) -> ExecutionReport:
    return ExecutionReport(
        Nanos(ts),
        Nanos(ts),
        ClOrdId(name),
        "",
        f"{name} {exec_type}",
        exec_type,
        OrdStatus.NEW,
        A.id,
    )


def test_percentiles_are_of_the_nearest_rank_and_close() -> None:
    taken = Histogram()
    for us in range(1, 1_001):
        taken.add(us * 1_000)

    assert taken.us() == pytest.approx({"p50": 500, "p99": 990, "p99_9": 999}, rel=0.016)


@pytest.mark.parametrize("ns", [0, 1, 63, 64, 127, 128, 1_000, 123_456_789, 10**12])
def test_a_duration_is_kept_to_within_a_sixtieth_of_itself(ns: int) -> None:
    taken = Histogram()
    taken.add(ns)

    assert taken.us()["p50"] * 1_000 == pytest.approx(ns, rel=0.016)


def test_what_cannot_be_is_counted_at_the_ends() -> None:
    taken = Histogram()
    taken.add(-5)
    taken.add(10**18)

    assert taken.count == 2
    assert Histogram().us() == {}


def test_buckets_hold_what_is_at_most_their_bound() -> None:
    taken = Histogram()
    for us in (50, 51, 100, 9_000_000):
        taken.add(us * 1_000)

    told = taken.buckets()

    bounds = told["le_us"]
    assert isinstance(bounds, dict)
    assert (bounds["50"], bounds["100"], bounds["5000000"]) == (1, 3, 3)
    assert (told["count"], told["sum_us"]) == (4, 9_000_201)


def test_the_way_of_an_order_is_told_stage_by_stage() -> None:
    latencies = Latencies(SteppedClock())
    tick = make.book_update(A, [("99", "1")], [("101", "1")], ts=Nanos(0))

    latencies.decided()
    latencies.sent(ClOrdId("a1"))
    latencies.sent(ClOrdId("a2"))
    latencies.done(tick, Nanos(0))
    for name, exec_type, ts in (
        ("a1", ExecType.NEW, 100_000),
        ("a1", ExecType.TRADE, 300_000),
        ("a1", ExecType.TRADE, 900_000),
    ):
        latencies.done(report(name, exec_type, ts), Nanos(ts))

    told = {stage: figures["p50"] for stage, figures in latencies.us().items()}
    assert told == pytest.approx(
        {"tick_to_order": 20, "decision": 10, "send": 10, "ack": 100, "first_fill": 300}, rel=0.016
    )


def test_only_market_messages_are_ticks() -> None:
    latencies = Latencies(SteppedClock())
    timer = TimerFired(Nanos(0), "", "")

    latencies.decided()
    latencies.sent(ClOrdId("a1"))
    latencies.done(timer, Nanos(0))

    assert list(latencies.us()) == ["send"]


def test_orders_that_nobody_answers_are_forgotten() -> None:
    latencies = Latencies(SteppedClock())
    up = FeedUp(Nanos(0), Venue("alpha"))
    latencies.decided()
    for number in range(UNDER_WAY + 1):
        latencies.sent(ClOrdId(f"a{number}"))
    latencies.done(up, Nanos(0))

    latencies.done(report("a0", ExecType.NEW, 1), Nanos(1))

    assert "ack" not in latencies.us()
