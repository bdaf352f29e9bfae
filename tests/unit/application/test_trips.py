"""How long requests and answers took, as a journal tells it."""

from graphwiz_trader.application.session_columns import SessionColumns
from graphwiz_trader.application.trips import Trips
from graphwiz_trader.domain.commands import CancelOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, SubmitUnknown
from graphwiz_trader.domain.facts import OrderChanged, Outcome
from graphwiz_trader.domain.orders import ExecType, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.measured import Way
from graphwiz_trader.testing import make

SPOT = make.instrument()
NAME = ClOrdId("00000000001")
AHEAD = 1_000_000
"""How far the venue's clock is behind ours, and its quickest message therefore seems to take."""


def tape() -> Tape:
    columns = SessionColumns([SPOT])
    for delay in (AHEAD, AHEAD + 300):
        update = make.book_update(SPOT, [("100.0", "1")], [("100.1", "1")])
        columns.add(evolve(update, ts_venue=Nanos(make.START - delay)), make.START)
    return columns.tape("alpha")


def submitted(ts: int) -> tuple[Event, Outcome, Nanos]:
    order = SubmitOrder(
        NAME,
        StrategyId("s"),
        SPOT.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(1000),
        Lots(1),
    )
    return make.book_update(SPOT, ts=ts), Outcome(1, (order,)), Nanos(ts)


def report(kind: ExecType, ts: int, at: int) -> tuple[Event, Outcome, Nanos]:
    told = evolve(make.report(SPOT, NAME, kind, ts=ts), ts_venue=Nanos(at))
    return told, Outcome(2), Nanos(ts)


def test_the_venues_clock_is_put_on_ours_by_its_quickest_message() -> None:
    trips = Trips({SPOT.id: SPOT}, as_heard=False)

    trips.feed(*submitted(make.START))
    trips.feed(*report(ExecType.NEW, make.START + 9_000, make.START + 4_000 - AHEAD))

    ways = trips.ways(tape())
    assert ways.requests == (Way(make.START, Nanos(4_000)),)
    assert ways.answers == (Way(Nanos(make.START + 4_000), Nanos(5_000)),)


def test_a_venue_that_lives_on_what_we_receive_is_on_our_clock() -> None:
    trips = Trips({SPOT.id: SPOT}, as_heard=True)

    trips.feed(*submitted(make.START))
    trips.feed(*report(ExecType.NEW, make.START + 9_000, make.START + 4_000))

    assert trips.ways(tape()).requests == (Way(make.START, Nanos(4_000)),)


def test_no_answer_was_given_before_the_question() -> None:
    trips = Trips({SPOT.id: SPOT}, as_heard=True)

    trips.feed(*submitted(make.START))
    trips.feed(*report(ExecType.NEW, make.START + 9_000, make.START - 4_000))

    assert trips.ways(tape()).requests == (Way(make.START, Nanos(0)),)


def test_a_cancel_is_a_request_of_its_own() -> None:
    trips = Trips({SPOT.id: SPOT}, as_heard=True)
    cancel = Outcome(3, (CancelOrder(NAME, SPOT.id),))

    trips.feed(*submitted(make.START))
    trips.feed(*report(ExecType.NEW, make.START + 10, make.START + 5))
    trips.feed(make.book_update(SPOT), cancel, Nanos(make.START + 20))
    trips.feed(*report(ExecType.CANCELED, make.START + 28, make.START + 23))

    taken = trips.ways(tape()).requests
    assert taken == (Way(make.START, Nanos(5)), Way(Nanos(make.START + 20), Nanos(3)))


def test_a_request_that_turned_out_never_to_have_arrived_was_lost() -> None:
    trips = Trips({SPOT.id: SPOT}, as_heard=True)
    unknown = Outcome(2, (), (OrderChanged(NAME, OrdStatus.UNKNOWN, Lots(0), "timeout"),))

    trips.feed(*submitted(make.START))
    trips.feed(SubmitUnknown(make.START, NAME, "timeout"), unknown, Nanos(make.START + 50))
    trips.feed(*report(ExecType.REJECTED, make.START + 80, make.START + 80))

    ways = trips.ways(tape())
    assert (ways.requests, ways.lost) == ((), (Way(make.START, Nanos(80)),))
