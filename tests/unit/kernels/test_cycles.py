"""Cycles through depth; figures from the strategies' reference, section 3, and exact rationals."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from graphwiz_trader.kernels import cycles as kernel
from graphwiz_trader.kernels.arrays import Float64s, Int64s

Book = list[tuple[Fraction, Fraction]]
"""Price and quantity, best first."""


def book(*levels: tuple[str, str]) -> Book:
    return [(Fraction(price), Fraction(qty)) for price, qty in levels]


BUY_BTC = book(("60000", ".05"), ("60010", ".20"), ("60030", "1"))
BUY_ETH = book((".0500", "2"), (".05003", "3"), (".05010", "20"))
SELL_ETH = book(("3012", "1.5"), ("3011", "2"), ("3008", "10"))
TRIANGLE = [BUY_BTC, BUY_ETH, SELL_ETH]
SIDES = [1, 1, -1]
TICKS = [Fraction(1), Fraction("0.00001"), Fraction(1)]
FINE = [Fraction("0.00001"), Fraction("0.0001"), Fraction("0.0001")]
FEE = Fraction("0.00075")
HUGE = 1e18


class Round:
    """Legs in the kernel's form, and what it found."""

    def __init__(
        self,
        books: list[Book] = TRIANGLE,
        sides: list[int] = SIDES,
        lots: list[Fraction] = FINE,
        ticks: list[Fraction] = TICKS,
        fee: Fraction = FEE,
    ) -> None:
        n, self.depth = len(books), max(map(len, books))
        self.legs = (
            _stacked(books, ticks, self.depth, 0),
            _stacked(books, lots, self.depth, 1),
            self.depth,
            np.array([len(levels) for levels in books]),
            np.array(sides),
            np.array([float(x) for x in ticks]),
            np.array([float(x) for x in lots]),
            np.ones(n),
            np.full(n, 1 - float(fee)),
        )
        self.limits: tuple[Int64s, Float64s] = (np.ones(n, np.int64), np.zeros(n))
        self.at, self.left = np.zeros(n, np.int64), np.zeros(n)
        self.taken, self.worst = np.zeros(n, np.int64), np.zeros(n, np.int64)
        self.out = np.zeros(kernel.OUT)

    def optimum(self, least: float = 1.0, most: float = HUGE) -> int:
        return kernel.optimum(*self.legs, least, most, self.at, self.left, self.out)

    def value(self, x: float) -> float:
        """The profit of *x* undivided."""
        self.optimum(0.0, x)
        return float(self.out[kernel.GOT] - self.out[kernel.SPENT])

    def best(self, least: float = 1.0, most: float = HUGE) -> float:
        return kernel.best_lots(
            *self.legs, *self.limits, least, most, self.at, self.left, self.taken, self.worst,
            self.out,
        )  # fmt: skip

    def forward(self, first: int) -> float:
        return kernel.forward(*self.legs, *self.limits, first, self.taken, self.worst, self.out)


def _stacked(books: list[Book], grids: list[Fraction], depth: int, which: int) -> Int64s:
    rows = np.zeros((len(books), depth), np.int64)
    for row, levels, grid in zip(rows, books, grids, strict=True):
        whole = [level[which] / grid for level in levels]
        assert all(x.denominator == 1 for x in whole)
        row[: len(levels)] = [int(x) for x in whole]
    return rows.ravel()


def exact_optimum(
    books: list[Book], sides: list[int], least: Fraction
) -> list[tuple[Fraction, Fraction]]:
    """The parts (quantity, product of rates) of the optimum, in rationals."""
    keep = 1 - FEE
    at = [0] * len(books)
    left = [_capacity(levels[0], side) for levels, side in zip(books, sides, strict=True)]
    parts: list[tuple[Fraction, Fraction]] = []
    while True:
        before, product = [], Fraction(1)
        for levels, side, i in zip(books, sides, at, strict=True):
            before.append(product)
            product *= keep / levels[i][0] if side > 0 else levels[i][0] * keep
        if product <= least:
            return parts
        take = min(rest / rate for rest, rate in zip(left, before, strict=True))
        parts.append((take, product))
        for k, rate in enumerate(before):
            left[k] -= take * rate
            if left[k] == 0:
                at[k] += 1
                if at[k] == len(books[k]):
                    return parts
                left[k] = _capacity(books[k][at[k]], sides[k])


