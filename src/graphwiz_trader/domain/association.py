"""Association: whether two kinds of events fall into the same hours more often than by chance."""

import math
from collections.abc import Collection, Mapping
from itertools import combinations

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
        total = self.both + self.first + self.second + self.neither
        return self.both * total / expected if expected else 0.0

    @property
    def p_value(self) -> float:
        """
        The chance of a table at least as unlikely as this one if the two are independent.

        Source: Fisher's exact test, both tails.
        """
        row, column = self.both + self.first, self.both + self.second
        total = self.both + self.first + self.second + self.neither
        seen = _log_chance(self.both, row, column, total)
        chances = (
            _log_chance(both, row, column, total)
            for both in range(max(0, row + column - total), min(row, column) + 1)
        )
        return min(1.0, math.fsum(math.exp(one) for one in chances if one <= seen + 1e-7))


def linked(
    hours: Mapping[str, Mapping[str, Collection[int]]], total: int
) -> tuple[tuple[str, str, str, Together], ...]:
    """
    Return group, name, other name and table of all that are seen together, by name.

    Args:
        hours: Group → name → the hours it was seen in, out of *total*. Only names of one group
            are compared; all comparisons count as tests of one family.
        total: Hours watched.
    """
    found: list[tuple[str, str, str, Together]] = []
    for group, names in sorted(hours.items()):
        for one, other in combinations(sorted(names), 2):
            found.append((group, one, other, _table(set(names[one]), set(names[other]), total)))
    stand = benjamini_hochberg([each[3].p_value for each in found])
    return tuple(
        each
        for each, is_found in zip(found, stand, strict=True)
        if is_found and each[3].both >= TOGETHER
    )


def _table(one: set[int], other: set[int], total: int) -> Together:
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
