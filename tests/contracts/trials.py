"""What every store of trials promises."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.trial import Trial
from graphwiz_trader.ports.trials import Trials

PLAN = {"data": "d1", "seed": "7"}
TRIAL = Trial(3, {"a.b": "1.50"}, Decimal("-0.10"), 4, 2, (0.1, -0.25), "")


class TrialsContract:
    """Promises of ports/trials.py."""

    def test_what_was_kept_is_there_again(self, trials: Trials) -> None:
        log = trials.create(PLAN)
        failed = Trial(4, {"a.b": "x"}, error="ConfigError: 'x' 🤷")

        log.keep(TRIAL)
        log.keep(failed)

        assert log.kept() == (TRIAL, failed)

    def test_sweeps_are_apart(self, trials: Trials) -> None:
        first, second = trials.create(PLAN), trials.create(PLAN)

        first.keep(TRIAL)

        assert second.kept() == ()
        assert first.path != second.path

    def test_a_sweep_can_be_gone_on_with(self, trials: Trials) -> None:
        log = trials.create(PLAN)
        log.keep(TRIAL)

        again = trials.reopen(log.path.rpartition("/")[2], PLAN)
        again.keep(TRIAL)

        assert len(again.kept()) == 2

    def test_another_plan_is_refused_by_its_key(self, trials: Trials) -> None:
        log = trials.create(PLAN)

        with pytest.raises(DataError, match="found another seed"):
            trials.reopen(log.path.rpartition("/")[2], {**PLAN, "seed": "8"})

    def test_a_sweep_that_never_was_is_named(self, trials: Trials) -> None:
        trials.create(PLAN)

        with pytest.raises(DataError, match=r"no sweep sweep-9.*sweep-0001"):
            trials.reopen("sweep-9", PLAN)

    def test_trials_on_one_set_of_data_are_counted_over_all_sweeps(self, trials: Trials) -> None:
        for data in ("d1", "d1", "d2"):
            log = trials.create({**PLAN, "data": data})
            log.keep(TRIAL)
            log.keep(TRIAL)

        assert (trials.ever("d1"), trials.ever("d2"), trials.ever("d3")) == (4, 2, 0)

    def test_a_sweep_can_be_finished(self, trials: Trials) -> None:
        log = trials.create(PLAN)

        log.finish({"best": Decimal("1.0")})

        assert log.kept() == ()
