"""Following journals into the graph while they grow."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

import pytest
from typing_extensions import override

from graphwiz_trader.application.observe import Observe, Observed, ObserveOptions
from graphwiz_trader.application.pattern_links import PatternLinks
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.errors import DataError, Transient
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.graph import Batch, Node, Relation
from graphwiz_trader.domain.graph_answers import GraphStats
from graphwiz_trader.domain.graph_browse import HOUR
from graphwiz_trader.domain.graph_keep import Keep
from graphwiz_trader.domain.settings import KnowledgeGraphSettings
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.graph import MemoryGraph
from graphwiz_trader.testing.journal import MemoryJournal
from graphwiz_trader.testing.runs import MemoryRuns
from graphwiz_trader.testing.tape import MemoryTapes
from tests.contracts.graph import occurrence, pattern, sample
from tests.unit.application.graph_diary import AT_A, AT_B, STARTED
from tests.unit.application.test_graph_rows import taken

T = TypeVar("T")
P = ParamSpec("P")
RUN = RunId("paper-0001")
WHOLE = taken().entries
ALL = KnowledgeGraphSettings()
TICK = 300 * MILLISECOND


def lived(entries: list[Entry], run: RunId = RUN) -> list[Entry]:
    """The entries as a live run has them."""
    first = evolve(STARTED, run=run, mode="paper", instruments=(AT_A, AT_B))
    return [Entry(first, entries[0].outcome), *entries[1:]]


class Unreliable(MemoryGraph):
    """A store that is away, or lets no answer through, as long as it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.loses_answers = 0
        self.slowly: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.batches: list[Batch] = []

    @override
    async def write(self, batch: Batch) -> None:
        if self.is_away:
            raise Transient("connection refused")
        if self.slowly is not None:
            await self.slowly()
        self.batches.append(batch)
        await super().write(batch)
        if self.loses_answers:
            self.loses_answers -= 1
            raise Transient("the connection broke while it answered")


