"""A changed configuration is taken over whole, on the record, or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from graphwiz_trader.application.operate import Operate
from graphwiz_trader.application.reload import Configuration, Reload
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.control import Misunderstood, Request
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from tests.unit.application.test_trade import Scene


def configuration(*assignments: str) -> Configuration:
    settings = load((), {}, assignments).settings
    return Configuration(settings, canonical(settings))


class Office:
    """A running engine, and what is written in its files."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.written: Configuration | ConfigError = configuration()
        self.renewed = 0
        self.said: list[str] = []
        self.reload = Reload(configuration(), self._reread, self._renew, self.said.append)
        trade = scene.floor.trade
        assert trade is not None
        self.trade = trade
        trade.watches.append(self.reload.hear)
        self.operate = Operate(trade, ("puppet",), dict, self.reload)

    async def _reread(self) -> Configuration:
        if isinstance(self.written, ConfigError):
            raise self.written
        return self.written

    def _renew(self) -> None:
        self.renewed += 1

    async def ask(self, *written: str, reason: str = "tighter") -> Mapping[str, Plain]:
        self.written = configuration(*written)
        answer = await self.operate.answer(Request("reload", {"reason": reason}), "ann")
        return answer.result

    @property
    def reloads(self) -> list[Entry]:
        journaled = self.scene.floor.journal.entries()
        return [entry for entry in journaled if isinstance(entry.event, SettingsReloaded)]


def play(act: Callable[[Office], Awaitable[None]]) -> None:
    scene = Scene()

    async def played() -> None:
        await scene.begin()
        await act(Office(scene))
        await scene.floor.abandon()

    asyncio.run(played())


def test_a_limit_changes_on_the_record_and_the_answer_says_what() -> None:
    async def act(office: Office) -> None:
        came = await office.ask("hft.risk.max_open_orders=3")

        (entry,) = office.reloads
        assert came == {
            "action": "reload",
            "who": "ann",
            "seq": entry.outcome.seq,
            "changed": {"hft.risk.max_open_orders": ["50", "3"]},
            "observer": [],
        }
        assert isinstance(entry.event, SettingsReloaded)
        assert (entry.event.reason, entry.event.who) == ("tighter", "ann")
        assert office.scene.floor.engine.state.policy.limits.max_open_orders == 3

    play(act)


def test_nothing_changed_is_no_event() -> None:
    async def act(office: Office) -> None:
        came = await office.ask()

        assert (came["changed"], came["seq"], office.reloads) == ({}, None, [])

    play(act)


def test_one_key_that_cannot_change_refuses_all_and_each_is_named() -> None:
    async def act(office: Office) -> None:
        before = office.scene.floor.engine.seq
        with pytest.raises(Misunderstood) as refused:
            await office.ask(
                "hft.risk.max_open_orders=3", "journal.segment_mb=64", "engine.busy_spin=true"
            )

        assert "journal.segment_mb (256 → 64): the journal is open" in str(refused.value)
        assert "engine.busy_spin" in str(refused.value)
        assert "max_open_orders" not in str(refused.value)
        assert office.scene.floor.engine.seq == before

    play(act)


def test_a_wrong_configuration_changes_nothing_and_says_what_is_wrong() -> None:
    async def act(office: Office) -> None:
        office.written = ConfigError([Problem("hft.risk.max_exposure", "-1", "a number > 0")])
        with pytest.raises(Misunderstood, match=r"nothing was changed: hft\.risk\.max_exposure"):
            await office.operate.answer(Request("reload", {"reason": "r"}), "ann")

        assert office.reloads == []

    play(act)


def test_a_second_reload_compares_with_the_first() -> None:
    async def act(office: Office) -> None:
        await office.ask("hft.risk.max_open_orders=3")
        came = await office.ask("hft.risk.max_open_orders=3", "hft.risk.max_order_to_trade=9")

        assert came["changed"] == {"hft.risk.max_order_to_trade": ["500", "9"]}

    play(act)


def test_what_only_the_observer_reads_starts_it_anew() -> None:
    async def act(office: Office) -> None:
        await office.ask("hft.risk.max_open_orders=3")
        assert office.renewed == 0

        came = await office.ask("hft.risk.max_open_orders=3", "monitoring.cpu_pct=50")

        assert (came["observer"], office.renewed) == (["monitoring.cpu_pct"], 1)

    play(act)


def test_a_hangup_reloads_and_says_what_came_of_it() -> None:
    async def act(office: Office) -> None:
        heeding = asyncio.create_task(office.reload.heed(office.trade))
        for written in ("hft.risk.max_open_orders=3", "journal.segment_mb=64"):
            office.written = configuration(written)
            office.reload.asked.set()
            await office.scene.floor.clock.advance(0)
        heeding.cancel()

        assert office.said[0] == "reloaded: hft.risk.max_open_orders"
        assert office.said[1].startswith("reload refused: nothing was changed")
        (entry,) = office.reloads
        assert isinstance(entry.event, SettingsReloaded)
        assert entry.event.who == "SIGHUP"

    play(act)


def test_while_files_are_read_no_second_reload_begins() -> None:
    async def act(office: Office) -> None:
        opened = asyncio.Event()

        async def slowly() -> Configuration:
            await opened.wait()
            return configuration()

        reload = Reload(configuration(), slowly, lambda: None, office.said.append)
        first = asyncio.create_task(reload.run(office.trade, "r", "ann"))
        await office.scene.floor.clock.advance(0)
        with pytest.raises(Misunderstood, match="under way"):
            await reload.run(office.trade, "r", "bob")
        opened.set()

        assert (await first)["changed"] == {}

    play(act)
