"""A screen looks at mids of one time, and names the instruments it believes."""

import numpy as np
import pytest

from graphwiz_trader.application.screen import screen_pairs
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.units import SECOND, Float64s, Nanos
from graphwiz_trader.testing import make
from tests.unit.domain.test_cointegration import tied, walk

WALK = walk(1, 800)


def touch(name: str, logs: Float64s, late: int = 0) -> Touch:
    """Quote around 100·exp(*logs*), once a second, *late* nanoseconds after it."""
    mids = 100 * np.exp(logs)
    ts = np.arange(len(logs), dtype=np.int64) * SECOND + late
    return Touch(make.instrument(name), ts, mids * 0.9999, mids * 1.0001)


def test_the_pair_is_named_among_what_wanders_alone() -> None:
    touches = [
        touch("A/USDT@alpha", WALK),
        touch("B/USDT@alpha", walk(4, 800), late=300),
        touch("C/USDT@alpha", tied(WALK, 2), late=700),
    ]

    found = screen_pairs(touches, SECOND)

    believed = {(pair.a, pair.b) for pair in found if pair.is_tradable}
    assert believed == {("A/USDT@alpha", "C/USDT@alpha"), ("C/USDT@alpha", "A/USDT@alpha")}
    assert [pair.found.t for pair in found] == sorted(pair.found.t for pair in found)
    assert all((pair.filter is not None) == pair.is_tradable for pair in found)


def test_no_mid_of_later_is_used() -> None:
    """Shifting one tape by less than a step shows the mid of a step before."""
    plain = screen_pairs([touch("A/USDT@a", WALK), touch("C/USDT@a", tied(WALK, 2))], SECOND)
    late = screen_pairs([touch("A/USDT@a", WALK), touch("C/USDT@a", tied(WALK, 2), 1)], SECOND)

    assert [pair.found.t for pair in plain] != [pair.found.t for pair in late]


@pytest.mark.parametrize(
    ("touches", "told"),
    [
        ([touch("A/USDT@a", WALK)], "found 1 instruments"),
        ([touch("A/USDT@a", WALK[:50]), touch("B/USDT@a", WALK[:50])], "found 50 times"),
        ([touch("A/USDT@a", WALK), touch("B/USDT@a", WALK * np.nan)], "never quoted"),
    ],
)
def test_too_little_to_say_is_an_error(touches: list[Touch], told: str) -> None:
    with pytest.raises(DataError, match=told):
        screen_pairs(touches, Nanos(SECOND))
