"""What the mid does to fills within a second, and what of it is remembered."""

import pytest

from graphwiz_trader.domain.aftermath import Aftermath
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Nanos, Ticks


def at(seconds: float) -> Nanos:
    return Nanos(int(seconds * SECOND))


def test_a_buy_before_a_fall_has_lost_what_the_mid_lost() -> None:
    seen = Aftermath(60.0)

    seen.fill(Side.BUY, Ticks(10_000), at(10))
    seen.look(9_990.0, at(11))

    assert seen.loss_bps(Side.BUY) == pytest.approx(10.0)
    assert seen.loss_bps(Side.SELL) == 0.0


def test_nothing_is_judged_before_a_second_is_over() -> None:
    seen = Aftermath(60.0)

    seen.fill(Side.SELL, Ticks(10_000), at(10))
    seen.look(10_050.0, at(10.999))

    assert seen.loss_bps(Side.SELL) == 0.0


def test_a_gain_asks_for_nothing() -> None:
    seen = Aftermath(60.0)

    seen.fill(Side.SELL, Ticks(10_000), at(10))
    seen.look(9_990.0, at(11))

    assert seen.loss_bps(Side.SELL) == 0.0


def test_a_second_fill_while_one_is_waiting_is_the_same_event() -> None:
    seen = Aftermath(60.0)

    seen.fill(Side.BUY, Ticks(10_000), at(10))
    seen.fill(Side.BUY, Ticks(9_000), at(10.5))
    seen.look(9_990.0, at(11))
    seen.look(9_990.0, at(12))

    assert seen.loss_bps(Side.BUY) == pytest.approx(10.0)


def test_half_of_it_is_forgotten_in_a_half_life() -> None:
    seen = Aftermath(60.0)
    seen.fill(Side.BUY, Ticks(10_000), at(10))
    seen.look(9_990.0, at(11))

    seen.fill(Side.BUY, Ticks(10_000), at(70))
    seen.look(10_000.0, at(71))

    assert seen.loss_bps(Side.BUY) == pytest.approx(5.0)
