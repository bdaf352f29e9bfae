"""What is learnt never knows what it is proven on."""

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.folds import purged, walk_forward


def test_the_published_purge() -> None:
    assert purged(20, (8, 12), horizon=3, embargo=2).train == ((0, 5), (17, 20))


def test_a_test_at_either_end_leaves_one_side() -> None:
    assert purged(20, (0, 4), horizon=3, embargo=2).train == ((9, 20),)
    assert purged(20, (16, 20), horizon=3, embargo=2).train == ((0, 13),)


@pytest.mark.parametrize("first", range(0, 18, 3))
def test_no_outcome_that_is_learnt_from_is_known_within_the_test(first: int) -> None:
    fold = purged(20, (first, first + 2), horizon=3, embargo=0)

    for begin, end in fold.train:
        for i in range(begin, end):
            assert i + 3 < first or i >= first + 2 + 3


@pytest.mark.parametrize(
    ("test", "horizon"), [((5, 5), 1), ((-1, 3), 1), ((3, 21), 1), ((1, 2), -1)]
)
def test_a_part_that_is_none_is_refused(test: tuple[int, int], horizon: int) -> None:
    with pytest.raises(DomainError, match="expected a part of"):
        purged(20, test, horizon, 0)


def test_tests_follow_each_other_and_learn_from_the_part_before() -> None:
    folds = list(walk_forward(100, 4, embargo=3))

    assert [fold.test for fold in folds] == [(20, 40), (40, 60), (60, 80), (80, 100)]
    assert [fold.train for fold in folds] == [((0, 17),), ((20, 37),), ((40, 57),), ((60, 77),)]


def test_an_anchored_walk_learns_from_the_beginning() -> None:
    folds = list(walk_forward(100, 4, embargo=3, anchored=True))

    assert [fold.train for fold in folds] == [((0, 17),), ((0, 37),), ((0, 57),), ((0, 77),)]


@pytest.mark.parametrize(("n", "folds", "embargo"), [(100, 4, 20), (3, 5, 0), (100, 0, 0)])
def test_folds_that_leave_nothing_to_learn_from_are_refused(
    n: int, folds: int, embargo: int
) -> None:
    with pytest.raises(DomainError, match="expected fewer folds"):
        list(walk_forward(n, folds, embargo))
