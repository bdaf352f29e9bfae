"""Recordings whose clocks are seconds apart are refused, unless somebody declares by how much."""

import numpy as np
import pytest

from graphwiz_trader.application.clocks import aligned, check_clocks, shifted
from graphwiz_trader.domain.errors import ClocksDisagree, DataError
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.testing.make import instrument

HOUR = 3_600


def touch(name: str, late: float = 0, seed: int = 1, seconds: int = HOUR) -> Touch:
    """A price that moves about twice a second, recorded by a clock that is *late* seconds slow."""
    random = np.random.default_rng(seed)
    ts = np.cumsum(random.exponential(0.5 * SECOND, 2 * seconds)).astype(np.int64)
    mid = 100 + np.cumsum(random.normal(0, 0.01, ts.size))
    return Touch(instrument(name), ts - round(late * SECOND), mid - 0.01, mid + 0.01)


A = touch("EUR/USD@a")


def test_clocks_hours_apart_are_refused_with_what_to_declare() -> None:
    with pytest.raises(ClocksDisagree, match=r"declare --offset b=18000\.00") as refused:
        check_clocks([A, touch("EUR/USD@b", late=18_000)], {})

    assert refused.value.offset_s == pytest.approx(18_000, abs=0.1)


@pytest.mark.parametrize("offsets", [{"b": 18_000.0}, {"a": -18_000.0}, {"b": 17_996.0}])
def test_a_declared_offset_is_taken_as_added(offsets: dict[str, float]) -> None:
    check_clocks([A, touch("EUR/USD@b", late=18_000)], offsets)


def test_a_wrong_declaration_is_refused_with_the_whole_offset() -> None:
    with pytest.raises(ClocksDisagree) as refused:
        check_clocks([A, touch("EUR/USD@b", late=18_000)], {"b": 3_600.0})

    assert refused.value.offset_s == pytest.approx(18_000, abs=0.1)


def test_a_lead_of_a_few_seconds_may_be_real() -> None:
    check_clocks([A, touch("EUR/USD@b", late=4.5)], {})


def test_a_perpetual_is_held_against_its_spot() -> None:
    with pytest.raises(ClocksDisagree):
        check_clocks([A, touch("EUR/USD:USD@b", late=60)], {})


@pytest.mark.parametrize(
    "other",
    [
        touch("EUR/USD@a", late=18_000),
        touch("GBP/USD@b", late=18_000),
        touch("EUR/USD@b", late=18_000, seed=2),
        touch("EUR/USD@b", late=18_000, seconds=20),
        touch("EUR/USD@b", seconds=0),
    ],
    ids=["same venue", "other assets", "other prices", "20 seconds", "nothing"],
)
def test_what_cannot_be_told_is_not_refused(other: Touch) -> None:
    check_clocks([A, other], {})


def test_long_recordings_are_compared_where_both_are() -> None:
    """A month of one venue, of which the other has the last hour."""
    month = touch("EUR/USD@a", seconds=60)
    later = shifted(A, {"a": 30 * 24 * HOUR})
    both = Touch(
        A.instrument,
        np.concatenate([month.ts, later.ts]),
        np.concatenate([month.bid, later.bid]),
        np.concatenate([month.ask, later.ask]),
    )

    with pytest.raises(ClocksDisagree):
        check_clocks([both, shifted(touch("EUR/USD@b", late=60), {"b": 30 * 24 * HOUR})], {})


def test_quotes_that_cross_themselves_tell_no_price() -> None:
    crossed = touch("EUR/USD@b")
    crossed.bid[::10] += 50

    found = aligned([A], [crossed], HOUR)

    assert found.offset.offset_s == 0
    assert found.offset.peak > 0.9


def test_the_pair_of_assets_with_the_most_quotes_is_compared() -> None:
    found = aligned(
        [touch("GBP/USD@a", seconds=900), A],
        [touch("GBP/USD@b", late=7, seconds=900), touch("EUR/USD@b", late=60)],
        HOUR,
    )

    assert (found.first, found.second) == ("EUR/USD@a", "EUR/USD@b")
    assert found.offset.offset_s == pytest.approx(60, abs=0.1)


def test_recordings_of_other_assets_cannot_be_aligned() -> None:
    with pytest.raises(DataError, match="EUR/USD@a and GBP/USD@b"):
        aligned([A], [touch("GBP/USD@b")], HOUR)
