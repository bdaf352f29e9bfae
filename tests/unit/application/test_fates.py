"""Orders and what became of them, step by step."""

from decimal import Decimal

from graphwiz_trader.application.fates import Fates
from graphwiz_trader.domain.commands import Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.facts import Fact, FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.orders import Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.testing import make

FIRST, SECOND, OTHERS = ClOrdId("a1"), ClOrdId("a2"), ClOrdId("x1")
OF, WHO = InstrumentId(make.BTC), StrategyId("s")
SUBMIT = SubmitOrder(
    FIRST, WHO, OF, Side.SELL, OrdType.LIMIT, TimeInForce.GTC, Ticks(1000), Lots(5)
)


def fed(*steps: Command | Fact) -> Fates:
    """Return what is known after *steps*, a nanosecond apart."""
    fates = Fates()
    for number, step in enumerate(steps):
        is_command = isinstance(step, SubmitOrder | ReplaceOrder)
        outcome = Outcome(number, (step,)) if is_command else Outcome(number, (), (step,))  # type: ignore[arg-type] # one or the other
        fates.feed(outcome, Nanos(number))
    return fates


def fill(name: ClOrdId, lots: int, price: int) -> FillBooked:
    return FillBooked(
        name,
        "e",
        WHO,
        OF,
        Side.SELL,
        Ticks(price),
        Lots(lots),
        Decimal("0.1"),
        Decimal(0),
        Liquidity.MAKER,
        make.START,
        "",
    )


def test_fills_and_fees_add_up() -> None:
    fates = fed(SUBMIT, fill(FIRST, 2, 1000), fill(FIRST, 3, 1001))

    order = fates.orders[FIRST]
    assert (order.cum_qty, order.cash, order.fee, order.fills) == (5, 5003, Decimal("0.2"), 2)


def test_a_replacement_is_an_order_of_its_own_on_the_same_side() -> None:
    fates = fed(SUBMIT, ReplaceOrder(SECOND, FIRST, OF, Ticks(999), Lots(4)))

    order = fates.orders[SECOND]
    assert (order.side, order.strategy, order.ts, order.price) == (Side.SELL, WHO, 1, 999)


def test_what_was_heard_is_kept_with_its_instants() -> None:
    unknown = OrderChanged(FIRST, OrdStatus.UNKNOWN, Lots(0), "timeout")
    fates = fed(SUBMIT, unknown, OrderChanged(FIRST, OrdStatus.NEW, Lots(0), ""))

    order = fates.orders[FIRST]
    assert order.heard == [(1, OrdStatus.UNKNOWN, 0), (2, OrdStatus.NEW, 0)]
    assert (order.was_unknown, order.ord_status) == (True, OrdStatus.NEW)


def test_orders_of_others_are_no_concern_of_ours() -> None:
    gone = OrderChanged(OTHERS, OrdStatus.CANCELED, Lots(0), "")
    replaced = ReplaceOrder(SECOND, OTHERS, OF, Ticks(1), Lots(1))

    assert fed(gone, fill(OTHERS, 1, 1000), replaced).orders == {}
