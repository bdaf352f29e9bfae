"""Trade: every execution fault of the field, one by one, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import TypeVar

import pytest

from graphwiz_trader.application.outbox import NEVER_SENT
from graphwiz_trader.application.state_view import agrees
from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.commands import CancelOrder, SubmitOrder
from graphwiz_trader.domain.errors import JournalError, JournalFull, LeftOpen
from graphwiz_trader.domain.events import AccountDown, BookGap, OperatorAction
from graphwiz_trader.domain.facts import (
    DifferenceFound,
    FillBooked,
    GroupState,
    OrderChanged,
    SignalRefused,
    TradingState,
)
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason, Signal, SignalKind
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.faulty_venue import Fault
from tests.unit.application.live_floor import Crash, Floor

MS = MILLISECOND
ALPHA, BETA = Venue("alpha"), Venue("beta")
A = make.instrument("BTC/USDT@alpha", lot="0.0001")
B = make.instrument("BTC/USDT@beta", lot="0.0001")
F = TypeVar("F")
USDT, BTC = Asset("USDT"), Asset("BTC")
PUPPET = StrategyId("puppet")
BID, ASK = Ticks(998), Ticks(1002)


class Crowd:
    """Quotes 99.8 to 100.2 at the start, and then sells when a test lets it."""

    def __init__(self, name: InstrumentId) -> None:
        self.name = name
        self.acts: list[tuple[Nanos, int]] = [(make.START, 0)]

    def next_ts(self) -> Nanos | None:
        return self.acts[0][0] if self.acts else None

    def act(self, exchange: Exchange) -> None:
        _, sold = self.acts.pop(0)
        if sold:
            lots, now = Lots(10_000 + sold), TimeInForce.IOC
            exchange.join("late", self.name, Side.SELL, Ticks(997), lots, time_in_force=now)
            return
        exchange.join("asks", self.name, Side.SELL, ASK, Lots(10_000))
        exchange.join("bids", self.name, Side.BUY, BID, Lots(10_000))

    def sell(self, lots: int, ts: Nanos) -> None:
        """Take all bids, then *lots* at 99.7."""
        self.acts.append((ts, lots))


class Puppet:
    """Says what the test wants when it is asked; its plan outlives it, as a rule would."""

    def __init__(self, plan: dict[int, tuple[Opinion, ...]]) -> None:
        self.id = PUPPET
        self.instruments = (A.id, B.id)
        self.plan = plan
        self.asked = 0

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        self.asked += 1
        return self.plan.get(self.asked, ())


class Scene:
    """Two quiet venues, a live engine, and a hand in its strategy."""

    def __init__(
        self,
        capacity: int | None = None,
        asked: VenueTerms = VenueTerms(),  # noqa: B008 # a value
    ) -> None:
        terms = Terms(entry=Nanos(2 * MS), response=Nanos(3 * MS))
        balances = {USDT: Decimal(1_000), BTC: Decimal(10)}
        self.crowd = Crowd(A.id)
        crowds = ((A, self.crowd), (B, Crowd(B.id)))
        exchanges = [Exchange([of], balances, make.START, terms, who) for of, who in crowds]
        self.plan: dict[int, tuple[Opinion, ...]] = {}
        self.puppet = Puppet(self.plan)
        self.floor = Floor(exchanges, self._puppets, Chance(1), make.START, capacity, asked)
        self.alpha, self.beta = (self.floor.venues[name] for name in (ALPHA, BETA))

    def _puppets(self) -> Sequence[Puppet]:
        self.puppet = Puppet(self.plan)
        return (self.puppet,)

    async def begin(self) -> None:
        self.floor.begin()
        await self.pass_time(2 * SECOND)

    async def pass_time(self, by: int) -> None:
        await self.floor.pass_time(by)

    async def want(self, *legs: Leg, kind: SignalKind = SignalKind.TAKE) -> None:
        """Let the strategy want *legs* now, with every book fresh."""
        now = self.floor.clock.now()
        signal = Signal(PUPPET, kind, legs, 1.0, Nanos(now + SECOND))
        self.refresh()
        self.plan[self.puppet.asked + 1] = (signal,)
        try:
            self.refresh(ALPHA)
        except Crash:
            self.floor.crashes += 1
            await self.floor.crash()
        await self.pass_time(0)

    def want_on(self, sent: Nanos) -> None:
        """Let the strategy want to buy at alpha on a frame that alpha sent at *sent* of its own."""
        now = self.floor.clock.now()
        signal = Signal(PUPPET, SignalKind.TAKE, (take(),), 1.0, Nanos(now + SECOND))
        self.plan[self.puppet.asked + 1] = (signal,)
        feed = self.floor.feeds[ALPHA]
        feed.tell(evolve(feed.exchange.snapshot(A.id), ts=now, ts_venue=sent))

    def refresh(self, *names: Venue) -> None:
        for name in names or (ALPHA, BETA):
            feed = self.floor.feeds[name]
            of = A if name == ALPHA else B
            feed.tell(evolve(feed.exchange.snapshot(of.id), ts=self.floor.clock.now()))

    @property
    def last(self) -> ClOrdId:
        """The order that was made last."""
        made = (
            command.cl_ord_id
            for entry in self.floor.journal.entries()
            for command in entry.outcome.commands
            if isinstance(command, SubmitOrder)
        )
        return list(made)[-1]

    def status(self, name: ClOrdId) -> OrdStatus:
        order = self.floor.engine.state.orders.find(name)
        assert order is not None
        return order.ord_status

    def facts(self, kind: type[F]) -> list[F]:
        entries = self.floor.journal.entries()
        return [f for entry in entries for f in entry.outcome.facts if isinstance(f, kind)]

    def submits(self) -> int:
        return sum(isinstance(c, SubmitOrder) for v in (self.alpha, self.beta) for c in v.sent)

    def position(self, of: InstrumentId = A.id) -> int:
        return self.floor.engine.state.position(of)


def rest(side: Side = Side.BUY, price: int = 997, qty: int = 100) -> Leg:
    return Leg(A.id, side, Ticks(price), Lots(qty), TimeInForce.GTC)


def take(of: InstrumentId = A.id, side: Side = Side.BUY, qty: int = 100) -> Leg:
    return Leg(of, side, ASK if side is Side.BUY else BID, Lots(qty))


def play(
    scene: Callable[[Scene], Awaitable[None]],
    capacity: int | None = None,
    asked: VenueTerms = VenueTerms(),  # noqa: B008 # a value
) -> None:
    async def played() -> None:
        stage = Scene(capacity, asked)
        await stage.begin()
        try:
            await scene(stage)
        finally:
            await stage.floor.abandon()

    asyncio.run(played())


def test_an_account_opens_once_its_venue_was_asked() -> None:
    async def scene(s: Scene) -> None:
        assert s.floor.state_at("alpha") is TradingState.ACTIVE
        assert s.floor.engine.state.accounts[ALPHA].total == {
            USDT: Decimal(1_000),
            BTC: Decimal(10),
        }

    play(scene)


def test_nothing_is_sent_before_the_account_was_asked() -> None:
    async def scene() -> None:
        stage = Scene()
        stage.alpha.unanswerable = stage.beta.unanswerable = 100
        await stage.begin()
        await stage.pass_time(10 * SECOND)
        assert stage.floor.state_at("alpha") is TradingState.HALTED
        assert stage.floor.feeds[ALPHA].deliver is None
        await stage.floor.abandon()

    asyncio.run(scene())


def test_a_fill_is_booked_once() -> None:
    async def scene(s: Scene) -> None:
        await s.want(take())
        await s.pass_time(SECOND)
        assert (s.position(), len(s.facts(FillBooked))) == (100, 1)

    play(scene)


def test_a_submit_that_never_arrived_is_unknown_then_proven_absent_and_not_sent_again() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.LOST)
        await s.want(rest())
        await s.pass_time(600 * MS)
        name = s.last
        assert s.status(name) is OrdStatus.UNKNOWN
        assert s.floor.engine.state.open_lots(A.id, Side.BUY) == 100
        await s.pass_time(SECOND)
        assert s.status(name) is OrdStatus.UNKNOWN
        await s.pass_time(5 * SECOND)
        order = s.floor.engine.state.orders.find(name)
        assert order is not None
        assert (order.ord_status, order.text) == (OrdStatus.REJECTED, "NOT_FOUND")
        assert s.submits() == 1

    play(scene)


def test_a_submit_that_arrived_unanswered_is_found_working() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.UNANSWERED)
        await s.want(rest())
        await s.pass_time(2 * SECOND)
        assert s.status(s.last) is OrdStatus.NEW
        assert s.submits() == 1

    play(scene)


def test_an_unanswered_submit_that_traded_is_found_with_its_fills() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.UNANSWERED)
        await s.want(take())
        await s.pass_time(3 * SECOND)
        assert (s.status(s.last), s.position()) == (OrdStatus.FILLED, 100)
        assert len(s.facts(FillBooked)) == 1

    play(scene)


def test_accepted_but_not_found_at_first_stays_unknown_through_the_settle_window() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.UNANSWERED)
        s.alpha.forgets_for = Nanos(1_800 * MS)
        await s.want(rest())
        await s.pass_time(1_500 * MS)
        assert s.status(s.last) is OrdStatus.UNKNOWN
        await s.pass_time(10 * SECOND)
        assert s.status(s.last) is OrdStatus.NEW

    play(scene)


def test_not_found_does_not_end_an_order_whose_money_moved() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.UNANSWERED)
        s.alpha.forgets_for = Nanos(3_600 * SECOND)
        await s.want(take())
        await s.pass_time(2 * SECOND)
        assert (s.status(s.last), s.position()) == (OrdStatus.FILLED, 100)

    play(scene)


def test_no_answer_to_questions_ends_nothing() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.LOST)
        s.alpha.unanswerable = 1_000
        await s.want(rest())
        await s.pass_time(60 * SECOND)
        assert s.status(s.last) is OrdStatus.UNKNOWN

    play(scene)


def test_a_fill_before_its_ack_counts_once() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.late.append(Nanos(200 * MS))
        await s.want(take())
        await s.pass_time(100 * MS)
        assert (s.status(s.last), s.position()) == (OrdStatus.FILLED, 100)
        await s.pass_time(SECOND)
        assert (s.status(s.last), s.position()) == (OrdStatus.FILLED, 100)

    play(scene)


def test_duplicate_reports_count_once() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.duplicate = 5
        await s.want(take())
        await s.pass_time(SECOND)
        assert (s.position(), len(s.facts(FillBooked))) == (100, 1)

    play(scene)


def test_a_late_fill_after_the_cancel_moves_the_position_once() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        name = s.last
        s.alpha.late.append(Nanos(300 * MS))
        s.crowd.sell(40, s.floor.clock.now())
        s.floor.operate(OperatorAction.CANCEL)
        await s.pass_time(100 * MS)
        assert (s.status(name), s.position()) == (OrdStatus.CANCELED, 0)
        await s.pass_time(SECOND)
        assert (s.status(name), s.position()) == (OrdStatus.CANCELED, 40)

    play(scene)


def test_a_lost_cancel_is_noticed_and_the_order_can_be_canceled_again() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        name = s.last
        s.alpha.script.append(Fault.LOST)
        s.floor.operate(OperatorAction.CANCEL)
        await s.pass_time(5 * SECOND)
        assert s.status(name) is OrdStatus.NEW
        s.floor.operate(OperatorAction.CANCEL)
        await s.pass_time(SECOND)
        assert s.status(name) is OrdStatus.CANCELED

    play(scene)


def test_one_leg_lost_is_completed_or_unwound_or_everything_halts() -> None:
    async def scene(s: Scene) -> None:
        s.beta.script.append(Fault.LOST)
        await s.want(take(A.id, Side.BUY), take(B.id, Side.SELL))
        for _ in range(40):
            await s.pass_time(200 * MS)
            s.refresh()
        state, groups = s.floor.engine.state, s.floor.oracle.groups
        assert not state.debts or state.scopes.get("") is TradingState.HALTED
        assert set(groups.values()) <= {GroupState.DONE, GroupState.UNWOUND, GroupState.STUCK}

    play(scene)


def test_a_dropped_stream_closes_the_account_and_its_fills_are_asked_for() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        s.alpha.break_stream()
        s.crowd.sell(40, s.floor.clock.now())
        await s.pass_time(3 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.HALTED
        assert any(isinstance(c, CancelOrder) for c in s.alpha.sent)
        assert s.position() == 40
        s.alpha.mend_stream()
        await s.pass_time(6 * SECOND)
        assert (s.floor.state_at("alpha"), s.position()) == (TradingState.ACTIVE, 40)

    play(scene)


def test_a_deposit_closes_the_account_until_it_is_adopted_by_name() -> None:
    async def scene(s: Scene) -> None:
        s.floor.exchanges[ALPHA].floor.accounts["own"].credit(Money(Decimal(50), USDT))
        await s.pass_time(60 * SECOND)
        assert s.facts(DifferenceFound) == [DifferenceFound(ALPHA, "balance:USDT", "1000", "1050")]
        assert s.floor.state_at("alpha") is TradingState.HALTED
        s.floor.operate(OperatorAction.RESUME)
        await s.pass_time(10 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.HALTED
        s.floor.operate(OperatorAction.ADOPT, "alpha:balance:USDT")
        await s.pass_time(10 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.ACTIVE

    play(scene)


def own_order(name: str) -> SubmitOrder:
    """An order under our prefix that no journal knows."""
    return SubmitOrder(
        ClOrdId(name),
        PUPPET,
        A.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(990),
        Lots(100),
    )


def test_an_order_of_ours_that_no_journal_knows_blocks_the_start_until_adopted() -> None:
    async def scene() -> None:
        stage = Scene()
        exchange = stage.floor.exchanges[ALPHA]
        exchange.send(own_order("a7zzzzz001"), make.START)
        while exchange.next_ts() is not None:
            exchange.run_next()
        await stage.begin()
        await stage.pass_time(5 * SECOND)
        assert stage.floor.feeds[ALPHA].deliver is not None
        assert stage.floor.state_at("alpha") is TradingState.HALTED
        stage.floor.operate(OperatorAction.ADOPT, "alpha:order:a7zzzzz001")
        await stage.pass_time(10 * SECOND)
        assert stage.floor.exchanges[ALPHA].working() == ()
        assert stage.floor.state_at("alpha") is TradingState.ACTIVE
        await stage.floor.abandon()

    asyncio.run(scene())


def test_an_order_under_our_prefix_that_turns_up_later_closes_the_account() -> None:
    async def scene(s: Scene) -> None:
        s.floor.exchanges[ALPHA].send(own_order("a7zzzzz001"), s.floor.clock.now())
        s.alpha.send(CancelOrder(ClOrdId("a7zzzzz002"), A.id))
        await s.pass_time(10 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.HALTED

    play(scene)


def test_somebody_else_s_order_is_left_alone() -> None:
    async def scene() -> None:
        stage = Scene()
        stage.floor.exchanges[ALPHA].send(own_order("b8zzzzz001"), make.START)
        await stage.begin()
        stopped = await stage.floor.stop()
        assert stopped.remaining == ()
        assert len(stage.floor.exchanges[ALPHA].working()) == 1

    asyncio.run(scene())


def test_an_order_that_arrives_after_it_was_proven_absent_is_withdrawn() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.script.append(Fault.LOST)
        await s.want(rest())
        await s.pass_time(10 * SECOND)
        lost = next(c for c in s.alpha.sent if isinstance(c, SubmitOrder))
        s.floor.exchanges[ALPHA].send(lost, s.floor.clock.now())
        await s.pass_time(60 * SECOND)
        assert s.floor.exchanges[ALPHA].working() == ()
        assert s.floor.state_at("alpha") is TradingState.ACTIVE

    play(scene)


def test_killed_with_an_order_in_flight_it_finds_the_order_again() -> None:
    async def scene(s: Scene) -> None:
        await s.want(take())
        await s.floor.crash()
        assert s.status(s.last) is OrdStatus.UNKNOWN
        await s.pass_time(5 * SECOND)
        assert (s.status(s.last), s.position()) == (OrdStatus.FILLED, 100)
        assert s.submits() == 1

    play(scene)


def test_killed_while_it_learns_what_it_holds_it_learns_the_rest() -> None:
    async def scene() -> None:
        stage = Scene()
        stage.floor.journal.dies_after = 8
        await stage.begin()
        await stage.pass_time(10 * SECOND)
        assert stage.floor.crashes == 1
        assert stage.floor.engine.state.accounts[ALPHA].total == {USDT: 1_000, BTC: 10}
        assert stage.floor.state_at("alpha") is TradingState.ACTIVE
        await stage.floor.abandon()

    asyncio.run(scene())


def test_killed_between_the_journal_and_the_wire_nothing_is_sent_again() -> None:
    async def scene(s: Scene) -> None:
        s.floor.journal.dies_after = s.floor.journal.seq + 3
        await s.want(rest())
        await s.pass_time(10 * SECOND)
        assert s.floor.crashes == 1
        assert (s.submits(), s.status(s.last)) == (0, OrdStatus.REJECTED)

    play(scene)


def test_a_full_journal_stops_everything_and_nothing_leaves() -> None:
    async def scene(s: Scene) -> None:
        full = False
        while not full:
            try:
                await s.want(rest())
            except JournalFull:
                full = True
        assert s.submits() == len(s.floor.oracle.journaled)
        assert s.floor.trade is not None
        with pytest.raises(JournalError, match="nothing is taken"):
            s.refresh()

    play(scene, capacity=20)


def test_when_nothing_can_be_journaled_own_orders_are_canceled_all_the_same() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        assert s.floor.exchanges[ALPHA].working()
        s.floor.journal.fill_up()
        with pytest.raises(JournalFull):
            s.beta.break_stream()
        assert s.floor.trade is not None
        s.floor.trade.stop("the disk is full")
        await s.floor.clock.advance(SECOND)
        assert not s.floor.exchanges[ALPHA].working()
        assert isinstance(await s.floor.abandon(), JournalError)

    play(scene)


def test_a_failure_that_leaves_orders_open_names_them() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        name = s.last
        s.alpha.unanswerable = 1_000_000
        s.floor.journal.fill_up()
        with pytest.raises(JournalFull):
            s.beta.break_stream()
        assert s.floor.trade is not None
        s.floor.trade.stop("the disk is full")
        await s.floor.clock.advance(60 * SECOND)
        error = await s.floor.abandon()
        assert isinstance(error, LeftOpen)
        assert f"*@{ALPHA}" in str(error), name

    play(scene)


def test_a_stop_waits_for_venues_to_agree_once_more() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.break_stream()
        await s.pass_time(SECOND)
        assert s.floor.state_at("alpha") is TradingState.HALTED
        assert s.floor.trade is not None
        s.floor.trade.stop("the test is over")
        await s.floor.clock.advance(SECOND)
        s.alpha.mend_stream()
        stopped = await s.floor.stop()
        assert stopped.remaining == ()
        assert agrees(s.floor.engine.state, ALPHA)

    play(scene)


def test_a_stop_cancels_own_orders_and_proves_that_none_is_left() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        stopped = await s.floor.stop()
        assert (stopped.remaining, s.floor.exchanges[ALPHA].working()) == ((), ())

    play(scene)


def test_a_stop_waits_until_what_is_owed_was_traded_away() -> None:
    async def scene(s: Scene) -> None:
        s.beta.script.append(Fault.LOST)
        await s.want(take(A.id, Side.BUY), take(B.id, Side.SELL))
        await s.pass_time(50 * MS)
        owed = dict(s.floor.engine.state.debts)
        stopped = await s.floor.stop()
        assert owed
        assert stopped.remaining == ()
        assert not s.floor.engine.state.debts
        assert s.position(A.id) + s.position(B.id) == 0

    play(scene)


def test_a_stop_does_not_end_while_a_debt_is_still_to_be_hedged_or_told() -> None:
    async def scene(s: Scene) -> None:
        s.beta.script.append(Fault.LOST)
        await s.want(take(A.id, Side.BUY), take(B.id, Side.SELL))
        await s.pass_time(50 * MS)
        assert s.floor.trade is not None
        for of in (A, B):
            s.floor.trade.deliver(BookGap(s.floor.clock.now(), of.id, "gap"))
        await s.floor.stop()
        assert s.floor.engine.state.debts
        assert set(s.floor.oracle.groups.values()) == {GroupState.STUCK}

    play(scene)


def test_a_stop_that_cannot_prove_it_names_what_remains() -> None:
    async def scene(s: Scene) -> None:
        await s.want(rest())
        await s.pass_time(100 * MS)
        name = s.last
        s.alpha.unanswerable = 1_000_000
        s.alpha.script.extend([Fault.LOST] * 1_000)
        stopped = await s.floor.stop()
        assert stopped.remaining == ((ALPHA, name),)

    play(scene)


def test_what_is_owed_after_the_end_sends_nothing() -> None:
    """A fill that comes when all was proven gone is on the record, and no more."""

    async def scene(s: Scene) -> None:
        s.beta.script.append(Fault.LOST)
        await s.want(take(A.id, Side.BUY), take(B.id, Side.SELL))
        lost = s.last
        await s.floor.stop()
        sent, fills = s.submits(), len(s.facts(FillBooked))
        assert (sent, s.status(lost)) == (3, OrdStatus.REJECTED)
        now, trade = s.floor.clock.now(), s.floor.trade
        assert trade is not None
        for of in (A, B):
            trade.deliver(evolve(s.floor.exchanges[of.venue].snapshot(of.id), ts=now))

        late = make.report(B, lost, ExecType.TRADE, qty="0.01", price="99.8", ts=now, cum=100)
        trade.deliver(evolve(late, ord_status=OrdStatus.FILLED))

        assert len(s.facts(FillBooked)) == fills + 1
        assert s.floor.engine.state.debts
        assert s.submits() == sent

    play(scene)


def test_a_stop_drops_hedges_that_never_left() -> None:
    async def scene(s: Scene) -> None:
        s.beta.script.append(Fault.LOST)
        await s.want(take(A.id, Side.BUY), take(B.id, Side.SELL))
        await s.pass_time(50 * MS)
        now = s.floor.clock.now()
        s.beta.said = Usage(now, closed_until=Nanos(now + 3_600 * SECOND))
        assert s.floor.trade is not None
        s.floor.trade.deliver(make.report(B, s.last, ExecType.REJECTED, ts=now))
        hedge = s.last
        assert (s.status(hedge), s.submits()) == (OrdStatus.PENDING_NEW, 2)

        stopped = await s.floor.stop()

        order = s.floor.engine.state.orders.find(hedge)
        assert order is not None
        assert (order.ord_status, order.text) == (OrdStatus.REJECTED, NEVER_SENT)
        assert stopped.remaining == ((BETA, "*"),)
        assert s.submits() == 2

    play(scene)


def test_after_a_failure_nobody_fears_for_orders_that_never_left() -> None:
    async def scene(s: Scene) -> None:
        now = s.floor.clock.now()
        s.alpha.said = Usage(now, closed_until=Nanos(now + 9 * SECOND))
        s.alpha.unanswerable = 1_000_000
        await s.want(rest())
        assert (s.status(s.last), s.submits()) == (OrdStatus.PENDING_NEW, 0)
        s.floor.journal.fill_up()
        with pytest.raises(JournalFull):
            s.beta.break_stream()
        assert s.floor.trade is not None
        s.floor.trade.stop("the disk is full")
        await s.floor.clock.advance(60 * SECOND)
        assert isinstance(await s.floor.abandon(), JournalError)

    play(scene)


def closures(s: Scene) -> list[str]:
    """Why alpha's account was closed, since it opened first."""
    events = [entry.event for entry in s.floor.journal.entries()]
    downs = [e for e in events if isinstance(e, AccountDown) and e.venue == ALPHA]
    return [down.reason for down in downs[1:]]


