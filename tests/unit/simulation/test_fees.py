from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.simulation.fees import Fees, FeeSchedule, FeeTier

MILLION = Decimal(1_000_000)
TIERS = (
    FeeTier(MILLION, Decimal("0.0005"), Decimal("0.0008")),
    FeeTier(10 * MILLION, Decimal("-0.0001"), Decimal("0.0004")),
)
HOUR = Nanos(3_600_000_000_000)


@pytest.mark.parametrize("bps", [7.5, "7.5", Decimal("7.5")])
def test_rates_are_exact_fractions(bps: float | str | Decimal) -> None:
    tier = FeeSchedule("-0.25", bps).tier(Decimal(0))

    assert (tier.maker, tier.taker) == (Decimal("-0.000025"), Decimal("0.00075"))


@pytest.mark.parametrize(
    ("volume", "taker"),
    [("0", "0.001"), ("999999.99", "0.001"), ("1000000", "0.0008"), ("1e9", "0.0004")],
)
def test_the_tier_is_the_highest_that_is_reached(volume: str, taker: str) -> None:
    assert FeeSchedule(10, 10, TIERS).tier(Decimal(volume)).taker == Decimal(taker)


def test_the_worst_rate_is_what_an_order_may_have_to_pay() -> None:
    assert FeeSchedule(1, 2, TIERS).worst == Decimal("0.0008")
    assert FeeSchedule(-1, -2).worst == 0


@pytest.mark.parametrize(
    ("tiers", "reset"), [(TIERS[::-1], 0), (TIERS[:1] * 2, 0), ((), -1), ((), DAY)]
)
def test_tiers_must_rise_and_the_reset_be_a_time_of_day(
    tiers: tuple[FeeTier, ...], reset: int
) -> None:
    with pytest.raises(DomainError):
        FeeSchedule(1, 1, tiers, Nanos(reset))


def test_the_tier_changes_at_the_reset_hour_and_not_before() -> None:
    fees = Fees(FeeSchedule(10, 10, TIERS, reset=HOUR))
    fees.advance(Nanos(5 * DAY))

    fees.count(2 * MILLION)
    fees.advance(Nanos(5 * DAY + HOUR - 1))
    before = fees.tier.taker
    fees.advance(Nanos(5 * DAY + HOUR))

    assert (before, fees.tier.taker) == (Decimal("0.001"), Decimal("0.0008"))


@pytest.mark.parametrize(("days", "taker"), [(30, "0.0008"), (31, "0.001"), (400, "0.001")])
def test_volume_counts_for_thirty_days(days: int, taker: str) -> None:
    fees = Fees(FeeSchedule(10, 10, TIERS))
    fees.advance(Nanos(0))

    fees.count(2 * MILLION)
    fees.advance(Nanos(days * DAY))

    assert fees.tier.taker == Decimal(taker)
