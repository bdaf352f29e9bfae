"""Reenact: a session's strategies once more on what it recorded, at simulated venues."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.application.driver import Driver
from graphwiz_trader.application.market import NEVER, Message
from graphwiz_trader.application.report import ReportBuilder
from graphwiz_trader.application.session_tape import SessionTape, Timer
from graphwiz_trader.application.unrecorded import Forgetting, Onlooker, Unrecorded
from graphwiz_trader.domain.arithmetic import own_arithmetic
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountDiffers,
    AccountDown,
    AccountUp,
    BalanceReport,
    BookGap,
    FeedDown,
    FeedUp,
    RunStarted,
)
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Asset, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import LatencyModel
from graphwiz_trader.simulation.queue import QueueModel
from graphwiz_trader.simulation.recording import recordings
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.simulation.venue import SimulatedVenue

_INTERRUPTIONS = (
    AccountUp,
    AccountDown,
    AccountDiffers,
    AccountAgrees,
    FeedUp,
    FeedDown,
    BookGap,
    RunStarted,
)
"""What a session is told when it does not know something, or does again."""


@value
class Conditions:
    """
    What a reenactment is done under.

    Venues are made of `markets`, `latency`, `fees` and `queue`; `timers` are when those came that
    were late. Not `interrupted`, the engine is told of no gap in what the session knew. `until`
    is when the last answer may come.
    """

    markets: tuple[Tape, ...]
    latency: Mapping[Venue, LatencyModel]
    fees: Mapping[Venue, FeeSchedule]
    queue: QueueModel
    timers: Mapping[Timer, Nanos]
    interrupted: bool
    until: Nanos


def reenact(
    session: SessionTape,
    engine: Engine,
    conditions: Conditions,
    report: ReportBuilder,
    progress: Callable[[float], None],
) -> Unrecorded:
    """
    Run *engine*, which is new, through *session*; *report* looks at its state.

    Raises:
        DomainError: the engine cannot take what the session was told.
    """
    watch = Onlooker(report)
    market = _SessionMarket(session, conditions)
    venues = _venues(session, conditions)

    def late(command: SetTimer, due: Nanos) -> Nanos:
        return max(due, conditions.timers.get((command.owner, command.name, due), due))

    driver = Driver(engine, venues, market, Forgetting(), watch, late)
    start = session.started.ts
    balances = (evolve(balance, ts=start) for balance in session.balances)
    with own_arithmetic():
        driver.play((session.started, *balances), start, session.end, progress)
        driver.run(conditions.until)
    return watch.result()


def _venues(session: SessionTape, conditions: Conditions) -> Mapping[Venue, SimulatedVenue]:
    found: dict[Venue, SimulatedVenue] = {}
    for tape in conditions.markets:
        venue = tape.instruments[0].venue
        found[venue] = ReplayVenue(
            recordings([tape]),
            _owned(session.balances, venue),
            conditions.fees[venue],
            conditions.latency[venue],
            conditions.queue,
        )
    return found


def _owned(balances: Sequence[BalanceReport], venue: Venue) -> dict[Asset, Decimal]:
    return {each.asset: each.total for each in balances if each.venue == venue}


class _SessionMarket:
    """Everything that a session was told, in its order, as messages of tapes and beside them."""

    def __init__(self, session: SessionTape, conditions: Conditions) -> None:
        self._tapes = session.tapes
        self._told = session.told
        self._skips = () if conditions.interrupted else _INTERRUPTIONS
        self._steps = session.steps
        self._at = -1
        self.ts = NEVER
        self._next: Message | None = None
        self._turn()

    def pop(self) -> Message:
        """Return what comes next."""
        if self._next is None:
            raise IndexError("the session is over")
        found = self._next
        self._turn()
        return found

    def _turn(self) -> None:
        self.ts, self._next = NEVER, None
        while self._next is None and self._at + 1 < len(self._steps):
            self._at += 1
            tape, number = self._steps[self._at].tolist()
            event = self._told[number] if tape < 0 else self._tapes[tape].event(number)
            if tape >= 0 or not (number == 0 or isinstance(event, self._skips)):
                self._next = event, tape, number
                self.ts = event.ts
