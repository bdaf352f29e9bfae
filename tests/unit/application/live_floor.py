"""A live engine on simulated venues, in virtual time, with everything that can go wrong."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from graphwiz_trader.adapters.paper.venue import PaperVenue
from graphwiz_trader.application.auditor import AuditedVenue, Auditor
from graphwiz_trader.application.recovery import recover
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.domain.commands import OrderCommand, RaiseAlert
from graphwiz_trader.domain.events import (
    BookUpdate,
    Event,
    FeedUp,
    OperatorAction,
    OperatorOrder,
    RunStarted,
)
from graphwiz_trader.domain.events import Trade as Print
from graphwiz_trader.domain.facts import Entry, TradingState
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.units import (
    SECOND,
    ClOrdId,
    InstrumentId,
    Nanos,
    RunId,
    StrategyId,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OrderRef, Usage, VenueSnapshot, VenueTerms
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Exchange
from graphwiz_trader.testing.clock import ManualClock
from graphwiz_trader.testing.faulty_venue import FaultyVenue
from graphwiz_trader.testing.journal import MemoryJournal
from tests.unit.application.oracle import Oracle

INSTALLATION = "a7"
RUN = RunId("paper-0001")
RISK = RiskSettings(
    max_position_size=Decimal("0.05"),
    max_orders_per_second=40,
    max_identical_orders_per_second=10,
    max_book_age_ms=5_000,
)
Strategies = Callable[[], Sequence[Strategy]]


class Crash(Exception):  # what happens, not what is wrong
    """The process dies here."""


class WatchedVenue:
    """Tells the oracle of every command before it leaves; the dead send nothing."""

    def __init__(self, inner: ExecutionVenue, oracle: Oracle, is_dead: Callable[[], bool]) -> None:
        self.inner = inner
        self.oracle = oracle
        self.is_dead = is_dead

    @property
    def venue(self) -> Venue:
        return self.inner.venue

    @property
    def terms(self) -> VenueTerms:
        return self.inner.terms

    @property
    def usage(self) -> Usage | None:
        return self.inner.usage

    def send(self, command: OrderCommand) -> None:
        if not self.is_dead():
            self.oracle.on_send(self.venue, command)
            self.inner.send(command)

    async def run(self, deliver: Deliver) -> None:
        await self.inner.run(deliver)

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        return await self.inner.query(order)

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        return await self.inner.fills(instrument, since)

    async def snapshot(self) -> VenueSnapshot:
        return await self.inner.snapshot()

    async def server_time(self) -> Nanos:
        return await self.inner.server_time()


class WatchedJournal(MemoryJournal):
    """Tells the oracle of every entry; the process can die just before or after one."""

    def __init__(self, oracle: Oracle, capacity: int | None = None) -> None:
        super().__init__(capacity)
        self.oracle = oracle
        self.is_dead = False
        self.dies_before: int | None = None
        self.dies_after: int | None = None

    def append(self, entry: Entry) -> bytes:
        if self.is_dead:
            raise Crash("long dead")
        if self.dies_before is not None and self.seq + 1 >= self.dies_before:
            self.dies_before, self.is_dead = None, True
            raise Crash(f"before entry {self.seq + 1}")
        said = super().append(entry)
        self.oracle.on_entry(entry)
        if self.dies_after is not None and self.seq >= self.dies_after:
            self.dies_after, self.is_dead = None, True
            raise Crash(f"after entry {self.seq}")
        return said


class ExchangeFeed:
    """The market data of a simulated exchange, which its paper venue hands to `tell`."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        self.exchange = exchange
        self.clock = clock
        self.deliver: Deliver | None = None

    @property
    def venue(self) -> Venue:
        return self.exchange.venue

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """All of it is told anyway."""

    def unsubscribe(self, instruments: Iterable[InstrumentId]) -> None:
        """Likewise."""

    async def run(self, deliver: Deliver) -> None:
        now = self.clock.now()
        deliver(FeedUp(now, self.venue))
        for name in self.exchange.floor.books:
            deliver(evolve(self.exchange.snapshot(name), ts=now))
        self.deliver = deliver
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.deliver = None

    def tell(self, event: Event) -> None:
        if self.deliver is not None and isinstance(event, BookUpdate | Print):
            self.deliver(event)


