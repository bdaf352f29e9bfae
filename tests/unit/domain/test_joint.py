"""Joint states are counted once a distinct time, and only while every quote is usable."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.joint import Touch, joint_states
from graphwiz_trader.domain.units import SECOND, Asset, InstrumentId, Nanos

NAN = float("nan")


def touch(*rows: tuple[float, float, float], venue: str = "a") -> Touch:
    """Rows of (seconds, bid, ask)."""
    instrument = Instrument(
        InstrumentId(f"BTC/USDT@{venue}"),
        Asset("BTC"),
        Asset("USDT"),
        Decimal("0.01"),
        Decimal("0.001"),
    )
    ts, bid, ask = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Touch(instrument, (ts * SECOND).astype(np.int64), bid, ask)


def minute() -> Nanos:
    return Nanos(60 * SECOND)


def test_a_state_is_taken_after_all_updates_of_its_time() -> None:
    one = touch((1, 9, 10), (1, 8, 10), (2, 7, 10))
    two = touch((1, 9, 10), (2, 9, 11), venue="b")

    joint = joint_states((one, two), minute())

    assert joint.ts.tolist() == [SECOND, 2 * SECOND]
    assert joint.rows[0].tolist() == [1, 2]
    assert joint.rows[1].tolist() == [0, 1]


def test_a_state_lasts_until_the_next_update_of_either() -> None:
    one = touch((0, 9, 10), (5, 9, 10))
    two = touch((2, 9, 10), venue="b")

    joint = joint_states((one, two), minute())

    assert joint.lasts.tolist() == [3 * SECOND, 0]


def test_a_state_ends_when_its_older_quote_is_too_old() -> None:
    one = touch((0, 9, 10), (100, 9, 10))
    two = touch((20, 9, 10), venue="b")

    joint = joint_states((one, two), minute())

    assert joint.ts.tolist() == [20 * SECOND]
    assert joint.lasts.tolist() == [40 * SECOND]


def test_crossed_and_one_sided_quotes_are_unusable_and_locked_ones_are_not() -> None:
    one = touch((1, 9, 10), (2, 11, 10), (3, NAN, 10), (4, 10, 10))
    two = touch((0, 9, 10), venue="b")

    joint = joint_states((one, two), minute())

    assert joint.rows[0].tolist() == [0, 3]


def test_touches_without_a_message_have_no_joint_state() -> None:
    assert joint_states((touch(), touch((1, 9, 10), venue="b")), minute()).ts.size == 0


quotes = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 4), st.integers(2, 5)), max_size=12
).map(sorted)


@given(quotes, quotes, st.integers(1, 10))
def test_joint_states_are_what_a_walk_through_time_finds(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]], age: int
) -> None:
    tapes = (touch(*first), touch(*second, venue="b"))

    joint = joint_states(tapes, Nanos(age * SECOND))

    found = [
        (ts // SECOND, lasts // SECOND)
        for ts, lasts in zip(joint.ts.tolist(), joint.lasts.tolist(), strict=True)
    ]
    assert found == _walked(first, second, age)


def _walked(
    first: list[tuple[int, int, int]], second: list[tuple[int, int, int]], age: int
) -> list[tuple[int, int]]:
    times = sorted({row[0] for row in (*first, *second)})
    found = []
    for time, following in zip(times, [*times[1:], *times[-1:]], strict=True):
        last = [
            next((row for row in reversed(rows) if row[0] <= time), None)
            for rows in (first, second)
        ]
        if any(row is None or row[1] > row[2] or time - row[0] > age for row in last):
            continue
        ends = min(following, *(row[0] + age for row in last if row))
        found.append((time, ends - time))
    return found
