"""
Slice: from a frame's bytes to an order's bytes, in one process.

Frame → compiled parser → `BookUpdate` → `Engine.step` (book, a quoting strategy, every risk rule,
planner) → journal append → signed order request, written to a socket's kernel buffer. Each message
leads to one order, whose cancellation is reported before the next, outside the measurement.
"""

import gc
import gzip
import json
import socket
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

import numpy as np

from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BookUpdate, Event, LevelRows
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus, TimeInForce
from graphwiz_trader.domain.risk import RiskPolicy
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.strategy import View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    SECOND,
    Asset,
    InstrumentId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
)
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make

ROOT = Path(__file__).resolve().parents[1]
RECORDED = ROOT.parent / "shared/data/binance_raw_ws/usdm/btcusdt_20240808.gz"
WARM_UP = 500
PERPETUAL = Instrument(
    InstrumentId("BTC/USDT:USDT@binance"),
    Asset("BTC"),
    Asset("USDT"),
    Decimal("0.1"),
    Decimal("0.001"),
    Kind.LINEAR,
    min_notional=Decimal(5),
)
EVERY_RULE = RiskSettings(
    max_position_size=Decimal(100),
    max_exposure=Decimal(10**9),
    max_venue_exposure=Decimal(10**9),
    max_net_exposure=Decimal(10**9),
    max_order_qty=Decimal(10),
    max_order_notional=Decimal(10**7),
    max_orders_per_second=10**6,
    max_cancels_per_second=10**6,
    max_order_to_trade=10**9,
    max_identical_orders_per_second=10**6,
    max_consecutive_losses=100,
    size_cap=Decimal(10**7),
)
Frame = tuple[int, bytes]


