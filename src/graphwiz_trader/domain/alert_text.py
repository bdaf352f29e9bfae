"""Alert text: an alert as a line for people, and as plain fields for programs."""

from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.plain import Plain


def headline(alert: Alert) -> str:
    """Return *alert* as one line, such as `CRITICAL ENGINE_DEAD paper-0001: …`."""
    news = "" if alert.news in {News.RAISED, News.NOTED} else f" {alert.news.value.lower()}"
    subject = f" {alert.subject}" if alert.subject else ""
    return f"{alert.severity.value} {alert.code}{news}{subject}: {alert.text}"


def fields(alert: Alert) -> dict[str, Plain]:
    """Return the fields of *alert*, as a webhook's JSON has them."""
    return {
        "ts": alert.ts,
        "news": alert.news.value,
        "severity": alert.severity.value,
        "code": alert.code,
        "subject": alert.subject,
        "text": alert.text,
    }
