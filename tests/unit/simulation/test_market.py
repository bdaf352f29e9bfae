"""A market of three venues, run for a while with random orders of ours thrown at it."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from itertools import groupby, permutations
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.domain.commands import CancelAll, CancelOrder, OrderCommand, SubmitOrder
from graphwiz_trader.domain.events import BookUpdate, CancelReject, Event
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    ClOrdId,
    Float64s,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.market import (
    BTC,
    ETH,
    USDT,
    MarketSettings,
    VenueSpec,
    build_market,
    default_venues,
)

SRC = Path(__file__).resolve().parents[3] / "src"
START = Nanos(1_700_000_000 * SECOND)
BALANCES = {BTC: Decimal(2), ETH: Decimal(20), USDT: Decimal(50_000)}
TERMS = Terms(
    entry=Nanos(2 * MILLISECOND), response=Nanos(MILLISECOND), publish_every=Nanos(10 * MILLISECOND)
)
SAMPLE = 20 * MILLISECOND
NOT_ASKED_FOR = (ExecType.REPLACED, ExecType.STATUS)


def market(
    seed: int, venues: Sequence[VenueSpec] | None = None, terms: Terms = TERMS
) -> tuple[Exchange, ...]:
    return build_market(seed, venues or default_venues(terms), START, BALANCES, MarketSettings())


def until(exchange: Exchange, end: int) -> Iterator[Event]:
    while (at := exchange.next_ts()) is not None and at <= end:
        yield from exchange.run_next()


def digest(events: Iterator[Event]) -> str:
    """Return a hash of everything told, level by level."""
    told = sha256()
    for event in events:
        if isinstance(event, BookUpdate):
            rows = (event.rows.side, event.rows.ticks, event.rows.lots)
            numbers = (event.ts, event.ts_venue, event.first_seq, event.last_seq)
            told.update(repr((event.instrument, numbers, *(r.tolist() for r in rows))).encode())
        else:
            told.update(repr(event).encode())
    return told.hexdigest()


class OrderFlow:
    """Random requests of ours at one venue: quotes, takes, cancels."""

    def __init__(self, exchange: Exchange, chance: Chance) -> None:
        self.exchange = exchange
        self.chance = chance
        self.sent: list[SubmitOrder] = []

    def __call__(self, now: Nanos) -> None:
        command: OrderCommand = self.order()
        if self.sent and self.chance.unit() < 0.4:
            old = self.chance.choice(self.sent)
            command = CancelOrder(old.cl_ord_id, old.instrument)
        elif isinstance(command, SubmitOrder):
            self.sent.append(command)
        self.exchange.send(command, now)

    def order(self) -> SubmitOrder:
        chance, exchange = self.chance, self.exchange
        instrument = exchange.floor.instruments[chance.choice(list(exchange.floor.instruments))]
        side = chance.choice((Side.BUY, Side.SELL))
        best = exchange.book(instrument.id).best(side.opposite) or Ticks(1)
        worth = float(instrument.price(best))
        in_quote = 300.0 if instrument.quote == USDT else 0.005
        return SubmitOrder(
            ClOrdId(f"o{len(self.sent)}"),
            StrategyId("s"),
            instrument.id,
            side,
            chance.choice(list(OrdType)),
            chance.choice(list(TimeInForce)),
            Ticks(int(best * (1 + 4e-4 * (chance.unit() - 0.5)))),
            Lots(int(chance.exponential(in_quote) / worth / instrument.lot)),
        )


class Session:
    """What a run showed: touches sampled every 20 ms, and everything the exchanges told."""

    def __init__(self, seconds: int, seed: int) -> None:
        self.exchanges = market(seed)
        self.told: dict[Venue, list[Event]] = {e.venue: [] for e in self.exchanges}
        self.touches: dict[InstrumentId, list[tuple[float, float]]] = {}
        self.flows = [OrderFlow(e, Chance(seed).split(e.venue)) for e in self.exchanges]
        for now in range(START, START + seconds * SECOND, SAMPLE):
            for exchange, flow in zip(self.exchanges, self.flows, strict=True):
                self.told[exchange.venue].extend(until(exchange, now))
                self.sample(exchange)
                flow(Nanos(now))
        for exchange in self.exchanges:
            exchange.send(CancelAll(exchange.venue), exchange.now)
            self.told[exchange.venue].extend(until(exchange, exchange.now + 2 * SAMPLE))

    def sample(self, exchange: Exchange) -> None:
        for name, book in exchange.floor.books.items():
            tick = exchange.floor.instruments[name].tick
            bid, ask = book.best(Side.BUY), book.best(Side.SELL)
            touch = (tick * bid, tick * ask) if bid and ask else (np.nan, np.nan)
            self.touches.setdefault(name, []).append(touch)

    def touch(self, symbol: str, venue: str) -> Float64s:
        return np.array(self.touches[InstrumentId(f"{symbol}@{venue}")]).T

    def mid(self, symbol: str, venue: str) -> Float64s:
        bid, ask = self.touch(symbol, venue)
        return np.asarray((bid + ask) / 2.0)

    def crosses_bps(self) -> Float64s:
        """What buying at one venue and selling at another earns before fees, route by sample."""
        venues = [exchange.venue for exchange in self.exchanges]
        return np.array(
            [
                (self.touch(symbol, sell)[0] / self.touch(symbol, buy)[1] - 1.0) * 1e4
                for symbol in ("BTC/USDT", "ETH/USDT", "ETH/BTC")
                for buy, sell in permutations(venues, 2)
            ]
        )


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(20, seed=11)


def check_conserved(session: Session) -> None:
    for exchange in session.exchanges:
        floor = exchange.floor
        ledgers = (*floor.accounts.values(), floor.crowd, floor.fees)
        for asset, endowment in BALANCES.items():
            assert sum(ledger.total(asset) for ledger in ledgers) == endowment
        assert floor.crowd.total(BTC) != 0
        assert floor.fees.total(USDT) > 0


def check_balances(session: Session) -> None:
    for exchange, flow in zip(session.exchanges, session.flows, strict=True):
        expected: dict[Asset, Decimal] = dict(BALANCES)
        sides = {order.cl_ord_id: order.side for order in flow.sent}
        for fill in session.told[exchange.venue]:
            if isinstance(fill, ExecutionReport) and fill.commission is not None:
                instrument = exchange.floor.instruments[fill.instrument]
                side = sides[fill.cl_ord_id]
                expected[instrument.base] += side * instrument.qty(fill.last_qty)
                cash = side * instrument.notional(fill.last_px, fill.last_qty)
                expected[instrument.quote] -= cash + fill.commission.amount
        assert {b.asset: b.total for b in exchange.balances()} == expected
        assert all(balance.free == balance.total for balance in exchange.balances())
        assert not exchange.working()


def test_each_asset_is_conserved_exactly(session: Session) -> None:
    check_conserved(session)


def test_our_balances_are_our_fills_and_nothing_stays_locked(session: Session) -> None:
    check_balances(session)


@pytest.mark.long
def test_conservation_holds_over_whole_minutes(long_factor: float) -> None:
    for seed in range(max(1, round(20 * long_factor))):
        session = Session(60, seed)

        check_conserved(session)
        check_balances(session)


def test_every_kind_of_answer_was_given(session: Session) -> None:
    """Else the tests beside this one prove little."""
    told = [event for events in session.told.values() for event in events]
    kinds = Counter(e.exec_type for e in told if isinstance(e, ExecutionReport))

    assert min(kinds[kind] for kind in ExecType if kind not in NOT_ASKED_FOR) > 10
    assert sum(isinstance(event, CancelReject) for event in told) > 10


def test_every_order_is_answered_and_its_fills_add_up(session: Session) -> None:
    for exchange, flow in zip(session.exchanges, session.flows, strict=True):
        filled: Counter[str] = Counter()
        for report in session.told[exchange.venue]:
            if isinstance(report, ExecutionReport):
                filled[report.cl_ord_id] += report.last_qty
                assert report.cum_qty == filled[report.cl_ord_id]
        assert all(filled[order.cl_ord_id] <= order.order_qty for order in flow.sent)


def test_diffs_told_rebuild_the_books(session: Session) -> None:
    for exchange in session.exchanges:
        kept: dict[InstrumentId, dict[int, int]] = {}
        last: dict[InstrumentId, int] = {}
        for event in session.told[exchange.venue]:
            if isinstance(event, BookUpdate):
                assert event.snapshot or event.first_seq == last[event.instrument] + 1
                last[event.instrument] = event.last_seq
                rows, book = event.rows, kept.setdefault(event.instrument, {})
                for side, ticks, lots in zip(rows.side, rows.ticks, rows.lots, strict=True):
                    book[int(side) * int(ticks)] = int(lots)

        for name, book in kept.items():
            rows = exchange.snapshot(name).rows
            shown = dict(zip((rows.side * rows.ticks).tolist(), rows.lots.tolist(), strict=True))
            assert {key: lots for key, lots in book.items() if lots} == shown


def test_books_are_deep_and_never_crossed(session: Session) -> None:
    for exchange in session.exchanges:
        for name, book in exchange.floor.books.items():
            touch = np.array(session.touches[name][1:])
            assert (touch[:, 0] < touch[:, 1]).mean() > 0.999
            assert min(sum(1 for _ in book.levels(side)) for side in Side) >= 8


def test_venues_disagree_at_times_by_more_than_a_small_fee(session: Session) -> None:
    edges = session.crosses_bps()

    assert 0.05 < (edges > 0).mean() < 0.5
    assert (edges > 2 * 1.0).mean() > 0.01
    assert (edges > 2 * 2.0).any()


def test_ten_bps_a_leg_leave_next_to_nothing(session: Session) -> None:
    edges = session.crosses_bps()

    assert (edges > 2 * 10.0).mean() < 0.02 * (edges > 0).mean()


def test_opportunities_vanish_within_hundreds_of_milliseconds(session: Session) -> None:
    lengths = [
        SAMPLE / 1e6 * len(list(run))
        for route in session.crosses_bps() > 0
        for open_now, run in groupby(route)
        if open_now
    ]

    assert len(lengths) > 300
    assert np.median(lengths) < 200
    assert np.quantile(lengths, 0.95) < 1_000


def test_triangle_is_consistent_but_not_exactly(session: Session) -> None:
    for exchange in session.exchanges:
        btc, eth, cross = (
            session.mid(symbol, exchange.venue) for symbol in ("BTC/USDT", "ETH/USDT", "ETH/BTC")
        )
        apart = np.abs(np.log(eth / (btc * cross)) * 1e4)[5:]

        assert 0.3 < np.median(apart) < 4.0


def test_mid_returns_from_where_it_strayed(session: Session) -> None:
    """What a z-score strategy lives on: above the last 3 s' mean, the next 2 s go down."""
    strayed, followed = [], []
    for exchange in session.exchanges:
        for symbol in ("BTC/USDT", "ETH/USDT"):
            mid = session.mid(symbol, exchange.venue)[5:]
            for now in range(150, len(mid) - 100, 10):
                strayed.append(mid[now] / mid[now - 150 : now].mean() - 1.0)
                followed.append(mid[now + 100] / mid[now] - 1.0)

    assert np.corrcoef(strayed, followed)[0, 1] < -0.15