class Quoting:
    """Wants one bid, some ticks below the best, elsewhere at every message."""

    def __init__(self) -> None:
        self.id = StrategyId("quoting")
        self.instruments = (PERPETUAL.id,)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Signal]:  # noqa: ARG002 # the protocol's
        """Return the one quote."""
        bid = view.books[PERPETUAL.id].bid
        if bid is None:
            return ()
        price = Ticks(bid - 1 - view.now // MILLISECOND % 8)
        leg = Leg(PERPETUAL.id, Side.BUY, price, Lots(10), TimeInForce.GTC)
        return (Signal(self.id, SignalKind.QUOTE, (leg,), 1.0, Nanos(view.now + SECOND)),)


class OrderRequest:
    """Builds signed `POST /fapi/v1/order` requests around bytes made beforehand."""

    def __init__(self, of: Instrument, symbol: str, secret: bytes) -> None:
        # Two keyed states, copied for each message: 0.8 µs where hmac.digest takes 2.0.
        block = secret.ljust(64, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))
        self._query = (
            f"symbol={symbol}&side=%s&type=LIMIT&timeInForce=GTC&quantity=%s&price=%s"
            "&newClientOrderId=%s&recvWindow=5000&timestamp=%d"
        )
        self._head = b"POST /fapi/v1/order HTTP/1.1\r\nHost: fapi.binance.com\r\n"
        self._head += b"X-MBX-APIKEY: 0123456789abcdef\r\nContent-Length: %d\r\n\r\n%s%s%s"
        self._prices = -int(of.tick_size.as_tuple().exponent)
        self._lots = -int(of.lot_size.as_tuple().exponent)

    def of(self, order: SubmitOrder, now_ms: int) -> bytes:
        """Return the request that submits *order*."""
        query = (
            self._query
            % (
                order.side.name,
                _decimal(order.order_qty, self._lots),
                _decimal(order.price, self._prices),
                order.cl_ord_id,
                now_ms,
            )
        ).encode()
        signature = self._signed(query).encode()
        return self._head % (len(query) + 75, query, b"&signature=", signature)

    def _signed(self, query: bytes) -> str:
        """Return HMAC-SHA256 of *query* in hexadecimal."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(query)
        outer.update(inner.digest())
        return outer.hexdigest()


def _decimal(number: int, decimals: int) -> str:
    whole, part = divmod(number, 10**decimals)
    return f"{whole}.{part:0{decimals}d}"


class Slice:
    """Everything between the two sockets."""

    def __init__(self, journal: FileJournal) -> None:
        self.parser = DepthParser(PERPETUAL, "BTCUSDT")
        self.engine: Engine = make.engine([PERPETUAL], [Quoting()], EVERY_RULE, "2")
        self.journal = journal
        self.request = OrderRequest(PERPETUAL, "BTCUSDT", b"secret")
        self.out, self.venue = socket.socketpair()
        self.rules = len(RiskPolicy(EVERY_RULE).rules)
        self._step(make.balance("binance", "USDT", "1000000000"))

    def take(self, ts: int, frame: bytes) -> tuple[SubmitOrder | None, tuple[int, ...]]:
        """Turn one frame into an order; return it and the instants between the stages."""
        begun = perf_counter_ns()
        update = self.parser.parse(frame, Nanos(ts))
        parsed = perf_counter_ns()
        outcome = self.engine.step(update)
        stepped = perf_counter_ns()
        self.journal.append(Entry(update, outcome))
        durable = perf_counter_ns()
        for command in outcome.commands:
            if isinstance(command, SubmitOrder):
                self.out.send(self.request.of(command, ts // MILLISECOND))
                return command, (begun, parsed, stepped, durable, perf_counter_ns())
        return None, (begun, parsed, stepped, durable, perf_counter_ns())

    def snapshot(self, update: BookUpdate) -> None:
        """Begin the book, and end the order that comes of it."""
        for command in self._step(update).commands:
            if isinstance(command, SubmitOrder):
                self._end(command, update.ts)

    def cancel(self, order: SubmitOrder, ts: int) -> None:
        """Have the venue take the order and end it, and empty the socket."""
        self.venue.recv(1 << 16)
        self._end(order, ts)

    def close(self) -> None:
        """Let go of files and sockets."""
        self.journal.close()
        self.out.close()
        self.venue.close()

    def _end(self, order: SubmitOrder, ts: int) -> None:
        for kind, status in (
            (ExecType.NEW, OrdStatus.NEW),
            (ExecType.CANCELED, OrdStatus.CANCELED),
        ):
            name = f"{kind.value}{order.cl_ord_id}"
            self._step(
                ExecutionReport(
                    Nanos(ts), Nanos(ts), order.cl_ord_id, "1", name, kind, status, PERPETUAL.id
                )
            )

    def _step(self, event: Event) -> Outcome:
        outcome = self.engine.step(event)
        self.journal.append(Entry(event, outcome))
        return outcome


def recorded() -> tuple[BookUpdate, list[Frame]]:
    """Return the snapshot of the recorded USDⓈ-M file and the frames that follow it."""
    frames: list[Frame] = []
    begin = None
    with gzip.open(RECORDED) as lines:
        for line in lines:
            ts, _, text = line.rstrip().partition(b" ")
            if b'"lastUpdateId"' in text[:40]:
                begin = _snapshot(int(ts), json.loads(text))
            elif b'"depthUpdate"' in text and begin is not None:
                frames.append((int(ts), text))
    if begin is None:
        raise SystemExit(f"{RECORDED.name} has no snapshot")
    return begin, frames


def _snapshot(ts: int, said: dict[str, list[tuple[str, str]]]) -> BookUpdate:
    return make.book_update(PERPETUAL, said["bids"], said["asks"], ts)


def generated(count: int) -> tuple[BookUpdate, list[Frame]]:
    """Return a snapshot and *count* frames of 7.5 levels on average, made by `generate`."""
    sys.path.insert(0, str(ROOT))
    from bench.generate import DIFF, SNAPSHOT, generate

    columns = generate(count)
    rows = LevelRows(columns.side, columns.ticks, columns.lots)
    ends = np.append(columns.first_row[1:], len(rows.side))
    frames: list[Frame] = []
    begin = None
    for k, flag in enumerate(columns.flags.tolist()):
        ts, first, last = int(columns.ts[k]), int(columns.first_row[k]), int(ends[k])
        if flag == SNAPSHOT:
            begin = BookUpdate(Nanos(ts), Nanos(ts), PERPETUAL.id, rows, first, last, snapshot=True)
        elif flag == DIFF:
            frames.append((ts, _frame(ts, rows, first, last)))
    if begin is None:
        raise SystemExit("the generated stream has no snapshot")
    return begin, frames


def _frame(ts: int, rows: LevelRows, first: int, last: int) -> bytes:
    ms = ts // MILLISECOND
    sides: dict[int, list[str]] = {1: [], -1: []}
    for k in range(first, last):
        level = f'["{_decimal(int(rows.ticks[k]), 1)}","{_decimal(int(rows.lots[k]), 3)}"]'
        sides[int(rows.side[k])].append(level)
    return (
        f'{{"e":"depthUpdate","E":{ms},"T":{ms},"s":"BTCUSDT","U":1,"u":2,"pu":0,'
        f'"b":[{",".join(sides[1])}],"a":[{",".join(sides[-1])}]}}'
    ).encode()


def timed(begin: BookUpdate, frames: list[Frame]) -> tuple[np.ndarray, int]:
    """Return ns between stages, shape (orders, 5), and how many risk rules each order passed."""
    with TemporaryDirectory() as folder:
        path = Slice(FileJournal(Path(folder), RunId("bench"), LIVE))
        path.snapshot(begin)
        gc.collect()
        gc.freeze()
        instants = []
        for number, (ts, frame) in enumerate(frames):
            order, stamps = path.take(ts, frame)
            if order is not None:
                path.cancel(order, ts)
                if number >= WARM_UP:
                    instants.append(stamps)
        gc.unfreeze()
        path.close()
        return np.array(instants), path.rules


def rows_of(
    name: str, target: float, begin: BookUpdate, frames: list[Frame]
) -> Iterator[dict[str, object]]:
    """Yield the rows of one set of frames."""
    instants, rules = timed(begin, frames)
    total = (instants[:, 4] - instants[:, 0]) / 1e3
    for quantile in (50, 99, 99.9):
        yield {
            "name": f"slice: frame to order bytes, {name}, {rules} rules, p{quantile}",
            "value": round(float(np.percentile(total, quantile)), 2),
            "unit": "µs",
            "target": target if quantile == 50 else None,
            "better": "lower",
            "peer": None,
        }
    for stage, part in enumerate(("parse", "step", "journal", "sign and send")):
        took = (instants[:, stage + 1] - instants[:, stage]) / 1e3
        yield {
            "name": f"slice: {part}, {name}, p50",
            "value": round(float(np.percentile(took, 50)), 2),
            "unit": "µs",
            "target": None,
            "better": "lower",
            "peer": None,
        }


def measure() -> list[dict[str, object]]:
    """Return rows of name, value, unit, target and which way is better."""
    rows = list(rows_of("7.5 levels", 25.0, *generated(6000)))
    if RECORDED.exists():
        rows += rows_of("recorded, 68 levels", 40.0, *recorded())
    return rows


if __name__ == "__main__":
    for row in measure():
        print(row)
