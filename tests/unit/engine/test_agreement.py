"""Agreement: an account that is not known to be what we think is closed until it is."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import CancelOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import (
    AccountAgrees,
    AccountDiffers,
    AccountDown,
    OperatorAction,
    OperatorOrder,
    RunStarted,
    Shutdown,
)
from graphwiz_trader.domain.facts import (
    DifferenceFound,
    DifferenceSettled,
    StateChanged,
    TradingState,
)
from graphwiz_trader.domain.units import Asset, ClOrdId, RunId, StrategyId, Venue
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make

ALPHA = Venue("alpha")
USDT = Asset("USDT")
BTC = make.instrument()
NOW = make.START
SHORT = AccountDiffers(NOW, ALPHA, "balance:USDT", "100", "90")


@pytest.fixture
def engine() -> Engine:
    made = make.engine([BTC])
    made.step(make.balance("alpha", "USDT", "100"))
    return made


def state_of(engine: Engine) -> TradingState:
    return engine.state.trading_state(StrategyId("test"), BTC.id, ALPHA)


def order(action: OperatorAction, scope: str) -> OperatorOrder:
    return OperatorOrder(NOW, action, scope, "checked by hand", "ann")


def test_an_account_without_reports_is_closed_and_blind(engine: Engine) -> None:
    engine.step(AccountDown(NOW, ALPHA, "socket closed"))

    assert (state_of(engine), engine.state.is_blind(ALPHA)) == (TradingState.HALTED, True)


def test_agreement_opens_the_account(engine: Engine) -> None:
    engine.step(AccountDown(NOW, ALPHA, "socket closed"))

    engine.step(AccountAgrees(NOW, ALPHA))

    assert (state_of(engine), engine.state.is_blind(ALPHA)) == (TradingState.ACTIVE, False)


def test_no_operator_can_open_an_account_that_was_not_asked(engine: Engine) -> None:
    engine.step(AccountDown(NOW, ALPHA, "socket closed"))

    engine.step(order(OperatorAction.RESUME, "account:alpha"))

    assert state_of(engine) is TradingState.HALTED


def test_agreement_does_not_lift_what_a_person_halted(engine: Engine) -> None:
    engine.step(AccountDown(NOW, ALPHA, "socket closed"))
    engine.step(order(OperatorAction.HALT, "venue:alpha"))

    engine.step(AccountAgrees(NOW, ALPHA))

    assert state_of(engine) is TradingState.HALTED


def test_a_difference_is_a_fact_once_and_closes_the_account(engine: Engine) -> None:
    first = engine.step(SHORT)
    again = engine.step(SHORT)

    assert first.facts[0] == DifferenceFound(ALPHA, "balance:USDT", "100", "90")
    assert again.facts == ()
    assert state_of(engine) is TradingState.HALTED


def test_a_difference_that_went_away_is_settled_by_the_venue(engine: Engine) -> None:
    engine.step(SHORT)

    outcome = engine.step(AccountAgrees(NOW, ALPHA))

    assert outcome.facts == (
        DifferenceSettled(ALPHA, "balance:USDT", "venue"),
        StateChanged("account:alpha", TradingState.ACTIVE, "the venue agrees", "engine"),
    )


def test_an_adopted_balance_becomes_ours_and_waits_for_the_venue_to_agree(engine: Engine) -> None:
    engine.step(SHORT)

    outcome = engine.step(order(OperatorAction.ADOPT, "alpha:balance:USDT"))

    assert engine.state.accounts[ALPHA].total[USDT] == Decimal(90)
    assert outcome.facts == (DifferenceSettled(ALPHA, "balance:USDT", "ann"),)
    assert state_of(engine) is TradingState.HALTED


def test_an_adopted_order_is_canceled(engine: Engine) -> None:
    engine.step(AccountDiffers(NOW, ALPHA, "order:a70001", "none", "NEW", BTC.id))

    outcome = engine.step(order(OperatorAction.ADOPT, "alpha:order:a70001"))

    assert outcome.commands == (CancelOrder(ClOrdId("a70001"), BTC.id),)


def test_nothing_is_adopted_that_does_not_differ(engine: Engine) -> None:
    engine.step(order(OperatorAction.ADOPT, "alpha:balance:USDT"))

    assert engine.state.accounts[ALPHA].total[USDT] == Decimal(100)


def test_a_strangers_account_is_refused(engine: Engine) -> None:
    with pytest.raises(DomainError, match="no venue of ours"):
        engine.step(AccountAgrees(NOW, Venue("nowhere")))


def test_ids_follow_the_incarnation_that_started(engine: Engine) -> None:
    desk = engine._desk  # ids have no other way out but orders

    engine.step(RunStarted(NOW, RunId("r"), "paper", "a7", 3, 0, "{}", "0"))

    assert desk._ids.next(0) == "a700003001"


def test_a_restart_opens_what_only_the_shutdown_closed(engine: Engine) -> None:
    engine.step(Shutdown(NOW, "stopped"))

    engine.step(RunStarted(NOW, RunId("r"), "paper", "a7", 3, 0, "{}", "0"))

    assert state_of(engine) is TradingState.ACTIVE


def test_a_restart_leaves_what_a_person_halted(engine: Engine) -> None:
    engine.step(order(OperatorAction.HALT, ""))
    engine.step(Shutdown(NOW, "stopped"))

    engine.step(RunStarted(NOW, RunId("r"), "paper", "a7", 3, 0, "{}", "0"))

    assert state_of(engine) is TradingState.HALTED