class Floor:
    """Exchanges, the faults before them, a journal, and one engine's life after another."""

    def __init__(
        self,
        exchanges: Sequence[Exchange],
        strategies: Strategies,
        chance: Chance,
        start: Nanos,
        capacity: int | None = None,
        terms: VenueTerms = VenueTerms(),  # noqa: B008 # a value
    ) -> None:
        self.clock = ManualClock(start)
        self.oracle = Oracle(RISK.max_position_size, self._is_known)
        self.journal = WatchedJournal(self.oracle, capacity)
        self.exchanges = {exchange.venue: exchange for exchange in exchanges}
        self.feeds = {e.venue: ExchangeFeed(e, self.clock) for e in exchanges}
        self.venues = {
            e.venue: FaultyVenue(
                PaperVenue(e, self.clock, terms, self.feeds[e.venue].tell),
                self.clock,
                chance.split(f"faults {e.venue}"),
            )
            for e in exchanges
        }
        self.alerts: list[RaiseAlert] = []
        self.auditor: Auditor | None = None
        self.violations: list[str] = []
        self.crashes = 0
        self._strategies = strategies
        self._incarnation = 0
        self._task: asyncio.Task[Stopped] | None = None
        self.trade: Trade | None = None

    @property
    def engine(self) -> Engine:
        """The engine that lives now, or lived last."""
        assert self.oracle.engine is not None
        return self.oracle.engine

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Everything that is traded anywhere."""
        return tuple(
            i for exchange in self.exchanges.values() for i in exchange.floor.instruments.values()
        )

    def _is_known(self, cl_ord_id: ClOrdId) -> bool:
        return any(exchange.order(cl_ord_id) for exchange in self.exchanges.values())

    def new_engine(self) -> Engine:
        """Return an engine that knows nothing yet."""
        return Engine(
            EngineSpec(
                self.instruments,
                tuple(self._strategies()),
                RiskPolicy(RISK),
                self.instruments[0].quote,
                dict.fromkeys(self.exchanges, Decimal(5)),
                {},
                {},
                ClOrdIds("00", 0),
            )
        )

    def begin(self) -> Trade:
        """Start, or start again, from the journal."""
        self.journal.is_dead = False
        engine = self.new_engine()
        recovered = recover(self.journal, engine)
        self.oracle.engine = engine
        now, self._incarnation = self.clock.now(), self._incarnation + 1
        started = RunStarted(now, RUN, "paper", INSTALLATION, self._incarnation, 0, "{}", "0")
        self.auditor = auditor = Auditor(engine.state, self.clock, self.violations.append)
        self.trade = Trade(
            engine,
            [
                AuditedVenue(
                    WatchedVenue(venue, self.oracle, lambda: self.journal.is_dead), auditor
                )
                for venue in self.venues.values()
            ],
            self.feeds,
            self.journal,
            self.clock,
            self.alerts.append,
            started,
            recovered,
        )
        self.trade.watches.append(auditor.watch)
        self._task = asyncio.create_task(self.trade.run())
        return self.trade

    async def pass_time(self, by: int) -> None:
        """Let time pass, and the auditor look; whoever died meanwhile starts again."""
        await self.clock.advance(by)
        if self.auditor is not None and not self.journal.is_dead:
            self.auditor.sweep()
        while self._task is not None and self.journal.is_dead:
            # What a failing engine would still do, the dead do not.
            self.crashes += 1
            await self.crash()
        if self._task is not None and self._task.done():
            self._task.result()

    async def crash(self) -> None:
        """Die now, and start again."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        self.begin()
        await self.clock.advance(0)

    async def stop(self, within: int = 60) -> Stopped:
        """Stop gracefully."""
        assert self.trade is not None
        self.trade.stop("the test is over")
        for _ in range(within * 4):
            assert self._task is not None
            if self._task.done():
                break
            await self.pass_time(SECOND // 4)
            assert self.trade is not None
            self.trade.stop("the test is over")
        assert self._task is not None
        return self._task.result()

    async def abandon(self) -> BaseException | None:
        """End without a word; return what had ended it before, if anything."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        return None if self._task.cancelled() else self._task.exception()

    def operate(self, action: OperatorAction, scope: str = "") -> None:
        """Give a person's order."""
        assert self.trade is not None
        self.trade.deliver(OperatorOrder(self.clock.now(), action, scope, "a test", "ann"))

    def state_at(self, venue: str) -> TradingState:
        """Return the state that rules orders at *venue*."""
        first = next(iter(self.exchanges[Venue(venue)].floor.instruments))
        return self.engine.state.trading_state(StrategyId("any"), first, Venue(venue))
