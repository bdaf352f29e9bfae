"""The opportunity funnel, from facts."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.errors import InvariantViolation
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    GroupState,
    OrderRefused,
    SignalApproved,
    SignalRefused,
)
from graphwiz_trader.domain.funnel import Funnel, Opportunities
from graphwiz_trader.domain.orders import Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Reason, Refused, Signal, SignalKind, Stage
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos, StrategyId, Ticks

ARB = StrategyId("arb")


def observed(opportunity: str, *stages: Stage) -> list[Observation]:
    return [
        Observation(ARB, opportunity, "a>b", stage, gross_bps=9.0, net_bps=1.0, qty=1.0)
        for stage in stages
    ]


def take(opportunity: str) -> Signal:
    return Signal(ARB, SignalKind.TAKE, (), 1.0, Nanos(0), opportunity=opportunity)


def fill(group: str) -> FillBooked:
    return FillBooked(
        ClOrdId("o"), "e", ARB, InstrumentId("A/B@v"), Side.BUY, Ticks(1), Lots(1),
        Decimal(0), Decimal(0), Liquidity.TAKER, Nanos(0), group,
    )  # fmt: skip


def change(group: str, state: GroupState) -> GroupChanged:
    return GroupChanged(group, state, Decimal(0), Decimal(1), Decimal(1))


def traded(opportunity: str, group: str, *states: GroupState) -> list[object]:
    return [
        *observed(opportunity, Stage.SEEN, Stage.AFTER_FEES),
        SignalApproved(take(opportunity), group),
        change(group, GroupState.WORKING),
        fill(group),
        *(change(group, state) for state in states),
    ]


def counted(*facts: object) -> Opportunities:
    funnel = Funnel()
    for fact in facts:
        funnel.apply(fact)  # type: ignore[arg-type] # builders above make facts
    return funnel.opportunities()


def test_an_episode_seen_twice_counts_once() -> None:
    found = counted(*observed("e1", Stage.SEEN, Stage.CLOSED), *observed("e1", Stage.SEEN))

    assert found == Opportunities(seen=1)


def test_every_end_of_an_episode() -> None:
    found = counted(
        *traded("e1", "g1", GroupState.DONE),
        *traded("e2", "g2", GroupState.UNWINDING, GroupState.UNWOUND),
        *traded("e3", "g3", GroupState.UNWINDING, GroupState.STUCK),
        *traded("e4", "g4"),
        *observed("e1", Stage.SURVIVED),
        *observed("e5", Stage.SEEN),
    )

    assert found == Opportunities(
        seen=5, after_fees=4, survived=1, admitted=4,
        filled=4, completed=1, unwound=1, stuck=1, working=1,
    )  # fmt: skip


def test_a_group_without_a_fill_is_not_filled() -> None:
    found = counted(
        *observed("e1", Stage.SEEN, Stage.AFTER_FEES),
        SignalApproved(take("e1"), "g1"),
        change("g1", GroupState.DONE),
    )

    assert (found.admitted, found.filled, found.completed) == (1, 0, 0)


def test_an_episode_ends_as_the_worst_of_its_groups() -> None:
    found = counted(*traded("e1", "g1", GroupState.UNWOUND), *traded("e1", "g2", GroupState.DONE))

    assert (found.admitted, found.filled, found.unwound, found.completed) == (1, 1, 1, 0)


def test_an_episode_refused_first_and_admitted_later_is_admitted() -> None:
    refused = SignalRefused(take("e1"), Refused(Reason.BOOK_STALE))

    found = counted(*traded("e1", "g1", GroupState.DONE), refused)

    assert (found.admitted, found.refused) == (1, 0)


def test_denials_count_every_refusal() -> None:
    funnel = Funnel()
    for fact in observed("e1", Stage.SEEN, Stage.AFTER_FEES):
        funnel.apply(fact)

    for reason in (Reason.BALANCE, Reason.POSITION, Reason.POSITION):
        funnel.apply(SignalRefused(take("e1"), Refused(reason)))
    funnel.apply(SignalRefused(take(""), Refused(Reason.POSITION)))
    funnel.apply(OrderRefused(ARB, "g1", Refused(Reason.BALANCE)))

    assert funnel.opportunities().refused == 1
    assert list(funnel.denials.items()) == [(Reason.POSITION, 3), (Reason.BALANCE, 2)]


def test_signals_without_an_opportunity_stay_outside() -> None:
    assert counted(SignalApproved(take(""), "g1"), fill("g1")) == Opportunities()


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        (observed("e1", Stage.AFTER_FEES), "after_fees and were never seen"),
        (observed("e1", Stage.SEEN, Stage.SURVIVED), "survived and were never after_fees"),
        ([SignalApproved(take("e1"), "g1")], "admitted and were never after_fees"),
        ([SignalRefused(take("e1"), Refused(Reason.BALANCE))], "refused and were never after_fees"),
    ],
)
def test_a_stage_without_the_one_before_is_a_violation(facts: list[object], complaint: str) -> None:
    with pytest.raises(InvariantViolation, match=complaint):
        counted(*facts)
