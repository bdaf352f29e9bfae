"""The blotter: whatever the order of the news, each is reported once, and ends come last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.adapters.ccxt import blotter as module
from graphwiz_trader.adapters.ccxt.blotter import Blotter, Ticket
from graphwiz_trader.adapters.ccxt.private_translate import FillTold, OrderTold
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

BTC = make.instrument()
NOW = Nanos(7)


class Play:
    """A blotter, what it said, and whose fills it misses."""

    def __init__(self) -> None:
        self.said: list[Event] = []
        self.missing: list[Ticket] = []
        self.blotter = Blotter(self.said.append, lambda: NOW, self.missing.append, "a")

    def sent(self, name: str, qty: int = 4) -> Ticket:
        ticket = Ticket(
            ClOrdId(name), BTC, Side.BUY, OrdType.LIMIT, TimeInForce.GTC, Lots(qty), NOW
        )
        self.blotter.open(ticket)
        return ticket

    def heard(self, name: str, status: OrdStatus, filled: int | None = 0) -> None:
        cum = None if filled is None else Lots(filled)
        told = OrderTold(ClOrdId(name), f"v-{name}", status, Side.BUY, Ticks(1), Lots(4), cum, NOW)
        self.blotter.heard(BTC, told)

    def filled(self, name: str, exec_id: str, qty: int = 1) -> None:
        fill = FillTold(f"v-{name}", exec_id, Ticks(1), Lots(qty), None, None, NOW)
        self.blotter.filled(BTC, fill)

    @property
    def reports(self) -> list[ExecutionReport]:
        return [event for event in self.said if isinstance(event, ExecutionReport)]

    @property
    def kinds(self) -> list[ExecType]:
        return [report.exec_type for report in self.reports]


def test_an_acceptance_is_told_once_from_wherever_it_comes() -> None:
    play = Play()
    ticket = play.sent("a1")

    play.blotter.accepted(ticket, "v-a1", NOW)
    play.heard("a1", OrdStatus.NEW)

    assert play.kinds == [ExecType.NEW]


def test_a_fill_before_the_acceptance_waits_for_it() -> None:
    play = Play()
    ticket = play.sent("a1")

    play.filled("a1", "t1")
    assert play.said == []
    play.blotter.accepted(ticket, "v-a1", NOW)

    assert play.kinds == [ExecType.NEW, ExecType.TRADE]


@given(st.permutations(["t1", "t2", "t3", "t4"]), st.lists(st.sampled_from("1234"), max_size=6))
def test_fills_count_once_in_any_order(order: list[str], again: list[str]) -> None:
    play = Play()
    play.blotter.accepted(play.sent("a1"), "v-a1", NOW)

    for exec_id in [*order, *(f"t{number}" for number in again)]:
        play.filled("a1", exec_id)

    trades = [report for report in play.reports if report.exec_type is ExecType.TRADE]
    assert [trade.exec_id for trade in trades] == order
    assert [trade.cum_qty for trade in trades] == [1, 2, 3, 4]
    assert trades[-1].ord_status is OrdStatus.FILLED


def test_an_end_waits_for_the_fills_before_it() -> None:
    play = Play()
    ticket = play.sent("a1")

    play.heard("a1", OrdStatus.CANCELED, filled=2)
    assert (play.kinds, play.missing) == ([ExecType.NEW], [ticket])
    play.filled("a1", "t1", 2)
    play.heard("a1", OrdStatus.CANCELED, filled=2)

    assert play.kinds == [ExecType.NEW, ExecType.TRADE, ExecType.CANCELED]


def test_an_end_is_told_once() -> None:
    play = Play()
    play.sent("a1")

    play.heard("a1", OrdStatus.CANCELED)
    play.heard("a1", OrdStatus.CANCELED)
    play.heard("a1", OrdStatus.EXPIRED)

    assert play.kinds == [ExecType.NEW, ExecType.CANCELED]


def test_a_fill_after_the_end_still_counts() -> None:
    play = Play()
    play.sent("a1")
    play.heard("a1", OrdStatus.CANCELED)

    play.filled("a1", "t1")

    assert play.kinds[-1] is ExecType.TRADE


def test_a_rejection_by_the_stream_is_no_acceptance() -> None:
    play = Play()
    play.sent("a1")

    play.heard("a1", OrdStatus.REJECTED)

    assert play.kinds == [ExecType.REJECTED]


def test_an_order_of_an_earlier_run_is_taken_up_with_what_it_filled() -> None:
    play = Play()

    play.filled("a1", "t3")
    play.heard("a1", OrdStatus.NEW, filled=3)
    play.filled("a1", "t4")

    assert play.kinds == [ExecType.TRADE, ExecType.TRADE]
    assert [report.cum_qty for report in play.reports] == [3, 4]


def test_an_order_of_somebody_else_is_none_of_ours() -> None:
    play = Play()

    play.filled("b1", "t1")
    play.heard("b1", OrdStatus.NEW, filled=1)
    play.filled("b1", "t2")

    assert play.said == []


def test_orders_without_a_fill_count_need_no_look() -> None:
    play = Play()
    play.sent("a1")

    play.heard("a1", OrdStatus.NEW, filled=None)

    assert play.missing == []


def test_memory_is_bounded_and_what_ended_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 16)
    monkeypatch.setattr(module, "HELD", 4)
    play = Play()
    for number in range(17):
        play.sent(f"a{number}")
        if number == 1:
            play.heard("a1", OrdStatus.CANCELED)
    for number in range(100):
        play.filled(f"b{number}", "t1")

    assert play.blotter.find(ClOrdId("a1")) is None
    assert play.blotter.find(ClOrdId("a0")) is not None
    assert len(play.blotter.working) == 16


def test_orders_that_ended_are_counted_in_new_lots_or_forgotten() -> None:
    play = Play()
    for name, qty in (("a1", 10), ("a2", 3)):
        ticket = play.sent(name, qty)
        play.blotter.accepted(ticket, f"v-{name}", NOW)
        play.filled(name, f"x-{name}", qty)
    coarse = evolve(BTC, lot_size=BTC.lot_size * 10)

    play.blotter.regrid(coarse)
    told = OrderTold(
        ClOrdId("a1"), "v-a1", OrdStatus.FILLED, Side.BUY, Ticks(1), Lots(1), Lots(1), NOW
    )
    play.blotter.heard(coarse, told)

    kept = play.blotter.find(ClOrdId("a1"))
    assert kept is not None
    assert (kept.instrument, kept.order_qty, kept.cum_qty) == (coarse, 1, 1)
    assert play.blotter.find(ClOrdId("a2")) is None
    assert play.missing == []


def test_a_fill_that_waits_is_not_counted_in_new_lots() -> None:
    play = Play()
    play.filled("a1", "x1", 4)

    play.blotter.regrid(evolve(BTC, lot_size=BTC.lot_size * 2))
    play.blotter.accepted(play.sent("a1"), "v-a1", NOW)

    assert play.kinds == [ExecType.NEW]