def test_same_seed_tells_the_same_and_another_does_not() -> None:
    def told(seed: int) -> str:
        return digest(until(market(seed)[1], START + SECOND))

    assert told(5) == told(5)
    assert told(5) != told(6)


def test_venues_may_be_run_in_any_order_or_alone() -> None:
    end = START + SECOND // 2
    together = market(5)
    forwards = [digest(until(exchange, end)) for exchange in together]
    backwards = [digest(until(exchange, end)) for exchange in reversed(market(5))]
    alone = digest(until(market(5, default_venues(TERMS)[2:])[0], end))

    assert forwards == backwards[::-1]
    assert forwards[2] == alone
    assert len(set(forwards)) == 3


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_what_is_told_does_not_depend_on_the_process(hash_seed: str) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "import test_market as t;"
        "print(t.digest(t.until(t.market(5)[0], t.START + t.SECOND // 2)))"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SRC)}

    there = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    assert there.stdout.strip() == digest(until(market(5)[0], START + SECOND // 2))


def test_listing_and_spec_make_the_instruments_of_their_venue() -> None:
    [exchange] = market(1, [VenueSpec(Venue("solo"), Nanos(0), TERMS)])

    instruments = exchange.floor.instruments

    assert list(instruments) == ["BTC/USDT@solo", "ETH/USDT@solo", "ETH/BTC@solo"]
    assert exchange.venue == "solo"
    assert {instrument.min_notional for instrument in instruments.values()} == {
        Decimal(5),
        Decimal("0.0001"),
    }
