"""One order, filled in two parts, as our journal and the exchange tell it; then what may differ."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.proof import CLOCKS, Proven, prove
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import RunStarted, TimerFired
from graphwiz_trader.domain.facts import Entry, Fact, FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.orders import Liquidity, OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.truth import TrueAccount, TrueFill, TrueOrder, Truth
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

BTC = make.instrument("BTC/USDT@okx", tick="0.1", lot="0.001")
VENUE, ID, S = Venue("okx"), ClOrdId("a700001001"), StrategyId("mm")
BASE, QUOTE = Asset("BTC"), Asset("USDT")
T = make.START
STARTED = RunStarted(T, RunId("demo-1"), "demo", "a7", 1, 0, "{}", "0", (), (BTC,))
SUBMIT = SubmitOrder(ID, S, BTC.id, Side.BUY, OrdType.LIMIT, TimeInForce.GTC, Ticks(1_000), Lots(3))
FEE = Decimal("0.01")


def booked(exec_id: str, lots: int) -> FillBooked:
    taken = Liquidity.TAKER
    return FillBooked(
        ID, exec_id, S, BTC.id, Side.BUY, Ticks(999), Lots(lots), FEE, Decimal(0), taken, T, ""
    )


def changed(status: OrdStatus, lots: int) -> OrderChanged:
    return OrderChanged(ID, status, Lots(lots), "")


FACTS: tuple[Fact, ...] = (
    booked("1", 1),
    changed(OrdStatus.PARTIALLY_FILLED, 1),
    booked("2", 2),
    changed(OrdStatus.FILLED, 3),
)


def journal(
    facts: Sequence[Fact] = FACTS, commands: Sequence[SubmitOrder] = (SUBMIT,), at: int = T
) -> list[Entry]:
    decided = TimerFired(Nanos(at), "mm", "wake")
    return [
        Entry(STARTED, Outcome(1)),
        Entry(decided, Outcome(2, tuple(commands))),
        Entry(TimerFired(Nanos(at + 2), "mm", "wake"), Outcome(3, (), tuple(facts))),
    ]


ORDER = TrueOrder(Nanos(T + 1), VENUE, ID, BTC.id, Side.BUY, Decimal("0.003"), Decimal("100.0"))


def true_fill(exec_id: str, qty: str) -> TrueFill:
    return TrueFill(
        T, VENUE, ID, exec_id, BTC.id, Side.BUY, Decimal(qty), Decimal("99.9"), FEE, QUOTE
    )


FILLS = (true_fill("1", "0.001"), true_fill("2", "0.002"))
OPENED = {QUOTE: Decimal(1_000), BASE: Decimal(1)}
CLOSED = {QUOTE: Decimal(1_000) - Decimal("0.2997") - 2 * FEE, BASE: Decimal("1.003")}
ACCOUNT = TrueAccount(VENUE, OPENED, CLOSED, ())
TRUTH = Truth((ORDER,), FILLS, (ACCOUNT,), {})


def test_two_logs_that_tell_one_story_prove_each_other() -> None:
    found = prove(TRUTH, [journal()])

    assert found.violations == ()
    assert found.checks > 10


def told(found: Proven) -> str:
    return "\n".join(found.violations)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        ({"orders": (ORDER, ORDER)}, "accepted twice"),
        ({"orders": (evolve(ORDER, cl_ord_id=ClOrdId("zz")),)}, "zz was accepted and never inten"),
        ({"orders": (evolve(ORDER, ts=Nanos(T - CLOCKS - 5)),)}, "was accepted 5 ns too early"),
        ({"orders": (evolve(ORDER, side=Side.SELL),)}, "accepted BTC/USDT@okx SELL"),
        ({"orders": (evolve(ORDER, qty=Decimal(1)),)}, "BUY 1 100.0, intended"),
        ({"fills": FILLS[:1]}, "fill 2 of BTC/USDT@okx was booked and never happened"),
        ({"fills": (*FILLS, true_fill("3", "0.001"))}, "fill 3: a700001001 BUY 0.001 99.9, booked"),
        ({"fills": (FILLS[0], true_fill("2", "0.001"))}, "0.003 filled, in truth 0.002"),
        ({"accounts": (evolve(ACCOUNT, open_orders=("x1",)),)}, "okx still lists x1"),
        ({"accounts": (evolve(ACCOUNT, closed=OPENED),)}, "okx BTC moved by 0, its true fills"),
        ({"accounts": ()}, "nothing is known of the account at okx"),
    ],
)
def test_what_the_exchange_says_otherwise_is_named(truth: dict[str, object], words: str) -> None:
    found = prove(evolve(TRUTH, **truth), [journal()])

    assert words in told(found)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (FACTS[:2], "a700001001 ends PARTIALLY_FILLED"),
        ((*FACTS[:2], changed(OrdStatus.UNKNOWN, 1)), "ends UNKNOWN"),
        (FACTS[:2], "booked nothing"),
        ((*FACTS, booked("2", 2)), "fill 2 was booked twice"),
        ((*FACTS, booked("3", 1)), "its booked fills by 0.004"),
        ((*FACTS[:3], changed(OrdStatus.FILLED, 2)), "0.002 filled, in truth 0.003"),
    ],
)
def test_what_our_journal_says_otherwise_is_named(facts: Sequence[Fact], words: str) -> None:
    assert words in told(prove(TRUTH, [journal(facts)]))


def test_an_id_used_twice_is_named_also_in_another_run() -> None:
    twice = journal(commands=(SUBMIT, SUBMIT))
    later = [Entry(evolve(STARTED, incarnation=2), Outcome(1)), *journal()[1:2]]

    assert "a700001001 was intended twice" in told(prove(TRUTH, [twice]))
    assert "a700001001 was intended twice" in told(prove(TRUTH, [journal(), later]))


def test_an_incarnation_lived_twice_is_named() -> None:
    again = [Entry(STARTED, Outcome(1))]

    assert "incarnation 1 after 1" in told(prove(TRUTH, [journal(), again]))