def test_an_account_that_nobody_answers_for_is_closed_until_somebody_does() -> None:
    async def scene(s: Scene) -> None:
        s.alpha.unanswerable = 1_000_000
        await s.pass_time(50 * SECOND)
        assert (s.floor.state_at("alpha"), closures(s)) == (TradingState.ACTIVE, [])
        before = s.alpha.questions
        await s.pass_time(60 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.HALTED
        assert [why.split(":")[0] for why in closures(s)] == ["no answer to our questions for 30 s"]
        assert s.alpha.questions - before <= 15
        s.alpha.unanswerable = 0
        await s.pass_time(10 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.ACTIVE

    play(scene)


def test_a_venue_that_wants_to_hear_nothing_is_asked_nothing() -> None:
    async def scene(s: Scene) -> None:
        await s.pass_time(20 * SECOND)
        now = s.floor.clock.now()
        s.alpha.said = Usage(now, closed_until=Nanos(now + 60 * SECOND), is_ban=True)
        before = s.alpha.questions
        await s.pass_time(59 * SECOND)
        assert s.alpha.questions - before <= 1
        assert [why[:29] for why in closures(s)] == ["the venue takes no requests f"]
        await s.pass_time(10 * SECOND)
        assert s.floor.state_at("alpha") is TradingState.ACTIVE

    play(scene)


def test_a_frame_that_waited_while_the_loop_stood_still_is_not_traded_on() -> None:
    async def scene(s: Scene) -> None:
        now = s.floor.clock.now()
        assert s.floor.trade is not None
        s.floor.trade.deliver(ClockCompared(now, ALPHA, Nanos(300 * MS), Nanos(20 * MS)))
        shown = Nanos(now + 300 * MS)  # by alpha's clock

        s.want_on(sent=Nanos(shown - 6 * SECOND))
        refused = [fact.refused for fact in s.facts(SignalRefused)]
        assert [(each.reason, each.found) for each in refused] == [(Reason.BOOK_STALE, "5980 ms")]
        assert s.submits() == 0

        s.want_on(sent=shown)
        assert s.submits() == 1
        await s.pass_time(SECOND)

    play(scene)


def test_a_stop_asks_nothing_of_a_venue_that_wants_to_hear_nothing() -> None:
    async def scene(s: Scene) -> None:
        now = s.floor.clock.now()
        s.alpha.said = Usage(now, closed_until=Nanos(now + 3_600 * SECOND))
        before = s.alpha.questions
        stopped = await s.floor.stop()
        assert stopped.remaining == ((ALPHA, "*"),)
        assert s.alpha.questions - before <= 1

    play(scene)


def test_after_a_halt_nothing_new_leaves() -> None:
    async def scene(s: Scene) -> None:
        s.floor.operate(OperatorAction.HALT)
        await s.want(rest())
        await s.pass_time(SECOND)
        assert s.submits() == 0
        assert s.facts(OrderChanged) == []

    play(scene)
