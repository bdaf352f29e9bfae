"""Reload: a changed configuration taken over while a run goes on, all of it or nothing."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from graphwiz_trader.application.trade import Trade
from graphwiz_trader.domain.control import Misunderstood
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.reloadable import Change, changes
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.settings_reloaded import OwnLimit, SettingsReloaded
from graphwiz_trader.domain.units import StrategyId
from graphwiz_trader.domain.value import value


@value
class Configuration:
    """Settings, and all of them as the journal keeps them."""

    settings: Settings
    text: str


Reread = Callable[[], Awaitable[Configuration]]
"""Read files, environment and options of this process again; raise `ConfigError` if wrong."""


class Reload:
    """
    Compares what is written now with what is *running*, and takes it over if that is safe.

    One key that cannot change while a run goes on refuses all: nothing is half applied. *renew*
    starts what watches the engine anew; *say* tells a person of what nobody waits for.
    """

    def __init__(
        self,
        running: Configuration,
        reread: Reread,
        renew: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.asked = asyncio.Event()
        """Whoever sets it wants a reload, and does not wait for an answer."""
        self._running = running
        self._reread = reread
        self._renew = renew
        self._say = say
        self._is_reading = False
        self._seq: int | None = None

    async def run(self, trade: Trade, reason: str, who: str) -> Mapping[str, Plain]:
        """
        Take the configuration over, and return what that changed.

        Raises:
            Misunderstood: it is wrong, or a key cannot change now; each is named, with why.
        """
        if self._is_reading:
            raise Misunderstood("a reload is under way")
        self._is_reading = True
        try:
            found = await self._reread()
        except ConfigError as error:
            raise Misunderstood(f"nothing was changed: {error}") from error
        finally:
            self._is_reading = False
        changed = changes(json.loads(self._running.text), json.loads(found.text))
        self._check(changed)
        self._seq = None
        if changed:
            self._apply(trade, found, changed, reason, who)
        return {
            "action": "reload",
            "who": who,
            "seq": self._seq,
            "changed": {each.path: plain([each.before, each.after]) for each in changed},
            "observer": [each.path for each in changed if each.is_of_observer],
        }

    async def heed(self, trade: Trade) -> None:
        """Reload whenever `asked` is set, until canceled."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            try:
                came = await self.run(trade, "SIGHUP", "SIGHUP")
            except Misunderstood as refused:
                self._say(f"reload refused: {refused}")
            else:
                named = came["changed"]
                names = ", ".join(named) if isinstance(named, dict) else ""
                self._say(f"reloaded: {names or 'nothing has changed'}")

    def hear(self, event: Event, outcome: Outcome) -> None:
        """Note the step that took a reload."""
        if isinstance(event, SettingsReloaded):
            self._seq = outcome.seq

    def _check(self, changed: tuple[Change, ...]) -> None:
        refused = [
            f"{each.path} ({each.before or 'none'} → {each.after or 'none'}): {each.obstacle}"
            for each in changed
            if each.obstacle
        ]
        if refused:
            listed = "; ".join(refused)
            raise Misunderstood(f"nothing was changed, since a restart is needed for {listed}")

    def _apply(
        self,
        trade: Trade,
        found: Configuration,
        changed: tuple[Change, ...],
        reason: str,
        who: str,
    ) -> None:
        own = tuple(
            OwnLimit(StrategyId(name), held.max_position_size)
            for name, held in found.settings.hft.strategies.items()
            if held.max_position_size is not None
        )
        now = trade.clock.now()
        risk = found.settings.hft.risk
        trade.deliver(SettingsReloaded(now, found.text, risk, own, reason, who))
        self._running = found
        if any(each.is_of_observer for each in changed):
            self._renew()
