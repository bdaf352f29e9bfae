"""Alerting: what of all that is wrong a person is told, when, and how often."""

from collections.abc import Iterable, Iterator
from enum import Enum

import attrs

from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.health import Symptom
from graphwiz_trader.domain.monitoring import SEVERITIES, AlertSettings
from graphwiz_trader.domain.units import DAY, SECOND, Nanos
from graphwiz_trader.domain.value import value

HELD = 100
"""Moments that wait for the end of quiet hours, the newest."""

REST = Nanos(60 * SECOND)
"""How long the same moment is not told again."""

_MINUTE = 60 * SECOND


class News(Enum):
    """Why it is told: a condition began, lasts, got worse or ended; or a moment passed."""

    RAISED = "RAISED"
    REPEATED = "REPEATED"
    ESCALATED = "ESCALATED"
    CLEARED = "CLEARED"
    NOTED = "NOTED"


@value
class Alert:
    """One thing a person is told."""

    ts: Nanos
    news: News
    severity: Severity
    code: str
    subject: str
    text: str


@value
class Policy:
    """When to tell; `quiet` is from and to, in ns after midnight UTC."""

    least: Severity = Severity.WARNING
    quiet: tuple[int, int] | None = None
    escalate: Nanos = Nanos(900 * SECOND)
    repeat: Nanos = Nanos(3_600 * SECOND)
    settle: Nanos = Nanos(10 * SECOND)

    def is_quiet(self, ts: Nanos) -> bool:
        """Whether *ts* is in quiet hours, which may span midnight."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        now = ts % DAY
        return begin <= now < end if begin <= end else now >= begin or now < end


def policy_of(settings: AlertSettings) -> Policy:
    """Return what *settings* say."""
    quiet = None
    if settings.quiet_hours is not None:
        begin, end = settings.quiet_hours.split("-")
        quiet = (_after_midnight(begin), _after_midnight(end))
    return Policy(
        Severity(settings.min_severity),
        quiet,
        Nanos(int(settings.escalate_s * SECOND)),
        Nanos(int(settings.repeat_s * SECOND)),
        Nanos(int(settings.settle_s * SECOND)),
    )


def rank(severity: Severity) -> int:
    """Return how urgent it is, from 0."""
    return SEVERITIES.index(severity.value)


@attrs.define
class _Active:
    """A condition: since when, last seen, and when it was told as what."""

    symptom: Symptom
    since: Nanos
    seen: Nanos
    told: Nanos | None = None
    severity: Severity = Severity.INFO


class Alerting:
    """Knows what is wrong and what of it was told; `take` and `note` return what to tell now."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._active: dict[tuple[str, str], _Active] = {}
        self._held: list[Alert] = []
        self._noted: dict[tuple[str, str, str], Nanos] = {}
        self._said: dict[tuple[str, str], tuple[Nanos, Severity]] = {}

    @property
    def active(self) -> tuple[Symptom, ...]:
        """What is wrong now, told or not."""
        return tuple(one.symptom for one in self._active.values())

    def take(self, now: Nanos, symptoms: Iterable[Symptom]) -> tuple[Alert, ...]:
        """Take in all that is wrong at *now*; what is not there was not seen."""
        self._said = {one: said for one, said in self._said.items() if now - said[0] < REST}
        for symptom in symptoms:
            known = self._active.get((symptom.code, symptom.subject))
            if known is None:
                known = _Active(symptom, now, now, *self._said.get(_matter(symptom), ()))
                self._active[symptom.code, symptom.subject] = known
            known.symptom, known.seen = symptom, now
        return (*self._release(now), *self._lasting(now), *self._cleared(now))

    def note(self, now: Nanos, symptom: Symptom) -> tuple[Alert, ...]:
        """
        Take in a moment: it is told once, and again only after a rest.

        Of what is told of as a condition, its moments are not told besides, nor the other way.
        """
        told = [one.symptom for one in self._active.values() if one.told is not None]
        if _matter(symptom) in map(_matter, told):
            return ()
        key = (symptom.code, symptom.subject, symptom.text)
        self._noted = {one: ts for one, ts in self._noted.items() if now - ts < REST}
        if key in self._noted or rank(symptom.severity) < rank(self._policy.least):
            return ()
        self._noted[key] = now
        alert = _alert(now, News.NOTED, symptom, symptom.severity)
        if self._is_silent(now, symptom.severity):
            self._held = [*self._held, alert][-HELD:]
            return ()
        self._said[_matter(symptom)] = now, symptom.severity
        return (alert,)

    def _release(self, now: Nanos) -> tuple[Alert, ...]:
        if self._policy.is_quiet(now):
            return ()
        held, self._held = tuple(self._held), []
        return held

    def _lasting(self, now: Nanos) -> Iterator[Alert]:
        for one in self._active.values():
            severity = self._severity(one, now)
            if one.seen != now or rank(severity) < rank(self._policy.least):
                continue
            news = self._news(one, severity, now)
            if news is not None and not self._is_silent(now, severity):
                one.told, one.severity = now, severity
                yield _alert(now, news, one.symptom, severity)

    def _news(self, one: _Active, severity: Severity, now: Nanos) -> News | None:
        if one.told is None:
            return News.RAISED
        if rank(severity) > rank(one.severity):
            return News.ESCALATED
        return News.REPEATED if now - one.told >= self._policy.repeat else None

    def _severity(self, one: _Active, now: Nanos) -> Severity:
        severity = one.symptom.severity
        is_old = now - one.since >= self._policy.escalate
        return Severity.CRITICAL if severity is Severity.WARNING and is_old else severity

    def _cleared(self, now: Nanos) -> Iterator[Alert]:
        gone = [
            (key, one)
            for key, one in self._active.items()
            if one.seen != now and now - one.seen >= self._policy.settle
        ]
        for key, one in gone:
            if one.told is None:
                del self._active[key]
            elif not self._is_silent(now, one.severity):
                del self._active[key]
                yield _alert(now, News.CLEARED, one.symptom, one.severity)

    def _is_silent(self, now: Nanos, severity: Severity) -> bool:
        return severity is not Severity.CRITICAL and self._policy.is_quiet(now)


def _matter(symptom: Symptom) -> tuple[str, str]:
    """Return what it is about: the code and the run, which a subject begins with."""
    return symptom.code, symptom.subject.partition(" ")[0]


def _alert(now: Nanos, news: News, symptom: Symptom, severity: Severity) -> Alert:
    return Alert(now, news, severity, symptom.code, symptom.subject, symptom.text)


def _after_midnight(clock: str) -> int:
    hours, minutes = clock.split(":")
    return (int(hours) * 60 + int(minutes)) * _MINUTE
