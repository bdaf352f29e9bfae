"""The deployment checklist passes on evidence alone, item by item."""

import pytest

from graphwiz_trader.domain.checkup import Finding, Verdict
from graphwiz_trader.domain.deployment import FRESH, LEGAL, Evidence, Statement, checklist
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve

NOW = Nanos(2 * FRESH)
RUN: dict[str, Plain] = {
    "run": "paper-0001",
    "messages": 900,
    "orders": 4,
    "refused": 2,
    "reconciled": True,
    "audit": {"checks": 50, "violations": 0},
    "alerts": {"CIRCUIT_BREAKER": 1},
}
LIVE_KEY = Finding("key binance", Verdict.PASS, "binance live")
ALL = Evidence(
    now=NOW,
    live=(RUN,),
    wanted=("cross",),
    tested=("cross", "other"),
    bench=({"name": "book", "holds": True},),
    bench_ts=Nanos(NOW - SECOND),
    graph_nodes=7,
    dashboard="http://127.0.0.1:8420/",
    sinks=("chat",),
    alerted=Nanos(NOW - SECOND),
    keys=(LIVE_KEY,),
    stated=(Statement(LEGAL, "A. B.", "letter of May", NOW),),
)
DEMO = evolve(ALL, live=({**RUN, "mode": "demo"},))
OLD = Nanos(NOW - FRESH - 1)


def verdicts(evidence: Evidence) -> dict[str, Verdict]:
    return {finding.name: finding.verdict for finding in checklist(evidence)}


def test_everything_passes_with_all_its_evidence() -> None:
    assert set(verdicts(ALL).values()) == {Verdict.PASS}


def test_an_empty_home_proves_nothing_and_asks_for_the_legal_review() -> None:
    found = verdicts(Evidence(now=NOW))

    assert found.pop("legal review") is Verdict.ASK
    assert set(found.values()) == {Verdict.FAIL}
    assert len(found) == 10


@pytest.mark.parametrize(
    ("item", "evidence"),
    [
        ("websocket connections", evolve(ALL, live=({**RUN, "messages": 0},))),
        ("order books synchronised", evolve(ALL, live=({**RUN, "reconciled": False},))),
        ("strategies backtested", evolve(ALL, tested=("other",))),
        ("risk controls tested", evolve(ALL, live=({**RUN, "refused": 0},))),
        (
            "risk controls tested",
            evolve(ALL, live=({**RUN, "audit": {"checks": 9, "violations": 1}},)),
        ),
        ("latency benchmarks", evolve(ALL, bench=({"name": "book", "holds": False},))),
        ("latency benchmarks", evolve(ALL, bench_ts=OLD)),
        ("circuit breaker tested", evolve(ALL, live=({**RUN, "alerts": {}},))),
        ("knowledge graph", evolve(ALL, graph_nodes=None)),
        ("dashboard", evolve(ALL, dashboard=None)),
        ("alerts", evolve(ALL, sinks=())),
        ("alerts", evolve(ALL, alerted=OLD)),
        ("production keys", evolve(ALL, keys=())),
        (
            "production keys",
            evolve(ALL, keys=(LIVE_KEY, Finding("rights binance", Verdict.WARN, "withdraw"))),
        ),
    ],
)
def test_one_missing_piece_fails_its_item_and_no_other(item: str, evidence: Evidence) -> None:
    found = verdicts(evidence)

    failed = [name for name, verdict in found.items() if verdict is not Verdict.PASS]
    assert failed == [item]


def test_a_demo_proves_controls_and_nothing_of_real_venues() -> None:
    failed = [name for name, verdict in verdicts(DEMO).items() if verdict is not Verdict.PASS]

    assert failed == ["websocket connections", "order books synchronised"]
