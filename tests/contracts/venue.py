"""What every execution venue promises, numbered as in docs/reference/execution-contract.md."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar, cast

import pytest

from graphwiz_trader.domain.commands import CancelAll, CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.events import AccountUp, CancelReject, Event, TapeMessage
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Asset, ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OrderRef
from graphwiz_trader.ports.venue import ChangingVenue, DeadManSwitch, ExecutionVenue


class Stage(Protocol):
    """A venue with a market of its own, on which a test trades."""

    @property
    def venue(self) -> ExecutionVenue:
        """The venue."""

    @property
    def instrument(self) -> Instrument:
        """What is traded; our account can afford 10 lots, either way."""

    @property
    def takes(self) -> Ticks:
        """A price at which a buy of 4 lots trades at once, and whole."""

    @property
    def rests(self) -> Ticks:
        """A price at which a buy rests."""

    async def settle(self) -> None:
        """Let everything that is under way arrive, and at least a millisecond pass."""


Staging: TypeAlias = Callable[[], AbstractAsyncContextManager[Stage]]
T = TypeVar("T")
SPEED = 20.0
"""How fast time runs where it would take too long to wait."""


class Session:
    """A venue that runs, and what it has told."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.venue = stage.venue
        self.instrument = stage.instrument
        self.told: list[Event] = []

    async def submit(
        self,
        name: str,
        price: Ticks,
        qty: int = 4,
        time_in_force: TimeInForce = TimeInForce.GTC,
    ) -> None:
        self.venue.send(self.order(name, price, qty, time_in_force))
        await self.stage.settle()

    def order(
        self, name: str, price: Ticks, qty: int, time_in_force: TimeInForce = TimeInForce.GTC
    ) -> SubmitOrder:
        return SubmitOrder(
            ClOrdId(name),
            StrategyId("contract"),
            self.instrument.id,
            Side.BUY,
            OrdType.LIMIT,
            time_in_force,
            price,
            Lots(qty),
        )

    async def take(self, name: str) -> None:
        await self.submit(name, self.stage.takes, time_in_force=TimeInForce.IOC)

    async def cancel(self, name: str) -> None:
        self.venue.send(CancelOrder(ClOrdId(name), self.instrument.id))
        await self.stage.settle()

    async def replace(self, new: str, old: str, price: Ticks, qty: int) -> None:
        self.venue.send(
            ReplaceOrder(ClOrdId(new), ClOrdId(old), self.instrument.id, price, Lots(qty))
        )
        await self.stage.settle()

    async def query(self, name: str) -> ExecutionReport | None:
        return await self.venue.query(OrderRef(self.instrument.id, ClOrdId(name)))

    async def balances(self) -> dict[Asset, Decimal]:
        return {b.asset: b.total for b in (await self.venue.snapshot()).balances}

    async def open(self) -> list[tuple[str, int, int]]:
        orders = (await self.venue.snapshot()).orders
        return [(o.cl_ord_id, o.order_qty, o.cum_qty) for o in orders]

    def reports(self, name: str) -> list[ExecutionReport]:
        return [e for e in self.told if isinstance(e, ExecutionReport) and e.cl_ord_id == name]

    def kinds(self, name: str) -> list[ExecType]:
        return [report.exec_type for report in self.reports(name)]

    def refused(self, name: str) -> int:
        return sum(isinstance(e, CancelReject) and e.cl_ord_id == name for e in self.told)


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Session]:
    session = Session(stage)
    task = asyncio.create_task(stage.venue.run(session.told.append))
    await stage.settle()
    try:
        yield session
    finally:
        task.cancel()
        await asyncio.wait([task])


async def insisted(session: Session, ask: Callable[[], Awaitable[T]]) -> T:
    """Return the answer; an exchange whose time runs fast may be late with it."""
    while True:
        try:
            return await ask()
        except Transient:
            await session.stage.settle()