def _capacity(level: tuple[Fraction, Fraction], side: int) -> Fraction:
    return level[0] * level[1] if side > 0 else level[1]


def exact_forward(
    books: list[Book], sides: list[int], lots: list[Fraction], first: int
) -> Fraction:
    """The profit of *first* lots, in rationals."""
    carried = spent = Fraction(0)
    for k, (levels, side, lot) in enumerate(zip(books, sides, lots, strict=True)):
        used = moved = filled = Fraction(0)
        for price, qty in levels:
            one = price if side > 0 else Fraction(1)
            most = first * lot - filled if k == 0 else ((carried - used) / one) // lot * lot
            take = min(qty, most)
            filled += take
            used += take * one
            moved += take * (1 if side > 0 else price) * (1 - FEE)
            if take < qty:
                break
        if k == 0:
            spent = used
        carried = moved
    return carried - spent


def test_optimum_equals_the_rational_one() -> None:
    found = Round()

    parts = found.optimum()

    exact = exact_optimum(TRIANGLE, SIDES, Fraction(1))
    spent = sum((take for take, _ in exact), Fraction(0))
    assert spent == Fraction(240090374861, 22822870)
    assert parts == len(exact) == 4
    assert found.out[kernel.SPENT] == pytest.approx(float(spent), rel=1e-12)
    assert found.out[kernel.GOT] - found.out[kernel.SPENT] == pytest.approx(
        12.367425816735581, rel=1e-9
    )


@pytest.mark.parametrize(
    ("least_bps", "spent"),
    [(17.5, 0), (17, 3000), (15, 4507.008727618), (10, 6005.004128096), (6, 10519.727574183)],
)
def test_every_part_earns_at_least_what_is_demanded(least_bps: float, spent: float) -> None:
    found = Round()

    found.optimum(1 + least_bps / 1e4)

    assert found.out[kernel.SPENT] == pytest.approx(spent, rel=1e-9)


@pytest.mark.parametrize(
    ("lots", "first", "spent", "got", "profit"),
    [
        (FINE, 17350, 10411.235, 10423.479422825, 12.244422825),
        ([Fraction("0.001")] * 3, 192, 11521.42, 11533.007752, 11.587752),
    ],
)
def test_lots_are_the_best_ones(
    lots: list[Fraction], first: int, spent: float, got: float, profit: float
) -> None:
    found = Round(lots=lots)

    assert found.best() == pytest.approx(profit, rel=1e-9)
    assert found.out[kernel.FIRST_LOTS] == found.taken[0] == first
    assert found.out[kernel.SPENT] == pytest.approx(spent, rel=1e-12)
    assert found.out[kernel.GOT] == pytest.approx(got, rel=1e-12)
    assert float(exact_forward(TRIANGLE, SIDES, lots, first)) == pytest.approx(profit, rel=1e-9)


def test_lots_do_not_go_on_into_parts_that_earn_less_than_is_demanded() -> None:
    """At 15 bps 4507 pay, where 10,411 would earn more in all."""
    found = Round()
    demanded = Fraction("0.0015")

    best = found.best(1 + float(demanded))

    exact = {
        n: exact_forward(TRIANGLE, SIDES, FINE, n) - demanded * exact_paid(BUY_BTC, n * FINE[0])
        for n in range(7000, 8200)
    }
    assert best == pytest.approx(float(max(exact.values())), rel=1e-9)
    assert found.out[kernel.FIRST_LOTS] == max(exact, key=lambda n: exact[n])
    assert found.out[kernel.SPENT] < 4800


def test_what_the_legs_leave_is_less_than_a_lot() -> None:
    """8.8e-7 BTC and 1.25e-7 ETH of the reference."""
    found = Round()
    found.best()

    buy, mid, sell = (int(n) for n in found.taken)
    paid = exact_paid(BUY_ETH, mid * FINE[1])
    assert float(buy * FINE[0] * (1 - FEE) - paid) == pytest.approx(8.8e-7, rel=1e-9)
    assert float(mid * FINE[1] * (1 - FEE) - sell * FINE[2]) == pytest.approx(1.25e-7, rel=1e-9)


def exact_paid(levels: Book, qty: Fraction) -> Fraction:
    paid = Fraction(0)
    for price, shown in levels:
        take = min(qty, shown)
        paid += take * price
        qty -= take
    return paid


