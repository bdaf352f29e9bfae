"""The watch says within seconds that an engine died, and keeps quiet of one that ended well."""

import asyncio
from collections.abc import Mapping

import pytest

from graphwiz_trader.application.watch import Eyes, Watch
from graphwiz_trader.domain.alerting import Alert, Alerting, News, Policy
from graphwiz_trader.domain.control import Answer, Request
from graphwiz_trader.domain.errors import NotRunning
from graphwiz_trader.domain.health import Holder, Limits, Sample
from graphwiz_trader.domain.monitoring import MonitoringSettings
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.settings import PerformanceSettings
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.probe import WrittenProbe
from graphwiz_trader.testing.runs import MemoryRuns

PID = 77
STATUS: Mapping[str, Plain] = {
    "state": "ACTIVE",
    "messages": 10,
    "loop_lag_ms": 1.5,
    "latency_us": {"ack": {"p99": 900.0}},
    "audit": {"checks": 4, "violations": 0},
}


class Engine:
    """The other side of the control socket."""

    def __init__(self) -> None:
        self.status: dict[str, Plain] = dict(STATUS)
        self.is_mute = False

    def runs(self) -> tuple[RunId, ...]:
        return ()

    def ask(self, run: RunId, request: Request, timeout_s: float) -> Answer:
        if self.is_mute:
            raise NotRunning("it does not answer")
        return Answer({request.what: dict(self.status)})


class Scene:
    """A watched home with one live run."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.probe = WrittenProbe(PID)
        self.engine = Engine()
        self.runs = MemoryRuns()
        self.folder = self.runs.create("paper")
        self.run = self.folder.run
        self.held: tuple[Holder, ...] = (Holder(self.run, PID, Nanos(0)),)
        self.told: list[Alert] = []
        self.samples: list[Sample] = []
        eyes = Eyes(self.probe, lambda: self.held, self.engine, self.runs, lambda _r, _n: 40.0)
        limits = Limits(MonitoringSettings(), PerformanceSettings())
        alerting = Alerting(Policy())
        self.watch = Watch(
            eyes, self.clock, limits, alerting, self.told.append, self.samples.append
        )

    def wait(self, seconds: int) -> None:
        async def turns() -> None:
            for _ in range(seconds):
                await self.watch.turn()
                await self.clock.advance(SECOND)

        asyncio.run(turns())

    @property
    def news(self) -> list[tuple[str, News]]:
        return [(alert.code, alert.news) for alert in self.told]


@pytest.fixture
def scene() -> Scene:
    """An engine that was seen alive."""
    made = Scene()
    made.wait(6)
    return made


def test_a_healthy_engine_is_sampled_every_five_seconds_and_nobody_is_told(scene: Scene) -> None:
    assert scene.news == []
    assert [sample.ts for sample in scene.samples] == [0, 5 * SECOND]
    assert scene.samples[0].engines[0].report is not None


def test_a_dead_engine_is_told_within_five_seconds_once_and_clears(scene: Scene) -> None:
    scene.probe.processes.clear()
    died = scene.clock.now()

    scene.wait(30)
    first = list(scene.told)
    scene.probe.processes |= WrittenProbe(78).processes
    scene.held = (Holder(scene.run, 78, scene.clock.now()),)
    scene.wait(30)

    assert [(alert.code, alert.news) for alert in first] == [("ENGINE_DEAD", News.RAISED)]
    assert first[0].ts - died <= 5 * SECOND
    assert scene.news == [("ENGINE_DEAD", News.RAISED), ("ENGINE_DEAD", News.CLEARED)]


def test_another_process_of_the_same_number_is_not_the_engine(scene: Scene) -> None:
    scene.probe.began[PID] = Nanos(3 * SECOND)

    scene.wait(2)

    assert scene.news == [("ENGINE_DEAD", News.RAISED)]


def test_an_engine_that_ended_well_is_no_news(scene: Scene) -> None:
    scene.folder.finish({"remaining": []})
    scene.held = ()

    scene.wait(30)

    assert scene.news == []


@pytest.mark.parametrize(
    ("summary", "code"),
    [(None, "ENGINE_FAILED"), ({"remaining": [{"venue": "okx"}]}, "LEFT_OPEN")],
)
def test_an_engine_that_let_go_without_a_clean_end_is_told(
    scene: Scene, summary: Mapping[str, object] | None, code: str
) -> None:
    if summary is not None:
        scene.folder.finish(summary)
    scene.held = ()

    scene.wait(3)

    assert scene.news == [(code, News.RAISED)]


def test_an_engine_that_does_not_answer_is_silent_after_its_start(scene: Scene) -> None:
    scene.engine.is_mute = True

    scene.wait(40)
    early = list(scene.news)
    scene.wait(40)

    assert early == []
    assert scene.news == [("ENGINE_SILENT", News.RAISED)]


def test_the_graphs_lag_counts_only_while_there_is_news(scene: Scene) -> None:
    scene.wait(10)
    idle = list(scene.news)
    scene.engine.status["messages"] = 20

    scene.wait(10)

    assert idle == []
    assert ("GRAPH_BEHIND", News.RAISED) in scene.news


def test_an_older_run_that_died_is_history() -> None:
    scene = Scene()
    scene.probe.processes.clear()
    scene.runs.create("paper")

    scene.wait(3)

    assert scene.news == []
