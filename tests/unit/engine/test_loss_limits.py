"""Loss limits are looked at again whenever a result, its day or its peak has changed."""

from decimal import Decimal

from graphwiz_trader.domain.events import BookGap
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, Floor, submitted


def _long() -> Floor:
    """A floor that bought 5 at 100.1; a loss of 50 is the day's limit."""
    floor = Floor(max_exposure=Decimal(1000), circuit_breaker_threshold=Decimal("-0.05"))
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "5", "100.1")))
    floor.fill(buy, "5", "100.1")
    return floor


def test_they_are_kept_until_one_is_reached_and_again_once_limits_count_anew() -> None:
    floor = _long()
    state = floor.engine.state

    before = state.loss_limits.are_kept(state.now)
    floor.alpha("90.1", "90.2")
    reached = state.loss_limits.are_kept(state.now)
    state.holdings.rearm(state.now)

    assert (before, reached, state.loss_limits.are_kept(state.now)) == (True, False, True)


def test_a_new_day_counts_from_nothing() -> None:
    floor = _long()
    floor.alpha("90.1", "90.2")
    state = floor.engine.state

    assert not state.loss_limits.are_kept(state.now)
    assert state.loss_limits.are_kept(Nanos(state.now + DAY))


def test_a_snapshot_at_the_touch_there_was_values_what_was_bought_in_the_dark() -> None:
    floor = Floor()
    (buy,) = submitted(floor.say(floor.single(Side.BUY, "5", "100.1")))
    floor.engine.step(BookGap(Nanos(floor.now), ALPHA.id, "lost 7"))
    floor.fill(buy, "5", "100.1")
    holdings = floor.engine.state.holdings

    in_the_dark = holdings.pnl
    floor.engine.step(make.book_update(ALPHA, [("100.0", "5")], [("100.1", "5")], floor.now))

    assert (in_the_dark, round(holdings.pnl, 9)) == (0.0, -0.5)
