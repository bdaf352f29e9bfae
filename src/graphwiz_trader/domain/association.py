"""Association: whether two kinds of events fall into the same hours more often than by chance."""

import math
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from itertools import combinations, permutations

from graphwiz_trader.domain.significance import benjamini_hochberg
from graphwiz_trader.domain.value import value

TOGETHER = 5
"""Hours that two must share before they are linked."""


@value
class Together:
    """In how many hours both, only the first, only the second, or neither was seen."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def total(self) -> int:
        """How many hours there were."""
        return self.both + self.first + self.second + self.neither

    @property
    def phi(self) -> float:
        """The correlation of the two, in [−1, 1]; 0 where one is always or never seen."""
        ends = (
            (self.both + self.first)
            * (self.second + self.neither)
            * (self.both + self.second)
            * (self.first + self.neither)
        )
        crossed = self.both * self.neither - self.first * self.second
        return crossed / math.sqrt(ends) if ends else 0.0

    @property
    def lift(self) -> float:
        """How many times likelier the two together are than if they were independent."""
        expected = (self.both + self.first) * (self.both + self.second)
        return self.both * self.total / expected if expected else 0.0

    @property
    def p_value(self) -> float:
        """
        The chance of a table at least as unlikely as this one if the two are independent.

        Source: Fisher's exact test, both tails.
        """
        row, column, total = self.both + self.first, self.both + self.second, self.total
        seen = _log_chance(self.both, row, column, total)
        chances = (
            _log_chance(both, row, column, total)
            for both in range(max(0, row + column - total), min(row, column) + 1)
        )
        return min(1.0, math.fsum(math.exp(one) for one in chances if one <= seen + 1e-7))


@value
class Linked:
    """Two of a `group` that are seen together: the second `lag` hours after the first."""

    group: str
    one: str
    other: str
    lag: int
    table: Together


def linked(
    hours: Mapping[str, Mapping[str, Collection[int]]], watched: Collection[int]
) -> tuple[Linked, ...]:
    """
    Return all that are seen together, in the same hour or one in the hour after the other.

    Args:
        hours: Group → name → the hours it was seen in. Only names of one group are compared; all
            comparisons, at once and one after the other, count as tests of one family.
        watched: The hours in which anything could be seen; others do not count.
    """
    at_once = frozenset(watched)
    followed = frozenset(hour for hour in at_once if hour + 1 in at_once)
    found: list[Linked] = []
    for group, names in sorted(hours.items()):
        seen = {name: at_once.intersection(names[name]) for name in sorted(names)}
        later = {name: {hour - 1 for hour in seen[name]} & followed for name in seen}
        for one, other in combinations(seen, 2):
            table = _table(seen[one], seen[other], len(at_once))
            found.append(Linked(group, one, other, 0, table))
        for one, other in permutations(seen, 2):
            table = _table(seen[one] & followed, later[other], len(followed))
            found.append(Linked(group, one, other, 1, table))
    stand = benjamini_hochberg([each.table.p_value for each in found])
    return tuple(
        each
        for each, is_found in zip(found, stand, strict=True)
        if is_found and each.table.both >= TOGETHER
    )


def _table(one: AbstractSet[int], other: AbstractSet[int], total: int) -> Together:
    both = len(one & other)
    return Together(both, len(one) - both, len(other) - both, total - len(one | other))


def _log_chance(both: int, row: int, column: int, total: int) -> float:
    return (
        _log_choose(column, both)
        + _log_choose(total - column, row - both)
        - _log_choose(total, row)
    )


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
