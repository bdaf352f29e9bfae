"""Engine: the one function that turns an event into commands and facts."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.errors import DomainError, UnknownInstrument
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountDiffers,
    AccountDown,
    AccountUp,
    BalanceReport,
    BookGap,
    BookUpdate,
    CancelReject,
    Event,
    FeedDown,
    FeedUp,
    InstrumentUpdated,
    OperatorOrder,
    RunStarted,
    Shutdown,
    SubmitUnknown,
    TimerFired,
    Trade,
)
from graphwiz_trader.domain.facts import (
    FillBooked,
    Outcome,
    SignalRefused,
    StateChanged,
    StrategyRaised,
    TradingState,
)
from graphwiz_trader.domain.noticed import Noticed
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.settings_reloaded import SettingsReloaded
from graphwiz_trader.domain.signal import Observation, Refused, Signal, SignalKind
from graphwiz_trader.domain.strategy import Strategy, Wakeup
from graphwiz_trader.domain.units import InstrumentId, StrategyId
from graphwiz_trader.domain.vitals import VitalsSampled
from graphwiz_trader.engine.agreement import Agreement
from graphwiz_trader.engine.desk import Desk
from graphwiz_trader.engine.draft import Draft
from graphwiz_trader.engine.gate import Gate
from graphwiz_trader.engine.groups import OWNER as GROUP_OWNER
from graphwiz_trader.engine.groups import Groups
from graphwiz_trader.engine.guard import Guard
from graphwiz_trader.engine.intake import OWNER as STRATEGY_OWNER
from graphwiz_trader.engine.intake import listeners, taken_in
from graphwiz_trader.engine.operator import Operator
from graphwiz_trader.engine.planner import Planner
from graphwiz_trader.engine.reload import Reload
from graphwiz_trader.engine.rounds import Rounds
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.engine.trades import Record, Trades

E = TypeVar("E")
MAX_RAISES: Final = 3
_TAKE: Final = SignalKind.TAKE
_QUIET: Final = (FeedUp, AccountUp, VitalsSampled)


class Engine:
    """
    Takes in one event at a time.

    A deterministic function of the events so far: no I/O, clock, chance or logging inside.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self.state = spec.state()
        self.trades = Trades()
        self._seq = 0
        self._draft = Draft()
        self._strategies: dict[StrategyId, Strategy] = {s.id: s for s in spec.strategies}
        self._raises = dict.fromkeys(self._strategies, 0)
        self._desk = Desk(self.state, self._draft, spec.ids, tuple(self._strategies))
        self._gate = Gate(self.state, self._desk, self._draft)
        self._groups = Groups(self.state, self._desk, self._draft, self._gate)
        self._planner = Planner(self.state, self._desk, self._draft)
        self._agreement = Agreement(self.state, self._draft, self._gate)
        self._operator = Operator(
            self.state, self._desk, self._draft, self._gate, self._groups, self._agreement
        )
        self._guard = Guard(self.state, self._draft, self._gate)
        self._listeners = listeners(spec.strategies)
        self._instant: dict[StrategyId, Wakeup] = {}
        self._is_ending = False
        self._handlers: dict[type, Callable[[Event], None]] = dict.fromkeys(_QUIET, _nothing)
        self._handle(BookUpdate, self._on_book)
        self._handle(Trade, self._on_trade)
        self._handle(ExecutionReport, self._on_report)
        self._handle(TimerFired, self._on_timer)
        self._handle(OperatorOrder, self._operator.on_order)
        self._handle(SubmitUnknown, lambda e: self._desk.on_unknown(e.cl_ord_id, e.text))
        self._handle(CancelReject, lambda e: self._desk.on_cancel_reject(e.cl_ord_id, e.text))
        self._handle(BalanceReport, self._on_balance)
        self._handle(FeedDown, lambda e: self.state.books.drop(e.venue, e.reason))
        self._handle(BookGap, lambda e: self.state.books[e.instrument].drop(e.reason))
        self._handle(InstrumentUpdated, self._on_instrument)
        self._handle(Noticed, lambda e: self._draft.alert(e.severity, e.code, e.text))
        self._handle(AccountDown, self._agreement.on_down)
        self._handle(AccountDiffers, self._agreement.on_difference)
        self._handle(AccountAgrees, self._agreement.on_agreement)
        self._handle(ClockCompared, self.state.clocks.take)
        self._handle(SettingsReloaded, Reload(self.state, self._draft, self._guard).on_reload)
        self._handle(RoutesFound, Rounds(self.state, self._draft).on_found)
        self._handle(RunStarted, self._on_start)
        self._handle(Shutdown, self._on_shutdown)

    @property
    def seq(self) -> int:
        """How many events were taken in."""
        return self._seq

    @property
    def records(self) -> Mapping[StrategyId, Record]:
        """Each strategy's performance."""
        return self.trades.records

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """Who is asked."""
        return tuple(self._strategies.values())

    def skip(self, count: int, waiting: Iterable[BookUpdate | Trade]) -> None:
        """Count market events that a reader took in for us; an instant goes on after *waiting*."""
        self._seq += count
        for event in waiting:
            for strategy in self._listeners.get(event.instrument, ()):
                self._instant[strategy.id] = event

    def step(self, event: Event) -> Outcome:
        """
        Take in *event* and return what to do about it.

        Raises:
            DomainError: the event is none of the closed union, or of an unknown instrument;
                nothing was changed.
        """
        handler = self._handlers.get(type(event))
        if handler is None:
            raise DomainError(f"{type(event).__name__} is not an event the engine takes")
        state, draft = self.state, self._draft
        before, state.now = state.now, event.ts  # type: ignore[union-attr] # TapeMessage has no handler
        self._seq = seq = self._seq + 1
        try:
            if type(event) is BookUpdate:
                # Most events are, and by way of the table a call takes longer.
                self._on_book(event)
            else:
                handler(event)
        except DomainError:
            state.now = before
            self._seq -= 1
            draft.finish(self._seq)
            raise
        if draft.commands or draft.facts:
            return draft.finish(seq)
        return Outcome(seq)

    def _handle(self, kind: type[E], handler: Callable[[E], None]) -> None:
        self._handlers[kind] = handler  # type: ignore[assignment] # looked up by the exact class

    def _on_book(self, update: BookUpdate) -> None:
        name, state = update.instrument, self.state
        has_moved = state.follow(update)
        if state.holdings.positions[name].lots:
            if has_moved:
                state.holdings.mark(name, state.now)
            self._guard.check()
        self._ask_when_complete(name, update)

    def _on_trade(self, trade: Trade) -> None:
        if trade.instrument not in self.state.instruments:
            raise UnknownInstrument(f"{trade.instrument} is traded nowhere we know")
        self._ask_when_complete(trade.instrument, trade)

    def _ask_when_complete(self, name: InstrumentId, event: BookUpdate | Trade) -> None:
        """Ask the listeners once the instant has no more events, each with its last."""
        listeners = self._listeners.get(name, ())
        if event.more or self._instant:
            for strategy in listeners:
                self._instant[strategy.id] = event
            if event.more:
                return
            waiting, self._instant = self._instant, {}
            for asked, last in waiting.items():
                self._ask(self._strategies[asked], last)
            return
        for strategy in listeners:
            self._ask(strategy, event)

    def _ask(self, strategy: Strategy, event: Wakeup) -> None:
        asked = strategy.id
        if self._is_ending or (self._raises[asked] and self._is_halted(asked)):
            return
        try:
            answer = strategy.on_event(event, self.state)
            if answer == ():
                return
            opinions = taken_in(asked, answer)
        except Exception as error:  # noqa: BLE001 # a stranger's bug must not stop the engine
            self._on_raise(asked, error)
            return
        for opinion in opinions:
            if isinstance(opinion, Signal):
                self._on_signal(opinion)
            elif isinstance(opinion, Observation):
                self._draft.facts.append(opinion)
            else:
                self._draft.commands.append(opinion)

    def _is_halted(self, strategy: StrategyId) -> bool:
        return self.state.scopes.get(f"strategy:{strategy}") is TradingState.HALTED

    def _on_signal(self, signal: Signal) -> None:
        approved = self.state.policy.review(signal, self.state)
        if isinstance(approved, Refused):
            self._draft.facts.append(SignalRefused(signal, approved))
        elif signal.kind is _TAKE:
            self._groups.open(approved)
        else:
            self._planner.plan(approved)

    def _on_raise(self, strategy: StrategyId, error: Exception) -> None:
        self._raises[strategy] += 1
        self._draft.facts.append(StrategyRaised(strategy, f"{type(error).__name__}: {error}"))
        text = f"strategy {strategy} raised {type(error).__name__}: {error}"
        if self._raises[strategy] >= MAX_RAISES:
            text += f"; {MAX_RAISES} times, so it stays halted until a restart"
            self._operator.condemn(strategy)
        self._draft.alert(Severity.CRITICAL, "STRATEGY_RAISED", text)
        self._gate.halt(f"strategy:{strategy}", text, "engine")

    def _on_report(self, report: ExecutionReport) -> None:
        order = self._desk.on_report(report)
        if order is None:
            return
        facts = self._draft.facts
        booked = facts[-1]
        fill = booked if isinstance(booked, FillBooked) else None
        trade = self._groups.on_order(order, fill, report.commission)
        if fill is not None and trade is None and not self._groups.is_multi(order.group):
            instrument = self.state.instruments[order.instrument]
            trade = self.trades.fill(fill, instrument, self.state.now, opens=not order.reducing)
        if trade is not None:
            facts.append(trade)
            self.trades.close(trade, Decimal(self.state.rate(trade.asset) or 0.0))
            self.state.losses = self.state.losses + 1 if trade.pnl < 0 else 0
        if fill is not None:
            self._guard.check()

    def _on_timer(self, timer: TimerFired) -> None:
        owner = timer.owner
        if owner.startswith(GROUP_OWNER):
            self._groups.on_timer(owner.removeprefix(GROUP_OWNER))
        elif (name := StrategyId(owner.removeprefix(STRATEGY_OWNER))) in self._strategies:
            self._ask(self._strategies[name], timer)

    def _on_start(self, started: RunStarted) -> None:
        """Begin, or begin again after whatever ended the incarnation before."""
        self._desk.begin(started.installation, started.incarnation)
        self._raises = dict.fromkeys(self._strategies, 0)
        self.state.clocks.clear()
        self._is_ending = False
        self._operator.begin()
        self._groups.begin()

    def _on_shutdown(self, shutdown: Shutdown) -> None:
        """Ask no strategy any more: an exit that leaves now may outlive the run."""
        self._is_ending = True
        self._operator.shut_down(shutdown.reason)

    def _on_balance(self, report: BalanceReport) -> None:
        account = self.state.holdings.accounts.get(report.venue)
        if account is None:
            raise DomainError(f"{report.venue} is no venue of ours: its balances mean nothing")
        account.total[report.asset] = report.total

    def _on_instrument(self, update: InstrumentUpdated) -> None:
        instrument = update.instrument
        self.state.regrid(instrument)
        self._groups.regrid(instrument)
        for order in self.state.orders.of(instrument.id):
            self._desk.cancel(order)
        scope, why = f"instrument:{instrument.id}", "new trading rules"
        self._draft.facts.append(StateChanged(scope, self.state.scopes.get(scope), why, "venue"))


def _nothing(event: Event) -> None:
    """Take note only: it is in the journal."""
