"""Records of closed trades."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.trade_record import trade_record, wilson


def results(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_wins_losses_and_their_averages() -> None:
    record = trade_record(results("3", "-1", "0", "5", "-2"))

    assert (record.count, record.wins, record.losses) == (5, 2, 2)
    assert record.net == Decimal(5)
    assert record.win_rate == pytest.approx(0.4)
    assert record.profit_factor == pytest.approx(8 / 3)
    assert record.expectancy == Decimal(1)
    assert record.average_win == Decimal(4)
    assert record.average_loss == Decimal("-1.5")
    assert (record.best, record.worst) == (Decimal(5), Decimal(-2))


def test_a_trade_that_ends_at_zero_breaks_a_streak() -> None:
    record = trade_record(results("1", "1", "0", "1", "-1", "-1", "-1", "2"))

    assert record.longest_winning == 2
    assert record.longest_losing == 3


def test_without_trades_nothing_is_claimed() -> None:
    record = trade_record([])

    assert record.count == 0
    assert record.win_rate is None
    assert record.expectancy is None
    assert record.best is None


def test_without_losses_there_is_no_profit_factor() -> None:
    assert trade_record(results("1", "2")).profit_factor is None


def test_wilson_interval_of_seven_in_ten() -> None:
    assert wilson(7, 10) == pytest.approx((0.3967781, 0.8922087), abs=5e-8)


def test_wilson_interval_stays_within_zero_and_one() -> None:
    low, high = wilson(0, 3)

    assert low == pytest.approx(0.0, abs=1e-12)
    assert 0.0 < high < 1.0
