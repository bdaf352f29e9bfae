"""
Funnel: how far opportunities came, and why the others did not.

Its unit is the episode: one route in one direction, from the edge's appearance to its end.
Source: docs/reference/report.md, Opportunities.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

import attrs

from graphwiz_trader.domain.errors import InvariantViolation
from graphwiz_trader.domain.facts import (
    Fact,
    FillBooked,
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
)
from graphwiz_trader.domain.signal import Observation, Reason, Signal, Stage
from graphwiz_trader.domain.units import StrategyId
from graphwiz_trader.domain.value import value

Episode: TypeAlias = tuple[StrategyId, str]


@value
class Opportunities:
    """
    How many episodes reached each stage.

    `survived` were still profitable after the latency, taken or not. `refused` were never
    admitted. An admitted episode that filled is completed, unwound, stuck or, until its last
    group closes, working.
    """

    seen: int = 0
    after_fees: int = 0
    survived: int = 0
    admitted: int = 0
    refused: int = 0
    filled: int = 0
    completed: int = 0
    unwound: int = 0
    stuck: int = 0
    working: int = 0


@attrs.define
class Funnel:
    """Counts facts, in any order within a run."""

    _reached: dict[Stage, set[Episode]] = attrs.field(
        init=False, factory=lambda: {stage: set() for stage in Stage}
    )
    _refused: set[Episode] = attrs.field(init=False, factory=set)
    _groups: dict[Episode, list[str]] = attrs.field(init=False, factory=dict)
    _filled: set[str] = attrs.field(init=False, factory=set)
    _states: dict[str, GroupState] = attrs.field(init=False, factory=dict)
    _denials: Counter[Reason] = attrs.field(init=False, factory=Counter)

    def apply(self, fact: Fact) -> None:
        """Count *fact* if it is about an opportunity or a denial."""
        match fact:
            case Observation():
                self._reached[fact.stage].add((fact.strategy, fact.opportunity))
            case SignalApproved() if fact.group and fact.signal.opportunity:
                self._groups.setdefault(_episode(fact.signal), []).append(fact.group)
            case SignalRefused():
                self._denials[fact.refused.reason] += 1
                if fact.signal.opportunity:
                    self._refused.add(_episode(fact.signal))
            case OrderRefused():
                self._denials[fact.refused.reason] += 1
            case GroupChanged():
                self._states[fact.group] = fact.state
            case FillBooked():
                self._filled.add(fact.group)
            case _:
                pass

    @property
    def denials(self) -> Mapping[Reason, int]:
        """How often each reason was given, the most frequent first."""
        return dict(self._denials.most_common())

    def opportunities(self) -> Opportunities:
        """
        Return the counts so far.

        Raises:
            InvariantViolation: an episode reached a stage without the one before.
        """
        seen, after_fees = self._reached[Stage.SEEN], self._reached[Stage.AFTER_FEES]
        survived = self._reached[Stage.SURVIVED]
        admitted = self._groups.keys()
        _check_within("after_fees", after_fees, "seen", seen)
        _check_within("survived", survived, "after_fees", after_fees)
        _check_within("admitted", admitted, "after_fees", after_fees)
        _check_within("refused", self._refused, "after_fees", after_fees)
        ends = Counter(
            _end([self._states.get(group, GroupState.WORKING) for group in groups])
            for groups in map(self._groups_with_fills, self._groups.values())
            if groups
        )
        return Opportunities(
            seen=len(seen),
            after_fees=len(after_fees),
            survived=len(survived),
            admitted=len(admitted),
            refused=len(self._refused - admitted),
            filled=ends.total(),
            completed=ends[GroupState.DONE],
            unwound=ends[GroupState.UNWOUND],
            stuck=ends[GroupState.STUCK],
            working=ends[GroupState.WORKING],
        )

    def _groups_with_fills(self, groups: Sequence[str]) -> list[str]:
        return [group for group in groups if group in self._filled]


def _episode(signal: Signal) -> Episode:
    return signal.strategy, signal.opportunity


def _end(states: Sequence[GroupState]) -> GroupState:
    """How an episode ended, by the worst of its groups; unwinding is still working."""
    if GroupState.STUCK in states:
        return GroupState.STUCK
    if GroupState.WORKING in states or GroupState.UNWINDING in states:
        return GroupState.WORKING
    return GroupState.UNWOUND if GroupState.UNWOUND in states else GroupState.DONE


def _check_within(
    stage: str, episodes: AbstractSet[Episode], before: str, earlier: AbstractSet[Episode]
) -> None:
    strays = sorted(episodes - earlier)
    if strays:
        strategy, opportunity = strays[0]
        raise InvariantViolation(
            f"{len(strays)} episodes are {stage} and were never {before},"
            f" first {opportunity} of {strategy}"
        )
