"""
Order path: how long an order takes over loopback sockets, and how long from a tick to an order.

The whole product stands between: `DirectFeed`, `Trade` with its engine, every rule and a journal
in files, `Outbox`, `DirectVenue`. The venue at the other end is `ThinVenue`, which stamps both.
"""

import asyncio
import gc
import multiprocessing
import os
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
import uvloop

from graphwiz_trader.adapters.busy_loop import busy_loop
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.direct.binance_feed import SPOT, BinanceDialect
from graphwiz_trader.adapters.direct.feed import DirectFeed
from graphwiz_trader.adapters.direct.hosts import simulated_hosts
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.adapters.direct.venue import DirectVenue
from graphwiz_trader.adapters.direct.venues import binance_venue
from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.adapters.shallow_idle import DEVICE, shallow_idle
from graphwiz_trader.application.recovery import Recovered
from graphwiz_trader.application.trade import Stopped, Trade
from graphwiz_trader.bootstrap.warmup import settle_down
from graphwiz_trader.domain.commands import RaiseAlert
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.ids import BACKTEST, ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import TimeInForce
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import StrategySettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import View, Wakeup
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.engine.spec import EngineSpec
from graphwiz_trader.entrypoints.bench.ccxt_peer import ccxt_ticks
from graphwiz_trader.entrypoints.bench.flood import SNAPSHOT_SEQ, numbered
from graphwiz_trader.entrypoints.bench.named import FEE_BPS, RUN, STRATEGY, named_run
from graphwiz_trader.entrypoints.bench.onlookers import onlookers
from graphwiz_trader.entrypoints.bench.quoting import EVERY_RULE
from graphwiz_trader.entrypoints.bench.round_trips import PATIENCE_S, RoundTrips
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.thin_venue import PRICES, serve

TICKS = 8_000
WARM_UP = 2_000
INTERVAL = SECOND // 2_000
BTC = Instrument(
    InstrumentId("BTC/USDT@binance"),
    Asset("BTC"),
    Asset("USDT"),
    Decimal("0.1"),
    Decimal("0.001"),
    min_notional=Decimal(5),
)
UNMETERED = VenueTerms(capacity=10**9)
NAME = StrategyId(STRATEGY)
KEY = Credentials("loopback-key", "loopback-secret")

_peer = partial(ccxt_ticks, last=SNAPSHOT_SEQ + TICKS)

Drive: TypeAlias = Callable[[int, Callable[[str], None]], Coroutine[None, None, list[int]]]


class Answering:
    """Answers every frame with one bid, whose price says which frame it was."""

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: None,  # noqa: ARG002 # it has none
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        """Bid for the first of *instruments*."""
        self.id = id
        self.instruments = tuple(instrument.id for instrument in instruments)
        self.last_seq = 0
        self._ttl = ttl

    def on_event(self, event: Wakeup, view: View) -> Sequence[Signal]:
        """Return the bid."""
        self.last_seq = seq = getattr(event, "last_seq", 0)
        name = self.instruments[0]
        bid = view.books[name].bid
        if bid is None:
            return ()
        price = Ticks(bid - 1 - (bid - 1 - seq) % PRICES)
        leg = Leg(name, Side.BUY, price, Lots(10), TimeInForce.GTC)
        expires = Nanos(view.now + self._ttl)
        return (Signal(self.id, SignalKind.QUOTE, (leg,), 1.0, expires),)