class DeadManContract:
    """For venues that have a `DeadManSwitch`; their stage's time runs `SPEED` times as fast."""

    @pytest.fixture
    def staging(self) -> Staging:
        raise NotImplementedError

    def test_e21_who_falls_silent_has_no_orders_left(self, staging: Staging) -> None:
        async def played() -> tuple[list[str], list[str], list[str], ExecutionReport | None]:
            async with staging() as stage, running(stage) as s:
                venue = s.venue
                assert isinstance(venue, DeadManSwitch)
                arm = venue.count_down

                async def standing() -> list[str]:
                    return [name for name, *_ in await insisted(s, s.open)]

                await s.submit("a1", s.stage.rests)
                await insisted(s, lambda: arm(Nanos(10 * SECOND)))
                await insisted(s, lambda: arm(Nanos(0)))
                await asyncio.sleep(15 / SPEED)
                forgotten = await standing()
                await insisted(s, lambda: arm(Nanos(60 * SECOND)))
                await asyncio.sleep(30 / SPEED)
                await insisted(s, lambda: arm(Nanos(90 * SECOND)))
                await asyncio.sleep(45 / SPEED)
                heard = await standing()
                deadline = time.monotonic() + 30
                while (silent := await standing()) and time.monotonic() < deadline:
                    await s.stage.settle()
                ended = await insisted(s, lambda: s.query("a1"))
                return forgotten, heard, silent, ended

        forgotten, heard, silent, ended = asyncio.run(played())

        assert (forgotten, heard, silent) == (["a1"], ["a1"], [])
        assert ended is not None
        assert ended.ord_status is OrdStatus.CANCELED


