"""Graph step: one entry of a journal, as the parts of the projection see it."""

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import TypeAlias, TypeVar

from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.domain.value import value

K = TypeVar("K")
V = TypeVar("V")

Amid: TypeAlias = Callable[[str, Nanos], Iterable[str]]
"""Names the patterns that are in course in a symbol at an instant."""

_as_text = json.JSONEncoder(default=str, ensure_ascii=False).encode

REMEMBERED = 65_536
"""How many orders, groups and episodes of a run are remembered, the last ones touched."""


@value
class GraphStep:
    """The entry `seq` of `run`, its event resolved, received at `ts`."""

    run: RunId
    event: Event
    outcome: Outcome
    ts: Nanos

    @property
    def seq(self) -> int:
        """The entry's number."""
        return self.outcome.seq

    def key(self, index: int) -> str:
        """Return the key of command or fact number *index*."""
        return f"{self.run}:{self.outcome.seq}:{index}"


def remember(memory: dict[K, V], key: K, thing: V) -> None:
    """Put *thing* last in *memory*; forget what was not touched for longest."""
    memory.pop(key, None)
    memory[key] = thing
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]


def finite(number: float) -> float | None:
    """Return *number*, None where it is none."""
    return float(number) if isfinite(number) else None


def as_json(item: Mapping[str, object] | list[dict[str, object]]) -> str:
    """Return *item* as JSON text, amounts as text."""
    return _as_text(item)