def test_the_search_stops_at_its_cap_and_says_what_may_be_left() -> None:
    found = Round()

    found.best()

    assert found.out[kernel.EVALUATIONS] == kernel.MOST_EVALUATIONS
    assert 0 < found.out[kernel.GAP] < 0.1


def test_a_search_that_ended_by_itself_leaves_no_gap() -> None:
    found = Round(lots=[Fraction("0.001")] * 3)

    found.best()

    assert found.out[kernel.EVALUATIONS] < kernel.MOST_EVALUATIONS
    assert found.out[kernel.GAP] == 0


def test_lots_too_coarse_for_the_edge_are_refused() -> None:
    """DUST: the fee in ETH leaves an unsaleable remainder worth more than the edge."""
    found = Round(lots=[Fraction("0.00001"), Fraction("0.01"), Fraction("0.01")])

    assert found.best() == 0
    assert found.out[kernel.FIRST_LOTS] == 0
    assert list(found.taken) == [0, 0, 0]
    assert found.value(10_519.7) == pytest.approx(12.367425816735581, rel=1e-5)


def test_a_leg_below_its_minimum_is_not_traded() -> None:
    found = Round()
    found.limits = (np.array([1, 1, 40_000]), np.zeros(3))

    assert found.best() == 0


def test_a_leg_below_its_minimum_notional_is_not_traded() -> None:
    found = Round()
    found.limits = (np.ones(3, np.int64), np.array([0.0, 0.4, 0.0]))

    assert found.forward(1000) == -np.inf
    assert found.forward(50_000) > -np.inf


def test_no_more_goes_in_than_there_is() -> None:
    found = Round()

    best = found.best(most=5000.0)

    affordable = range(7500, 8333)
    exact = [exact_forward(TRIANGLE, SIDES, FINE, n) for n in affordable]
    assert best == pytest.approx(float(max(exact)), rel=1e-9)
    assert found.out[kernel.FIRST_LOTS] == affordable[exact.index(max(exact))]
    assert found.out[kernel.SPENT] <= 5000


def test_without_a_level_on_one_leg_nothing_goes_round() -> None:
    found = Round([BUY_BTC, [], SELL_ETH])

    assert (found.optimum(), found.best()) == (0, 0)


@pytest.mark.parametrize("seed", range(40))
def test_no_other_quantity_earns_more(seed: int) -> None:
    books, sides = random_round(Random(seed))
    found = Round(books, sides, [Fraction("0.001")] * 3, [Fraction("0.01")] * 3)
    exact = exact_optimum(books, sides, Fraction(1))

    found.optimum()
    spent, profit = float(found.out[kernel.SPENT]), found.out[kernel.GOT] - found.out[kernel.SPENT]

    assert spent == pytest.approx(float(sum((t for t, _ in exact), Fraction(0))), rel=1e-9)
    for factor in (0.5, 0.9, 0.999, 1.001, 1.1, 2.0):
        assert found.value(max(spent, 1.0) * factor) <= profit + 1e-9 * max(spent, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_no_other_number_of_lots_earns_more(seed: int) -> None:
    books, sides = random_round(Random(seed))
    lots = [Fraction("0.5")] * 3
    found = Round(books, sides, lots, [Fraction("0.01")] * 3)
    shown = int(sum((qty for _, qty in books[0]), Fraction(0)) / lots[0])

    best = found.best()

    every = [exact_forward(books, sides, lots, n) for n in range(1, shown + 1)]
    assert best == pytest.approx(max(0.0, *map(float, every)), abs=1e-9)


def random_round(chance: Random) -> tuple[list[Book], list[int]]:
    """Three legs whose prices multiply to a little more or less than 1."""
    sides = [chance.choice((1, -1)) for _ in range(3)]
    prices = [chance.uniform(1, 50) for _ in range(2)]
    product = 1.0
    for price, side in zip(prices, sides, strict=False):
        product *= price**-side
    prices.append((product * chance.uniform(0.98, 1.0)) ** sides[2])
    books: list[Book] = []
    for price, side in zip(prices, sides, strict=True):
        first = max(10, round(price * 100))
        steps = sorted(chance.sample(range(12), 4))
        books.append(
            [
                (Fraction(max(1, first + side * step), 100), Fraction(chance.randint(1, 40), 2))
                for step in steps
            ]
        )
    return books, sides
