"""Closed trades, in one currency."""

from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.application.trade_log import TradeLog
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import FillBooked, SignalApproved, TradeClosed
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)

EUR = Instrument(InstrumentId("E/U@v"), Asset("E"), Asset("U"), Decimal(1), Decimal(1))
LINK = Instrument(InstrumentId("L/E@v"), Asset("L"), Asset("E"), Decimal(1), Decimal(1))
ARB = StrategyId("arb")


@pytest.fixture
def log() -> TradeLog:
    """A log where one E is worth 3 U."""
    prices = RebuiltPrices((EUR, LINK), (), Asset("U"))
    rows = LevelRows(
        np.array([1, -1], np.int8), np.array([3, 4], np.int64), np.array([9, 9], np.int64)
    )
    prices.apply(BookUpdate(Nanos(0), Nanos(0), EUR.id, rows, 0, 2, snapshot=True))
    return TradeLog(prices, Earnings(prices))


def fill(instrument: Instrument) -> FillBooked:
    return FillBooked(
        ClOrdId("o"), "e", ARB, instrument.id, Side.BUY, Ticks(3), Lots(1), Decimal(0),
        Decimal(0), Liquidity.TAKER, Nanos(0), "",
    )  # fmt: skip


def closed(name: str, pnl: str) -> TradeClosed:
    return TradeClosed(ARB, name, Nanos(0), Nanos(2 * SECOND), Decimal(pnl), Decimal(1))


def test_a_round_trip_is_converted_from_what_its_fill_settles_in(log: TradeLog) -> None:
    log.fill(fill(LINK))
    log.close(closed("t1", "5"))
    log.fill(fill(EUR))
    log.close(closed("t2", "7"))

    line = log.total()

    assert line.record.net == 5 * 3 + 7
    assert line.fees == 3 + 1
    assert line.median_held_s == 2.0


def test_a_group_is_converted_from_what_its_legs_settle_in(log: TradeLog) -> None:
    legs = tuple(Leg(LINK.id, side, Ticks(3), Lots(1)) for side in Side)
    log.approve(SignalApproved(Signal(ARB, SignalKind.TAKE, legs, 1.0, Nanos(0)), "g1"))
    log.fill(fill(EUR))

    log.close(closed("g1", "5"))

    assert log.total().record.net == 15


def test_a_trade_before_any_fill_is_bad_data(log: TradeLog) -> None:
    with pytest.raises(DataError, match="t1 closed before"):
        log.close(closed("t1", "5"))
