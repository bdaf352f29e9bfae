"""ArbitrageCounts: how far opportunities came, counted in bounded memory."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

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

Key: TypeAlias = "tuple[str, Episode | str]"


class ArbitrageCounts:
    """
    Counts as `domain.funnel` does, for a run without end.

    Where an episode made several groups, the worst end is its end there; here each end counts.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._denials: Counter[str] = Counter()
        self._known: dict[Key, None] = {}

    def apply(self, fact: Fact) -> None:
        """Count *fact* if it is about an opportunity or a denial."""
        match fact:
            case Observation() if fact.stage in _STAGES:
                self._once(_STAGES[fact.stage], (fact.strategy, fact.opportunity))
            case SignalApproved() if fact.group and fact.signal.opportunity:
                self._once("admitted", _episode(fact.signal))
                self._known["group", fact.group] = None
            case SignalRefused():
                self._denials[fact.refused.reason.value] += 1
                if fact.signal.opportunity:
                    self._once("refused", _episode(fact.signal))
            case OrderRefused():
                self._denials[fact.refused.reason.value] += 1
            case FillBooked() if ("group", fact.group) in self._known:
                self._once("filled", fact.group)
            case GroupChanged() if fact.state in _ENDS and ("filled", fact.group) in self._known:
                self._once(_ENDS[fact.state], fact.group)
            case _:
                pass

    def counts(self) -> Mapping[str, int]:
        """Return the counts so far; an episode that was admitted later was refused before."""
        return {name: self._counts[name] for name in _NAMES}

    def denials(self) -> Mapping[str, int]:
        """Return how often each reason was given, the most frequent first."""
        return dict(self._denials.most_common())

    def _once(self, name: str, what: Episode | str) -> None:
        key = (name, what)
        if key in self._known:
            return
        self._known[key] = None
        self._counts[name] += 1
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]


def _episode(signal: Signal) -> Episode:
    return signal.strategy, signal.opportunity
