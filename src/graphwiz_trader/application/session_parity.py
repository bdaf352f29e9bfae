"""
SessionLadder: a session run again under one condition after another, up to a plain backtest.

Every run is whole; neighbors differ by one cause alone, so that the differences between them add
up to the difference between the session and its backtest.
"""

from collections.abc import Callable, Mapping

import attrs

from graphwiz_trader.application.backtest import EngineMaker
from graphwiz_trader.application.causes import attributed, unexplained
from graphwiz_trader.application.fates import Fates
from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.application.live_run import PAPER, live_engine
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.reenact import Conditions, reenact
from graphwiz_trader.application.report import ReportBuilder, read_report
from graphwiz_trader.application.session_tape import SessionBuilder
from graphwiz_trader.application.unrecorded import Unrecorded
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.fate import paired
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.parity import Cause, Rung, SessionParity
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.journal import JournalReader
from graphwiz_trader.simulation.conditions import fees_of, latency_of
from graphwiz_trader.simulation.fees import BPS, FeeSchedule
from graphwiz_trader.simulation.latency import LatencyModel
from graphwiz_trader.simulation.measured import MeasuredLatency
from graphwiz_trader.simulation.queue import QueueModel, queue_model

BACK = "risk_averse"
FRONT = QueueModel("front", lambda ahead, behind: 0.0)  # noqa: ARG005 # whoever left was ahead
"""The best place in a queue that levels and trades allow; `BACK` is the worst."""

WIND_DOWN = Nanos(60 * SECOND)
"""How long after a session that was ended in order the answers of slower venues may come."""

_CAUSES = tuple(Cause)
_NAMES: Mapping[Cause, str] = {
    Cause.QUEUE: "as measured",
    Cause.MISSING_DATA: "uninterrupted",
    Cause.LATENCY: "latency of the model",
    Cause.FEES: "backtest",
}
_RUNS = 1 + len(_CAUSES) + 2
"""How often the session is gone through: read, run for every cause, and twice for the bounds."""


