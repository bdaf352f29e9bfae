"""The micro-price is the mid and all moves that are expected of it."""

import numpy as np
import pytest

from graphwiz_trader.domain.micro_price import adjustment, micro_price_table


def test_two_states_by_hand() -> None:
    stays = np.array([[0.6, 0.2], [0.2, 0.6]])
    falls_or_rises = np.array([[0.15, 0.05], [0.05, 0.15]]) @ np.array([-0.5, 0.5])
    after = np.array([[0.12, 0.08], [0.08, 0.12]])

    found = adjustment(stays, falls_or_rises, after)

    solved = np.linalg.inv(np.eye(2) - stays)
    assert solved @ falls_or_rises == pytest.approx([-1 / 12, 1 / 12])
    assert solved @ after == pytest.approx(np.array([[8, 7], [7, 8]]) / 15)
    assert found == pytest.approx([-0.0892857142857, 0.0892857142857])


def test_a_book_that_leans_up_is_worth_more_and_the_mirror_as_much_less() -> None:
    rng = np.random.default_rng(7)
    lean = rng.random(50_000)
    mid = np.concatenate([[0.0], np.cumsum(np.sign(lean[:-1] - 0.5) * (rng.random(49_999) < 0.1))])

    table = micro_price_table(lean, np.ones(50_000, np.int64), mid, 5)

    assert table[0] < table[2] < table[4]
    assert table[:2] == pytest.approx(-table[:2:-1])
    assert table[4] == pytest.approx(0.1, abs=0.02)


def test_nothing_is_expected_of_a_mid_that_stands() -> None:
    table = micro_price_table(np.full(50, 0.9), np.ones(50, np.int64), np.zeros(50), 5)

    assert list(table) == [0.0] * 5
