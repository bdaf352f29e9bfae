"""
What hftbacktest makes of orders in a market told order by order; runs in an environment of its own.

`theirs_by_order.py EVENTS OUT`: EVENTS (.npy) holds its rows. OUT (.npz) gets the requests that
were made (now, order, side, tick), how each order ended (order, status, at, tick), and of
`alone` and `cleared` how one order ended.

Half a step after every other act, each side without an order gets one lot, post-only, 0, 1 or 2
ticks behind the touch in turn. It is canceled after 40 steps, and at once where it stands alone
before everybody: there the two simulators differ.
"""

import sys

import numpy as np
from hftbacktest import (
    ADD_ORDER_EVENT,
    BUY_EVENT,
    CANCEL_ORDER_EVENT,
    CANCELED,
    DEPTH_CLEAR_EVENT,
    EXCH_EVENT,
    EXPIRED,
    FILL_EVENT,
    FILLED,
    GTX,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

TICK, LOT = 0.1, 0.001
STEP, LATENCY = 1_000_000, 100_000
LIFE = 40 * STEP
ROOM = 200_000
BOTH = EXCH_EVENT | LOCAL_EVENT


@njit
def note(table, row, a, b, c, d):
    """Write one row of *table*; return how many it has now."""
    table[row, 0], table[row, 1], table[row, 2], table[row, 3] = a, b, c, d
    return row + 1


@njit
def trade(hbt, requests, outcomes):
    """Fill *requests* and *outcomes*; return how many there are."""
    made = ended = steps = 0
    order_id = 1
    live, born, ticks = np.zeros(2, np.int64), np.zeros(2, np.int64), np.zeros(2, np.int64)
    is_canceled = np.zeros(2, np.int64)
    hbt.elapse(STEP // 2)
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
                continue
            is_alone = ticks[s] > bid if s == 0 else ticks[s] < ask
            is_old = now - born[s] >= LIFE
            if is_canceled[s] == 0 and order.cancellable and (is_alone or is_old):
                hbt.cancel(0, live[s], False)
                is_canceled[s] = 1
                made = note(requests, made, now, live[s], 0, 0)
        hbt.clear_inactive_orders(0)
        for s in range(2):
            if live[s] != 0 or steps % 2:
                continue
            if s == 0:
                side, tick = 1, bid - steps // 2 % 3
                hbt.submit_buy_order(0, order_id, tick * TICK, LOT, GTX, LIMIT, False)
            else:
                side, tick = -1, ask + steps // 2 % 3
                hbt.submit_sell_order(0, order_id, tick * TICK, LOT, GTX, LIMIT, False)
            made = note(requests, made, now, order_id, side, tick)
            live[s], born[s], ticks[s], is_canceled[s] = order_id, now, tick, 0
            order_id += 1
    return made, ended


def simulator(data):
    asset = (
        BacktestAsset()
        .data([data])
        .linear_asset(1.0)
        .constant_order_latency(LATENCY, LATENCY)
        .l3_fifo_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0005)
        .tick_size(TICK)
        .lot_size(LOT)
    )
    return HashMapMarketDepthBacktest([asset])


def fate(rows):
    """Return how a buy at tick 1000, sent before the last of *rows*, ends: status and time."""
    data = np.zeros(len(rows) + 1, event_dtype)
    for i, (ts, ev, order, tick, lots) in enumerate([*rows, (9, CLEAR_ALL, 0, 0, 0)]):
        data[i] = (ev | BOTH, ts * STEP, ts * STEP, tick * TICK, lots * LOT, order, 0, 0)
    hbt = simulator(data)
    hbt.elapse(2 * STEP)
    hbt.submit_buy_order(0, 1, 1000 * TICK, LOT, GTX, LIMIT, False)
    hbt.elapse(3 * STEP)
    order = hbt.orders(0).get(1)
    found = order.status, order.exch_timestamp
    hbt.close()
    return np.array(found, np.int64)


BID, ASK = ADD_ORDER_EVENT | BUY_EVENT, ADD_ORDER_EVENT | SELL_EVENT
CLEAR_ALL = DEPTH_CLEAR_EVENT
START = [(1, BID, 11, 1000, 5), (1, BID, 12, 999, 5), (1, ASK, 13, 1002, 5)]


def alone():
    """The order before ours leaves; then a trade one tick below, at the best bid, passes us."""
    left = (4, CANCEL_ORDER_EVENT | BUY_EVENT, 11, 1000, 5)
    return fate([*START, left, (5, FILL_EVENT | BUY_EVENT, 12, 999, 1)])


def cleared():
    """The book is told anew while ours rests."""
    return fate([*START, (4, CLEAR_ALL, 0, 0, 0), *((4, *row[1:]) for row in START)])


def main() -> None:
    events, out = sys.argv[1:]
    data = np.load(events).astype(event_dtype)  # the simulator keeps a pointer, no reference
    hbt = simulator(data)
    requests, outcomes = np.zeros((ROOM, 4), np.int64), np.zeros((ROOM, 4), np.int64)
    made, ended = trade(hbt, requests, outcomes)
    hbt.close()
    np.savez(
        out,
        requests=requests[:made],
        outcomes=outcomes[:ended],
        alone=alone(),
        cleared=cleared(),
    )


if __name__ == "__main__":
    main()
