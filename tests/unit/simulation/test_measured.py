"""A venue as quick as a session measured it."""

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.simulation.measured import MeasuredLatency, Way, Ways

USUAL = Nanos(7)


def way(since: int, took: int) -> Way:
    return Way(Nanos(since), Nanos(took))


def test_what_set_out_together_takes_what_each_of_it_took() -> None:
    latency = MeasuredLatency(Ways((way(100, 5), way(100, 9))), USUAL)

    assert [latency.entry(Nanos(100)) for _ in range(2)] == [5, 9]


def test_another_instant_takes_what_its_nearest_neighbor_took() -> None:
    latency = MeasuredLatency(Ways(answers=(way(100, 5), way(200, 9))), USUAL)

    assert [latency.response(Nanos(at)) for at in (0, 149, 151, 999)] == [5, 5, 9, 9]


def test_nothing_measured_takes_what_is_usual() -> None:
    latency = MeasuredLatency(Ways(), USUAL)

    assert (latency.entry(Nanos(1)), latency.response(Nanos(1))) == (USUAL, USUAL)


def test_only_what_was_lost_is_lost_and_once() -> None:
    latency = MeasuredLatency(Ways(lost=(way(100, 50),)), USUAL)

    assert [latency.refusal(Nanos(at)) for at in (99, 100, 100)] == [None, 50, None]


def test_a_message_cannot_arrive_before_it_set_out() -> None:
    with pytest.raises(DomainError, match="-1 ns"):
        way(100, -1)
