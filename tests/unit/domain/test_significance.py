"""Many tests at once: the figures of the literature's own example."""

from graphwiz_trader.domain.significance import benjamini_hochberg, holm

TEN = (0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216)


def test_holm_lets_one_of_ten_stand() -> None:
    assert holm(TEN) == (True,) + (False,) * 9


def test_benjamini_and_hochberg_let_two_stand() -> None:
    assert benjamini_hochberg(TEN) == (True, True) + (False,) * 8


def test_the_order_of_the_findings_does_not_matter() -> None:
    assert holm(TEN[::-1]) == holm(TEN)[::-1]
    assert benjamini_hochberg(TEN[::-1]) == benjamini_hochberg(TEN)[::-1]


def test_a_later_finding_carries_the_earlier_with_it() -> None:
    assert benjamini_hochberg((0.04, 0.045, 0.05)) == (True, True, True)
    assert holm((0.04, 0.045, 0.05)) == (False, False, False)


def test_nothing_found_is_nothing_believed() -> None:
    assert holm(()) == benjamini_hochberg(()) == ()
