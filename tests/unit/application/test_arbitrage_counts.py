"""ArbitrageCounts: a run without end is counted as its report will count it."""

from graphwiz_trader.application.arbitrage_counts import KEPT, ArbitrageCounts
from graphwiz_trader.domain.facts import Fact, GroupState, SignalApproved, SignalRefused
from graphwiz_trader.domain.funnel import Funnel
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.signal import Observation, Reason, Refused, Stage
from tests.unit.domain.test_funnel import ARB, observed, take, traded


def both(*facts: object) -> tuple[dict[str, int], dict[str, object]]:
    """What is counted here, and what the report counts of the same names."""
    counts, funnel = ArbitrageCounts(), Funnel()
    for fact in facts:
        counts.apply(fact)  # type: ignore[arg-type] # builders make facts
        funnel.apply(fact)  # type: ignore[arg-type] # builders make facts
    reported = plain(funnel.opportunities())
    assert isinstance(reported, dict)
    found = dict(counts.counts())
    return found, {name: reported[name] for name in found}


def test_episodes_are_counted_as_the_report_counts_them() -> None:
    no = Refused(Reason.POSITION)

    found, reported = both(
        *traded("e1", "g1", GroupState.DONE),
        *traded("e1", "g2", GroupState.DONE),
        *traded("e2", "g3", GroupState.UNWOUND),
        *traded("e3", "g4", GroupState.STUCK),
        *observed("e4", Stage.SEEN, Stage.SEEN, Stage.AFTER_FEES, Stage.SURVIVED),
        SignalRefused(take("e4"), no),
        SignalRefused(take("e2"), no),
        *observed("e5", Stage.SEEN, Stage.AFTER_FEES),
        SignalRefused(take("e5"), no),
        SignalApproved(take("e5"), "g5"),
    )

    assert found == reported
    assert (found["seen"], found["admitted"], found["refused"]) == (5, 4, 1)
    assert (found["completed"], found["unwound"], found["stuck"]) == (1, 1, 1)


def test_reasons_are_counted_the_most_frequent_first() -> None:
    counts = ArbitrageCounts()
    for reason in (Reason.POSITION, Reason.HALTED, Reason.HALTED):
        counts.apply(SignalRefused(take("e"), Refused(reason)))

    assert list(counts.denials().items()) == [("HALTED", 2), ("POSITION", 1)]


def test_what_is_remembered_is_bounded_and_the_counts_are_not() -> None:
    counts = ArbitrageCounts()

    for number in range(KEPT + 10):
        fact: Fact = Observation(ARB, f"e{number}", "a>b", Stage.SEEN, 1.0, 1.0, 1.0)
        counts.apply(fact)

    assert counts.counts()["seen"] == KEPT + 10
    assert len(counts._known) == KEPT  # the bound itself is meant
