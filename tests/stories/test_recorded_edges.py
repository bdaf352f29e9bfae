"""What the recorded hour of LINK at two venues offers: little, small, and gone a second later."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.crossing import Crossing, _sides, cross, gross_bps
from graphwiz_trader.domain.survival import kaplan_meier
from graphwiz_trader.kernels import cross as kernel
from tests import link

ALL = Decimal(10**9)


@pytest.fixture(scope="module")
def hour(shared_data: Path) -> list[tuple[list[float], list[Crossing | None]]]:
    """Selling at Binance, then at Huobi: every second's gross edge, and its sweep without fees."""
    books = [OrderBook(of) for of in (link.HUOBI, link.BINANCE)]
    found: list[tuple[list[float], list[Crossing | None]]] = [([], []), ([], [])]
    tapes = [link.updates(shared_data, book.instrument) for book in books]
    for updates in zip(*tapes, strict=True):
        for book, update in zip(books, updates, strict=True):
            book.apply(update)
        for (edges, sweeps), (buy, sell) in zip(found, (books, books[::-1]), strict=True):
            edges.append(gross_bps(buy, sell))
            sweeps.append(cross(buy, sell, 0.0, 0.0, 0.0, ALL) if edges[-1] > 0 else None)
    return found


@pytest.mark.parametrize(
    ("way", "alive", "now", "later", "large"),
    [(0, 0.412, 1.13, -0.41, 4), (1, 0.335, 0.79, -0.77, 0)],
)
def test_most_edges_are_gone_a_second_later(
    hour: Sequence[tuple[list[float], list[Crossing | None]]],
    way: int,
    alive: float,
    now: float,
    later: float,
    large: int,
) -> None:
    edges = np.array(hour[way][0])

    here = np.flatnonzero(edges[:-1] > 0)
    assert np.mean(edges[here + 1] > 0) == pytest.approx(alive, abs=2e-3)
    assert np.mean(edges[here]) == pytest.approx(now, abs=6e-3)
    assert np.mean(edges[here + 1]) == pytest.approx(later, abs=6e-3)
    assert np.sum(edges > 5) == large


def test_the_best_second(hour: Sequence[tuple[list[float], list[Crossing | None]]]) -> None:
    edges, sweeps = hour[0]

    second = int(np.argmax(edges))
    best = sweeps[second]
    assert best is not None
    assert second == 42 * 60 + 40
    assert edges[second] == pytest.approx(8.0291970803, abs=1e-9)
    assert best.qty == pytest.approx(Decimal("866.278"), abs=Decimal("0.001"))
    assert best.proceeds - best.cost == pytest.approx(10.913134, abs=1e-5)


def test_the_sum_of_all_seconds_in_quantities_of_any_size(shared_data: Path) -> None:
    """It counts standing liquidity again each second: it is nobody's profit."""
    buy, sell = OrderBook(link.HUOBI), OrderBook(link.BINANCE)
    total, out = 0.0, np.empty(kernel.OUT)
    tapes = (link.updates(shared_data, book.instrument) for book in (buy, sell))
    for bought, sold in zip(*tapes, strict=True):
        buy.apply(bought)
        sell.apply(sold)
        if kernel.sweep(*_sides(buy, sell), 0.0, 0.0, 0.0, 1e9, out):
            total += out[kernel.PROCEEDS] - out[kernel.COST]

    assert total == pytest.approx(142.17997, abs=5e-6)


def test_lives_of_whole_seconds_survive_as_the_share_that_is_alive_a_second_later(
    hour: Sequence[tuple[list[float], list[Crossing | None]]],
) -> None:
    """An episode of n seconds is alive a second later in n − 1 of them."""
    lives, length = [], 0
    for edge in hour[0][0]:
        if edge > 0:
            length += 1
        elif length:
            lives.append((float(length), True))
            length = 0

    assert len(lives) == 198
    ended_at_once = sum(length == 1 for length, _ in lives) / len(lives)
    assert kaplan_meier(lives, 1.0) == pytest.approx(1 - ended_at_once)


def test_at_ten_bps_a_leg_there_is_none(
    hour: Sequence[tuple[list[float], list[Crossing | None]]],
) -> None:
    assert max(max(edges) for edges, _ in hour) < 20.0
