"""What the clerk makes of replies, reports, silence and loss, in every order they may come."""

import pytest

from graphwiz_trader.adapters.direct.clerk import Clerk, Request
from graphwiz_trader.adapters.direct.private_said import Meaning, Refusal, Reply
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, Event, SubmitUnknown
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    SECOND,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.testing.clock import ManualClock

BTC = InstrumentId("BTC/USDT@binance")
ANSWER = Nanos(SECOND)


class Desk:
    """A clerk, what it told in short, and what it placed."""

    def __init__(self) -> None:
        self.clock = ManualClock(1_000 * SECOND)
        self.said: list[Event] = []
        self.placed: list[tuple[Request, SubmitOrder]] = []
        self.clerk = Clerk(self.clock, ANSWER, self.said.append, self._place)

    def submit(self, name: str) -> Request:
        order = SubmitOrder(
            ClOrdId(name),
            StrategyId("s"),
            BTC,
            Side.SELL,
            OrdType.LIMIT,
            TimeInForce.GTC,
            Ticks(10),
            Lots(4),
        )
        return self.clerk.open(order, self.clock.now())

    def cancel(self, name: str) -> Request:
        return self.clerk.open(CancelOrder(ClOrdId(name), BTC), self.clock.now())

    def replace(self, new: str, old: str) -> Request:
        command = ReplaceOrder(ClOrdId(new), ClOrdId(old), BTC, Ticks(11), Lots(3))
        return self.clerk.open(command, self.clock.now())

    def works(self, name: str) -> None:
        self.report(name, ExecType.NEW, OrdStatus.NEW)

    def canceled(self, name: str) -> None:
        self.report(name, ExecType.CANCELED, OrdStatus.CANCELED)

    def traded(self, name: str, trade: str, status: OrdStatus = OrdStatus.FILLED) -> None:
        self.report(name, ExecType.TRADE, status, trade)

    def report(self, name: str, kind: ExecType, status: OrdStatus, exec_id: str = "e") -> None:
        now = self.clock.now()
        order_id = f"v{name}"
        report = ExecutionReport(now, now, ClOrdId(name), order_id, exec_id, kind, status, BTC)
        self.clerk.reported(report)

    def yes(self, request: Request) -> None:
        number = request.number
        self.clerk.replied(Reply(number, self.clock.now(), f"v{request.command.cl_ord_id}"))

    def no(self, request: Request, meaning: Meaning = Meaning.DEFINITE) -> None:
        refusal = Refusal(meaning, "why")
        self.clerk.replied(Reply(request.number, self.clock.now(), "", refusal))

    def half_done(self, request: Request) -> None:
        refusal = Refusal(Meaning.DEFINITE, "why", is_withdrawn=True)
        self.clerk.replied(Reply(request.number, self.clock.now(), "", refusal))

    @property
    def told(self) -> list[str]:
        return [_short(event) for event in self.said]

    def _place(self, request: Request, order: SubmitOrder) -> None:
        self.placed.append((request, order))


def _short(event: Event) -> str:
    if isinstance(event, ExecutionReport):
        return f"{event.cl_ord_id} {event.exec_type.value}"
    assert isinstance(event, CancelReject | SubmitUnknown)
    return f"{event.cl_ord_id} {type(event).__name__}"


@pytest.mark.parametrize("is_reply_first", [True, False])
def test_an_order_works_once_whoever_says_so_first(is_reply_first: bool) -> None:
    desk = Desk()
    request = desk.submit("a")

    first, second = (desk.yes, desk.works) if is_reply_first else (desk.works, desk.yes)
    for say in (first, second):
        say(request if say == desk.yes else "a")  # type: ignore[arg-type] # each its own

    assert desk.told == ["a NEW"]
    assert len(desk.clerk) == 0


def test_a_fill_before_the_answer_is_told_and_the_answer_is_not() -> None:
    desk = Desk()
    request = desk.submit("a")

    desk.traded("a", "1")
    desk.yes(request)

    assert desk.told == ["a TRADE"]


def test_a_fill_told_twice_in_a_row_is_one() -> None:
    desk = Desk()
    desk.submit("a")

    for trade in ("1", "1", "2"):
        desk.traded("a", trade, OrdStatus.PARTIALLY_FILLED)

    assert desk.told == ["a TRADE", "a TRADE"]


def test_what_was_refused_is_rejected() -> None:
    desk = Desk()

    desk.no(desk.submit("a"))
    desk.no(desk.cancel("b"))

    assert desk.told == ["a REJECTED", "b CancelReject"]


def test_what_may_have_been_done_is_unknown() -> None:
    desk = Desk()

    desk.no(desk.submit("a"), Meaning.AMBIGUOUS)
    desk.no(desk.cancel("b"), Meaning.AMBIGUOUS)

    assert desk.told == ["a SubmitUnknown", "b SubmitUnknown"]


