"""Markouts against the worked example of the strategies reference."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.application.markouts import Markouts
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    MILLISECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)

LINK = Instrument(
    InstrumentId("LINK/USDT@a"), Asset("LINK"), Asset("USDT"), Decimal("0.01"), Decimal("0.1")
)


class Tape:
    """A market in which one fill is watched."""

    def __init__(self) -> None:
        self.prices = RebuiltPrices((LINK,), (), Asset("USDT"))
        self.markouts = Markouts(self.prices)

    def mid(self, at_ms: int, mid: str) -> None:
        now = Nanos(at_ms * MILLISECOND)
        self.markouts.advance(now)
        ticks = LINK.ticks(mid)
        rows = LevelRows(
            np.array([1, -1], dtype=np.int8),
            np.array([ticks - 1, ticks + 1], dtype=np.int64),
            np.array([9, 9], dtype=np.int64),
        )
        self.prices.apply(BookUpdate(now, now, LINK.id, rows, 0, 2, snapshot=True))

    def fill(self, at_ms: int, side: Side, price: str, weight: float = 1.0) -> None:
        fill = FillBooked(
            ClOrdId("o"), "e", StrategyId("s"), LINK.id, side, Ticks(LINK.ticks(price)), Lots(1),
            Decimal(0), Decimal(0), Liquidity.MAKER, Nanos(0), "",
        )  # fmt: skip
        self.markouts.watch(fill, Nanos(at_ms * MILLISECOND), weight)

    def means(self) -> Mapping[int, float]:
        return {line.horizon_ms: line.mean_bps for line in self.markouts.results()}


def test_a_buy_at_99_99() -> None:
    tape = Tape()
    tape.mid(0, "100.00")
    tape.fill(0, Side.BUY, "99.99")

    tape.mid(101, "100.02")
    tape.mid(1_001, "99.95")
    tape.mid(10_001, "100.00")

    assert tape.means() == pytest.approx({100: 1.00010, 1_000: 3.00030, 10_000: -4.00040}, abs=5e-6)


def test_a_sale_gains_when_the_mid_falls() -> None:
    tape = Tape()
    tape.fill(0, Side.SELL, "100.00")
    tape.mid(50, "99.00")

    tape.mid(200, "99.00")

    assert tape.means() == pytest.approx({100: 100.0})


def test_what_happens_at_the_horizon_itself_still_counts() -> None:
    tape = Tape()
    tape.mid(0, "100.00")
    tape.fill(0, Side.BUY, "100.00")

    tape.mid(100, "101.00")
    tape.mid(101, "50.00")

    assert tape.means() == pytest.approx({100: 100.0})


def test_a_horizon_the_run_did_not_reach_is_left_out() -> None:
    tape = Tape()
    tape.mid(0, "100.00")
    tape.fill(0, Side.BUY, "100.00")

    tape.mid(100, "100.00")

    assert tape.means() == {}
    assert tape.markouts.due == 100 * MILLISECOND
