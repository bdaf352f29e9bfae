"""What every sampler promises."""

from collections.abc import Callable
from typing import TypeAlias

from graphwiz_trader.domain.space import Params
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.ports.sampler import Sampler

Make: TypeAlias = Callable[[], Sampler]
"""Makes a sampler, the same every time, of keys `a.lookback` and `a.threshold`."""


def walk(sampler: Sampler, count: int) -> list[Params]:
    """Ask for *count* points in batches and tell of each that it was worth its threshold."""
    points: list[Params] = []
    while len(points) < count:
        asked = sampler.ask(min(sampler.batch or count, count - len(points)))
        if not asked:
            break
        for point in asked:
            sampler.tell(Trial(len(points), point), float(point["a.threshold"]))
            points.append(point)
    return points


class SamplerContract:
    """Promises of ports/sampler.py."""

    def test_every_point_has_a_text_for_every_key(self, make: Make) -> None:
        for point in walk(make(), 6):
            assert set(point) == {"a.lookback", "a.threshold"}
            assert all(isinstance(text, str) for text in point.values())

    def test_a_value_is_one_that_the_space_holds(self, make: Make) -> None:
        for point in walk(make(), 6):
            assert point["a.lookback"] in {"50", "100", "150"}
            assert 1.0 <= float(point["a.threshold"]) <= 3.0

    def test_the_same_answers_lead_to_the_same_points(self, make: Make) -> None:
        assert walk(make(), 6) == walk(make(), 6)

    def test_a_failed_trial_does_not_end_it(self, make: Make) -> None:
        sampler = make()
        (point,) = sampler.ask(1)
        sampler.tell(Trial(0, point, error="failed"), float("-inf"))

        assert len(sampler.ask(1)) == 1