class SessionLadder:
    """Reads one session and runs it again; *settings* are its own."""

    def __init__(
        self,
        engines: EngineMaker,
        settings: Settings,
        started: RunStarted,
        progress: Callable[[float], None],
    ) -> None:
        self._engines = engines
        self._settings = settings
        self._started = started
        self._reporting = reporting_of(settings, started.instruments)
        self._progress = progress
        self._gone_through = 0
        """How many runs are over, of `_RUNS`."""

    def climb(self, reader: JournalReader) -> SessionParity:
        """
        Return the session that *reader* tells beside its backtest.

        Raises:
            DataError: the session holds no market data, or changed a grid.
            JournalTorn: its journal is damaged before the tail.
        """
        builder = SessionBuilder(self._started)
        prices = RebuiltPrices(self._started.instruments, (), self._reporting)
        report = read_report(
            reader, prices, ReportBuilder(prices, self._reporting), (builder.feed,)
        )
        self._session = builder.build()
        self._gone_through = 1
        self._through(0.0)
        runs = {cause: self._run(cause, self._queue()) for cause in Cause}
        bounds = [self._run(Cause.QUEUE, queue) for queue in (queue_model(BACK), FRONT)]
        ours = tuple(builder.fates.orders.values())
        theirs = [tuple(run.fates.orders.values()) for run in runs.values()]
        pairs = paired(ours, theirs[-1])
        return SessionParity(
            self._started.run,
            self._started.mode,
            self._reporting,
            {each.id: each for each in self._started.instruments},
            (
                _rung("session", None, report, builder.fates),
                *(_rung(_NAMES[cause], cause, r.report, r.fates) for cause, r in runs.items()),
            ),
            sum(pair.one is not None and pair.other is not None for pair in pairs),
            attributed(ours, theirs),
            unexplained(self._session, ours, theirs[0]),
            (bounds[0].report.pnl.net, bounds[1].report.pnl.net),
            tuple(self._notes()),
        )

    def _run(self, cause: Cause, queue: QueueModel) -> Unrecorded:
        """Run the session as on the rung of *cause*."""
        settings = self._settings.backtest
        costs = self._started.costs
        if _is_past(Cause.LATENCY, cause):
            way = Nanos(int(settings.latency_ms * MILLISECOND))
            costs = tuple(evolve(cost, latency=way) for cost in costs)
        if _is_past(Cause.FEES, cause):
            costs = tuple(evolve(cost, taker_bps=settings.fee_bps) for cost in costs)
        engine = live_engine(self._engines, self._settings, evolve(self._started, costs=costs))
        found = reenact(
            self._session,
            engine,
            self._conditions(cause, queue),
            ReportBuilder(engine.state, self._reporting),
            self._through,
        )
        self._gone_through += 1
        return found

    def _conditions(self, cause: Cause, queue: QueueModel) -> Conditions:
        session, settings = self._session, self._settings.backtest
        is_modelled = _is_past(Cause.LATENCY, cause)
        markets = session.markets
        if self._started.mode == PAPER and not is_modelled:
            # A paper venue lives on the feed as it comes.
            markets = tuple(attrs.evolve(tape, ts_venue=tape.ts) for tape in markets)
        return Conditions(
            markets,
            {_venue(tape): self._latency(tape, cause) for tape in session.tapes},
            {
                _venue(tape): fees_of(settings)
                if _is_past(Cause.FEES, cause)
                else self._charged(_venue(tape))
                for tape in session.tapes
            },
            queue,
            {} if is_modelled else session.timers,
            interrupted=not _is_past(Cause.MISSING_DATA, cause),
            until=Nanos(session.end + is_modelled * session.is_stopped * WIND_DOWN),
        )

    def _latency(self, tape: Tape, cause: Cause) -> LatencyModel:
        settings, venue = self._settings.backtest, _venue(tape)
        if _is_past(Cause.LATENCY, cause):
            return latency_of(settings, venue, [tape])
        ways = self._session.ways[venue]
        if _is_past(Cause.MISSING_DATA, cause):
            ways = evolve(ways, lost=())
        return MeasuredLatency(ways, Nanos(int(settings.latency_ms * MILLISECOND)))

    def _charged(self, venue: Venue) -> FeeSchedule:
        """Return what *venue* charged; where it charged nothing, what it was said to."""
        charged, usual = self._session.charged[venue], self._settings.backtest.fee_bps
        said = [cost.taker_bps for cost in self._started.costs if cost.venue == venue]
        if said and said[0] is not None:
            usual = said[0]
        maker, taker = (charged.rate(each) for each in (Liquidity.MAKER, Liquidity.TAKER))
        return FeeSchedule(
            usual if maker is None else maker * BPS, usual if taker is None else taker * BPS
        )

    def _queue(self) -> QueueModel:
        return queue_model(self._settings.backtest.queue)

    def _through(self, share: float) -> None:
        self._progress(min(1.0, (self._gone_through + share) / _RUNS))

    def _notes(self) -> list[str]:
        session = self._session
        notes = []
        if session.restarts:
            notes.append(
                f"the engine was started {session.restarts + 1} times: what it missed between is"
                " missing data"
            )
        if not session.is_stopped:
            notes.append("the session was not stopped in order: it ends with its journal")
        return notes


def _is_past(cause: Cause, rung: Cause) -> bool:
    """Whether the run of *rung* is already freed of *cause*."""
    return _CAUSES.index(rung) >= _CAUSES.index(cause)


def _venue(tape: Tape) -> Venue:
    return tape.instruments[0].venue


def _rung(name: str, cause: Cause | None, report: Report, fates: Fates) -> Rung:
    orders = fates.orders.values()
    fills = sum(order.fills for order in orders)
    net, fees = rounded(report.pnl.net), rounded(report.pnl.fees)
    # Rounded once, here: the parts must add up to the last digit that is shown.
    return Rung(name, cause, net, net + fees, fees, len(orders), fills)