class Scene:
    """A home, a store and an observer in virtual time."""

    def __init__(self, switches: KnowledgeGraphSettings = ALL) -> None:
        self.runs = MemoryRuns()
        self.graph = Unreliable()
        self.clock = ManualClock()
        self.said: list[str] = []
        self.tails = RunTails(
            MemoryTapes(), self.runs, lambda text, _: restored(text, ()).settings, switches
        )
        self.begin()

    def begin(self) -> None:
        """Start an observer."""
        self.stop = asyncio.Event()
        observe = Observe(
            self.tails,
            self.graph,
            PatternLinks(self.graph),
            self.clock,
            self.said.append,
            ObserveOptions(),
        )
        self.task = asyncio.ensure_future(observe.run(self.stop))

    def journal(self, entries: list[Entry], run: RunId = RUN) -> None:
        """Append *entries* to the journal of *run*, which is made if it is not there."""
        if run not in self.runs.folders:
            self.runs.create(run.partition("-")[0])
        for entry in entries:
            self.runs.folders[run].kept.append(entry)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let time pass until *holds*."""
        for _ in range(2_000):
            if holds():
                return
            await self.clock.advance(TICK)
        raise AssertionError(f"it never came; said: {self.said}")

    async def ended(self) -> Observed:
        """Stop the observer."""
        self.stop.set()
        await self.until(self.task.done)
        return self.task.result()

    def orders(self) -> int:
        return len([key for key in self.graph._nodes if key[0] == "Order"])


class AtOnce(ThreadPoolExecutor):
    """Does on the spot what is meant for a thread, which virtual time would not wait for."""

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 # is raised where the future is awaited
            done.set_exception(error)
        return done


def play(
    story: Callable[[Scene], Coroutine[Any, Any, T]], switches: KnowledgeGraphSettings = ALL
) -> T:
    async def played() -> T:
        asyncio.get_running_loop().set_default_executor(AtOnce())
        return await story(Scene(switches))

    return asyncio.run(played())


async def stats(scene: Scene) -> GraphStats:
    return await scene.graph.stats()


def at_once() -> GraphStats:
    """What the whole journal comes to, read in one go."""

    async def story(scene: Scene) -> GraphStats:
        scene.journal(lived(WHOLE))
        await scene.ended()
        return await stats(scene)

    return play(story)


def test_a_journal_is_followed_while_it_grows() -> None:
    async def story(scene: Scene) -> tuple[GraphStats, Observed]:
        for place, entry in enumerate(lived(WHOLE)):
            scene.journal([entry])
            seq = place + 1
            await scene.until(lambda seq=seq: scene.graph._cursors.get(RUN, (0,))[0] == seq)
        return await stats(scene), await scene.ended()

    found, done = play(story)

    assert found == at_once()
    assert (done.runs, done.entries, done.unread, done.behind) == (1, len(WHOLE), (), "")


def test_what_is_journaled_before_the_stop_is_in_the_graph_after_it() -> None:
    async def story(scene: Scene) -> GraphStats:
        scene.journal(lived(WHOLE[:3]))
        await scene.until(lambda: RUN in scene.graph._cursors)
        scene.journal(lived(WHOLE)[3:])
        await scene.ended()
        return await stats(scene)

    assert play(story) == at_once()


def test_runs_that_begin_later_are_found() -> None:
    async def story(scene: Scene) -> int:
        scene.journal(lived(WHOLE))
        await scene.until(lambda: RUN in scene.graph._cursors)
        scene.journal(lived(WHOLE, RunId("paper-0002")), RunId("paper-0002"))
        await scene.until(lambda: RunId("paper-0002") in scene.graph._cursors)
        await scene.ended()
        return (await stats(scene)).nodes["Run"]

    assert play(story) == 2


@pytest.mark.parametrize("seq", [1, 4, 6])
def test_another_observer_goes_on_where_one_died(seq: int) -> None:
    async def story(scene: Scene) -> tuple[GraphStats, int]:
        scene.journal(lived(WHOLE)[:seq])
        await scene.until(lambda: scene.graph._cursors.get(RUN, (0,))[0] == seq)
        scene.task.cancel()
        await asyncio.wait([scene.task])
        scene.journal(lived(WHOLE)[seq:])
        scene.begin()
        done = await scene.ended()
        return await stats(scene), done.entries

    assert play(story) == (at_once(), len(WHOLE) - seq)


def test_while_the_store_is_away_journals_wait_and_nothing_is_lost() -> None:
    async def story(scene: Scene) -> tuple[GraphStats, list[str]]:
        scene.journal(lived(WHOLE)[:3])
        await scene.until(lambda: RUN in scene.graph._cursors)
        scene.graph.is_away = True
        for entry in lived(WHOLE)[3:]:
            scene.journal([entry])
            for _ in range(20):
                await scene.clock.advance(SECOND)
        scene.graph.is_away = False
        await scene.ended()
        return await stats(scene), scene.said

    found, said = play(story)

    assert found == at_once()
    assert said == [
        "the graph's store is away, the journals wait: connection refused",
        "the graph's store is back",
    ]


def test_a_slow_store_is_waited_for_and_gets_everything() -> None:
    """Each batch takes it half a minute, each entry comes after a second."""

    async def story(scene: Scene) -> tuple[GraphStats, Observed]:
        async def slowly() -> None:
            await scene.clock.sleep_until(Nanos(scene.clock.now() + 30 * SECOND))

        scene.graph.slowly = slowly
        for entry in lived(WHOLE):
            scene.journal([entry])
            await scene.clock.advance(SECOND)
        done = await scene.ended()
        return await stats(scene), done

    found, done = play(story)

    assert found == at_once()
    assert (done.entries, done.behind) == (len(WHOLE), "")


def half_a_story(of: str, first: int) -> Batch:
    """Sweeps with icebergs in every eighth hour of the two days before the journals begin."""
    now = make.START // HOUR
    nodes: list[Node] = [pattern("SWEEP"), pattern("ICEBERG")]
    for n in range(48):
        ts = Nanos((now - 48 + n) * HOUR)
        nodes.append(evolve(sample(n), key=f"{of}:{n}", run=of, ts=ts))
        if n % 8 == first:
            nodes += [
                evolve(occurrence(n, ts, kind), key=f"{kind}:{of}:{n}", run=of)
                for kind in ("SWEEP", "ICEBERG")
            ]
    return Batch(RunId(of), 1, make.START, tuple(nodes))


def test_patterns_of_all_runs_are_linked_by_whoever_writes_the_graph() -> None:
    """Neither run alone shows the two together often enough to say so, nor does the third."""

    async def story(scene: Scene) -> list[str]:
        for of, first in (("run-1", 0), ("run-2", 4)):
            await scene.graph.write(half_a_story(of, first))
        scene.journal(lived(WHOLE))
        await scene.ended()
        return [edge.source for edge in await scene.graph.links(Relation.CORRELATED_WITH)]

    assert play(story) == ["ICEBERG:BTC/USDT"]


def test_a_batch_whose_answer_was_lost_is_sent_again_and_counts_once() -> None:
    async def story(scene: Scene) -> tuple[GraphStats, int]:
        scene.graph.loses_answers = 2
        scene.journal(lived(WHOLE))
        await scene.ended()
        return await stats(scene), len(scene.graph.batches)

    found, sent = play(story)

    assert found == at_once()
    assert sent > 2


def test_a_store_that_stays_away_is_told_at_the_end() -> None:
    async def story(scene: Scene) -> Observed:
        scene.graph.is_away = True
        scene.journal(lived(WHOLE))
        return await scene.ended()

    assert play(story).behind == "connection refused"


def test_what_is_never_taken_ends_the_observer_with_its_reason() -> None:
    async def story(scene: Scene) -> None:
        async def refuse(batch: Batch) -> None:
            raise DataError("this is no graph of ours")

        scene.graph.write = refuse  # type: ignore[method-assign]
        scene.journal(lived(WHOLE))
        await scene.ended()

    with pytest.raises(DataError, match="no graph of ours"):
        play(story)


def test_a_run_that_cannot_be_read_holds_up_no_other() -> None:
    async def story(scene: Scene) -> tuple[Observed, list[str]]:
        bad = RunId("paper-0001")
        scene.journal([evolve(WHOLE[1], outcome=evolve(WHOLE[1].outcome, seq=1))], bad)
        scene.journal(lived(WHOLE, RunId("paper-0002")), RunId("paper-0002"))
        await scene.until(lambda: bool(scene.said))
        return await scene.ended(), scene.said

    done, said = play(story)

    ((run, why),) = done.unread
    assert (run, done.runs) == (RunId("paper-0001"), 1)
    assert "not RunStarted" in why
    assert said == [f"run {run} is not in the graph: {why}"]


def test_a_journal_that_the_graph_knows_otherwise_is_not_mixed_with_it() -> None:
    """A home made anew names its runs as the old one did."""

    async def story(scene: Scene) -> Observed:
        scene.graph._cursors[RUN] = (3, Nanos(1))
        scene.journal(lived(WHOLE))
        return await scene.ended()

    ((_, why),) = play(story).unread
    assert "another run of the name up to entry 3" in why


def test_runs_without_news_are_forgotten_and_read_again_when_there_are_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("graphwiz_trader.application.observe.REMEMBERED", 1)

    async def story(scene: Scene) -> tuple[int, int]:
        names = [RunId(f"paper-000{n}") for n in (1, 2, 3)]
        for name in names:
            scene.journal(lived(WHOLE, name)[:4], name)
        await scene.until(lambda: len(scene.graph._cursors) == 3)
        for _ in range(40):
            await scene.clock.advance(TICK)
        for name in names:
            scene.journal(lived(WHOLE, name)[4:], name)
        await scene.ended()
        return scene.orders(), (await stats(scene)).relationships["FILLED_BY"]

    whole = at_once()
    assert play(story) == (3 * whole.nodes["Order"], 3 * whole.relationships["FILLED_BY"])


def test_without_store_trades_the_rest_is_kept() -> None:
    async def story(scene: Scene) -> GraphStats:
        scene.journal(lived(WHOLE))
        await scene.ended()
        return await stats(scene)

    found = play(story, KnowledgeGraphSettings(store_trades=False))

    whole = at_once()
    left_out = {"Signal", "Order", "Fill", "Trade"}
    assert found.nodes == {name: n for name, n in whole.nodes.items() if name not in left_out}
    assert found.nodes["ArbitrageOpportunity"] == 1
    assert "FILLED_BY" in whole.relationships
    assert not {"FILLED_BY", "ACTS_ON", "TRIGGERED", "EMITTED"} & set(found.relationships)


def test_what_is_too_old_is_forgotten_on_the_way() -> None:
    async def story(scene: Scene) -> GraphStats:
        scene.task.cancel()
        options = ObserveOptions(keep=Keep(most=2))
        observe = Observe(
            scene.tails,
            scene.graph,
            PatternLinks(scene.graph),
            scene.clock,
            scene.said.append,
            options,
        )
        scene.task = asyncio.ensure_future(observe.run(scene.stop))
        scene.journal(lived(WHOLE))
        await scene.ended()
        return await stats(scene)

    found = play(story)

    assert sum(found.nodes.get(name, 0) for name in ("Signal", "Order", "Fill", "Trade")) == 2
    assert found.nodes["Instrument"] == 2


class Aged(MemoryJournal):
    """A journal whose market data up to entry *gone* has been deleted."""

    gone = 0

    @override
    def entries(self, after: int = 0) -> Iterator[Entry]:
        if after < self.gone:
            raise DataError(f"the market data of entries 1 to {self.gone} has been deleted")
        yield from super().entries(after)


@pytest.mark.parametrize("kept", [0, 3, 5])
def test_what_was_decided_is_kept_when_the_market_data_before_it_is_deleted(kept: int) -> None:
    async def story(scene: Scene) -> GraphStats:
        scene.task.cancel()
        folder = scene.runs.create("paper")
        folder.kept = Aged()
        whole = partial(MemoryJournal.entries, folder.kept)
        scene.runs.decisions = lambda run: whole()  # type: ignore[method-assign]
        if kept:
            scene.begin()
            scene.journal(lived(WHOLE)[:kept])
            await scene.ended()
        scene.journal(lived(WHOLE)[kept:])
        folder.kept.gone = len(WHOLE) - 1
        scene.begin()
        done = await scene.ended()
        assert done.unread == ()
        return await stats(scene)

    found, whole = play(story), at_once()
    assert {name: found.nodes[name] for name in ("Order", "Fill", "Trade", "Signal")} == {
        name: whole.nodes[name] for name in ("Order", "Fill", "Trade", "Signal")
    }
    assert found.relationships["FILLED_BY"] == whole.relationships["FILLED_BY"]
