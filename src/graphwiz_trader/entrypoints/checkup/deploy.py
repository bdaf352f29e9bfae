"""Deploy: the evidence a home holds for the deployment checklist."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from graphwiz_trader.adapters.files.statements import FileStatements
from graphwiz_trader.application.replay import first_entry
from graphwiz_trader.bootstrap.container import backtest_app
from graphwiz_trader.domain import checkup
from graphwiz_trader.domain.checkup import Finding, Verdict
from graphwiz_trader.domain.deployment import TESTED, Evidence
from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.monitoring import LEAVING
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Nanos, RunId
from graphwiz_trader.entrypoints.checkup.venues import enabled, kind, known_keys
from graphwiz_trader.ports.runs import Runs

BACKTEST = "bt-"
LIVE = ("paper-", "trade-", "demo-")
LATEST = 20
"""Runs of a kind that are looked at, the newest."""

_PATIENCE_S = 2.0


def evidence(
    settings: Settings, home: Path, dashboard: str, rights: Sequence[Finding], nodes: int | None
) -> Evidence:
    """
    Return what *home* can prove.

    *dashboard* is its address, *rights* findings on what keys may do, *nodes* how many the graph
    holds.
    """
    app = backtest_app(settings, home)
    runs: Runs = app.gateways.runs()
    statements = FileStatements(home)
    rows, since = statements.bench()
    stated = statements.all()
    sinks = [name for name, sink in settings.alerts.sinks.items() if sink.use in LEAVING]
    tests = [one.ts for one in stated if one.name == TESTED and one.reason == ", ".join(sinks)]
    return Evidence(
        now=Nanos(time.time_ns()),
        live=tuple(_summaries(runs)),
        wanted=[name for name, one in settings.hft.strategies.items() if one.enabled],
        tested=tuple(dict.fromkeys(_tested(runs))),
        bench=rows,
        bench_ts=since,
        graph_nodes=nodes,
        dashboard=dashboard if _answers(dashboard) else None,
        sinks=sinks,
        alerted=max(tests, default=None),
        keys=(*_keys(settings), *rights),
        stated=stated,
    )


def _latest(runs: Runs, *kinds: str) -> list[RunId]:
    return [run for run in reversed(runs.names()) if run.startswith(kinds)][:LATEST]


def _summaries(runs: Runs) -> Iterator[Mapping[str, Plain]]:
    for run in _latest(runs, *LIVE):
        told = plain(runs.summary(run))
        if isinstance(told, dict) and told.get("run"):
            yield told


def _tested(runs: Runs) -> Iterator[str]:
    """Yield the strategies of finished backtests."""
    for run in _latest(runs, BACKTEST):
        if not runs.summary(run):
            continue
        try:
            settings = json.loads(first_entry(runs.reader(run)).settings)
        except TraderError:
            continue
        strategies = settings.get("hft", {}).get("strategies", {})
        yield from (name for name, one in strategies.items() if str(one["enabled"]) == "True")


def _answers(url: str) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(url, timeout=_PATIENCE_S) as answer:  # noqa: S310 # checked above
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False


def _keys(settings: Settings) -> Iterator[Finding]:
    for venue, held in enabled(settings).items():
        name = f"key {venue}"
        try:
            credentials = known_keys(settings, venue)
        except TraderError as error:
            yield checkup.present(name, str(error), "", "")
            continue
        is_live = kind(held) == "live" and credentials is not None
        verdict = Verdict.PASS if is_live else Verdict.FAIL
        found = kind(held) if credentials is not None else "no key"
        yield Finding(name, verdict, f"{venue} {found}")
