"""Reloadable: which keys of a configuration a run can go on under, and why not under others."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.value import value

ENGINE = ("hft.risk.*", "hft.strategies.*.max_position_size")
"""What the engine takes over, by an event of its journal."""

OBSERVER = (
    "alerts.*",
    "hft.performance.max_order_latency_ms",
    "hft.performance.max_processing_latency_ms",
    "monitoring.*",
)
"""What only the observer reads, which can be started anew at any time."""

_ONCE = "the engine reads it once, at its start"
_OF_BOTH = ("monitoring.loop_lag_ms", "monitoring.sample_s")
"""What the engine reads, too."""

_FIXED: Sequence[tuple[str, str]] = (
    ("hft.enabled", "`graphwiz halt` stops trading, and `graphwiz stop` the run"),
    ("hft.market_data.*", "exchanges, symbols and accounts are opened at the start"),
    ("hft.strategies.*.enabled", "`graphwiz halt --strategy NAME` stops one"),
    ("hft.strategies.*", "what a strategy knows was gathered under it"),
    ("backtest.*", "the simulated venues and the expected costs were made of it"),
    ("journal.*", "the journal is open"),
    ("graph.*", "the graph's store is open"),
    ("*", _ONCE),
)
"""What stays as it is while a run goes on, and why; the first pattern that fits."""


@value
class Change:
    """One key: what it was and what it would be, as text, None where there was or is none."""

    path: str
    before: str | None
    after: str | None

    @property
    def is_of_observer(self) -> bool:
        """Whether the observer takes it over, once it starts anew."""
        return not self.obstacle and _fits(self.path, OBSERVER)

    @property
    def obstacle(self) -> str:
        """Why a run cannot go on under it, `""` if it can."""
        if _fits(self.path, (*ENGINE, *OBSERVER)) and not _fits(self.path, _OF_BOTH):
            return ""
        return next(why for pattern, why in _FIXED if fnmatchcase(self.path, pattern))


def changes(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> tuple[Change, ...]:
    """Return every key of which two configurations, as their journals keep them, differ."""
    old, new = _leaves(before), _leaves(after)
    found = [
        Change(path, old.get(path), new.get(path))
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
    ]
    if not found and list(old) != list(new):
        # Who stands first is asked first.
        found.append(Change("hft.strategies.*", ", ".join(old), ", ".join(new)))
    return tuple(found)


def _fits(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _leaves(keys: Mapping[str, Plain], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, inner in keys.items():
        path = f"{above}{key}"
        if isinstance(inner, dict) and inner:
            found |= _leaves(inner, f"{path}.")
        else:
            found[path] = "none" if inner is None else str(inner)
    return found
