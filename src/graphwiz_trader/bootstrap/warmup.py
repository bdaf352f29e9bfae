"""
Warm-up: what an engine's first orders would have to wait for, done before it runs.

A second engine of the same settings is led through a made-up market whose prices cross, so that
kernels are bound, code is specialised and every stage was there once; then it is forgotten.
"""

import gc
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from typing_extensions import override

from graphwiz_trader.adapters.files.records import encoded, outcome_bytes
from graphwiz_trader.adapters.files.segments import framed
from graphwiz_trader.adapters.huge_pages import settle_in_huge_pages
from graphwiz_trader.adapters.own_code import own_code
from graphwiz_trader.application.live_run import live_engine
from graphwiz_trader.application.unrecorded import Forgetting
from graphwiz_trader.application.writer import SingleWriter
from graphwiz_trader.bootstrap.assembly import engine_of
from graphwiz_trader.domain.commands import Command, SubmitOrder
from graphwiz_trader.domain.events import (
    AccountAgrees,
    BalanceReport,
    BookUpdate,
    Event,
    LevelRows,
    RunStarted,
)
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos
from graphwiz_trader.engine.engine import Engine

ROUNDS = 60
"""Messages of each book: enough for Python to specialise what runs every time."""

LEVELS = 5
_PRICE = Decimal(1_000)
_WEALTH = Decimal(1_000_000)
_FIRST_GENERATION = 50_000


def ready(settings: Settings, started: RunStarted) -> None:
    """Get this process ready for a run that begins like *started*."""
    warm_up(settings, started)
    settle_down()


def warm_up(settings: Settings, started: RunStarted) -> int:
    """Lead an engine that began like *started* through a market; return its orders."""
    market = _Market(live_engine(engine_of, settings, started), started)
    market.open()
    for turn in range(ROUNDS):
        market.move(turn)
    return market.orders


def settle_down() -> None:
    """
    Keep what is there now out of the garbage collector's sight, and let it come by less often.

    A full collection of what is imported takes tens of milliseconds; what a run makes is freed
    by counting references. What stays is moved together, into huge pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_FIRST_GENERATION, 20, 50)
    settle_in_huge_pages()


def settle_beside() -> None:
    """Settle down beside engines: what they run stays in their caches, too."""
    own_code()
    settle_down()


class _Encoding(Forgetting):
    """A journal that encodes and keeps nothing."""

    @override
    def append(self, entry: Entry) -> bytes:
        said = outcome_bytes(entry.outcome)
        framed(encoded(entry, said))
        return said


class _Market:
    """Prices that cross between venues, and venues that fill whatever they are sent."""

    def __init__(self, engine: Engine, started: RunStarted) -> None:
        self.orders = 0
        self._started = started
        self._now = started.ts
        self._instruments: dict[InstrumentId, Instrument] = dict(engine.state.instruments)
        self._venues = list(dict.fromkeys(one.venue for one in self._instruments.values()))
        self._writer = SingleWriter(engine, _Encoding(), self._route, _nothing, _nothing)

    def open(self) -> None:
        """Let every account agree and every book be known."""
        self._writer.deliver(self._started)
        tell = self._writer.deliver
        for one in self._instruments.values():
            for asset in (one.base, one.quote):
                tell(BalanceReport(self._later(), one.venue, asset, _WEALTH, _WEALTH))
        for venue in self._venues:
            tell(AccountAgrees(self._later(), venue))
        for instrument in self._instruments.values():
            self._quote(instrument, 0, snapshot=True)

    def move(self, turn: int) -> None:
        """Let every book change; each venue is the dearest in its turn."""
        for instrument in self._instruments.values():
            dear = self._venues.index(instrument.venue) == turn % len(self._venues)
            self._quote(instrument, 20 if dear else turn % 3, snapshot=turn % 10 == 0)

    def _quote(self, instrument: Instrument, bps: int, *, snapshot: bool) -> None:
        price = _PRICE * (1 + Decimal(bps) / 10_000)
        middle, step = instrument.ticks_below(price), max(1, instrument.ticks_below(price / 10_000))
        away = np.arange(1, LEVELS + 1) * step
        lots = np.full(2 * LEVELS, max(1, instrument.lots_within(Decimal(5))), np.int64)
        side = np.repeat(np.array([1, -1], np.int8), LEVELS)
        rows = LevelRows(side, np.concatenate((middle - away, middle + away)), lots)
        now = self._later()
        update = BookUpdate(now, now, instrument.id, rows, 0, 2 * LEVELS, snapshot=snapshot)
        self._writer.deliver(update)

    def _later(self) -> Nanos:
        self._now = Nanos(self._now + MILLISECOND)
        return self._now

    def _route(self, command: Command) -> None:
        if isinstance(command, SubmitOrder):
            self.orders += 1
            for report in self._answers(command):
                self._writer.deliver(report)

    def _answers(self, order: SubmitOrder) -> Sequence[Event]:
        taken = ExecutionReport(
            self._now,
            self._now,
            order.cl_ord_id,
            str(self.orders),
            f"new-{self.orders}",
            ExecType.NEW,
            OrdStatus.NEW,
            order.instrument,
        )
        filled = ExecutionReport(
            self._now,
            self._now,
            order.cl_ord_id,
            str(self.orders),
            f"fill-{self.orders}",
            ExecType.TRADE,
            OrdStatus.FILLED,
            order.instrument,
            order.price,
            order.order_qty,
            order.order_qty,
            Liquidity.TAKER,
        )
        return taken, filled


def _nothing(event: Event, outcome: object) -> None:
    """Nobody hears of it."""
