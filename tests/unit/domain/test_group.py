"""What a group is meant to earn, and what its legs only pass on."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.group import GroupLeg, OrderGroup, money_of, owed_assets
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import Asset, StrategyId, Ticks
from graphwiz_trader.testing import make


def instruments(*names: str) -> list[Instrument]:
    return [make.instrument(name, kind=Kind.LINEAR if ":" in name else Kind.SPOT) for name in names]


@pytest.mark.parametrize(
    ("names", "money", "owed"),
    [
        (["BTC/USDT@a"], "USDT", ()),
        (["BTC/USDT@a", "BTC/USDT@b"], "USDT", ("BTC",)),
        (["BTC/USDT@a", "BTC/USDT:USDT@a"], "USDT", ("BTC",)),
        (["BTC/USDT@a", "BTC/USDC@a"], "USDT", ("BTC",)),
        (["BTC/USDT@a", "ETH/USDT@a"], "USDT", ()),
        (["ETH/BTC@a", "ETH/BTC@b"], "BTC", ("ETH",)),
        (["BTC/USDT@a", "ETH/BTC@a", "ETH/USDT@a"], "USDT", ("BTC", "ETH")),
        (["ETH/BTC@a", "ETH/USDT@a", "BTC/USDT@a"], "USDT", ("ETH", "BTC")),
        (["A/U@a", "B/A@a", "C/B@a", "C/U@a"], "U", ("A", "B", "C")),
    ],
)
def test_what_two_legs_move_is_owed_unless_it_is_what_most_are_quoted_in(
    names: list[str], money: str, owed: tuple[str, ...]
) -> None:
    legs = instruments(*names)

    assert (money_of(legs), owed_assets(legs)) == (money, owed)


def test_an_asset_without_a_direct_leg_is_worth_what_it_leads_to() -> None:
    prices = {"A/U@a": 20, "B/A@a": 30, "C/B@a": 40, "C/U@a": 50}
    legs = tuple(
        GroupLeg(Leg(of.id, Side.BUY, Ticks(prices[of.id]), of.lots("1")), of)
        for of in instruments(*prices)
    )
    group = OrderGroup("g", StrategyId("s"), "o", legs, make.START)

    worth = {name: group.worth(Asset(name)) for name in ("U", "A", "B", "C")}

    assert worth == {"U": 1, "A": 2, "B": Decimal(3) * 2, "C": 5}
