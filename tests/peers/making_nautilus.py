"""
The market-making rule of `graphwiz_trader.entrypoints.bench.making` in nautilus_trader.

Runs in an environment of its own: `making_nautilus.py COLUMNS`, where COLUMNS (.npz) holds a
tape's `side, ticks, lots, ts, first_row, flags`. For every line of JSON on its input, `{"period":
ns, "lots": n}`, it runs once and answers with a line. Latency is of orders, both ways in one; what
is received is what the venue has, since its feed has no latency.
"""

import json
import sys
from time import process_time

import numpy as np
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.backtest.models import FillModel, LatencyModel
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas, TradeTick
from nautilus_trader.model.enums import (
    AccountType,
    AggressorSide,
    BookAction,
    BookType,
    OmsType,
    OrderSide,
    RecordFlag,
)
from nautilus_trader.model.identifiers import TradeId, Venue
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

TICK, LOT = 0.1, 0.001
ENTRY = 2_000_000
BEHIND, MOST = 2, 1000
SNAPSHOT, TRADE = 1, 2
PERPETUAL = TestInstrumentProvider.btcusdt_perp_binance()
NAME = PERPETUAL.id


def price(tick):
    return Price(tick * TICK, 1)


def quantity(lots):
    return Quantity(lots * LOT, 3)


def events(path):
    """Return the tape as the peer's objects, one a message."""
    with np.load(path) as file:
        columns = {name: file[name].tolist() for name in file.files}
    side, ticks, lots = columns["side"], columns["ticks"], columns["lots"]
    starts = [*columns["first_row"], len(side)]
    found = []
    for n, (ts, flag) in enumerate(zip(columns["ts"], columns["flags"], strict=True)):
        first, last = starts[n], starts[n + 1]
        if flag == TRADE:
            taker = AggressorSide.BUYER if side[first] > 0 else AggressorSide.SELLER
            size = quantity(lots[first])
            found.append(TradeTick(NAME, price(ticks[first]), size, taker, TradeId(str(n)), ts, ts))
            continue
        deltas = [OrderBookDelta.clear(NAME, n, ts, ts)] if flag == SNAPSHOT else []
        for row in range(first, last):
            whose = OrderSide.BUY if side[row] > 0 else OrderSide.SELL
            action = BookAction.UPDATE if lots[row] else BookAction.DELETE
            level = BookOrder(whose, price(ticks[row]), quantity(lots[row]), 0)
            flags = RecordFlag.F_LAST if row + 1 == last else 0
            deltas.append(OrderBookDelta(NAME, action, level, flags, n, ts, ts))
        found.append(OrderBookDeltas(NAME, deltas))
    return found


class Making(Strategy):
    """Withdraw a quote that is not where it should be; quote a side that has none."""

    def __init__(self, period, lots):
        super().__init__()
        self.period, self.lots = period, lots
        self.sent = self.fills = self.held = 0
        self.orders, self.ticks = [None, None], [0, 0]

    def on_start(self):
        self.subscribe_order_book_deltas(NAME, book_type=BookType.L2_MBP)
        every = pd.Timedelta(self.period, unit="ns")
        self.clock.set_timer("quote", every, callback=self.quote)

    def on_order_filled(self, event):
        self.fills += 1
        lots = round(float(event.last_qty) / LOT)
        self.held += lots if event.order_side == OrderSide.BUY else -lots

    def quote(self, event):
        book = self.cache.order_book(NAME)
        bid, ask = book.best_bid_price(), book.best_ask_price()
        if bid is None or ask is None:
            return
        wants = round(float(bid) / TICK) - BEHIND, round(float(ask) / TICK) + BEHIND
        for s, want in enumerate(wants):
            order = self.orders[s]
            if order is not None and order.is_closed:
                order = None
            if order is not None:
                if self.ticks[s] != want and not order.is_pending_cancel:
                    self.cancel_order(order)
                continue
            if (self.held if s == 0 else -self.held) < MOST:
                side = OrderSide.BUY if s == 0 else OrderSide.SELL
                order = self.order_factory.limit(
                    NAME, side, quantity(self.lots), price(want), post_only=True
                )
                self.submit_order(order)
                self.orders[s], self.ticks[s] = order, want
                self.sent += 1


def engine(data, strategy):
    found = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(
                max_order_submit_rate="4000/00:00:01", max_order_modify_rate="4000/00:00:01"
            ),
        )
    )
    found.add_venue(
        venue=Venue("BINANCE"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=None,
        starting_balances=[Money(10_000_000, USDT)],
        book_type=BookType.L2_MBP,
        fill_model=FillModel(prob_fill_on_limit=0.0),
        latency_model=LatencyModel(base_latency_nanos=ENTRY),
        trade_execution=True,
    )
    found.add_instrument(PERPETUAL)
    found.add_data(data)
    found.add_strategy(strategy)
    return found


def answer(found):
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main() -> None:
    data = events(sys.argv[1])
    answer({"messages": len(data)})
    for line in sys.stdin:
        wish = json.loads(line)
        strategy = Making(wish["period"], wish["lots"])
        running = engine(data, strategy)
        began = process_time()
        running.run()
        took = process_time() - began
        running.dispose()
        answer({"seconds": took, "orders": strategy.sent, "fills": strategy.fills})


if __name__ == "__main__":
    main()
