from decimal import Decimal

import pytest

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MAX_TICKS, Asset, InstrumentId, Lots, Ticks
from graphwiz_trader.simulation.admission import refusal
from graphwiz_trader.simulation.matching import VenueOrder

INSTRUMENT = Instrument(
    InstrumentId("BTC/USDT@sim"),
    Asset("BTC"),
    Asset("USDT"),
    Decimal("0.5"),
    Decimal("0.1"),
    min_qty=Lots(2),
    max_qty=Lots(50),
    min_notional=Decimal(10),
)


def order(
    price: int = 100,
    qty: int = 2,
    ord_type: OrdType = OrdType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.GTC,
) -> VenueOrder:
    return VenueOrder(
        1, INSTRUMENT.id, "a", Side.BUY, ord_type, time_in_force, Ticks(price), Lots(qty)
    )


@pytest.mark.parametrize(
    "allowed",
    [
        order(),
        order(price=MAX_TICKS, qty=50),
        order(ord_type=OrdType.LIMIT_MAKER),
        order(price=0, ord_type=OrdType.MARKET, time_in_force=TimeInForce.FOK),
    ],
)
def test_order_within_the_rules_is_not_refused(allowed: VenueOrder) -> None:
    assert not refusal(INSTRUMENT, allowed, Ticks(100))


@pytest.mark.parametrize(
    ("refused", "text"),
    [
        (order(qty=1), "quantity 1 is below the minimum 2 lots"),
        (order(qty=51), "quantity 51 is above the maximum 50 lots"),
        (order(price=-1), f"price -1 is not between 1 and {MAX_TICKS} ticks"),
        (order(price=MAX_TICKS + 1), f"price {MAX_TICKS + 1} is not between 1 and {MAX_TICKS}"),
        (order(price=99), "notional 9.90 is below the minimum 10"),
        (order(price=99, ord_type=OrdType.MARKET), "notional 9.90 is below the minimum 10"),
        (
            order(ord_type=OrdType.LIMIT_MAKER, time_in_force=TimeInForce.FOK),
            "LIMIT_MAKER is FOK, expected GTC",
        ),
    ],
)
def test_first_broken_rule_is_named_with_values(refused: VenueOrder, text: str) -> None:
    assert refusal(INSTRUMENT, refused, Ticks(99)).startswith(text)


def test_market_order_without_an_opposite_side_has_no_notional_to_judge() -> None:
    assert not refusal(INSTRUMENT, order(price=0, ord_type=OrdType.MARKET), None)
