"""A run whose limits change while it trades: what follows, a restart, and a replay."""

from collections.abc import Sequence

from graphwiz_trader.application.reload import Configuration, Reload
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.domain.units import SECOND, RunId
from graphwiz_trader.testing.tape import MemoryTapes
from tests.stories.test_live import Desk, _restore, _unseen, play, settings_of

TINY = "hft.risk.max_order_notional=1"
RUN = RunId("trade-0001")


def configuration(*assignments: str) -> Configuration:
    settings = settings_of(*assignments)
    return Configuration(settings, canonical(settings))


def reloading(desk: Desk, running: Sequence[str], written: Sequence[str]) -> Reload:
    """Return what reads *written* in a process that was started under *running*."""

    async def reread() -> Configuration:
        return configuration(*written)

    return Reload(configuration(*running), reread, lambda: None, desk.told.say)


async def reload(desk: Desk, running: Sequence[str], *written: str) -> None:
    """Trade under *running* for a while, then under *written*, then be killed."""
    desk.reload = reloading(desk, running, written)
    process = desk.start(*running)
    await desk.clock.advance(20 * SECOND)
    desk.reload.asked.set()
    await desk.clock.advance(10 * SECOND)
    await desk.kill(process)


def sent(entries: Sequence[Entry]) -> int:
    return sum(isinstance(c, SubmitOrder) for e in entries for c in e.outcome.commands)


def split(desk: Desk) -> tuple[list[Entry], list[Entry]]:
    """Return the journal before the reload, and from it on."""
    entries = list(desk.runs.reader(RUN).entries())
    at = next(i for i, e in enumerate(entries) if isinstance(e.event, SettingsReloaded))
    return entries[:at], entries[at:]


def test_a_tighter_limit_holds_from_the_reload_and_a_replay_meets_it_there() -> None:
    async def scene(desk: Desk) -> None:
        await reload(desk, (), TINY)

    desk = play(scene)

    before, after = split(desk)
    assert sent(before) > 0
    assert sent(after) == 0
    again = Rerun(MemoryTapes(), desk.runs, engine_of, _restore).run(RUN, (), _unseen)
    assert again.is_identical
    assert again.entries == len(before) + len(after)


def test_a_killed_engine_goes_on_under_what_was_reloaded() -> None:
    async def scene(desk: Desk) -> None:
        await reload(desk, (), TINY)
        desk.reload = None
        process = desk.start(TINY)
        await desk.clock.advance(5 * SECOND)
        await desk.end(process)

    desk = play(scene)

    assert desk.runs.names() == (RUN,)
    _, after = split(desk)
    assert sent(after) == 0
    assert Rerun(MemoryTapes(), desk.runs, engine_of, _restore).run(RUN, (), _unseen).is_identical


def test_an_engine_started_under_what_was_written_before_begins_another_run() -> None:
    async def scene(desk: Desk) -> None:
        await reload(desk, (), TINY)
        desk.reload = None
        process = desk.start()
        await desk.clock.advance(2 * SECOND)
        await desk.end(process)

    desk = play(scene)

    assert desk.runs.names() == (RUN, RunId("trade-0002"))


def test_a_refused_reload_leaves_the_run_as_it_was() -> None:
    async def scene(desk: Desk) -> None:
        await reload(desk, (), TINY, "engine.busy_spin=true")

    desk = play(scene)

    entries = list(desk.runs.reader(RUN).entries())
    assert not any(isinstance(entry.event, SettingsReloaded) for entry in entries)
    assert any(line.startswith("reload refused") for line in desk.told.lines)
