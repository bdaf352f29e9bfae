from decimal import Decimal
from itertools import count

from graphwiz_trader.domain.commands import CancelAll, CancelOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.desk import OWN, Desk
from graphwiz_trader.simulation.floor import Floor
from graphwiz_trader.simulation.line import Line
from graphwiz_trader.simulation.matching import SelfTrade

BTC, USDT = Asset("BTC"), Asset("USDT")
NAME = InstrumentId("BTC/USDT@sim")
NOW = Nanos(100)


def desk_of(self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST) -> Desk:
    instrument = Instrument(NAME, BTC, USDT, Decimal(1), Decimal(1))
    balances = {OWN: {BTC: Decimal(10), USDT: Decimal(1_000)}}
    floor = Floor([instrument], balances, Decimal(0), Decimal(0), self_trade)
    return Desk(floor, count(1), Line(Nanos(7)))


def submit(name: str, side: Side = Side.BUY, price: int = 100) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        NAME,
        side,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(price),
        Lots(1),
    )


def test_report_says_when_it_happened_and_when_we_hear() -> None:
    desk = desk_of()

    desk.take(submit("a"), NOW)

    [report] = desk.told
    assert isinstance(report, ExecutionReport)
    assert (report.ts_venue, report.ts, report.order_id) == (NOW, NOW + 7, "1")


def test_every_report_has_an_id_of_its_own() -> None:
    desk = desk_of()

    for command in (submit("a"), submit("a"), CancelOrder(ClOrdId("a"), NAME)):
        desk.take(command, NOW)

    ids = [report.exec_id for report in desk.told if isinstance(report, ExecutionReport)]
    assert len(set(ids)) == len(ids) == 3


def test_question_changes_nothing() -> None:
    asked, silent = desk_of(), desk_of()
    for desk in (asked, silent):
        desk.take(submit("a"), NOW)

    status = asked.status(ClOrdId("a"), Nanos(NOW + 50))

    assert status is not None
    assert (status.exec_type, status.ord_status, status.exec_id) == (
        ExecType.STATUS,
        OrdStatus.NEW,
        "",
    )
    for desk in (asked, silent):
        desk.take(CancelAll(Venue("sim")), NOW)
    assert asked.told == silent.told


def test_arrival_that_meets_our_own_order_is_canceled_when_the_newest_yields() -> None:
    desk = desk_of(SelfTrade.CANCEL_NEWEST)
    desk.take(submit("a", Side.SELL), NOW)

    desk.take(submit("b", Side.BUY), NOW)

    last = desk.told[-1]
    assert isinstance(last, ExecutionReport)
    assert (last.cl_ord_id, last.exec_type, last.text) == (
        "b",
        ExecType.CANCELED,
        "self-trade prevention",
    )
    assert [order.cl_ord_id for order in desk.blotter.working] == ["a"]


def test_refused_cancel_arrives_like_a_report() -> None:
    desk = desk_of()

    desk.take(CancelOrder(ClOrdId("x"), NAME), NOW)

    assert desk.told == [CancelReject(Nanos(NOW + 7), ClOrdId("x"), "unknown order x")]
