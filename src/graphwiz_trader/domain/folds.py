"""Folds: what to learn from and what to test on, in the order of time and without a leak."""

from collections.abc import Iterator

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.value import value


@value
class Fold:
    """Parts of a whole, as half-open spans of it: learn from `train`, prove on `test`."""

    train: tuple[tuple[int, int], ...]
    test: tuple[int, int]


def purged(n: int, test: tuple[int, int], horizon: int, embargo: int) -> Fold:
    """
    Return what may be learnt from to be proven on *test*.

    Args:
        n: Length of the whole.
        test: First and one past the last tested, 0 ≤ first < last ≤ n.
        horizon: How far ahead an outcome is known: what is learnt at i is known at i + horizon.
        embargo: How much after the test's last outcome is left out besides.

    Source: López de Prado, "Advances in Financial Machine Learning", 2018, chapter 7.

    >>> purged(20, (8, 12), horizon=3, embargo=2).train
    ((0, 5), (17, 20))
    """
    first, last = test
    if not 0 <= first < last <= n or horizon < 0 or embargo < 0:
        raise DomainError(f"found a test of [{first}, {last}), expected a part of [0, {n})")
    before, after = first - horizon, last + horizon + embargo
    spans = ((0, before), (after, n))
    return Fold(tuple(span for span in spans if span[0] < span[1]), test)


def walk_forward(n: int, folds: int, embargo: int, *, anchored: bool = False) -> Iterator[Fold]:
    """
    Yield *folds* tests that follow each other, each learnt from what was before it alone.

    Args:
        n: Length of the whole; it is cut into folds + 1 parts, the first is only learnt from.
        folds: How many tests.
        embargo: What is left out between learning and testing, in the units of *n*.
        anchored: Learn from the beginning, and not from the part before only.

    Raises:
        DomainError: there is nothing left to learn from.
    """
    shortest = n // (folds + 1) if folds > 0 else 0
    if shortest <= max(embargo, 0):
        raise DomainError(
            f"found {n} in {folds} folds with an embargo of {embargo}, which leaves nothing to "
            "learn from; expected fewer folds, at least one, or a shorter embargo"
        )
    bounds = [n * part // (folds + 1) for part in range(folds + 2)]
    for part in range(1, folds + 1):
        begin = 0 if anchored else bounds[part - 1]
        end = bounds[part] - embargo
        yield Fold(((begin, end),), (bounds[part], bounds[part + 1]))
