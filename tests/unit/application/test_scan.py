"""Every joint state is counted, and a route pays only after the fees of all its legs."""

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.application.scan import ScanResult, scan_cross, scan_triangular
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.joint import Touch
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing.make import instrument

MINUTE = Nanos(60 * SECOND)


def touch(name: str, *rows: tuple[float, float, float]) -> Touch:
    """Rows of (seconds, bid, ask)."""
    ts, bid, ask = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Touch(instrument(name), (ts * SECOND).astype(np.int64), bid, ask)


def cross(touches: Sequence[Touch], fee_bps: float = 0) -> ScanResult:
    return scan_cross(touches, fee_bps, MINUTE, lambda share: None)


CHEAP = touch("BTC/USDT@a", (0, 99, 100), (10, 99, 100), (20, 99, 100))
DEAR = touch("BTC/USDT@b", (0, 101, 102), (5, 99, 102), (15, 101, 102), (20, 100, 102))


def test_a_route_names_where_to_buy_and_where_to_sell() -> None:
    result = cross([CHEAP, DEAR])

    assert result.by_route == {"a>b": 2, "b>a": 0}


def test_states_seconds_and_unbroken_runs_are_counted() -> None:
    result = cross([CHEAP, DEAR])

    there, back = result.routes
    assert (result.states, result.seconds, result.seconds_profitable) == (5, 20, 10)
    assert (there.states, there.episodes, there.seconds) == (2, 2, 10)
    assert (back.states, back.episodes, back.seconds) == (0, 0, 0)


def test_the_edge_is_what_is_left_after_both_fees() -> None:
    free, taxed = cross([CHEAP, DEAR]).routes[0], cross([CHEAP, DEAR], fee_bps=10).routes[0]

    assert free.best_bps == pytest.approx(100)
    assert taxed.best_bps == pytest.approx((101 * 0.999 / (100 * 1.001) - 1) * 1e4)
    assert cross([CHEAP, DEAR], fee_bps=60).routes[0].states == 0


def test_selling_for_exactly_what_was_paid_is_no_profit() -> None:
    same = cross([touch("BTC/USDT@a", (0, 99, 100)), touch("BTC/USDT@b", (0, 100, 101))])

    assert same.by_route == {"a>b": 0, "b>a": 0}


def test_a_break_between_usable_states_ends_an_episode() -> None:
    """Both quotes are a minute old before the next comes: nobody knows what was in between."""
    still = [
        touch(f"BTC/USDT@{v}", (0, p, p + 1), (90, p, p + 1)) for v, p in (("a", 9), ("b", 11))
    ]

    there = cross(still).routes[0]

    assert (there.states, there.episodes, there.seconds) == (2, 2, 60)


def test_every_pair_of_venues_is_scanned() -> None:
    result = cross([CHEAP, DEAR, touch("BTC/USDT@c", (0, 103, 104))])

    assert list(result.by_route) == ["a>b", "b>a", "a>c", "c>a", "b>c", "c>b"]
    assert result.by_route["b>c"] > 0


def test_other_symbols_and_the_same_venue_are_not_compared() -> None:
    spot, perpetual = CHEAP, touch("BTC/USDT:USDT@b", (0, 200, 201))

    with pytest.raises(DataError, match=r"BTC/USDT:USDT@b, BTC/USDT@a; .*one symbol at two venues"):
        cross([spot, perpetual])


def test_a_single_tape_needs_another_venue() -> None:
    with pytest.raises(DataError, match="two venues"):
        cross([CHEAP])


ROUND = [
    touch("BTC/USDT@a", (0, 59_990, 60_000)),
    touch("ETH/BTC@a", (0, 0.0499, 0.05)),
    touch("ETH/USDT@a", (0, 3_012, 3_013)),
]


def test_going_round_three_assets_pays_a_fee_on_each_leg() -> None:
    """The touch of strategies.md §3: gross 1.004, net of 7.5 bps a leg 1.0017426938."""
    result = scan_triangular(ROUND, 7.5, MINUTE, lambda share: None)

    assert result.by_route == {"USDT>BTC>ETH>USDT@a": 1, "USDT>ETH>BTC>USDT@a": 0}
    assert result.routes[0].best_bps == pytest.approx(17.426938264375)


def test_books_that_join_no_three_assets_make_no_triangle() -> None:
    with pytest.raises(DataError, match="three books of one venue"):
        scan_triangular(ROUND[:2], 0, MINUTE, lambda share: None)


@pytest.fixture(scope="module")
def link(shared_data: Path) -> list[Touch]:
    """One hour of LINK/USDT at two venues, a row a second."""
    folder = shared_data / "linkusdt_binance_huobi_1s_l10"
    touches = []
    for venue in ("binance", "huobi"):
        with gzip.open(folder / f"{venue}_h00.csv.gz", "rt") as file:
            rows = [
                (second, float(row["b1"]), float(row["a1"]))
                for second, row in enumerate(csv.DictReader(file))
            ]
        touches.append(touch(f"LINK/USDT@{venue}", *rows))
    return touches


def test_recorded_books_cross_as_often_as_was_measured(link: list[Touch]) -> None:
    """The figures of strategies.md §2."""
    result = cross(link)

    buy_binance, buy_huobi = result.routes
    assert (result.states, result.seconds_profitable) == (3600, 659)
    assert (buy_huobi.states, buy_huobi.episodes) == (337, 198)
    assert (buy_binance.states, buy_binance.episodes) == (322, 214)
    assert buy_huobi.best_bps == pytest.approx(8.0291970803)
    assert (buy_huobi.mean_bps, buy_binance.mean_bps) == pytest.approx((1.13, 0.79), abs=0.005)


def test_at_usual_fees_no_recorded_state_pays(link: list[Touch]) -> None:
    assert cross(link, fee_bps=10).by_route == {"binance>huobi": 0, "huobi>binance": 0}
