"""Equal digests mean equal steps and an equal end."""

from decimal import Decimal

from graphwiz_trader.adapters.files.records import outcome_bytes
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.facts import Outcome, TradingState
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.engine.digest import Digest, state_bytes
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, Floor, submitted


def _digest(run: str = "bt-1", price: str = "100.1", more: int = 0) -> str:
    floor, digest = Floor(), Digest()
    started = RunStarted(floor.now, RunId(run), "backtest", "00", 0, 1, "{}", "0.1.0")
    digest.add(outcome_bytes(floor.engine.step(started)))
    outcome = floor.say(floor.single(Side.BUY, "1", price))
    digest.add(outcome_bytes(outcome))
    (order,) = submitted(outcome)
    report = make.report(
        ALPHA, order.cl_ord_id, ExecType.TRADE, qty="1", price=price, exec_id="t1", ts=floor.now
    )
    digest.add(outcome_bytes(floor.engine.step(report)))
    for _ in range(more):
        digest.add(outcome_bytes(floor.books()))
    return digest.finish(floor.engine)


def test_equal_runs_are_equal_whatever_their_names() -> None:
    assert _digest() == _digest(run="bt-2")


def test_another_price_is_another_digest() -> None:
    assert _digest() != _digest(price="100.2")


def test_one_quiet_step_more_is_another_digest() -> None:
    assert _digest() != _digest(more=1)


def test_finishing_does_not_end_the_folding() -> None:
    floor, digest = Floor(), Digest()

    first = digest.finish(floor.engine)
    digest.add(outcome_bytes(floor.say(floor.single(Side.BUY, "1", "100.1"))))

    assert digest.finish(floor.engine) != first


def test_a_quiet_outcome_folds_nothing_by_itself() -> None:
    floor, digest = Floor(), Digest()
    before = digest.finish(floor.engine)

    digest.add(outcome_bytes(Outcome(99)))

    assert digest.finish(floor.engine) == before


def test_every_part_of_the_state_is_in_its_bytes() -> None:
    def changed(change) -> bool:
        floor = Floor()
        before = state_bytes(floor.engine)
        change(floor)
        return state_bytes(floor.engine) != before

    assert changed(lambda f: f.engine.state.accounts["alpha"].add("USDT", Decimal(1)))
    assert changed(lambda f: f.engine.state.orders.add(make.order(ALPHA)))
    assert changed(lambda f: f.engine.state.scopes.set("", TradingState.HALTED))
    assert changed(lambda f: f.books())
    assert changed(
        lambda f: f.engine.state.books.apply(
            make.book_update(ALPHA, [("99.9", "1")], snapshot=False)
        )
    )