class GridContract:
    """For a `ChangingVenue`."""

    @pytest.fixture
    def staging(self) -> Staging:
        raise NotImplementedError

    def test_e22_orders_leave_and_are_told_on_a_new_grid(self, staging: Staging) -> None:
        async def played() -> None:
            async with staging() as stage, running(stage) as s:
                venue, old = cast("ChangingVenue", stage.venue), stage.instrument
                finer = evolve(old, tick_size=old.tick_size / 10, lot_size=old.lot_size / 10)
                await s.take("a1")
                before = (await s.balances())[old.base]
                venue.regrid(finer)
                takes, rests = Ticks(stage.takes * 10), Ticks(stage.rests * 10)
                await s.submit("a2", rests, 40)
                standing = (await venue.snapshot()).orders
                await s.cancel("a2")
                await s.submit("a3", takes, 40, TimeInForce.IOC)
                trades = [r for r in s.reports("a3") if r.exec_type is ExecType.TRADE]
                fills = [f for f in await venue.fills(old.id, Nanos(0)) if f.cl_ord_id == "a3"]
                query = await s.query("a3")
                after = (await s.balances())[old.base]

            assert [(o.cl_ord_id, o.price, o.order_qty) for o in standing] == [("a2", rests, 40)]
            assert sum(t.last_qty for t in trades) == trades[-1].cum_qty == 40
            assert all(takes * 8 // 10 < t.last_px <= takes for t in trades)
            assert _told(fills) == _told(trades)
            assert query is not None
            assert (query.ord_status, query.cum_qty) == (OrdStatus.FILLED, 40)
            charged = [t.commission for t in trades if t.commission is not None]
            fees = sum((c.amount for c in charged if c.asset == old.base), ZERO)
            assert after - before == finer.qty(Lots(40)) - fees

        asyncio.run(played())


class ExecutionVenueContract:
    """Subclasses offer `staging`, a fresh venue and market each time."""

    @pytest.fixture
    def staging(self) -> Staging:
        raise NotImplementedError

    def play(self, staging: Staging, scene: Callable[[Session], Awaitable[T]]) -> T:
        async def played() -> T:
            async with staging() as stage, running(stage) as session:
                return await scene(session)

        return asyncio.run(played())

    def test_e01_account_up_comes_first(self, staging: Staging) -> None:
        async def scene(s: Session) -> list[Event]:
            await s.submit("a1", s.stage.rests)
            return s.told

        told = self.play(staging, scene)

        assert isinstance(told[0], AccountUp)
        assert len(told) > 1

    def test_e02_an_order_is_reported_new_or_rejected(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], list[ExecutionReport]]:
            await s.submit("a1", s.stage.rests)
            await s.submit("a2", s.stage.rests, qty=0)
            return s.kinds("a1"), s.reports("a2")

        taken, turned_away = self.play(staging, scene)

        assert taken == [ExecType.NEW]
        assert [r.exec_type for r in turned_away] == [ExecType.REJECTED]
        assert turned_away[0].text

    def test_e03_trades_are_reported_whole(self, staging: Staging) -> None:
        async def scene(s: Session) -> list[ExecutionReport]:
            await s.take("a1")
            return [r for r in s.reports("a1") if r.exec_type is ExecType.TRADE]

        trades = self.play(staging, scene)

        assert sum(t.last_qty for t in trades) == trades[-1].cum_qty == 4
        assert all(t.last_px > 0 and t.liquidity and t.commission for t in trades)
        assert len({t.exec_id for t in trades}) == len(trades)
        assert trades[-1].ord_status is OrdStatus.FILLED

    def test_e04_an_id_is_taken_once(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], list[tuple[str, int, int]]]:
            await s.submit("a1", s.stage.rests, qty=3)
            await s.submit("a1", s.stage.rests, qty=4)
            return s.kinds("a1"), await s.open()

        kinds, still_open = self.play(staging, scene)

        assert kinds == [ExecType.NEW, ExecType.REJECTED]
        assert still_open == [("a1", 3, 0)]

    def test_e05_a_cancel_is_reported_once(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], list[tuple[str, int, int]]]:
            await s.submit("a1", s.stage.rests)
            await s.cancel("a1")
            return s.kinds("a1"), await s.open()

        assert self.play(staging, scene) == ([ExecType.NEW, ExecType.CANCELED], [])

    def test_e06_a_cancel_of_what_has_ended_is_refused(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[int, int]:
            await s.take("a1")
            await s.cancel("a1")
            await s.cancel("a2")
            return s.refused("a1"), s.refused("a2")

        assert self.play(staging, scene) == (1, 1)

    def test_e07_a_replacement_has_its_own_id(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], list[tuple[str, int, int]]]:
            await s.submit("a1", s.stage.rests, qty=4)
            await s.replace("a2", "a1", Ticks(s.stage.rests - 1), 3)
            return s.kinds("a2"), await s.open()

        assert self.play(staging, scene) == ([ExecType.REPLACED], [("a2", 3, 0)])

    def test_e08_a_refused_replacement_leaves_the_old_order(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], int, int]:
            await s.submit("a1", s.stage.rests)
            await s.replace("a2", "a0", s.stage.rests, 3)
            await s.cancel("a1")
            return s.kinds("a2") + s.kinds("a1")[1:], s.refused("a0"), s.refused("a1")

        kinds, refused, old = self.play(staging, scene)

        assert kinds == [ExecType.REJECTED, ExecType.CANCELED]
        assert (refused, old) == (1, 0)

    def test_e09_cancel_all_ends_every_order(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], list[tuple[str, int, int]]]:
            for name in ("a1", "a2", "a3"):
                await s.submit(name, s.stage.rests, qty=2)
            s.venue.send(CancelAll(s.venue.venue))
            await s.stage.settle()
            return [s.kinds(name)[-1] for name in ("a1", "a2", "a3")], await s.open()

        assert self.play(staging, scene) == ([ExecType.CANCELED] * 3, [])

    def test_e10_a_query_tells_how_it_is(self, staging: Staging) -> None:
        async def scene(s: Session) -> list[ExecutionReport | None]:
            await s.submit("a1", s.stage.rests)
            await s.take("a2")
            await s.submit("a3", s.stage.rests)
            await s.cancel("a3")
            return [await s.query(name) for name in ("a1", "a2", "a3")]

        answers = self.play(staging, scene)

        assert [(a.exec_type, a.ord_status, a.cum_qty) for a in answers if a is not None] == [
            (ExecType.STATUS, OrdStatus.NEW, 0),
            (ExecType.STATUS, OrdStatus.FILLED, 4),
            (ExecType.STATUS, OrdStatus.CANCELED, 0),
        ]

    def test_e11_a_query_of_the_unknown_finds_nothing(self, staging: Staging) -> None:
        assert self.play(staging, lambda s: s.query("a9")) is None

    def test_e12_fills_are_what_the_stream_told(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[tuple[object, ...]], ...]:
            await s.take("a1")
            await s.take("a2")
            streamed = [r for r in s.reports("a1") + s.reports("a2") if r.last_qty]
            asked = await s.venue.fills(s.instrument.id, Nanos(0))
            second = next(r.ts_venue for r in streamed if r.cl_ord_id == "a2")
            later = await s.venue.fills(s.instrument.id, second)
            return _told(streamed), _told(asked), _told(later)

        streamed, asked, later = self.play(staging, scene)

        assert asked == streamed
        assert later == [fill for fill in streamed if fill[0] == "a2"]

    def test_e13_a_snapshot_names_open_orders(self, staging: Staging) -> None:
        async def scene(s: Session) -> list[tuple[str, int, int]]:
            await s.submit("a1", s.stage.rests, qty=3)
            await s.take("a2")
            return await s.open()

        assert self.play(staging, scene) == [("a1", 3, 0)]

    def test_e14_balances_move_as_the_fills_say(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[dict[Asset, Decimal], dict[Asset, Decimal]]:
            expected = await s.balances()
            await s.take("a1")
            of = s.instrument
            for fill in [r for r in s.reports("a1") if r.last_qty]:
                moved = flow(of, Side.BUY, fill.last_px, fill.last_qty)
                expected[of.quote] = expected.get(of.quote, ZERO) + moved
                expected[of.base] = expected.get(of.base, ZERO) + of.qty(fill.last_qty)
                fee = fill.commission
                if fee is not None and fee.amount:
                    expected[fee.asset] = expected.get(fee.asset, ZERO) - fee.amount
            return await s.balances(), expected

        found, expected = self.play(staging, scene)

        assert found == expected

    def test_e15_what_nobody_heard_can_be_asked_for(self, staging: Staging) -> None:
        async def unheard() -> tuple[OrdStatus, int, list[tuple[str, int, int]]]:
            async with staging() as stage:
                async with running(stage) as s:
                    await s.submit("a1", stage.rests, qty=2)
                s.venue.send(s.order("a2", stage.takes, 4, TimeInForce.IOC))
                await stage.settle()
                async with running(stage) as again:
                    found = await again.query("a2")
                    fills = await again.venue.fills(stage.instrument.id, Nanos(0))
                    left = await again.open()
                assert found is not None
                assert again.kinds("a2") == []
                return found.ord_status, sum(f.last_qty for f in fills), left

        assert asyncio.run(unheard()) == (OrdStatus.FILLED, 4, [("a1", 2, 0)])

    def test_e16_receipt_never_goes_back(self, staging: Staging) -> None:
        async def scene(s: Session) -> list[int]:
            await s.take("a1")
            await s.submit("a2", s.stage.rests)
            await s.cancel("a2")
            return [e.ts for e in s.told if not isinstance(e, TapeMessage)]

        stamps = self.play(staging, scene)

        assert stamps == sorted(stamps)
        assert len(stamps) >= 5

    def test_e17_nothing_sent_raises(self, staging: Staging) -> None:
        async def scene(s: Session) -> tuple[list[ExecType], int]:
            await s.submit("a1", s.stage.rests, qty=-5)
            await s.cancel("never sent")
            return s.kinds("a1"), s.refused("never sent")

        assert self.play(staging, scene) == ([ExecType.REJECTED], 1)

    def test_e18_canceling_leaves_nothing_behind(self, staging: Staging) -> None:
        async def scene() -> int:
            async with staging() as stage:
                before = len(asyncio.all_tasks())
                async with running(stage) as session:
                    await session.submit("a1", stage.rests)
                await stage.settle()
                return len(asyncio.all_tasks()) - before

        assert asyncio.run(scene()) == 0

    def test_e19_what_deliver_raises_comes_out(self, staging: Staging) -> None:
        def refuse(event: Event) -> None:
            if isinstance(event, ExecutionReport):
                raise ZeroDivisionError("the engine's own")

        async def scene() -> None:
            async with staging() as stage:
                task = asyncio.create_task(stage.venue.run(refuse))
                await stage.settle()
                stage.venue.send(Session(stage).order("a1", stage.rests, 4))
                await stage.settle()
                await asyncio.wait_for(task, 30)

        with pytest.raises(ZeroDivisionError):
            asyncio.run(scene())

    def test_e20_its_clock_can_be_read(self, staging: Staging) -> None:
        async def scene() -> tuple[Nanos, Nanos]:
            async with staging() as stage:
                first = await stage.venue.server_time()
                return first, await stage.venue.server_time()

        first, second = asyncio.run(scene())

        assert 0 < first <= second


def _told(fills: object) -> list[tuple[object, ...]]:
    assert isinstance(fills, list | tuple)
    return [(f.cl_ord_id, f.exec_id, f.last_px, f.last_qty, f.commission) for f in fills]
