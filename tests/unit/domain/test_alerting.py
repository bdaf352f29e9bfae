"""A person is told once that something is wrong, again when it matters, and when it is over."""

import pytest

from graphwiz_trader.domain.alerting import HELD, Alert, Alerting, News, Policy, policy_of
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.health import Symptom, symptoms
from graphwiz_trader.domain.monitoring import AlertSettings
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import evolve
from tests.unit.domain.test_health import HEALTHY, INJECTED, LIMITS

SLOW = Symptom("LOOP_LAG", "paper-0001", Severity.WARNING, "60 ms late")
DEAD = Symptom("ENGINE_DEAD", "paper-0001", Severity.CRITICAL, "gone")
HOUR = 3_600


def at(seconds: float) -> Nanos:
    return Nanos(int(seconds * SECOND))


def told(alerts: tuple[Alert, ...]) -> list[tuple[str, News, Severity]]:
    return [(alert.code, alert.news, alert.severity) for alert in alerts]


@pytest.mark.parametrize("code", INJECTED)
def test_every_rule_fires_once_and_clears(code: str) -> None:
    alerting = Alerting(Policy())
    wrong, well = symptoms(INJECTED[code], LIMITS), symptoms(HEALTHY, LIMITS)

    news = [
        alert.news
        for second in range(60)
        for alert in alerting.take(at(second), wrong if 5 <= second < 20 else well)
    ]

    assert news == [News.RAISED, News.CLEARED]
    assert alerting.active == ()


def test_a_condition_that_comes_and_goes_is_told_once() -> None:
    alerting = Alerting(Policy())

    news = [a for s in range(60) for a in alerting.take(at(s), [SLOW] if s % 6 == 0 else [])]

    assert told(tuple(news)) == [("LOOP_LAG", News.RAISED, Severity.WARNING)]


def test_the_same_condition_elsewhere_is_another() -> None:
    other = Symptom("LOOP_LAG", "demo-0001", Severity.WARNING, "70 ms late")

    assert len(Alerting(Policy()).take(at(0), [SLOW, other])) == 2


def test_a_warning_that_lasts_becomes_critical_and_is_told_again_each_hour() -> None:
    alerting = Alerting(Policy())

    news = [a for s in range(0, 2 * HOUR, 10) for a in alerting.take(at(s), [SLOW])]

    assert [(alert.ts, alert.news) for alert in news] == [
        (at(0), News.RAISED),
        (at(900), News.ESCALATED),
        (at(900 + HOUR), News.REPEATED),
    ]
    assert news[-1].severity is Severity.CRITICAL


def test_what_is_less_urgent_than_wanted_is_not_told() -> None:
    alerting = Alerting(Policy(Severity.CRITICAL))

    assert told(alerting.take(at(0), [SLOW, DEAD])) == [
        ("ENGINE_DEAD", News.RAISED, Severity.CRITICAL)
    ]


def test_quiet_hours_let_only_the_critical_pass_and_the_rest_waits() -> None:
    night = policy_of(AlertSettings(quiet_hours="22:00-06:00"))
    alerting = Alerting(Policy(quiet=night.quiet))

    at_night = told(alerting.take(at(23 * HOUR), [SLOW, DEAD]))
    later = told(alerting.take(at(23 * HOUR + 60), [SLOW, DEAD]))
    by_day = told(alerting.take(at(30 * HOUR), [SLOW]))

    assert at_night == [("ENGINE_DEAD", News.RAISED, Severity.CRITICAL)]
    assert later == []
    assert ("LOOP_LAG", News.RAISED, Severity.CRITICAL) in by_day


def test_a_moment_is_told_once_and_again_after_a_rest() -> None:
    alerting = Alerting(Policy())

    times = [len(alerting.note(at(second), SLOW)) for second in (0, 1, 59, 61)]

    assert times == [1, 0, 0, 1]


def test_moments_of_the_night_are_told_in_the_morning_and_the_oldest_forgotten() -> None:
    alerting = Alerting(Policy(quiet=(0, 6 * HOUR * SECOND)))
    for number in range(HELD + 5):
        alerting.note(at(number), Symptom("NOT_ADOPTED", "", Severity.WARNING, f"{number}"))

    alerts = alerting.take(at(7 * HOUR), [])

    assert (len(alerts), alerts[0].text, alerts[-1].text) == (HELD, "5", f"{HELD + 4}")


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [("22:00-06:00", 23, True), ("22:00-06:00", 6, False), ("01:00-05:00", 3, True),
     ("01:00-05:00", 23, False), (None, 3, False)],
)  # fmt: skip
def test_quiet_hours_may_span_midnight(hours: str | None, hour: int, quiet: bool) -> None:
    assert policy_of(AlertSettings(quiet_hours=hours)).is_quiet(at(hour * HOUR)) is quiet


def test_a_moment_of_what_is_told_as_a_condition_is_not_told_besides() -> None:
    alerting = Alerting(Policy())
    alerting.take(at(0), [SLOW])

    assert alerting.note(at(1), evolve(SLOW, text="90 ms late")) == ()
    assert told(alerting.note(at(1), DEAD)) == [("ENGINE_DEAD", News.NOTED, Severity.CRITICAL)]


def test_a_condition_that_was_told_as_a_moment_is_told_again_only_when_it_ends() -> None:
    """The engine noticed it first; a rule's subject may name a venue besides the run."""
    alerting = Alerting(Policy())
    noticed = Symptom("CLOCK_OFFSET", "paper-0001", Severity.WARNING, "alpha: 2 s")
    found = evolve(noticed, subject="paper-0001 alpha")

    first = alerting.note(at(0), noticed)
    then = [a for s in range(1, 40) for a in alerting.take(at(s), [found] if s < 9 else [])]

    assert told(first) == [("CLOCK_OFFSET", News.NOTED, Severity.WARNING)]
    assert told(tuple(then)) == [("CLOCK_OFFSET", News.CLEARED, Severity.WARNING)]
