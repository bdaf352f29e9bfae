"""Which orders of two runs are the same, and how they differ."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.fate import WITHIN, Fate, paired
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos, StrategyId
from graphwiz_trader.testing import make


def fate(name: str, ts: int = 0, price: int = 100, **rest: object) -> Fate:
    of, side = InstrumentId(make.BTC), Side.BUY
    decided = Nanos(make.START + ts)
    return Fate(ClOrdId(name), decided, StrategyId("s"), of, side, price, 10, **rest)  # type: ignore[arg-type]


def names(ours: list[Fate], theirs: list[Fate]) -> set[tuple[str | None, str | None]]:
    return {
        (p.one.cl_ord_id if p.one else None, p.other.cl_ord_id if p.other else None)
        for p in paired(ours, theirs)
    }


def test_the_same_decision_a_little_later_is_the_same_order() -> None:
    assert names([fate("a")], [fate("b", WITHIN)]) == {("a", "b")}
    assert names([fate("a")], [fate("b", WITHIN + 1)]) == {("a", None), (None, "b")}


def test_another_price_is_another_order() -> None:
    assert names([fate("a")], [fate("b", price=101)]) == {("a", None), (None, "b")}


def test_the_same_instant_goes_before_what_is_merely_near() -> None:
    ours = [fate("a", 0), fate("b", 10)]
    theirs = [fate("x", 10), fate("y", 20)]

    assert names(ours, theirs) == {("b", "x"), ("a", "y")}


def test_every_order_has_at_most_one_partner() -> None:
    assert names([fate("a"), fate("b", 5)], [fate("x", 1)]) == {("a", "x"), ("b", None)}


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({}, ""),
        ({"cum_qty": 4}, "filled otherwise"),
        ({"cash": 999}, "other price"),
        ({"fee": Decimal("1.002")}, "other fee"),
        ({"fee": Decimal("1.0005")}, ""),
    ],
)
def test_how_an_order_differs_is_told(changed: dict[str, object], difference: str) -> None:
    filled = {"cum_qty": 5, "cash": 500, "fee": Decimal(1)}
    ours, theirs = [fate("a", **filled)], [fate("b", **(filled | changed))]  # type: ignore[arg-type]

    (pair,) = paired(ours, theirs)

    assert pair.difference == difference
