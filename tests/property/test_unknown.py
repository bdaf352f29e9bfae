"""An order nobody answers for holds all it may still do, until there is evidence."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.events import (
    CancelReject,
    FeedDown,
    OperatorAction,
    OperatorOrder,
    SubmitUnknown,
    TimerFired,
)
from graphwiz_trader.domain.orders import ExecType, OrdStatus, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import SignalKind
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, SECOND, Floor, submitted

NOISE = st.lists(
    st.sampled_from(
        ["time", "books", "timer", "halt", "cancel", "resume", "reject", "again", "down", "doubt"]
    ),
    max_size=20,
)


def _happen(floor: Floor, what: str, cl_ord_id: str) -> None:
    """Let something happen that says nothing of the order."""
    step, now = floor.engine.step, floor.now
    if what == "time":
        floor.later(3600 * SECOND)
    elif what == "books":
        floor.books(alpha=("50.0", "50.1"))
    elif what == "timer":
        step(TimerFired(now, "strategy:scripted", "x"))
    elif what in ("halt", "cancel", "resume"):
        step(OperatorOrder(now, OperatorAction(what), "", "because", "ann"))
    elif what == "reject":
        step(CancelReject(now, cl_ord_id, "no such order"))  # type: ignore[arg-type] # an id as text
    elif what == "again":
        floor.say(floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC))
    elif what == "down":
        step(FeedDown(now, Venue("alpha"), "gone"))
    else:
        step(make.report(ALPHA, cl_ord_id, ExecType.STATUS, status=OrdStatus.FILLED, cum=7, ts=now))


def _unknown() -> tuple[Floor, str]:
    floor = Floor()
    quote = floor.single(Side.BUY, "1", "99.0", SignalKind.QUOTE, TimeInForce.GTC)
    (order,) = submitted(floor.say(quote))
    floor.engine.step(SubmitUnknown(floor.now, order.cl_ord_id, "timeout"))
    return floor, order.cl_ord_id


@given(NOISE)
def test_neither_time_nor_noise_ends_it(noise: list[str]) -> None:
    floor, order = _unknown()

    for what in noise:
        _happen(floor, what, order)

    state = floor.engine.state
    found = state.orders.find(order)  # type: ignore[arg-type] # an id as text
    assert found is not None
    assert found.ord_status is OrdStatus.UNKNOWN
    assert state.open_lots(ALPHA.id, Side.BUY) == ALPHA.lots("1")
    assert state.accounts["alpha"].held["USDT"] == 99


EVIDENCE = st.sampled_from(
    [ExecType.NEW, ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED, "not found"]
)


@given(NOISE, EVIDENCE, st.integers(0, 1000))
def test_the_venue_s_word_settles_it_to_the_last_digit(
    noise: list[str], evidence: ExecType | str, filled: int
) -> None:
    floor, order = _unknown()
    for what in noise:
        _happen(floor, what, order)

    if filled:
        report = make.report(
            ALPHA, order, ExecType.TRADE, qty=str(ALPHA.qty(filled)), price="99.0", ts=floor.now
        )
        floor.engine.step(report)
    if isinstance(evidence, ExecType):
        floor.engine.step(make.report(ALPHA, order, evidence, ts=floor.now))
    else:
        floor.engine.step(
            make.report(
                ALPHA, order, ExecType.STATUS, status=OrdStatus.REJECTED, cum=0, text="NOT_FOUND",
                ts=floor.now,
            )
        )  # fmt: skip

    state = floor.engine.state
    left = 0 if evidence is not ExecType.NEW else 1000 - filled
    assert state.open_lots(ALPHA.id, Side.BUY) == left
    assert state.accounts["alpha"].held["USDT"] == 99 * ALPHA.qty(left)
    assert state.position(ALPHA.id) == filled
    assert state.accounts["alpha"].total["USDT"] == Decimal(10_000) - 99 * ALPHA.qty(filled)
