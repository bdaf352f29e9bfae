"""ArbitrageCounts: how far opportunities came, counted in bounded memory."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from graphwiz_trader.domain.facts import (
    Fact,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
)
from graphwiz_trader.domain.funnel import Episode
from graphwiz_trader.domain.signal import Observation, Signal, Stage

KEPT = 65_536
"""Episodes and groups that are told apart; one older than so many counts anew."""

_STAGES = {Stage.SEEN: "seen", Stage.AFTER_FEES: "after_fees", Stage.SURVIVED: "survived"}
_ENDS = {
    GroupState.DONE: "completed",
    GroupState.UNWOUND: "unwound",
    GroupState.STUCK: "stuck",
}
_NAMES = (*_STAGES.values(), "admitted", "refused", "filled", *_ENDS.values())


K = TypeVar("K")
V = TypeVar("V")


class ArbitrageCounts:
    """
    Counts as `domain.funnel` does, for a run without end.

    Where an episode made several groups, the worst end is its end there; here each way it ended.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._denials: Counter[str] = Counter()
        self._known: dict[tuple[str, Episode], None] = {}
        self._episodes: dict[str, Episode] = {}

    def apply(self, fact: Fact) -> None:
        """Count *fact* if it is about an opportunity or a denial."""
        match fact:
            case Observation() if fact.stage in _STAGES:
                self._once(_STAGES[fact.stage], (fact.strategy, fact.opportunity))
            case SignalApproved() if fact.group and fact.signal.opportunity:
                self._admit(_episode(fact.signal))
                self._episodes[fact.group] = _episode(fact.signal)
                _forget_beyond(KEPT, self._episodes)
            case SignalRefused():
                self._denials[fact.refused.reason.value] += 1
                if fact.signal.opportunity:
                    self._refuse(_episode(fact.signal))
            case OrderRefused():
                self._denials[fact.refused.reason.value] += 1
            case FillBooked() if fact.group in self._episodes:
                self._once("filled", self._episodes[fact.group])
            case GroupChanged() if fact.state in _ENDS and fact.group in self._episodes:
                self._end(_ENDS[fact.state], self._episodes[fact.group])
            case _:
                pass

    def counts(self) -> Mapping[str, int]:
        """Return the counts so far."""
        return {name: self._counts[name] for name in _NAMES}

    def denials(self) -> Mapping[str, int]:
        """Return how often each reason was given, the most frequent first."""
        return dict(self._denials.most_common())

    def _admit(self, episode: Episode) -> None:
        """Count an admission; who was refused before and comes in has not been refused."""
        is_news = ("admitted", episode) not in self._known
        if is_news and ("refused", episode) in self._known:
            self._counts["refused"] -= 1
        self._once("admitted", episode)

    def _refuse(self, episode: Episode) -> None:
        if ("admitted", episode) not in self._known:
            self._once("refused", episode)

    def _end(self, name: str, episode: Episode) -> None:
        if ("filled", episode) in self._known:
            self._once(name, episode)

    def _once(self, name: str, episode: Episode) -> None:
        key = (name, episode)
        if key in self._known:
            return
        self._known[key] = None
        self._counts[name] += 1
        _forget_beyond(KEPT, self._known)


def _forget_beyond(most: int, kept: dict[K, V]) -> None:
    """Let go of the oldest of *kept* if there are more than *most*."""
    if len(kept) > most:
        del kept[next(iter(kept))]


def _episode(signal: Signal) -> Episode:
    return signal.strategy, signal.opportunity
