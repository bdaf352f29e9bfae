"""Expected against realised, in exact money."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.attribution import Attribution, attribution
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)

HERE, THERE = (
    Instrument(
        InstrumentId(f"A/B@{venue}"), Asset("A"), Asset("B"), Decimal("0.01"), Decimal("0.5")
    )
    for venue in ("here", "there")
)
INSTRUMENTS = {HERE.id: HERE, THERE.id: THERE}
PLAN = (
    Leg(HERE.id, Side.BUY, Ticks(10_000), Lots(4)),
    Leg(THERE.id, Side.SELL, Ticks(10_050), Lots(4)),
)
EXPECTED = Decimal("0.599")


def fill(instrument: Instrument, side: Side, price: int, qty: int, fee: str) -> FillBooked:
    return FillBooked(
        ClOrdId("o"), "e", StrategyId("s"), instrument.id, side, Ticks(price), Lots(qty),
        Decimal(fee), Decimal(0), Liquidity.TAKER, Nanos(0), "g",
    )  # fmt: skip


def test_worse_prices_and_the_fees_they_change() -> None:
    """Two units planned at 100.00 and 100.50, filled at 100.02 and 100.47, 10 bps a leg."""
    fills = [
        fill(HERE, Side.BUY, 10_002, 4, "0.20004"),
        fill(THERE, Side.SELL, 10_047, 4, "0.20094"),
    ]

    found = attribution(PLAN, fills, INSTRUMENTS, EXPECTED)

    assert found == Attribution(
        expected=EXPECTED,
        price=Decimal("-0.10"),
        quantity=Decimal(0),
        fees=Decimal("0.00002"),
        unwind=Decimal(0),
        realised=Decimal("0.49902"),
    )


def test_a_missing_leg_is_undone_at_a_loss() -> None:
    """Only the buy filled; it was sold again where it was bought, three cents lower."""
    fills = [fill(HERE, Side.BUY, 10_000, 4, "0.2"), fill(HERE, Side.SELL, 9_997, 4, "0.19994")]

    found = attribution(PLAN, fills, INSTRUMENTS, EXPECTED)

    assert found.quantity == Decimal("-201.00")
    assert found.unwind == Decimal("199.94")
    assert found.realised == Decimal("-0.06") - Decimal("0.39994")


def test_a_hedge_that_completes_the_plan_counts_as_its_leg() -> None:
    fills = [
        fill(HERE, Side.BUY, 10_000, 4, "0.2"),
        fill(THERE, Side.SELL, 10_050, 1, "0.05025"),
        fill(THERE, Side.SELL, 10_040, 3, "0.1506"),
    ]

    found = attribution(PLAN, fills, INSTRUMENTS, EXPECTED)

    assert found.price == Decimal("-0.15")
    assert found.quantity == found.unwind == Decimal(0)


trades = st.builds(
    fill,
    st.sampled_from([HERE, THERE]),
    st.sampled_from(list(Side)),
    st.integers(9_900, 10_100),
    st.integers(1, 9),
    st.decimals("-1", "1", places=6).map(str),
)


@given(st.lists(trades, max_size=8), st.decimals("-9", "9", places=8))
def test_nothing_is_left_unexplained(fills: list[FillBooked], expected: Decimal) -> None:
    found = attribution(PLAN, fills, INSTRUMENTS, expected)

    terms = found.expected + found.price + found.quantity + found.fees + found.unwind
    cash = sum(
        (-f.side * INSTRUMENTS[f.instrument].notional(f.price, f.qty) - f.fee for f in fills),
        Decimal(0),
    )
    assert terms == found.realised == cash


def test_sums_and_rates_keep_the_identity() -> None:
    one = attribution(PLAN, [fill(HERE, Side.BUY, 10_002, 4, "0.2")], INSTRUMENTS, EXPECTED)

    both = (one + one).times(Decimal("0.5"))

    assert both == one
