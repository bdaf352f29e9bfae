import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.latency import (
    ConstantLatency,
    EmpiricalLatency,
    JitteredLatency,
    LatencyModel,
    Trip,
)
from graphwiz_trader.simulation.line import Line


def trip(sent: int, matched: int, answered: int) -> Trip:
    return Trip(Nanos(sent), Nanos(matched), Nanos(answered))


# Two measured requests: 200 ns and 400 ns to the venue, 50 ns and 150 ns back.
MEASURED = EmpiricalLatency([trip(1000, 1200, 1250), trip(2000, 2400, 2550)])


def test_constant_is_constant() -> None:
    model: LatencyModel = ConstantLatency(Nanos(3), Nanos(4))

    assert (model.entry(Nanos(9)), model.response(Nanos(9))) == (3, 4)
    assert model.refusal(Nanos(9)) is None


@pytest.mark.parametrize("times", [(-1, 0), (0, -1)])
def test_a_negative_constant_is_refused(times: tuple[int, int]) -> None:
    with pytest.raises(DomainError, match="negative"):
        ConstantLatency(*map(Nanos, times))


@pytest.mark.parametrize(
    ("sent", "taken"), [(0, 200), (1000, 200), (1500, 300), (1999, 399), (2000, 400), (9999, 400)]
)
def test_entry_is_linear_between_requests_and_flat_outside(sent: int, taken: int) -> None:
    assert MEASURED.entry(Nanos(sent)) == taken


@pytest.mark.parametrize(("matched", "taken"), [(0, 50), (1200, 50), (1800, 100), (2400, 150)])
def test_response_is_linear_between_matches(matched: int, taken: int) -> None:
    assert MEASURED.response(Nanos(matched)) == taken


@pytest.mark.parametrize(
    ("sent", "told"),
    [(500, None), (1000, 140), (1500, 220), (2000, 300), (2500, 250), (3000, None)],
)
def test_requests_beside_a_refused_one_are_refused(sent: int, told: int | None) -> None:
    model = EmpiricalLatency(
        [trip(0, 10, 20), trip(1000, 1100, 1140), trip(2000, 0, 2300), trip(3000, 3100, 3200)]
    )

    assert model.refusal(Nanos(sent)) == told


@pytest.mark.parametrize(
    ("trips", "match"),
    [
        ([], "no measured trip"),
        ([trip(1, 0, 3)], "no measured trip"),
        ([trip(5, 6, 7), trip(4, 8, 9)], "order of time"),
        ([trip(4, 9, 9), trip(5, 8, 9)], "order of time"),
        ([trip(5, 4, 7)], "before it began"),
        ([trip(5, 6, 5)], "before it began"),
    ],
)
def test_trips_that_cannot_be_are_refused(trips: list[Trip], match: str) -> None:
    with pytest.raises(DomainError, match=match):
        EmpiricalLatency(trips)


def test_jitter_stays_within_its_bounds_and_is_a_function_of_the_seed() -> None:
    first, again = (
        JitteredLatency(Nanos(100), Nanos(10), Nanos(50), Chance(7).unit) for _ in range(2)
    )

    draws = [(first.entry(Nanos(0)), first.response(Nanos(0))) for _ in range(200)]

    assert draws == [(again.entry(Nanos(0)), again.response(Nanos(0))) for _ in range(200)]
    assert all(100 <= entry < 150 and 10 <= response < 60 for entry, response in draws)
    assert len(set(draws)) > 100
    assert first.refusal(Nanos(0)) is None


def test_negative_jitter_is_refused() -> None:
    with pytest.raises(DomainError, match="negative"):
        JitteredLatency(Nanos(1), Nanos(1), Nanos(-1), Chance(7).unit)


def test_no_draw_reorders_a_connection() -> None:
    jittered = JitteredLatency(Nanos(0), Nanos(0), Nanos(1000), Chance(3).unit)
    line = Line(jittered.entry)

    arrivals = [line.arrival(Nanos(sent)) for sent in range(0, 5000, 10)]

    assert arrivals == sorted(arrivals)
