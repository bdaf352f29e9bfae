"""Reload: other limits take the place of those a run lived by."""

import attrs

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.guard import Guard
from graphwiz_trader.engine.state import EngineState


class Reload:
    """
    Puts new limits in force between two steps.

    What is open stays open, even beyond a tighter limit: from there only reductions pass. A loss
    limit that is reached already halts at once.
    """

    def __init__(self, state: EngineState, draft: Draft, guard: Guard) -> None:
        self._state = state
        self._draft = draft
        self._guard = guard

    def on_reload(self, event: SettingsReloaded) -> None:
        """Live by *event* from here on, and say what that changes."""
        state = self._state
        before = dict(_told(state.policy.limits)) | _own(state)
        policy = RiskPolicy(event.risk, state.policy.rules)
        state.relimit(policy, {each.strategy: each.max_position_size for each in event.own})
        after = dict(_told(policy.limits)) | _own(state)
        changes = [
            f"{name} {before.get(name, 'none')} → {after.get(name, 'none')}"
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        ]
        text = f"{'; '.join(changes) or 'no limit changed'}; by {event.who}: {event.reason}"
        self._draft.alert(Severity.INFO, "RELOADED", text)
        self._guard.check()


def _told(settings: object) -> list[tuple[str, str]]:
    """Return every limit by its key and as text, those of groups after theirs."""
    found = []
    for name in (field.name for field in fields_of(type(settings)) if field.init):
        limit = getattr(settings, name)
        if attrs.has(type(limit)):
            found += [(f"{name}.{key}", text) for key, text in _told(limit)]
        else:
            found.append((name, str(limit)))
    return found


def _own(state: EngineState) -> dict[str, str]:
    return {f"{name}.max_position_size": str(limit) for name, limit in state.own_limits.items()}