def order_path_rows() -> list[Row]:
    """Return the order round trip, and tick-to-order asleep and awake beside ccxt.pro."""
    frames = numbered(TICKS)
    trip, _ = _driven(frames, _round_trips)
    asleep = _driven(frames, partial(_ours, nullcontext))[1]
    peer_trip, peer = _driven(frames, _peer)
    spinning = _driven(frames, partial(_ours, busy_loop))[1]
    watched = _driven(frames, partial(_ours, nullcontext, with_onlookers=True))[1]
    tick = "tick to order over loopback, 2,000 msg/s"
    return [
        *_rows("order round trip over loopback, direct", trip[WARM_UP // 4 :], 80.0),
        *_rows("ccxt create_order, round trip", peer_trip, None)[:1],
        *_rows(f"{tick}, sleeping", asleep, 120.0),
        *_rows(f"{tick}, busy-spinning", spinning, 80.0),
        *_rows(f"{tick}, sleeping, graph, Prometheus and page on", watched, None)[:1],
        *_rows("ccxt.pro + create_order, tick to order", peer, None)[:1],
        _times(f"{tick}, sleeping", peer, asleep, None),
        _times(f"{tick}, busy-spinning", peer, spinning, 7.0),
        *(_awake_rows(tick, frames, peer) if os.access(DEVICE, os.W_OK) else ()),
    ]


def _awake_rows(tick: str, frames: tuple[bytes, list[bytes]], peer: Sequence[int]) -> list[Row]:
    """Return what `trade` does unless it is told otherwise: the loop sleeps, no processor does."""
    awake = _driven(frames, partial(_ours, partial(shallow_idle, print)))[1]
    with shallow_idle(print):
        equal = _driven(frames, _peer)[1]
    ours = f"{tick}, sleeping on awake processors as `trade` does"
    return [
        *_rows(ours, awake, 120.0),
        _times(ours, peer, awake, 5.0),
        _times(f"{ours}, ccxt.pro on awake ones, too", equal, awake, None),
    ]


def _driven(frames: tuple[bytes, list[bytes]], drive: Drive) -> tuple[list[int], list[int]]:
    """Let *drive* meet a venue in a process of its own; return what each has measured, ns."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    venue = context.Process(target=serve, args=(theirs, *frames, INTERVAL), daemon=True)
    venue.start()
    port = ours.recv()
    found = uvloop.run(drive(port, ours.send))
    ours.send("end")
    latencies = ours.recv()
    venue.join()
    return found, latencies[WARM_UP:] if len(latencies) > 2 * WARM_UP else latencies


async def _round_trips(port: int, tell: Callable[[str], None]) -> list[int]:  # noqa: ARG001 # no frames
    venue = _venue(port)
    trips = RoundTrips(venue, BTC.id, asyncio.get_running_loop())
    running = asyncio.create_task(venue.run(trips.hear))
    try:
        gc.collect()
        gc.freeze()
        return await trips.run()
    finally:
        gc.unfreeze()
        running.cancel()
        await asyncio.wait([running])


async def _ours(
    awake: Callable[[], AbstractContextManager[None]],
    port: int,
    tell: Callable[[str], None],
    *,
    with_onlookers: bool = False,
) -> list[int]:
    """Trade on every frame; the venue measures."""
    strategy = Answering(NAME, None, (BTC,), Nanos(SECOND))
    threshold = gc.get_threshold()
    with TemporaryDirectory() as folder, ExitStack() as stack:
        journal = FileJournal(Home(Path(folder)).runs / RUN / JOURNAL, RUN, LIVE)
        stack.enter_context(awake())
        running = asyncio.create_task(_trade(port, strategy, journal).run())
        try:
            await _reached(strategy, running, SNAPSHOT_SEQ + 1)
            watching = None
            if with_onlookers:
                watching = stack.enter_context(onlookers(Path(folder), BTC.id))
                await asyncio.to_thread(watching.prove, journal.seq)
            settle_down()
            tell("go")
            await _reached(strategy, running, SNAPSHOT_SEQ + TICKS)
            if watching is not None:
                await asyncio.to_thread(watching.prove, journal.seq)
        finally:
            gc.unfreeze()
            gc.set_threshold(*threshold)
            running.cancel()
            await asyncio.wait([running])
            journal.close()
    return []


def _trade(port: int, strategy: Answering, journal: FileJournal) -> Trade:
    clock = SystemClock()
    use = f"{Answering.__module__}:{Answering.__name__}"
    started = named_run(clock.now(), StrategySettings(use=use, ttl_ms=1_000), BTC)
    spec = EngineSpec(
        (BTC,),
        (strategy,),
        RiskPolicy(EVERY_RULE),
        BTC.quote,
        {BTC.venue: FEE_BPS},
        {},
        {BTC.venue: Nanos(0)},
        ClOrdIds(BACKTEST, 0),
    )
    return Trade(
        Engine(spec),
        [_venue(port)],
        {BTC.venue: _feed(port, clock)},
        journal,
        clock,
        _unheard,
        started,
        Recovered(),
    )


async def _reached(strategy: Answering, running: "asyncio.Task[Stopped]", seq: int) -> None:
    """Wait until *strategy* was asked at frame *seq*, but not longer than patience lasts."""
    async with asyncio.timeout(PATIENCE_S):
        while strategy.last_seq < seq:
            await asyncio.wait([running], timeout=0.05)
            if running.done():
                raise DataError(f"the run ended: {running.exception()}")


def _venue(port: int) -> DirectVenue:
    hosts = simulated_hosts(BTC.venue, f"http://127.0.0.1:{port}")
    return binance_venue(BTC.venue, [BTC], KEY, SystemClock(), BACKTEST, hosts, UNMETERED)


def _feed(port: int, clock: SystemClock) -> DirectFeed:
    market = evolve(
        SPOT,
        stream_url=f"ws://127.0.0.1:{port}/stream",
        depth_url=f"http://127.0.0.1:{port}/depth",
    )
    return DirectFeed(BinanceDialect(BTC.venue, market), clock, PicowsTransport())


def _unheard(alert: RaiseAlert) -> None:
    """Nobody is told."""


def _rows(name: str, took: Sequence[int], target: float | None) -> list[Row]:
    if not took:
        raise DataError(f"{name}: nothing was measured")
    us = np.array(took) / 1e3
    return [
        Row(f"{name}, p{at:g}", float(np.percentile(us, at)), "µs", goal, "lower")
        for at, goal in ((50, target), (99, None), (99.9, None))
    ]


def _times(name: str, peer: Sequence[int], ours: Sequence[int], target: float | None) -> Row:
    ratio = float(np.median(peer) / np.median(ours))
    return Row(f"{name}, times as fast as ccxt.pro", ratio, "×", target, "higher")
