"""Two recordings of one price tell by how much their clocks disagree, or that they cannot tell."""

import numpy as np
import pytest

from graphwiz_trader.domain.clock_offset import Mids, clock_offset
from graphwiz_trader.domain.errors import DataError

HOUR = 3_600
SECOND = 1_000_000_000


def walk(seconds: int, seed: int = 1) -> Mids:
    """A price that moves at random moments, about twice a second."""
    random = np.random.default_rng(seed)
    ts = np.cumsum(random.exponential(0.5 * SECOND, 2 * seconds)).astype(np.int64)
    return Mids(ts, 100 + np.cumsum(random.normal(0, 0.01, ts.size)))


def moved(mids: Mids, seconds: float) -> Mids:
    return Mids(mids.ts + round(seconds * SECOND), mids.mid)


def noisy(mids: Mids, seed: int) -> Mids:
    """The same price as another venue quotes it: late by up to 20 ms, and a little beside."""
    random = np.random.default_rng(seed)
    late = np.sort(mids.ts + random.integers(0, SECOND // 50, mids.ts.size))
    return Mids(late, mids.mid + random.normal(0, 0.005, mids.ts.size))


@pytest.mark.parametrize("seconds", [-18_000.0, -12.35, 0.0, 0.25, 10_800.0])
def test_the_offset_undoes_what_was_done_to_the_clock(seconds: float) -> None:
    ours = walk(HOUR)

    found = clock_offset(ours, moved(noisy(ours, 2), seconds), max_offset_s=12 * HOUR)

    assert found.offset_s == pytest.approx(-seconds, abs=0.1)
    assert found.peak > 0.9
    assert found.runner_up < 0.5


def test_a_recording_agrees_with_itself() -> None:
    ours = walk(HOUR)

    found = clock_offset(ours, ours, max_offset_s=HOUR)

    assert found.offset_s == 0
    assert found.peak == pytest.approx(1)
    assert found.at_zero == found.peak


def test_recordings_on_a_grid_of_seconds_agree_in_the_middle_of_the_second() -> None:
    """Read at one phase only, every lag up to a second would fit such recordings as well."""
    random = np.random.default_rng(3)
    ts = np.arange(HOUR, dtype=np.int64) * SECOND
    ours = Mids(ts, 25 + np.cumsum(random.normal(0, 0.001, HOUR)))

    found = clock_offset(ours, ours, max_offset_s=60)

    assert found.offset_s == 0


def test_the_correlation_of_the_clocks_as_they_are_is_told_beside_the_peak() -> None:
    ours = walk(HOUR)

    found = clock_offset(ours, moved(ours, 600), max_offset_s=HOUR)

    assert abs(found.at_zero) < 0.3
    assert found.peak == pytest.approx(1)


def test_two_prices_that_have_nothing_in_common_have_no_peak() -> None:
    found = clock_offset(walk(HOUR, seed=4), walk(HOUR, seed=5), max_offset_s=HOUR)

    assert found.peak < 0.5


def test_an_offset_beyond_the_range_is_not_found() -> None:
    ours = walk(HOUR)

    found = clock_offset(ours, moved(ours, 1_800), max_offset_s=600)

    assert found.peak < 0.5


def test_a_pause_of_both_markets_is_no_move_of_the_price() -> None:
    """A jump over a weekend would outweigh everything that was traded."""
    before, after = walk(HOUR, seed=6), moved(walk(HOUR, seed=7), 5 * HOUR)
    both = Mids(np.concatenate([before.ts, after.ts]), np.concatenate([before.mid, after.mid + 50]))

    found = clock_offset(both, moved(noisy(both, 8), 30), max_offset_s=2 * HOUR)

    assert found.offset_s == pytest.approx(-30, abs=0.1)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (walk(HOUR), Mids(np.zeros(0, np.int64), np.zeros(0))),
        (walk(HOUR), Mids(np.arange(HOUR, dtype=np.int64) * SECOND, np.full(HOUR, 100.0))),
        (walk(20), walk(20)),
        (walk(HOUR), moved(walk(HOUR), 48 * HOUR)),
    ],
    ids=["no quotes", "a constant price", "20 seconds", "two days apart"],
)
def test_too_little_in_common_is_said(ours: Mids, theirs: Mids) -> None:
    with pytest.raises(DataError, match=r"usable two-sided quotes|too little in common"):
        clock_offset(ours, theirs, max_offset_s=HOUR)
