"""
What hftbacktest makes of a schedule of orders; runs in an environment of its own.

`theirs.py RECORDING OUT` writes to OUT (.npz): the rows of its exchange side, the requests that
were made, how each order ended there, and how `ties` ended.

Every 100 ms, each side without an order gets one lot, post-only, 0, 1 or 2 ticks off the touch
in turn; an order that lives for 2 s is canceled.
"""

import sys

import numpy as np
from hftbacktest import (
    BUY_EVENT,
    CANCELED,
    DEPTH_EVENT,
    EXCH_EVENT,
    EXPIRED,
    FILLED,
    GTX,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
)
from hftbacktest.data.utils import binancefutures
from hftbacktest.types import event_dtype
from numba import njit

MS = 1_000_000
TICK, LOT = 0.1, 0.001
LATENCY = 5 * MS
STEP, LIFE = 100 * MS, 2_000 * MS
ROOM = 100_000


@njit
def note(table, row, a, b, c, d):
    """Write one row of *table*; return how many it has now."""
    table[row, 0], table[row, 1], table[row, 2], table[row, 3] = a, b, c, d
    return row + 1


@njit
def trade(hbt, requests, outcomes):
    """Fill *requests* (now, order, side, tick) and *outcomes* (order, status, at, tick)."""
    made = ended = steps = 0
    order_id = 1
    live, born, is_canceled = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    while hbt.elapse(STEP) == 0:
        steps += 1
        now = hbt.current_timestamp
        bid, ask = hbt.depth(0).best_bid_tick, hbt.depth(0).best_ask_tick
        orders = hbt.orders(0)
        for s in range(2):
            if live[s] == 0:
                continue
            order = orders.get(live[s])
            if order.status in (FILLED, EXPIRED, CANCELED):
                tick = order.exec_price_tick if order.status == FILLED else order.price_tick
                ended = note(outcomes, ended, live[s], order.status, order.exch_timestamp, tick)
                live[s] = 0
            elif is_canceled[s] == 0 and now - born[s] >= LIFE and order.cancellable:
                hbt.cancel(0, live[s], False)
                is_canceled[s] = 1
                made = note(requests, made, now, live[s], 0, 0)
        hbt.clear_inactive_orders(0)
        if not 0 < bid < ask < 1 << 40:
            continue
        for s in range(2):
            if live[s] != 0:
                continue
            if s == 0:
                side, tick = 1, bid - steps % 3
                hbt.submit_buy_order(0, order_id, tick * TICK, LOT, GTX, LIMIT, False)
            else:
                side, tick = -1, ask + steps % 3
                hbt.submit_sell_order(0, order_id, tick * TICK, LOT, GTX, LIMIT, False)
            made = note(requests, made, now, order_id, side, tick)
            live[s], born[s], is_canceled[s] = order_id, now, 0
            order_id += 1
    return made, ended


def simulator(data):
    asset = (
        BacktestAsset()
        .data([data])
        .linear_asset(1.0)
        .constant_order_latency(LATENCY, LATENCY)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0005)
        .tick_size(TICK)
        .lot_size(LOT)
    )
    return HashMapMarketDepthBacktest([asset])


def ties():
    """
    Return how a post-only buy at tick 1000 ends: status and exchange time, a row each.

    It arrives 1 ns before, with and 1 ns after a row that offers 1 lot at that price at 3 s.
    """
    found = []
    for shift in (-1, 0, 1):
        data = np.zeros(6, event_dtype)
        data["ev"] = DEPTH_EVENT | SELL_EVENT | EXCH_EVENT | LOCAL_EVENT
        data["ev"][0] = DEPTH_EVENT | BUY_EVENT | EXCH_EVENT | LOCAL_EVENT
        data["exch_ts"] = data["local_ts"] = np.array([1000, 1000, 2000, 3000, 5000, 6000]) * MS
        data["px"] = np.array([900, 1020, 1020, 1000, 1020, 1020]) * TICK
        data["qty"] = np.array([5, 5, 6, 1, 7, 8]) * LOT
        hbt = simulator(data)
        hbt.elapse(1)
        hbt.elapse(3000 * MS - LATENCY + shift - hbt.current_timestamp)
        hbt.submit_buy_order(0, 1, 1000 * TICK, LOT, GTX, LIMIT, False)
        hbt.elapse(1000 * MS)
        order = hbt.orders(0).get(1)
        found.append((order.status, order.exch_timestamp))
        hbt.close()
    return np.array(found, np.int64)


def main() -> None:
    recording, out = sys.argv[1:]
    data = binancefutures.convert(recording, buffer_size=2_000_000)
    hbt = simulator(data)
    requests, outcomes = np.zeros((ROOM, 4), np.int64), np.zeros((ROOM, 4), np.int64)
    made, ended = trade(hbt, requests, outcomes)
    hbt.close()
    rows = data[data["ev"] & EXCH_EVENT == EXCH_EVENT]
    np.savez(
        out,
        converted=len(data),
        kind=(rows["ev"] & 0xFF).astype(np.int8),
        side=np.where(rows["ev"] & BUY_EVENT == BUY_EVENT, 1, -1).astype(np.int8),
        ts=rows["exch_ts"],
        ticks=np.rint(rows["px"] / TICK).astype(np.int64),
        lots=np.rint(rows["qty"] / LOT).astype(np.int64),
        requests=requests[:made],
        outcomes=outcomes[:ended],
        ties=ties(),
    )


if __name__ == "__main__":
    main()
