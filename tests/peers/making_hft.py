"""
The market-making rule of `graphwiz_trader.entrypoints.bench.making` in hftbacktest.

Runs in an environment of its own: `making_hft.py COLUMNS`, where COLUMNS (.npz) holds a tape's
`side, ticks, lots, ts, first_row, flags`. For every line of JSON on its input, `{"period": ns,
"lots": n, "out": path or null}`, it runs once and answers with a line; with `out` it also writes
what became of every order there: order, side, tick, when it was sent, how and when it ended.
"""

import json
import sys
from time import process_time

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    CANCELED,
    DEPTH_EVENT,
    DEPTH_SNAPSHOT_EVENT,
    EXCH_EVENT,
    EXPIRED,
    FILLED,
    GTX,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

TICK, LOT = 0.1, 0.001
FEED, ENTRY, RESPONSE = 2_000_000, 2_000_000, 2_000_000
MAKER, TAKER = 0.0002, 0.0007
BEHIND, MOST = 2, 1000
DIFF, SNAPSHOT, TRADE = 0, 1, 2


def events(path):
    """Return the tape as a snapshot and the rows after it, in the peer's own form."""
    with np.load(path) as file:
        columns = {name: file[name] for name in file.files}
    first, flags = columns["first_row"], columns["flags"]
    rows = len(columns["side"])
    each = np.diff(np.append(first, rows))
    ts, kind = np.repeat(columns["ts"], each), np.repeat(flags, each)
    data = np.zeros(rows, event_dtype)
    what = np.where(kind == TRADE, np.uint64(TRADE_EVENT), np.uint64(DEPTH_EVENT))
    what = np.where(kind == SNAPSHOT, np.uint64(DEPTH_SNAPSHOT_EVENT), what)
    side = np.where(columns["side"] > 0, np.uint64(BUY_EVENT), np.uint64(SELL_EVENT))
    data["ev"] = what | side | np.uint64(EXCH_EVENT) | np.uint64(LOCAL_EVENT)
    data["exch_ts"], data["local_ts"] = ts - FEED, ts
    data["px"] = np.round(columns["ticks"] * TICK, 1)
    data["qty"] = np.round(columns["lots"] * LOT, 3)
    start = int(each[0])
    return data[:start].copy(), data[start:].copy()


@njit
def making(h, period, qty, record):
    """Quote as the rule says; return how many orders were sent and how many ended in *record*."""
    sent = ended = 0
    ids, ticks = np.zeros(2, np.int64), np.zeros(2, np.int64)
    while h.elapse(period) == 0:
        depth = h.depth(0)
        bid, ask = depth.best_bid_tick, depth.best_ask_tick
        orders = h.orders(0)
        held = h.position(0) / LOT
        for s in range(2):
            want = bid - BEHIND if s == 0 else ask + BEHIND
            if ids[s] != 0:
                order = orders.get(ids[s])
                if order.status in (FILLED, CANCELED, EXPIRED):
                    if len(record):
                        record[ids[s], 3] = order.status
                        record[ids[s], 4] = order.exch_timestamp
                        ended += 1
                    ids[s] = 0
                elif ticks[s] != want and order.cancellable:
                    h.cancel(0, ids[s], False)
                    continue
            if ids[s] == 0 and (held if s == 0 else -held) < MOST - 0.5:
                sent += 1
                if s == 0:
                    h.submit_buy_order(0, sent, want * TICK, qty, GTX, LIMIT, False)
                else:
                    h.submit_sell_order(0, sent, want * TICK, qty, GTX, LIMIT, False)
                ids[s], ticks[s] = sent, want
                if len(record):
                    record[sent, 0], record[sent, 1] = 1 - 2 * s, want
                    record[sent, 2] = h.current_timestamp
        h.clear_inactive_orders(0)
    return sent, ended


def simulator(snapshot, data):
    asset = (
        BacktestAsset()
        .data([data])
        .initial_snapshot(snapshot)
        .linear_asset(1.0)
        .constant_order_latency(ENTRY, RESPONSE)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(MAKER, TAKER)
        .tick_size(TICK)
        .lot_size(LOT)
        .roi_lb(float(data["px"].min()) - 1000)
        .roi_ub(float(data["px"].max()) + 1000)
    )
    return ROIVectorMarketDepthBacktest([asset])


def answer(found):
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> None:
    snapshot, data = events(sys.argv[1])
    answer({"rows": len(data)})
    for line in sys.stdin:
        wish = json.loads(line)
        h = simulator(snapshot, data)
        room = 1_000_000 if wish["out"] else 0
        record = np.zeros((room, 5), np.int64)
        began = process_time()
        sent, _ = making(h, wish["period"], wish["lots"] * LOT, record)
        took = process_time() - began
        fills = int(h.state_values(0).num_trades)
        h.close()
        if wish["out"]:
            np.save(wish["out"], record[1 : sent + 1])
        answer({"seconds": took, "orders": sent, "fills": fills})


if __name__ == "__main__":
    main()
