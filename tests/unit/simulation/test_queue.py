import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.simulation.queue import Place, queue_model

NEVER = Nanos(0)
WINDOW = Nanos(10)


def place(model: str, front: float, window: Nanos = NEVER) -> Place:
    return Place(queue_model(model, window), front)


# strategies.md §6: front 6 of 10, the level goes from 10 to 8.
SHRUNK = {
    "risk_averse": 6.0,
    "pow2": 4.615384615384615,
    "log": 4.905361662,
    "log-2": 5.342375483,
    "pow2-2": 4.32,
    "pow2-3": 5.28,
}
# The same after a trade of 1.
TRADED = {
    "risk_averse": 5.0,
    "pow2": 4.5,
    "log": 4.5,
    "log-2": 4.747221736,
    "pow2-2": 4.25,
    "pow2-3": 4.75,
}


@pytest.mark.parametrize(("model", "front"), SHRUNK.items())
def test_a_decrease_is_shared_between_ahead_and_behind(model: str, front: float) -> None:
    ours = place(model, 6)

    ours.change(10, 8, 0)

    assert ours.front == pytest.approx(front, rel=1e-9)


@pytest.mark.parametrize(("model", "front"), TRADED.items())
def test_what_traded_is_no_part_of_the_decrease(model: str, front: float) -> None:
    ours = place(model, 6)

    ours.trade(1, 0)
    ours.change(10, 8, 0)

    assert ours.front == pytest.approx(front, rel=1e-9)


@pytest.mark.parametrize(("model", "share"), [("pow2", 0.307692), ("log", 0.452681),
                                              ("log-2", 0.671188), ("pow2-2", 0.16),
                                              ("pow2-3", 0.64)])  # fmt: skip
def test_the_share_that_is_behind_us(model: str, share: float) -> None:
    behind = queue_model(model).behind

    assert behind is not None
    assert behind(6, 4) == pytest.approx(share, abs=5e-7)


@pytest.mark.parametrize("model", SHRUNK)
def test_at_the_tail_a_decrease_is_all_ahead(model: str) -> None:
    ours = place(model, 10)

    ours.change(10, 8, 0)

    assert ours.front == pytest.approx(8, rel=1e-12)


@pytest.mark.parametrize("model", SHRUNK)
def test_where_nobody_was_known_the_front_is_the_level(model: str) -> None:
    ours = place(model, 0)

    ours.change(0, 0, 0)

    assert ours.front == 0


@pytest.mark.parametrize("model", SHRUNK)
def test_an_increase_is_behind_us(model: str) -> None:
    ours = place(model, 6)

    ours.change(10, 30, 0)

    assert ours.front == 6


@pytest.mark.parametrize("model", SHRUNK)
def test_a_level_that_grew_less_than_it_traded_is_no_increase_ahead(model: str) -> None:
    ours = place(model, 6)

    ours.trade(4, 0)
    ours.change(10, 9, 0)

    assert ours.front == 2


def test_only_what_trades_beyond_the_queue_is_ours() -> None:
    ours = place("risk_averse", 5)

    ours.trade(5, 0)
    nothing = ours.excess()
    ours.trade(1, 0)

    assert (nothing, ours.excess()) == (0, 1)


@pytest.mark.parametrize(("beyond", "lots"), [(0.4, 0), (0.5, 1), (1.4, 1), (1.5, 2)])
def test_half_a_lot_counts_as_one(beyond: float, lots: int) -> None:
    ours = place("log", 5)

    ours.trade(5 + beyond, 0)

    assert ours.excess() == lots


def test_after_a_fill_nobody_is_ahead() -> None:
    ours = place("risk_averse", 5)
    ours.trade(8, 0)

    ours.settle()
    ours.trade(2, 0)

    assert ours.excess() == 2


def test_without_credit_a_decrease_told_before_its_trade_counts_twice() -> None:
    """strategies.md §6, in half lots: level 5, depth 3, trade 2, trade 1.5."""
    ours = place("risk_averse", 10)

    ours.change(10, 6, 0)
    ours.trade(4, 1)
    ours.trade(3, 2)

    assert ours.excess() == 1


def test_with_credit_both_orders_of_a_trade_and_its_decrease_agree() -> None:
    trade_first, depth_first = (place("risk_averse", 10, WINDOW) for _ in range(2))

    trade_first.trade(4, 0)
    trade_first.change(10, 6, 1)
    trade_first.trade(3, 2)
    depth_first.change(10, 6, 0)
    depth_first.trade(4, 1)
    depth_first.trade(3, 2)

    assert trade_first.front == depth_first.front == 3


@pytest.mark.parametrize("model", SHRUNK)
@pytest.mark.parametrize("front", range(13))
@pytest.mark.parametrize("traded", range(1, 7))
def test_a_decrease_wholly_explained_by_its_trade_counts_once(
    model: str, front: int, traded: int
) -> None:
    trade_first, depth_first = (place(model, front, WINDOW) for _ in range(2))

    trade_first.trade(traded, 0)
    trade_first.settle()
    trade_first.change(12, 12 - traded, 1)
    depth_first.change(12, 12 - traded, 0)
    depth_first.trade(traded, 1)
    depth_first.settle()

    assert depth_first.front == pytest.approx(trade_first.front, abs=1e-9)


def test_credit_ends_with_its_window() -> None:
    ours = place("risk_averse", 10, WINDOW)

    ours.change(10, 6, 0)
    ours.trade(4, WINDOW)

    assert ours.front == 2


def test_decreases_within_the_window_add_up() -> None:
    ours = place("risk_averse", 10, WINDOW)

    ours.change(10, 8, 0)
    ours.change(8, 6, 5)
    ours.trade(4, 9)

    assert ours.front == 6


def test_credit_is_given_once() -> None:
    ours = place("risk_averse", 10, WINDOW)

    ours.change(10, 6, 0)
    ours.trade(4, 1)
    ours.trade(4, 2)

    assert ours.front == 2


def test_a_trade_that_explained_a_decrease_does_not_explain_the_next() -> None:
    ours = place("pow2", 6, WINDOW)
    fresh = place("pow2", 6, WINDOW)
    ours.change(12, 10, 0)
    ours.trade(2, 1)
    fresh.trade(2, 0)
    fresh.change(12, 10, 1)

    ours.change(10, 8, 20)
    fresh.change(10, 8, 20)

    assert ours.front == pytest.approx(fresh.front)


@pytest.mark.parametrize(
    "name", ["", "fifo", "log-3", "log-", "pow", "pow0", "pow-2", "powx", "pow2-4", "risk_averse-2"]
)
def test_an_unknown_model_is_refused(name: str) -> None:
    with pytest.raises(DomainError, match="expected risk_averse"):
        queue_model(name)


def test_the_exponent_is_free() -> None:
    behind = queue_model("pow0.5").behind

    assert behind is not None
    assert behind(9, 4) == pytest.approx(0.4)
