"""Whether two kinds of events fall into the same hours."""

import random

import pytest

from graphwiz_trader.domain.association import Linked, Together, linked


def test_phi_and_lift_are_those_of_the_reference() -> None:
    """The oracle of the strategies reference, §9."""
    table = Together(6, 4, 3, 155)

    assert table.phi == pytest.approx(0.6105121633, abs=1e-10)
    assert table.lift == pytest.approx(11.2)


def test_the_chance_is_that_of_fishers_tea_tasting() -> None:
    """Fisher 1935: three of four cups right on each side, 34 of 70 ways at least as unlikely."""
    assert Together(3, 1, 1, 3).p_value == pytest.approx(34 / 70)
    assert Together(0, 0, 5, 163).p_value == pytest.approx(1.0)


WEEK = range(168)


def test_what_shares_its_hours_is_linked() -> None:
    hours = {"BTC/USDT": {"ICEBERG": set(range(8)), "SWEEP": set(range(8)), "OFI": {50, 70, 90}}}

    at_once = [each for each in linked(hours, WEEK) if not each.lag]

    assert at_once == [Linked("BTC/USDT", "ICEBERG", "SWEEP", 0, Together(8, 0, 0, 160))]


def test_what_follows_within_the_next_hour_is_linked_in_that_order() -> None:
    """The last hour watched has none after it and counts as no chance missed."""
    first = {10, 30, 50, 70, 90, 110, 130}
    hours = {"BTC/USDT": {"SWEEP": first | {167}, "ICEBERG": {hour + 1 for hour in first}}}

    assert linked(hours, WEEK) == (
        Linked("BTC/USDT", "SWEEP", "ICEBERG", 1, Together(7, 0, 0, 160)),
    )


def test_hours_in_which_nobody_watched_do_not_count() -> None:
    """All that was watched was seen: nothing is told of what else might have been."""
    hours = {"BTC/USDT": {"ICEBERG": set(range(8)), "SWEEP": set(range(8))}}

    assert linked(hours, range(8)) == ()


def test_across_a_gap_nothing_follows() -> None:
    watched = [hour for hour in WEEK if hour % 3 == 0]
    hours = {"BTC/USDT": {"ICEBERG": set(range(0, 60, 3)), "SWEEP": set(range(1, 60, 3))}}

    assert linked(hours, watched) == ()


def test_fewer_than_five_hours_together_are_no_link() -> None:
    hours = {"BTC/USDT": {"ICEBERG": {1, 2, 3, 4}, "SWEEP": {1, 2, 3, 4}}}

    assert linked(hours, WEEK) == ()


def test_patterns_at_random_times_are_hardly_ever_linked() -> None:
    """The null test of the strategies reference, §9: at most 5 % links."""
    chance = random.Random(7)
    tried = found = 0
    for _ in range(40):
        names = {str(n): set(chance.sample(range(168), 30)) for n in range(8)}
        # 28 pairs at once, and each of them in either order.
        tried += 28 + 56
        found += len(linked({"BTC/USDT": names}, WEEK))

    assert found <= 0.05 * tried
