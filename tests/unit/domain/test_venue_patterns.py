"""What venues show of each other."""

from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.venue_patterns import ArbCluster, Silence


def at(ms: int) -> Nanos:
    return Nanos(ms * MILLISECOND)


def regular() -> Silence:
    """A venue heard each 10 ms for two seconds; another stands at 100."""
    watch = Silence()
    for n in range(200):
        watch.see(at(10 * n), "b", 100.0)
        watch.hear(at(10 * n))
    return watch


def test_a_venue_silent_while_another_moved_is_stale() -> None:
    watch = regular()

    told = watch.see(at(1990 + 30), "b", 100.06)

    assert told is not None
    assert told.side == 1


def test_a_venue_silent_for_less_than_three_of_its_longest_gaps_is_not() -> None:
    assert regular().see(at(1990 + 29), "b", 100.06) is None


def test_a_small_move_of_the_others_makes_nobody_stale() -> None:
    assert regular().see(at(1990 + 500), "b", 100.04) is None


def test_a_venue_that_spoke_again_is_compared_from_then_on() -> None:
    watch = regular()
    watch.see(at(2000), "b", 99.9)
    watch.hear(at(2001))

    assert watch.see(at(2500), "b", 99.9) is None


def opened(*seconds: int) -> list[bool]:
    cluster = ArbCluster()
    return [cluster.see(Nanos(second * SECOND)) is not None for second in seconds]


def test_five_episodes_within_a_minute_are_a_cluster() -> None:
    assert opened(0, 15, 30, 45, 60) == [False] * 4 + [True]


def test_a_gap_of_twenty_seconds_begins_anew() -> None:
    assert opened(0, 1, 2, 22, 23, 24) == [False] * 6


def test_five_episodes_in_more_than_a_minute_are_none() -> None:
    assert opened(0, 16, 32, 48, 61) == [False] * 5
