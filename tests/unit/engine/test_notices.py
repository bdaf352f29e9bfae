"""What is noticed beside the engine: raised by it, and on the record."""

from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import Floor


def test_what_was_noticed_is_raised_as_it_was_told() -> None:
    floor = Floor()

    outcome = floor.engine.step(Noticed(floor.now, Severity.WARNING, "CLOCK_STEP", "by 2 s"))

    assert outcome.commands == (RaiseAlert(Severity.WARNING, "CLOCK_STEP", "by 2 s"),)


def test_vitals_lead_to_nothing() -> None:
    floor = Floor()

    outcome = floor.engine.step(make.vitals(floor.now))

    assert outcome == Outcome(floor.engine.seq)
