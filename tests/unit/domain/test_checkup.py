"""Each look at the machine passes, warns and fails where it should, and says what to do."""

import pytest

from graphwiz_trader.domain import checkup
from graphwiz_trader.domain.checkup import Finding, Verdict, is_deployable, is_healthy
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue

PASS, WARN, FAIL, ASK = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.ASK
BINANCE = Venue("binance")


def offset(ms: int, error_ms: int = 0) -> Finding:
    return checkup.clock(BINANCE, Nanos(ms * MILLISECOND), Nanos(error_ms * MILLISECOND))


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (offset(200), PASS),
        (offset(-400), WARN),
        (offset(1_500), FAIL),
        (offset(1_500, error_ms=1_400), PASS),
        (checkup.disk(20_000_000_000, 5), PASS),
        (checkup.disk(9_000_000_000, 5), WARN),
        (checkup.disk(4_000_000_000, 5), FAIL),
        (checkup.files(65_536), PASS),
        (checkup.files(1_024), WARN),
        (checkup.files(64), FAIL),
        (checkup.cores(2, busy_spin=False), PASS),
        (checkup.cores(2, busy_spin=True), WARN),
        (checkup.governor(["performance", "performance"]), PASS),
        (checkup.governor(["performance", "powersave"]), WARN),
        (checkup.governor([]), PASS),
        (checkup.port("prometheus", 9_100, is_free=True, is_ours=False), PASS),
        (checkup.port("prometheus", 9_100, is_free=False, is_ours=True), PASS),
        (checkup.port("prometheus", 9_100, is_free=False, is_ours=False), WARN),
        (checkup.present("home", None, "/here", "move"), PASS),
        (checkup.present("home", "cannot be written", "", "move"), FAIL),
        (checkup.withdrawals(BINANCE, None), PASS),
        (checkup.withdrawals(BINANCE, ("read", "trade")), PASS),
        (checkup.withdrawals(BINANCE, ("read", "withdraw")), WARN),
    ],
)
def test_a_finding_is_judged_and_what_is_wrong_comes_with_advice(
    finding: Finding, verdict: Verdict
) -> None:
    assert finding.verdict is verdict
    assert bool(finding.advice) is (verdict is not PASS)


@pytest.mark.parametrize(
    ("verdict", "healthy", "deployable"),
    [(PASS, True, True), (WARN, True, True), (ASK, True, False), (FAIL, False, False)],
)
def test_health_allows_open_questions_and_deployment_does_not(
    verdict: Verdict, healthy: bool, deployable: bool
) -> None:
    findings = [Finding("a", PASS, ""), Finding("b", verdict, "")]

    assert (is_healthy(findings), is_deployable(findings)) == (healthy, deployable)