def test_silence_is_unknown_in_time_and_no_earlier() -> None:
    desk = Desk()
    desk.submit("a")
    now = desk.clock.now()

    desk.clerk.late(Nanos(now + ANSWER - 1))
    early = desk.told
    desk.clerk.late(Nanos(now + ANSWER))

    assert (early, desk.told) == ([], ["a SubmitUnknown"])


def test_a_late_answer_to_what_was_given_up_is_told_by_the_stream_only() -> None:
    desk = Desk()
    request = desk.submit("a")
    desk.clerk.lost("socket")

    desk.yes(request)
    desk.works("a")

    assert desk.told == ["a SubmitUnknown", "a NEW"]


def test_a_lost_socket_takes_what_left_on_it_only() -> None:
    desk = Desk()
    desk.submit("a")
    desk.submit("b").is_wired = False
    desk.works("a")
    desk.submit("c")

    desk.clerk.lost("socket")

    assert desk.told == ["a NEW", "c SubmitUnknown"]


def test_a_cancel_that_was_taken_waits_for_its_report() -> None:
    desk = Desk()
    desk.works("a")
    desk.yes(desk.cancel("a"))
    before = desk.told

    desk.canceled("a")
    desk.canceled("a")

    assert (before, desk.told) == (["a NEW"], ["a NEW", "a CANCELED"])
    assert len(desk.clerk) == 0


def test_a_cancel_overtaken_by_the_fill_is_refused() -> None:
    desk = Desk()
    desk.works("a")
    desk.yes(desk.cancel("a"))

    desk.traded("a", "1")

    assert desk.told[1:] == ["a TRADE", "a CancelReject"]


def test_a_cancel_that_was_taken_and_never_reported_is_unknown() -> None:
    desk = Desk()
    desk.works("a")
    desk.yes(desk.cancel("a"))

    desk.clerk.late(Nanos(desk.clock.now() + ANSWER))

    assert desk.told[1:] == ["a SubmitUnknown"]


def test_a_replacement_says_all_of_the_old_order() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    request = desk.replace("b", "a")

    desk.canceled("a")
    desk.works("b")
    desk.yes(request)

    assert desk.told == ["a NEW", "b REPLACED"]


def test_a_refused_replacement_leaves_the_old_order() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")

    desk.no(desk.replace("b", "a"))

    assert desk.told[1:] == ["b REJECTED", "a CancelReject"]


@pytest.mark.parametrize("is_report_first", [True, False])
def test_a_replacement_refused_after_the_cancel_ends_both(is_report_first: bool) -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    request = desk.replace("b", "a")

    if is_report_first:
        desk.canceled("a")
    desk.half_done(request)
    desk.canceled("a")

    assert sorted(desk.told[1:]) == ["a CANCELED", "b REJECTED"]


def test_a_replacement_whose_answer_is_lost_tells_what_is_known() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    desk.replace("b", "a")
    desk.canceled("a")

    desk.clerk.lost("socket")

    assert desk.told[1:] == ["a CANCELED", "b SubmitUnknown"]


def test_a_replacement_in_two_requests_is_placed_once_the_old_order_is_gone() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    first = desk.replace("b", "a")
    first.awaits_end = True
    desk.yes(first)
    early = list(desk.placed)

    desk.canceled("a")
    ((second, order),) = desk.placed
    desk.yes(second)

    assert early == []
    assert (order.cl_ord_id, order.side, order.order_qty) == ("b", Side.SELL, 3)
    assert desk.told == ["a NEW", "b REPLACED"]


def test_a_replacement_in_two_requests_whose_second_is_refused_ends_both() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    desk.replace("b", "a").awaits_end = True
    desk.canceled("a")

    desk.no(desk.placed[0][0])

    assert desk.told[1:] == ["a CANCELED", "b REJECTED"]


def test_a_replacement_in_two_requests_is_not_placed_if_the_old_order_filled_meanwhile() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    desk.replace("b", "a").awaits_end = True
    desk.traded("a", "1", OrdStatus.PARTIALLY_FILLED)

    desk.canceled("a")

    assert desk.placed == []
    assert desk.told[1:] == ["a TRADE", "a CANCELED", "b REJECTED"]


def test_a_replacement_given_up_is_not_placed_later() -> None:
    desk = Desk()
    desk.submit("a")
    desk.works("a")
    desk.replace("b", "a").awaits_end = True
    desk.clerk.lost("socket")

    desk.canceled("a")

    assert desk.placed == []
    assert desk.told[1:] == ["b SubmitUnknown", "a CANCELED"]


def test_nothing_is_kept_of_a_hundred_thousand_orders() -> None:
    desk = Desk()
    for number in range(100_000):
        request = desk.submit(f"a{number}")
        desk.yes(request)
        desk.canceled(f"a{number}")
        desk.said.clear()

    assert len(desk.clerk) == 0
    assert len(desk.clerk.told) <= 4_096
