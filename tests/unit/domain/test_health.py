"""Each rule finds the condition it is made for, on that condition alone."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.health import (
    CODES,
    Distribution,
    EngineSample,
    Life,
    Limits,
    Process,
    Report,
    Sample,
    symptoms,
)
from graphwiz_trader.domain.monitoring import MonitoringSettings
from graphwiz_trader.domain.settings import PerformanceSettings
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing.probe import CALM

RUN = RunId("paper-0001")
LIMITS = Limits(MonitoringSettings(), PerformanceSettings())
PROCESS = Process(7, 20.0, 200_000_000, 40, 1_024)
REPORT = Report(
    latency_ms={"ack": {"p99": 8.0}, "decision": {"p99": 0.1}},
    offsets_ms={"okx": -12.0},
    counts={"messages": 100, "orders": 3, "gc_pauses": 4, "gc_pause_ms": 9.0},
    outbox={"okx": 2},
    durations={
        "ack": Distribution(3, 0.012, ((0.005, 2), (0.01, 3))),
        "data": Distribution(1, 0.002, ((0.005, 1), (0.01, 1))),
    },
)
ENGINE = EngineSample(RUN, 7, Life.UP, PROCESS, REPORT)
HEALTHY = Sample(Nanos(0), CALM, (ENGINE,))


def with_report(**changes: object) -> Sample:
    return evolve(HEALTHY, engines=(evolve(ENGINE, report=evolve(REPORT, **changes)),))


def with_engine(**changes: object) -> Sample:
    return evolve(HEALTHY, engines=(evolve(ENGINE, **changes),))


def with_machine(**changes: object) -> Sample:
    return evolve(HEALTHY, machine=evolve(CALM, **changes))


INJECTED = {
    "CPU_HIGH": with_engine(process=evolve(PROCESS, cpu_pct=95.0)),
    "MEMORY_HIGH": with_machine(memory_pct=91.0),
    "DISK_LOW": with_machine(disk_free_bytes=4_900_000_000),
    "FILES_HIGH": with_engine(process=evolve(PROCESS, files=900)),
    "ENGINE_DEAD": with_engine(life=Life.DEAD, process=None, report=None),
    "ENGINE_FAILED": with_engine(life=Life.FAILED, process=None, report=None),
    "LEFT_OPEN": with_engine(life=Life.LEFT_OPEN, process=None, report=None),
    "ENGINE_SILENT": with_engine(life=Life.SILENT, report=None),
    "LOOP_LAG": with_report(loop_lag_ms=51.0),
    "ORDER_LATENCY": with_report(latency_ms={"ack": {"p99": 10.1}}),
    "PROCESSING_LATENCY": with_report(latency_ms={"decision": {"p99": 5.1}}),
    "CLOCK_OFFSET": with_report(offsets_ms={"okx": -1_200.0}),
    "NOT_ACTIVE": with_report(state="HALTED"),
    "REPORTS_LOST": with_report(blind=("okx",)),
    "ORDERS_IN_DOUBT": with_report(counts={"unknown_orders": 2}),
    "INVARIANT": with_report(counts={"violations": 1}),
    "GRAPH_BEHIND": with_engine(graph_lag_s=31.0),
    "GC_PAUSE": with_report(counts={"gc_longest_ms": 51.0}),
    "JOURNAL_BEHIND": with_report(counts={"journal_pending_bytes": 16_000_001}),
    "OUTBOX_DEEP": with_report(outbox={"okx": 257, "binance": 256}),
}


def test_nothing_is_wrong_with_a_healthy_sample() -> None:
    assert symptoms(HEALTHY, LIMITS) == ()


@pytest.mark.parametrize("code", INJECTED)
def test_a_condition_is_found_and_nothing_else(code: str) -> None:
    assert [one.code for one in symptoms(INJECTED[code], LIMITS)] == [code]


def test_every_code_has_a_condition_here() -> None:
    assert sorted(CODES) == sorted(INJECTED)


def test_limits_come_from_the_settings() -> None:
    wide = Limits(MonitoringSettings(loop_lag_ms=Decimal(60)), PerformanceSettings())

    assert symptoms(INJECTED["LOOP_LAG"], wide) == ()
