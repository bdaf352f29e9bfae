"""Two legs are sized to hedge each other, the coarser first."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.pairing import Pairing, pairings
from graphwiz_trader.domain.units import Ticks
from graphwiz_trader.testing import make

ETH = make.instrument("ETH/USDT@alpha", "0.01", "0.001")
BTC = make.instrument("BTC/USDT@alpha", "0.01", "0.01")


def test_the_ratio_makes_notionals_beta_of_each_other() -> None:
    """0.001 ETH at 100 is 0.1, 0.01 BTC at 1000 is 10: β/100 lots of BTC for one of ETH."""
    assert Pairing(ETH, BTC).ratio(0.8, Ticks(10_000), Ticks(100_000)) == pytest.approx(0.008)


@pytest.mark.parametrize(
    ("a", "b", "ratio", "most", "lots"),
    [
        (ETH, BTC, 0.008, (1000, 100), (1000, 8)),
        (ETH, BTC, 0.008, (990, 100), (875, 7)),
        (ETH, BTC, 0.008, (1000, 3), (375, 3)),
        (ETH, BTC, 0.008, (100, 100), (0, 0)),
        (BTC, ETH, 125.0, (100, 1000), (8, 1000)),
        (BTC, ETH, 125.3, (5, 1000), (5, 626)),
    ],
)
def test_the_larger_lot_is_cut_first_and_the_other_rounded_to_it(
    a: Instrument, b: Instrument, ratio: float, most: tuple[int, int], lots: tuple[int, int]
) -> None:
    assert Pairing(a, b).sized(*most, ratio) == lots


def test_of_one_asset_both_legs_are_the_same_amount() -> None:
    there = make.instrument("ETH/USDT@beta", "0.01", "0.0015")

    pair = Pairing(ETH, there)
    lots = pair.sized(1000, 1000, pair.ratio(5.0, Ticks(1), Ticks(2)))

    assert lots == (999, 666)
    assert ETH.qty(999) == there.qty(666) == Decimal("0.999")


def test_instruments_pair_two_by_two() -> None:
    there = make.instrument("ETH/USDT@beta")

    found = pairings([ETH, BTC, there, ETH])

    assert [pair.name for pair in found] == [f"{ETH.id}~{BTC.id}", f"{there.id}~{ETH.id}"]
