"""Closed trades, in one currency."""

from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.trade_log import TradeLog
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import TradeClosed
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    InstrumentId,
    Nanos,
    StrategyId,
)

EUR = Instrument(InstrumentId("E/U@v"), Asset("E"), Asset("U"), Decimal(1), Decimal(1))
ARB = StrategyId("arb")


@pytest.fixture
def log() -> TradeLog:
    """A log where one E is worth 3 U."""
    prices = RebuiltPrices((EUR,), (), Asset("U"))
    rows = LevelRows(
        np.array([1, -1], np.int8), np.array([3, 4], np.int64), np.array([9, 9], np.int64)
    )
    prices.apply(BookUpdate(Nanos(0), Nanos(0), EUR.id, rows, 0, 2, snapshot=True))
    return TradeLog(Earnings(prices))


def closed(name: str, asset: str, pnl: str) -> TradeClosed:
    return TradeClosed(
        ARB, name, Nanos(0), Nanos(2 * SECOND), Asset(asset), Decimal(pnl), Decimal(1)
    )


def test_a_trade_is_converted_from_what_it_is_settled_in(log: TradeLog) -> None:
    log.close(closed("t1", "E", "5"))
    log.close(closed("t2", "U", "7"))

    line = log.total()

    assert line.record.net == 5 * 3 + 7
    assert line.fees == 3 + 1
    assert line.median_held_s == 2.0
