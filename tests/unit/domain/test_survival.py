"""How long edges lasted says what the next is worth."""

import pytest

from graphwiz_trader.domain.survival import LEAST, Lives, expected_bps, kaplan_meier
from graphwiz_trader.domain.units import Nanos

TOLD = [(1.0, True), (1.0, True), (2.0, True), (3.0, False), (4.0, True)]


@pytest.mark.parametrize(
    ("lag", "chance"), [(0.5, 1.0), (1, 0.6), (1.5, 0.6), (2, 0.4), (3, 0.4), (4, 0.0)]
)
def test_survival_counts_what_was_cut_off_for_as_long_as_it_was_seen(
    lag: float, chance: float
) -> None:
    assert kaplan_meier(TOLD, lag) == pytest.approx(chance)


def test_what_was_cut_off_when_another_ended_was_alive_until_then() -> None:
    assert kaplan_meier([(2.0, False), (2.0, True)], 2) == pytest.approx(0.5)


def test_an_edge_is_weighed_against_undoing_it() -> None:
    assert expected_bps(20.0, 0.6, 8.0) == pytest.approx(8.8)
    assert expected_bps(20.0, 1.0, 8.0) == 20.0


def lived(*lengths: int, edge: float = 3.0) -> tuple[Lives, int]:
    """Return lives of *lengths*, and when the last of them ended."""
    lives, now = Lives(), 0
    for length in lengths:
        lives.follow(edge, Nanos(now))
        now += length
        lives.follow(-1.0, Nanos(now))
        now += 1
    return lives, now


def test_lives_count_once_enough_have_ended() -> None:
    few, now = lived(*[10] * (LEAST - 1))
    enough, _ = lived(*[10] * LEAST)

    assert few.survival(3.0, Nanos(10), Nanos(now)) == 1.0
    assert enough.survival(3.0, Nanos(10), Nanos(now)) == 0.0
    assert enough.survival(3.0, Nanos(9), Nanos(now)) == 1.0


def test_larger_edges_have_lives_of_their_own() -> None:
    lives, now = lived(*[10] * LEAST)

    assert lives.survival(4.9, Nanos(10), Nanos(now)) == 0.0
    assert lives.survival(5.0, Nanos(10), Nanos(now)) == 1.0


def test_what_we_took_is_cut_off_and_its_rest_is_no_life() -> None:
    lives, now = lived(*[10] * LEAST)
    lives.follow(3.0, Nanos(now))
    lives.cut(Nanos(now + 50))
    lives.follow(3.0, Nanos(now + 51))
    lives.follow(-1.0, Nanos(now + 52))

    assert lives.survival(3.0, Nanos(10), Nanos(now + 60)) == pytest.approx(1 / (LEAST + 1))


def test_the_life_that_is_open_now_counts_for_as_long_as_it_lasts() -> None:
    lives, now = lived(*[10] * LEAST)
    lives.follow(3.0, Nanos(now))

    assert lives.survival(3.0, Nanos(10), Nanos(now + 30)) == pytest.approx(1 / (LEAST + 1))
