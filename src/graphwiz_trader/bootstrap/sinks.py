"""Sinks: the ways to a person that the settings name."""

import sys
from collections.abc import Mapping

from graphwiz_trader.application.notify import Way
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.monitoring import LEAVING, AlertSettings, SinkSettings
from graphwiz_trader.ports.alerts import AlertSink
from graphwiz_trader.ports.secrets import Secrets

DEFAULT: Mapping[str, SinkSettings] = {"log": SinkSettings()}
"""Where alerts go when the settings name no sink."""


def ways_of(settings: AlertSettings, secrets: Secrets) -> dict[str, Way]:
    """
    Return the sinks of *settings* by name.

    Raises:
        ConfigError: every address that is wanted and missing; none is shown.
    """
    ways: dict[str, Way] = {}
    problems: list[Problem] = []
    for name, held in (settings.sinks or DEFAULT).items():
        try:
            ways[name] = Way(_sink(name, held, secrets), Severity(held.min_severity))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return ways


def _sink(name: str, held: SinkSettings, secrets: Secrets) -> AlertSink:
    if held.use in LEAVING:
        return _leaving(name, held, secrets)
    if held.use == "terminal":
        from graphwiz_trader.adapters.desktop.alerts import TerminalAlerts

        return TerminalAlerts(sys.stderr)
    from graphwiz_trader.adapters.loguru.alerts import LogAlerts

    return LogAlerts(sys.stderr)


def _leaving(name: str, held: SinkSettings, secrets: Secrets) -> AlertSink:
    if held.url is None:
        path = f"alerts.sinks.{name}.url"
        raise ConfigError([Problem(path, "nothing", "a variable's name, as ${NAME}")])
    url = secrets.reveal(held.url)
    if held.use == "webhook":
        from graphwiz_trader.adapters.webhook.alerts import WebhookAlerts

        return WebhookAlerts(url)
    # It takes a quarter of a second to import, which only its users pay.
    from graphwiz_trader.adapters.apprise.alerts import AppriseAlerts

    return AppriseAlerts(url)
