"""
Floor: an engine that trades a made-up market of many venues, in a process of its own.

A page sees what it would of any live run: a journal that grows, and a control socket. The venues
answer every order; one of them stays silent about the first of the run's orders, which is UNKNOWN
from then on. Told so by SIGTERM the run ends, and has its summary.
"""

import argparse
import asyncio
import heapq
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path

import numpy as np

from graphwiz_trader.adapters.unix.control import SocketDoor
from graphwiz_trader.application import state_view
from graphwiz_trader.application.live_run import PAPER, live_engine
from graphwiz_trader.application.tally import Tally
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.bootstrap.container import live_app
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.commands import CancelOrder, Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.control import Answer, Request
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountUp,
    BalanceReport,
    BookUpdate,
    Event,
    FeedUp,
    OperatorAction,
    OperatorOrder,
    RunStarted,
    SubmitUnknown,
    VenueCost,
)
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.level_rows import LevelRows
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    TimeInForce,
)
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.units import MILLISECOND, Asset, InstrumentId, Nanos

VENUES = ("binance", "okx", "bybit", "kraken")
BASES = ("BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "AVAX", "DOT", "LINK", "LTC")
BASES += ("BCH", "ATOM", "UNI", "ETC", "FIL", "NEAR", "APT", "ARB", "OP", "SUI")
DEPTH = 10
TURN_S = 0.01
ANSWER = 20 * MILLISECOND
FILL = 400 * MILLISECOND
USDT = Asset("USDT")


def instruments(venues: int, bases: int) -> tuple[Instrument, ...]:
    """Return *bases* against USDT at each of *venues*."""
    return tuple(
        Instrument(
            InstrumentId(f"{base}/USDT@{venue}"),
            Asset(base),
            USDT,
            Decimal("0.01"),
            Decimal("0.001"),
        )
        for venue in VENUES[:venues]
        for base in BASES[:bases]
    )


class Book:
    """One made-up book, whose middle walks."""

    def __init__(self, of: Instrument, middle: int, chance: np.random.Generator) -> None:
        self.of = of
        self.middle = middle
        self._chance = chance

    def whole(self, ts: Nanos) -> BookUpdate:
        """Return all of it."""
        return self._update(ts, snapshot=True)

    def move(self, ts: Nanos) -> BookUpdate:
        """Return what changes next: mostly two sizes, now and then the price."""
        if self._chance.random() < 0.2:
            self.middle += int(self._chance.integers(-2, 3))
            return self._update(ts, snapshot=True)
        places = self._chance.integers(1, DEPTH, 2)
        side = np.array([1, -1], np.int8)
        ticks = self.middle - side * places
        return _update(self.of, ts, side, ticks, self._chance.integers(10, 3_000, 2))

    def _update(self, ts: Nanos, *, snapshot: bool) -> BookUpdate:
        side = np.repeat(np.array([1, -1], np.int8), DEPTH)
        ticks = self.middle - side * np.tile(np.arange(1, DEPTH + 1), 2)
        lots = self._chance.integers(10, 3_000, 2 * DEPTH)
        return _update(self.of, ts, side, ticks, lots, snapshot=snapshot)


def _update(
    of: Instrument,
    ts: Nanos,
    side: np.ndarray,
    ticks: np.ndarray,
    lots: np.ndarray,
    *,
    snapshot: bool = False,
) -> BookUpdate:
    rows = LevelRows(side, ticks.astype(np.int64), lots.astype(np.int64))
    return BookUpdate(ts, ts, of.id, rows, 0, len(side), snapshot=snapshot)


class Floor:
    """The engine, its journal and its venues."""

    def __init__(self, home: Path, known: Sequence[Instrument], rate: float) -> None:
        """*rate* is of messages a second and book."""
        quoted = ", ".join(f'"{of.id}"' for of in known[:: max(1, len(known) // 8)])
        making = f"instruments: [{quoted}], order_qty: 0.1, warmup: 2, sigma_grid_ms: 250"
        said = (
            f"hft.strategies.market_making={{{making}, min_interval_ms: 500}}",
            "hft.strategies.cross_exchange_arbitrage={min_profit_bps: 1, max_position_size: 5}",
            "hft.risk.max_position_size=20",
            "hft.risk.max_exposure=1000000",
            "hft.risk.max_orders_per_second=60",
            "backtest.reporting=USDT",
        )
        settings = load((), {}, said).settings
        self.folder = live_app(settings, home).gateways.runs().create(PAPER)
        self.run = self.folder.run
        self.known = {of.id: of for of in known}
        self.tally = Tally()
        costs = tuple(
            VenueCost(venue, Decimal(1), Nanos(ANSWER))
            for venue in dict.fromkeys(of.venue for of in known)
        )
        started = RunStarted(
            _now(), self.run, PAPER, "a7", 1, 7, canonical(settings), "0", (), tuple(known), costs
        )
        self.engine = live_engine(engine_of, settings, started)
        self.journal = self.folder.journal()
        self._numbers = count(1)
        self._due: list[tuple[int, int, Event]] = []
        self._doubtful: str | None = None
        self._every = 1 / rate / len(known)
        chance = np.random.default_rng(7)
        self._books = [
            Book(of, 10_000 + 997 * (n % len(BASES)), chance) for n, of in enumerate(known)
        ]
        for event in (started, *self._opening(costs)):
            self.step(event)

    def _opening(self, costs: Sequence[VenueCost]) -> Iterator[Event]:
        now, rich = _now(), Decimal(10_000_000)
        for cost in costs:
            assets = {of.base: None for of in self.known.values() if of.venue == cost.venue}
            yield FeedUp(now, cost.venue)
            yield AccountUp(now, cost.venue)
            for asset in (USDT, *assets):
                yield BalanceReport(now, cost.venue, asset, rich, rich)
            yield AccountAgrees(now, cost.venue)
        for book in self._books:
            yield book.whole(now)

    def step(self, event: Event) -> Outcome:
        """Take in *event*, journal it, and let the venues hear of it."""
        outcome = self.engine.step(event)
        self.journal.append(Entry(event, outcome))
        self.tally.feed(event, outcome)
        for command in outcome.commands:
            self._hear(command, event.ts)
        return outcome

    def _hear(self, command: Command, now: Nanos) -> None:
        """Answer *command* a little later, as its venue would."""
        if isinstance(command, SubmitOrder | ReplaceOrder):
            name = command.cl_ord_id
            if self._doubtful is None:
                self._doubtful = name
                self._later(now + ANSWER, SubmitUnknown(Nanos(now + ANSWER), name, "no answer"))
                return
            if isinstance(command, ReplaceOrder):
                old, status = command.orig_cl_ord_id, OrdStatus.CANCELED
                self._report(now + ANSWER, old, command.instrument, ExecType.CANCELED, status)
            self._report(now + ANSWER, name, command.instrument, ExecType.NEW, OrdStatus.NEW)
            if isinstance(command, SubmitOrder) and command.time_in_force is not TimeInForce.GTC:
                self._fill(Nanos(now + 2 * ANSWER), command)
            elif int(name[-2:], 36) % 3 == 0:
                self._fill(Nanos(now + FILL), command)
        elif isinstance(command, CancelOrder) and command.cl_ord_id != self._doubtful:
            name, status = command.cl_ord_id, OrdStatus.CANCELED
            self._report(now + ANSWER, name, command.instrument, ExecType.CANCELED, status)

    def _report(
        self, ts: int, name: str, of: InstrumentId, kind: ExecType, status: OrdStatus
    ) -> None:
        told = f"{next(self._numbers)}"
        self._later(ts, ExecutionReport(Nanos(ts), Nanos(ts), name, told, told, kind, status, of))

    def _fill(self, ts: Nanos, command: SubmitOrder | ReplaceOrder) -> None:
        told, qty = f"{next(self._numbers)}", command.order_qty
        fee = Money(Decimal("0.001"), USDT)
        self._later(
            ts,
            ExecutionReport(
                ts,
                ts,
                command.cl_ord_id,
                told,
                told,
                ExecType.TRADE,
                OrdStatus.FILLED,
                command.instrument,
                command.price,
                qty,
                qty,
                Liquidity.MAKER,
                fee,
            ),
        )

    def _later(self, ts: int, event: Event) -> None:
        heapq.heappush(self._due, (ts, next(self._numbers), event))

    async def trade(self, stop: asyncio.Event) -> None:
        """Let the market move until *stop*."""
        began = time.monotonic()
        done = 0
        while not stop.is_set():
            for _ in range(int((time.monotonic() - began) / self._every) - done):
                self.step(self._books[done % len(self._books)].move(_now()))
                done += 1
            while self._due and self._due[0][0] <= _now():
                _, _, event = heapq.heappop(self._due)
                if _is_open(self.engine, event):
                    self.step(event)
            await asyncio.sleep(TURN_S)
        self.journal.close()
        self.folder.finish({"run": self.run, "remaining": []})

    async def answer(self, request: Request, who: str) -> Answer:
        """Answer as the engine of a session does."""
        if request.what == "status":
            told = {**self.tally.summary(), **state_view.health(self.engine.state, _now())}
            return Answer({"status": plain(told)})
        action = OperatorAction(request.what)
        scope = request.words.get("scope", "")
        order = OperatorOrder(_now(), action, scope, request.words["reason"], who)
        outcome = self.step(order)
        state = self.engine.state.scopes.get("").value
        return Answer({"action": action.value, "scope": scope, "state": state, "seq": outcome.seq})


def _is_open(engine: object, event: Event) -> bool:
    """Whether *event*, which was to come, is still of an order that lives."""
    name = getattr(event, "cl_ord_id", None)
    return name is None or engine.state.orders.find(name) is not None  # type: ignore[attr-defined]


def _now() -> Nanos:
    return Nanos(time.time_ns())


async def _main(home: Path, floor: Floor) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(SocketDoor(home, floor.run).serve(floor.answer))
        sys.stdout.write(f"ready: {floor.run}\n")
        sys.stdout.flush()
        await floor.trade(stop)
        answering.cancel()


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--home", type=Path, required=True)
    words.add_argument("--venues", type=int, default=2)
    words.add_argument("--instruments", type=int, default=3)
    words.add_argument("--rate", type=float, default=10.0, help="messages a second and book")
    chosen = words.parse_args()
    made = Floor(chosen.home, instruments(chosen.venues, chosen.instruments), chosen.rate)
    asyncio.run(_main(chosen.home, made))
