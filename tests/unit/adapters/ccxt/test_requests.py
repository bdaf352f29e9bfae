"""Requests: what is refused before it is sent, and what a replacement does when fills race it."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from graphwiz_trader.adapters.ccxt import requests as module
from graphwiz_trader.adapters.ccxt.blotter import Blotter
from graphwiz_trader.adapters.ccxt.enquiry import Enquiry
from graphwiz_trader.adapters.ccxt.meter import Meter
from graphwiz_trader.adapters.ccxt.order_wire import OrderWire, Wanted
from graphwiz_trader.adapters.ccxt.patience import OrderPatience
from graphwiz_trader.adapters.ccxt.private_translate import FillTold, OrderTold
from graphwiz_trader.adapters.ccxt.requests import Requests
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import OrderNotFound, OutcomeUnknown, PortError
from graphwiz_trader.domain.events import CancelReject, Event, SubmitUnknown
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.testing import make
from graphwiz_trader.testing.clock import ManualClock

BTC = make.instrument()
HASTE = OrderPatience(grace=Nanos(20 * MILLISECOND))


class Wire:
    """Takes everything, unless it is told to fail; a cancel brings what happened before it."""

    def __init__(self, play: "Play") -> None:
        self.play = play
        self.sent: list[Wanted] = []
        self.canceled: list[str] = []
        self.cancel_fails: PortError | None = None
        self.filled_before_cancel = 0
        self.is_end_told = True

    async def submit(self, wanted: Wanted) -> Mapping[str, object]:
        self.sent.append(wanted)
        return {"id": f"v-{wanted.cl_ord_id}"}

    async def cancel(self, cl_ord_id: ClOrdId, order_id: str, instrument: Instrument) -> None:
        self.canceled.append(cl_ord_id)
        if self.cancel_fails is not None:
            raise self.cancel_fails
        filled = self.filled_before_cancel
        if filled:
            fill = FillTold(f"v-{cl_ord_id}", "t1", Ticks(1), Lots(filled), None, None, Nanos(0))
            self.play.blotter.filled(instrument, fill)
        if self.is_end_told:
            self.play.told(cl_ord_id, OrdStatus.CANCELED, filled)


class Asking:
    """Finds nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def begin(self, cl_ord_id: ClOrdId, instrument: Instrument) -> None:
        """Nothing is looked for."""

    async def ask(self, cl_ord_id: ClOrdId, instrument: Instrument) -> None:
        self.asked.append(cl_ord_id)

    async def listed(self) -> dict[ClOrdId, Instrument]:
        return {}


class Play:
    def __init__(self) -> None:
        self.said: list[Event] = []
        clock = self.clock = ManualClock()
        self.blotter = Blotter(self.said.append, clock.now, lambda ticket: None, "a")
        self.wire = Wire(self)
        self.asking = Asking()
        self.requests = Requests(
            cast("OrderWire", self.wire),
            cast("Enquiry", self.asking),
            self.blotter,
            cast("Meter", None),
            {BTC.id: BTC},
            clock,
            HASTE,
            cast("Any", None),
        )

    def told(self, name: ClOrdId, status: OrdStatus, filled: int = 0) -> None:
        order_id = f"v-{name}"
        told = OrderTold(
            name, order_id, status, Side.BUY, Ticks(1), Lots(4), Lots(filled), Nanos(0)
        )
        self.blotter.heard(BTC, told)

    def carry_out(self, *commands: OrderCommand) -> "Play":
        async def playing() -> None:
            for command in commands:
                await self.requests.carry_out(command)

        asyncio.run(playing())
        return self

    @property
    def story(self) -> list[tuple[str, str, str]]:
        """What was said: of which order, what, and why if it says."""
        found = []
        for event in self.said:
            if isinstance(event, ExecutionReport):
                found.append((event.cl_ord_id, event.exec_type.value, event.text))
            elif isinstance(event, CancelReject | SubmitUnknown):
                found.append((event.cl_ord_id, type(event).__name__, event.text))
        return found


def submit(name: str, qty: int = 4, instrument: InstrumentId = BTC.id) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        instrument,
        Side.BUY,
        OrdType.LIMIT_MAKER,
        TimeInForce.GTC,
        Ticks(990),
        Lots(qty),
    )


def replace(new: str = "a2", old: str = "a1", qty: int = 3) -> ReplaceOrder:
    return ReplaceOrder(ClOrdId(new), ClOrdId(old), BTC.id, Ticks(980), Lots(qty))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (submit("a1", qty=0), "a quantity of 0 lots"),
        (submit("a1", qty=-3), "a quantity of -3 lots"),
        (submit("a1", instrument=InstrumentId("X/Y@z")), "X/Y@z is not traded here"),
    ],
)
def test_what_cannot_be_an_order_is_not_sent(command: SubmitOrder, why: str) -> None:
    play = Play().carry_out(command)

    assert play.story == [("a1", "REJECTED", why)]
    assert play.wire.sent == []


