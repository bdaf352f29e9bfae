import pytest

from graphwiz_trader.domain.clock_reading import ClockReading, surest
from graphwiz_trader.domain.units import Nanos


def reading(offset: int, error: int, ts: int = 0) -> ClockReading:
    return ClockReading(Nanos(ts), Nanos(offset), Nanos(error))


@pytest.mark.parametrize("looked", range(11))
def test_the_true_offset_is_within_the_error(looked: int) -> None:
    """Whenever between question and answer the venue looked at its clock."""
    true_offset, asked, answered = 1_000, 50, 60

    found = ClockReading.of(Nanos(asked), Nanos(asked + looked + true_offset), Nanos(answered))

    assert abs(found.offset - true_offset) <= found.error
    assert found.error == 5


def test_the_shortest_round_trip_is_the_surest() -> None:
    assert surest([reading(9, 5), reading(7, 2), reading(8, 3)]) == reading(7, 2)


def test_of_equally_sure_ones_the_latest_counts() -> None:
    assert surest([reading(9, 5, ts=1), reading(7, 5, ts=2)]) == reading(7, 5, ts=2)


@pytest.mark.parametrize(("offset", "differs"), [(1_000, False), (1_014, False), (1_016, True)])
def test_what_the_errors_explain_is_no_difference(offset: int, differs: bool) -> None:
    assert reading(offset, 2).differs(reading(1_000, 3), Nanos(10)) is differs
