"""Monitoring: when the machine or the engine is worth an alert, and whom to tell of it."""

from collections.abc import Mapping
from decimal import Decimal

from attrs.validators import and_, ge, gt, in_, le, matches_re, optional

from graphwiz_trader.domain.secret import SecretName
from graphwiz_trader.domain.setting import section, setting
from graphwiz_trader.domain.value import value

SEVERITIES = ("INFO", "WARNING", "CRITICAL")
SINKS = ("log", "terminal", "webhook", "apprise")
LEAVING = ("webhook", "apprise")
"""The kinds of sinks that reach somebody who is not at this machine."""


@value
class MonitoringSettings:
    """When the machine is worth an alert."""

    sample_s: Decimal = setting(Decimal(5), "time between samples", gt(Decimal(0)))
    cpu_pct: Decimal = setting(Decimal(90), "of one core", gt(Decimal(0)))
    memory_pct: Decimal = setting(
        Decimal(90), "of the machine's memory", and_(gt(Decimal(0)), le(Decimal(100)))
    )
    disk_free_gb: Decimal = setting(Decimal(5), "least free space in home", ge(Decimal(0)))
    loop_lag_ms: Decimal = setting(Decimal(50), "delay of the event loop", gt(Decimal(0)))
    files_pct: Decimal = setting(
        Decimal(80), "of the files a process may open", and_(gt(Decimal(0)), le(Decimal(100)))
    )
    graph_lag_s: Decimal = setting(Decimal(30), "graph behind a running journal", gt(Decimal(0)))
    gc_pause_ms: Decimal = setting(Decimal(50), "pause of the garbage collector", gt(Decimal(0)))
    outbox: int = setting(256, "commands that wait for one venue, of 1024", ge(1))
    journal_mb: Decimal = setting(Decimal(16), "of the journal wait for the disk", gt(Decimal(0)))
    clock_offset_ms: Decimal = setting(Decimal(1000), "a venue's clock from ours", gt(Decimal(0)))
    facts_mb: int | None = setting(
        None,
        "of a file of home/logs/facts.log, which holds every fact; none: no log",
        optional(ge(1)),
    )
    facts_files: int = setting(10, "such files that are kept besides", ge(1))
    prometheus_port: int | None = setting(
        None, "metrics on loopback, as Prometheus reads them", optional(and_(ge(1), le(65_535)))
    )


@value
class SinkSettings:
    """One way to reach a person."""

    use: str = setting(
        "log",
        "log and terminal: lines on stderr; webhook: JSON to a URL; apprise: its services",
        in_(SINKS),
    )
    url: SecretName | None = setting(
        None, "for webhook and apprise: a variable that holds its address, as ${NAME}"
    )
    min_severity: str = setting("INFO", "what it is not told below", in_(SEVERITIES))


@value
class AlertSettings:
    """Whom to tell of what, and when."""

    sinks: Mapping[str, SinkSettings] = section(dict, "by name; default: the log alone")
    min_severity: str = setting("WARNING", "what nobody is told below", in_(SEVERITIES))
    quiet_hours: str | None = setting(
        None,
        "UTC, as 22:00-06:00: only CRITICAL is told; the rest waits",
        optional(matches_re("([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]")),
    )
    escalate_s: Decimal = setting(
        Decimal(900), "a warning that lasts so long becomes CRITICAL", gt(Decimal(0))
    )
    repeat_s: Decimal = setting(
        Decimal(3600), "a condition that lasts is told again after", gt(Decimal(0))
    )
    settle_s: Decimal = setting(
        Decimal(10), "a condition has cleared when it was away so long", ge(Decimal(0))
    )