def test_an_id_is_sent_once() -> None:
    play = Play().carry_out(submit("a1"), submit("a1"))

    assert [what for _, what, _ in play.story] == ["NEW", "REJECTED"]
    assert len(play.wire.sent) == 1


def test_a_replacement_is_a_cancel_and_a_new_order_of_the_old_ones_kind() -> None:
    play = Play().carry_out(submit("a1"), replace())

    assert [(name, what) for name, what, _ in play.story] == [
        ("a1", "NEW"),
        ("a1", "CANCELED"),
        ("a2", "REPLACED"),
    ]
    new = play.wire.sent[1]
    assert (new.side, new.ord_type, new.qty) == (Side.BUY, OrdType.LIMIT_MAKER, 3)


def test_a_replacement_is_not_sent_if_the_old_order_filled_meanwhile() -> None:
    play = Play().carry_out(submit("a1"))
    play.wire.filled_before_cancel = 1
    play.carry_out(replace())

    assert play.story[-1] == ("a2", "REJECTED", "a1 filled meanwhile")
    assert len(play.wire.sent) == 1


def test_a_replacement_is_not_sent_if_the_cancel_may_have_failed() -> None:
    play = Play().carry_out(submit("a1"))
    play.wire.cancel_fails = OutcomeUnknown("no answer")
    play.carry_out(replace())

    assert play.story[1:] == [
        ("a1", "SubmitUnknown", "no answer"),
        ("a2", "REJECTED", "a1 was not canceled"),
    ]
    assert len(play.wire.sent) == 1


def test_a_replacement_of_what_is_gone_leaves_it_at_that() -> None:
    play = Play().carry_out(submit("a1"))
    play.wire.cancel_fails = OrderNotFound("Unknown order sent.")
    play.carry_out(replace())

    assert play.story[1:] == [
        ("a1", "CancelReject", "Unknown order sent."),
        ("a2", "REJECTED", "a1 was not canceled"),
    ]


def test_a_replacement_is_not_sent_while_the_old_orders_end_is_not_known() -> None:
    play = Play().carry_out(submit("a1"))
    play.wire.is_end_told = False
    play.carry_out(replace())

    assert play.asking.asked == ["a1"]
    assert play.story[-1] == ("a2", "REJECTED", "the end of a1 is not known")
    assert len(play.wire.sent) == 1


def test_a_replacement_that_cannot_be_sent_cancels_nothing() -> None:
    play = Play().carry_out(submit("a1"), replace(qty=0))

    assert play.wire.canceled == []
    assert [what for _, what, _ in play.story] == ["NEW", "REJECTED", "CancelReject"]


def test_what_comes_too_much_is_refused_but_a_cancel_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SIZE", 1)
    play = Play()

    for command in (
        submit("a1"),
        submit("a2"),
        replace("a3", "a0"),
        CancelOrder(ClOrdId("a4"), BTC.id),
        CancelAll(BTC.venue),
    ):
        play.requests.put(command)

    assert [(name, what) for name, what, _ in play.story] == [
        ("a2", "REJECTED"),
        ("a3", "REJECTED"),
        ("a0", "CancelReject"),
        ("a4", "CancelReject"),
    ]
    assert play.requests.under_way == 2


def test_what_is_abandoned_is_answered() -> None:
    """What was never sent is refused; what is on its way may live."""
    play = Play()

    async def playing() -> None:
        task = asyncio.create_task(play.requests.run())

        async def never(_: Wanted) -> Mapping[str, object]:
            await asyncio.get_running_loop().create_future()
            raise AssertionError

        cast("Any", play.wire).submit = never
        play.requests.put(submit("a1"))
        for _ in range(5):
            await asyncio.sleep(0)
        play.requests.put(submit("a2"))
        task.cancel()
        play.requests.abandon()
        await asyncio.wait([task])

    asyncio.run(playing())

    assert [(name, what) for name, what, _ in play.story] == [
        ("a1", "SubmitUnknown"),
        ("a2", "REJECTED"),
    ]
    assert play.requests.under_way == 0


def test_an_order_that_waited_too_long_is_not_sent_but_a_cancel_is() -> None:
    play = Play()

    async def playing() -> None:
        play.requests.put(submit("a1"))
        play.requests.put(CancelOrder(ClOrdId("a0"), BTC.id))
        await play.clock.advance(HASTE.grace + 1)
        task = asyncio.create_task(play.requests.run())
        await play.clock.advance(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(playing())

    assert play.story[0] == ("a1", "REJECTED", "not sent: it waited too long")
    assert (play.wire.sent, play.wire.canceled) == ([], ["a0"])
