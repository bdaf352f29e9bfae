"""What of a session can be run again."""

from decimal import Decimal

import pytest

from graphwiz_trader.application.market import NEVER
from graphwiz_trader.application.session_tape import SessionBuilder
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import (
    BalanceReport,
    Event,
    FeedDown,
    InstrumentUpdated,
    RunStarted,
    Shutdown,
    TapeMessage,
    TimerFired,
    Trade,
)
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Lots, Nanos, RunId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

SPOT = make.instrument()
STARTED = RunStarted(
    make.START, RunId("trade-0001"), "trade", "a7", 1, 0, "{}", "0", (), (SPOT,), ()
)


def at(ms: int) -> Nanos:
    return Nanos(make.START + ms * 1_000_000)


def built(*events: Event | tuple[Event, Outcome]) -> SessionBuilder:
    builder = SessionBuilder(STARTED)
    for event in (STARTED, *events):
        step = event if isinstance(event, tuple) else (event, Outcome(1))
        builder.feed(*step, make.START)
    return builder


BOOK = make.book_update(SPOT, [("100.0", "1"), ("99.9", "2")], [("100.1", "1")], at(1))


def test_market_data_comes_back_as_it_was_told_in_its_order() -> None:
    trade = Trade(at(2), at(2), SPOT.id, Side.SELL, Ticks(1000), Lots(3))
    diff = make.book_update(SPOT, [("99.9", "0")], (), at(3), snapshot=False)

    session = built(BOOK, trade, FeedDown(at(3), SPOT.venue, "gone"), diff).build()

    (tape,) = session.tapes
    assert [step.tolist() for step in session.steps] == [[-1, 0], [0, 0], [0, 1], [-1, 1], [0, 2]]
    assert tape.event(1) == trade
    again = tape.event(2)
    rows = tape.rows
    assert (again.ts, rows.ticks[again.first : again.last].tolist()) == (at(3), [999])
    assert (again.snapshot, tape.event(0).snapshot) == (False, True)


def test_balances_before_the_first_order_are_what_the_accounts_held() -> None:
    told = [
        BalanceReport(at(0), SPOT.venue, Asset("USDT"), Decimal(total), Decimal(total))
        for total in (5, 7)
    ]

    session = built(*told, BOOK).build()

    assert [each.total for each in session.balances] == [Decimal(7)]
    assert session.disturbed == NEVER


def test_a_timer_that_came_late_is_late_again() -> None:
    due = Outcome(2, (SetTimer(at(10), "strategy:s", "wake"),))

    session = built((BOOK, due), TimerFired(at(12), "strategy:s", "wake")).build()

    assert session.timers == {("strategy:s", "wake", at(10)): at(12)}


def test_a_second_start_disturbs_and_is_counted() -> None:
    again = evolve(STARTED, ts=at(50), incarnation=2)

    session = built(BOOK, again).build()

    assert (session.restarts, session.is_stopped) == (1, False)
    assert session.disturbed < NEVER


def test_a_session_that_was_stopped_in_order_is_known() -> None:
    assert built(BOOK, Shutdown(at(9), "enough")).build().is_stopped


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (TapeMessage(0, 0, False), "no live session"),
        (InstrumentUpdated(at(5), make.instrument(tick="0.5")), "changed its grid"),
    ],
)
def test_what_has_no_one_tape_is_refused(event: Event, message: str) -> None:
    with pytest.raises(DataError, match=message):
        built(BOOK, event)


def test_without_market_data_there_is_nothing_to_run() -> None:
    with pytest.raises(DataError, match="no market data"):
        built().build()
