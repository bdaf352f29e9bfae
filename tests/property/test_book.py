"""The kept book against a plain dictionary, whatever the price does."""

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from graphwiz_trader.domain.depth import Depth
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.testing import make

GRID = make.instrument()
SIDES = (Side.BUY, Side.SELL)
Row = tuple[int, int, int]

anywhere = st.one_of(
    st.integers(-40, 40),
    st.integers(-3_000, 3_000),
    st.integers(-(10**7), 10**7),
    st.sampled_from([-(1 << 44), 1 << 44]),
)
lots = st.one_of(st.just(0), st.integers(1, 9), st.just(1 << 50))


class Plain:
    """What a book is: quantities by price."""

    def __init__(self) -> None:
        self.sides: dict[Side, dict[int, int]] = {side: {} for side in SIDES}

    def apply(self, rows: list[Row]) -> None:
        for side, tick, qty in rows:
            levels = self.sides[Side(side)]
            levels.pop(tick, None)
            if qty:
                levels[tick] = qty

    def best_first(self, side: Side) -> list[tuple[int, int]]:
        return sorted(self.sides[side].items(), key=lambda level: -side * level[0])

    def walk(self, side: Side, wanted: int) -> float | None:
        left, notional = wanted, 0
        for tick, qty in self.best_first(side.opposite):
            take = min(left, qty)
            notional += tick * take
            left -= take
        return notional / wanted if left == 0 else None


def read(depth: Depth, side: Side, n: int) -> list[tuple[int, int]]:
    ticks, quantities = depth.levels(side, n)
    return list(zip(ticks.tolist(), quantities.tolist(), strict=True))


class BookAgainstDictionary(RuleBasedStateMachine):
    """Messages near a price that drifts, jumps, and comes back."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = Depth(GRID, window=256)
        self.plain = Plain()
        self.price = 0

    def tell(self, rows: list[Row]) -> None:
        self.depth.change(make.rows(rows), 0, len(rows))
        self.plain.apply(rows)

    @rule(move=anywhere)
    def move(self, move: int) -> None:
        self.price = move

    @rule(rows=st.lists(st.tuples(st.sampled_from([1, -1]), anywhere, lots), max_size=12))
    def change(self, rows: list[Row]) -> None:
        self.tell([(side, self.price + offset, qty) for side, offset, qty in rows])

    @rule(n=st.integers(1, 700), gap=st.sampled_from([1, 7, 1_000]))
    def sweeping_snapshot(self, n: int, gap: int) -> None:
        self.snapshot([i * gap for i in range(n)])

    @rule(offsets=st.lists(st.integers(0, 2_000), min_size=1, max_size=40))
    def snapshot(self, offsets: list[int]) -> None:
        rows = [(s, self.price - s * (1 + offset), 5) for s in (1, -1) for offset in offsets]
        self.depth.replace(make.rows(rows), 0, len(rows))
        self.plain = Plain()
        self.plain.apply(rows)
        for side in SIDES:
            assert self.depth.horizon(side) == self.plain.best_first(side)[-1][0]

    @precondition(lambda self: any(self.plain.sides.values()))
    @rule(side=st.sampled_from(SIDES), n=st.integers(1, 6))
    def eat_the_best(self, side: Side, n: int) -> None:
        rows = [(int(side), tick, 0) for tick, _ in self.plain.best_first(side)[:n]]
        self.tell(rows)

    @rule(depth=st.integers(1, 5))
    def truncate(self, depth: int) -> None:
        self.depth.truncate(depth)
        for side in SIDES:
            self.plain.sides[side] = dict(self.plain.best_first(side)[:depth])

    @invariant()
    def holds_every_level(self) -> None:
        for side in SIDES:
            expected = self.plain.best_first(side)
            assert read(self.depth, side, len(expected) + 1) == expected
            assert self.depth.count(side) == len(expected)

    @invariant()
    def knows_the_touch(self) -> None:
        bids, asks = (self.plain.best_first(side)[:1] for side in SIDES)
        assert (self.depth.bid, self.depth.bid_lots) == (bids[0] if bids else (None, 0))
        assert (self.depth.ask, self.depth.ask_lots) == (asks[0] if asks else (None, 0))
        assert self.depth.is_crossed == bool(bids and asks and bids[0][0] > asks[0][0])

    @invariant()
    def walks_the_same_depth(self) -> None:
        for side in SIDES:
            for wanted in (1, 7, 60):
                paid = self.plain.walk(side, wanted)
                expected = None if paid is None else pytest.approx(paid, rel=1e-12)
                assert self.depth.vwap(side, wanted) == expected
            assert self.depth.liquidity(side, 3) == sum(
                qty for _, qty in self.plain.best_first(side)[:3]
            )


BookAgainstDictionary.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
TestBookAgainstDictionary = BookAgainstDictionary.TestCase


def drifting(chance: Random, messages: int) -> Iterator[list[Row]]:
    """A market that trends thousands of ticks, leaves levels behind, and returns to them."""
    price = 0
    for _ in range(messages):
        price += chance.choice((-1, 1)) * chance.choice((0, 0, 1, 5, 40, 700, 100_000))
        rows = []
        for _ in range(chance.randint(1, 12)):
            side = chance.choice((1, -1))
            behind = int(chance.expovariate(1 / chance.choice((3, 100, 2_000))))
            rows.append((side, price - side * behind, chance.choice((0, 0, 1, 2, 3))))
        yield rows


@pytest.mark.long
@pytest.mark.parametrize("window", [256, 4096, 1 << 16])
def test_nothing_is_dropped_on_a_long_way(window: int, long_factor: float) -> None:
    chance = Random(3)
    depth, plain = Depth(GRID, window=window), Plain()
    checked_every = 50

    for i, rows in enumerate(drifting(chance, round(8_000 * long_factor))):
        depth.change(make.rows(rows), 0, len(rows))
        plain.apply(rows)
        if i % checked_every == 0:
            for side in SIDES:
                expected = plain.best_first(side)
                assert read(depth, side, len(expected) + 1) == expected


@given(st.lists(st.tuples(st.sampled_from([1, -1]), anywhere, lots), min_size=1, max_size=40))
def test_one_message_or_many_make_the_same_book(rows: list[Row]) -> None:
    columns = make.rows(rows)
    at_once, one_by_one = Depth(GRID, window=256), Depth(GRID, window=1024)

    at_once.change(columns, 0, len(rows))
    for i in range(len(rows)):
        one_by_one.change(columns, i, i + 1)

    assert at_once.content() == one_by_one.content()
    assert np.isclose(at_once.imbalance(5), one_by_one.imbalance(5))
