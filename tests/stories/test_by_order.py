"""A backtest on a market told order by order."""

import attrs
import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.units import MILLISECOND
from graphwiz_trader.testing import make
from graphwiz_trader.testing.order_flow import OrderFlow, record_orders
from tests.stories.wiring import Desk

SPOT = make.instrument("BTC/USDT@alpha", "0.1", "0.001")
BY_ORDER = "backtest.queue=l3_fifo"
QUOTING = "hft.strategies.behind.use=examples/own_kernel.py:Behind"
"""Both sides, a tick behind the touch, wherever that goes: fills hang on places in queues."""


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk()
    acts = list(OrderFlow(3, 10 * MILLISECOND, 60_000).acts(2_000))
    record_orders(desk.tapes, "orders.tape", SPOT, acts)
    # A desk keeps events, which tell levels.
    desk.keep(attrs.evolve(desk.tapes.open("orders.tape"), name="levels.tape"))
    return desk


def test_places_by_order_are_not_those_that_are_guessed(desk: Desk) -> None:
    exact = desk.backtest(["orders.tape"], QUOTING, BY_ORDER)
    guessed = desk.backtest(["orders.tape"], QUOTING)

    assert exact.bounds is not None
    worst, best = exact.bounds.pessimistic.fills, exact.bounds.optimistic.fills
    assert worst < exact.simulated.fills < best
    assert desk.facts(exact.run, FillBooked) != desk.facts(guessed.run, FillBooked)


def test_a_tape_of_orders_is_one_of_levels_to_every_other_model(desk: Desk) -> None:
    orders, levels = (desk.backtest([f"{of}.tape"], QUOTING) for of in ("orders", "levels"))

    assert desk.facts(orders.run, FillBooked) == desk.facts(levels.run, FillBooked)
    assert orders.simulated.fills > 10


def test_it_runs_again_as_it_ran(desk: Desk) -> None:
    done = desk.backtest(["orders.tape"], QUOTING, BY_ORDER)

    assert desk.replay(done.run).is_identical


def test_a_compiled_run_is_the_reference_s_which_says_so(desk: Desk) -> None:
    done = desk.backtest(["orders.tape"], QUOTING, BY_ORDER, "backtest.engine=compiled")

    notice = "backtest.queue is l3_fifo; compiled runs know levels, not orders"
    assert (done.engine, done.notice) == ("reference", notice)


def test_levels_are_refused_and_leave_no_run(desk: Desk) -> None:
    before = desk.runs.names()

    with pytest.raises(DataError, match=r"levels\.tape: found levels without order ids"):
        desk.backtest(["levels.tape"], QUOTING, BY_ORDER)

    assert desk.runs.names() == before
