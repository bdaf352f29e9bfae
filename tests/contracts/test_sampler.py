"""The samplers keep their promises; Optuna's learns."""

import pytest

from graphwiz_trader.adapters.optuna.sampler import OptunaSampler
from graphwiz_trader.application.grid_sampler import GridSampler
from graphwiz_trader.domain.space import axis
from graphwiz_trader.testing.sampler import ScriptedSampler
from tests.contracts.sampler import Make, SamplerContract, walk

LOOKBACK = axis("a.lookback=50:150:50")
STEPS = (LOOKBACK, axis("a.threshold=1:3:0.5"))
SMOOTH = (LOOKBACK, axis("a.threshold=1:3"))


class TestScriptedSampler(SamplerContract):
    @pytest.fixture
    def make(self) -> Make:
        points = [{"a.lookback": "50", "a.threshold": str(1 + n / 8)} for n in range(16)]
        return lambda: ScriptedSampler(points, batch=3)


class TestGridSampler(SamplerContract):
    @pytest.fixture
    def make(self) -> Make:
        return lambda: GridSampler(STEPS)

    def test_a_grid_ends(self) -> None:
        sampler = GridSampler(STEPS)

        assert len(sampler.ask(99)) == 15
        assert sampler.ask(1) == ()


class TestRandomSampler(SamplerContract):
    @pytest.fixture
    def make(self) -> Make:
        return lambda: OptunaSampler(SMOOTH, 7, learns=False)


class TestTpeSampler(SamplerContract):
    @pytest.fixture
    def make(self) -> Make:
        return lambda: OptunaSampler(SMOOTH, 7, learns=True)

    def test_it_comes_nearer_to_what_was_good(self) -> None:
        points = walk(OptunaSampler(SMOOTH, 7, learns=True), 96)

        early, late = (
            sum(float(point["a.threshold"]) for point in part) / len(part)
            for part in (points[:16], points[-16:])
        )
        assert late > early + 0.3

    def test_values_with_steps_keep_the_text_they_were_written_in(self) -> None:
        points = OptunaSampler(STEPS, 1, learns=True).ask(16)

        assert {point["a.threshold"] for point in points} <= {"1.0", "1.5", "2.0", "2.5", "3.0"}

    def test_words_are_chosen_among(self) -> None:
        points = OptunaSampler((axis("a.mode=slow,fast"),), 1, learns=False).ask(16)

        assert {point["a.mode"] for point in points} == {"slow", "fast"}
