"""Whether two kinds of events fall into the same hours."""

import random

import pytest

from graphwiz_trader.domain.association import Together, linked


def test_phi_and_lift_are_those_of_the_reference() -> None:
    """The oracle of the strategies reference, §9."""
    table = Together(6, 4, 3, 155)

    assert table.phi == pytest.approx(0.6105121633, abs=1e-10)
    assert table.lift == pytest.approx(11.2)


def test_the_chance_is_that_of_fishers_tea_tasting() -> None:
    """Fisher 1935: three of four cups right on each side, 34 of 70 ways at least as unlikely."""
    assert Together(3, 1, 1, 3).p_value == pytest.approx(34 / 70)
    assert Together(0, 0, 5, 163).p_value == pytest.approx(1.0)


def test_what_shares_its_hours_is_linked() -> None:
    hours = {"BTC/USDT": {"ICEBERG": set(range(8)), "SWEEP": set(range(1, 9)), "OFI": {50, 70, 90}}}

    ((group, one, other, table),) = linked(hours, 168)

    assert (group, one, other) == ("BTC/USDT", "ICEBERG", "SWEEP")
    assert table == Together(7, 1, 1, 159)


def test_fewer_than_five_hours_together_are_no_link() -> None:
    hours = {"BTC/USDT": {"ICEBERG": {1, 2, 3, 4}, "SWEEP": {1, 2, 3, 4}}}

    assert linked(hours, 168) == ()


def test_patterns_at_random_times_are_hardly_ever_linked() -> None:
    """The null test of the strategies reference, §9: at most 5 % links."""
    chance = random.Random(7)
    tried = found = 0
    for _ in range(40):
        names = {str(n): set(chance.sample(range(168), 30)) for n in range(8)}
        tried += 28
        found += len(linked({"BTC/USDT": names}, 168))

    assert found <= 0.05 * tried
