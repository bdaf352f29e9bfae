"""Order lines: every order once, with what became of it, from the journal alone."""

from decimal import Decimal

from graphwiz_trader.application.order_lines import fill_lines, order_lines
from graphwiz_trader.domain.commands import Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, FeedUp, InstrumentUpdated, RunStarted
from graphwiz_trader.domain.facts import Entry, Fact, FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.orders import Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, RunId, StrategyId, Ticks, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

A = make.instrument("BTC/USDT@alpha", lot="0.001")
STARTED = RunStarted(make.START, RunId("trade-0001"), "trade", "a7", 1, 0, "{}", "0")
UP = FeedUp(make.START, Venue("alpha"))


def submit(name: str) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        A.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(997),
        Lots(100),
    )


def changed(name: str, status: OrdStatus, cum_qty: int = 0) -> OrderChanged:
    return OrderChanged(ClOrdId(name), status, Lots(cum_qty), "")


def entries(*steps: tuple[Event, tuple[Command, ...], tuple[Fact, ...]]) -> list[Entry]:
    return [
        Entry(event, Outcome(seq, commands, facts))
        for seq, (event, commands, facts) in enumerate(steps, 1)
    ]


def test_an_order_is_told_once_with_its_end_and_the_command_that_made_it() -> None:
    journal = entries(
        (STARTED, (), ()),
        (UP, (submit("a1"), submit("a2")), ()),
        (UP, (), (changed("a2", OrdStatus.NEW),)),
        (UP, (), (changed("a2", OrdStatus.FILLED, 100), changed("a1", OrdStatus.REJECTED))),
    )

    assert list(order_lines(journal, [A])) == [
        {
            "venue": "alpha",
            "cl_ord_id": "a1",
            "intent": "trade-0001:2:0",
            "ord_status": "REJECTED",
            "cum_qty": "0.000",
        },
        {
            "venue": "alpha",
            "cl_ord_id": "a2",
            "intent": "trade-0001:2:1",
            "ord_status": "FILLED",
            "cum_qty": "0.100",
        },
    ]


def test_a_replaced_order_ended_canceled_and_its_heir_is_an_order_of_its_own() -> None:
    heir = ReplaceOrder(ClOrdId("a2"), ClOrdId("a1"), A.id, Ticks(998), Lots(50))
    journal = entries(
        (STARTED, (submit("a1"),), ()),
        (UP, (heir,), ()),
        (UP, (), (changed("a1", OrdStatus.REPLACED, 10), changed("a2", OrdStatus.NEW))),
    )

    keys = ("cl_ord_id", "ord_status", "cum_qty")
    told = [tuple(line[key] for key in keys) for line in order_lines(journal, [A])]

    assert told == [("a1", "CANCELED", "0.010"), ("a2", "NEW", "0.000")]


def test_quantities_are_of_the_grid_they_were_told_on() -> None:
    finer = InstrumentUpdated(make.START, evolve(A, lot_size=Decimal("0.0001")))
    journal = entries(
        (STARTED, (submit("a1"), submit("a2")), (changed("a1", OrdStatus.FILLED, 100),)),
        (finer, (), ()),
        (UP, (), (changed("a2", OrdStatus.FILLED, 100),)),
    )

    assert [line["cum_qty"] for line in order_lines(journal, [A])] == ["0.100", "0.0100"]


def test_fills_are_told_as_they_were_booked() -> None:
    fill = FillBooked(
        ClOrdId("a1"),
        "f1",
        StrategyId("s"),
        A.id,
        Side.SELL,
        Ticks(997),
        Lots(5),
        Decimal("0.01"),
        Decimal(0),
        Liquidity.MAKER,
        Nanos(7),
        "",
    )

    [line] = fill_lines(entries((STARTED, (), ()), (UP, (), (fill,))), [A])

    assert (line["ts"], line["price"], line["qty"], line["side"]) == (7, "99.7", "0.005", "SELL")
