"""LiveView: what a running engine holds and does, on one screen of a terminal."""

from collections.abc import Mapping, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from graphwiz_trader.domain.alert_text import headline
from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.engine_text import apart, cell

MOST = 4
"""Rows of a table; there may be more in `graphwiz positions` and the like."""

_FIGURES = (
    "pnl",
    "day_pnl",
    "hedge_debt",
    "orders",
    "fills",
    "open_orders",
    "unknown_orders",
    "refused",
    "messages",
    "loop_lag_ms",
)
_HELD = ("instrument", "strategy", "qty", "net")
_STATES = {"ACTIVE": "green", "REDUCING": "yellow", "HALTED": "white on red"}
_SEVERITIES = {Severity.WARNING: "yellow", Severity.CRITICAL: "red"}

Told = Mapping[str, Plain]


def live_view(status: Told, positions: Sequence[Told], alerts: Sequence[Alert]) -> RenderableType:
    """
    Return the view: state, figures, positions, venues, latency, and the newest of *alerts*.

    Args:
        status: What the engine answers to `status`.
        positions: What it answers to `positions`.
        alerts: What the observer told of, oldest first.
    """
    tables = (_positions(positions), _venues(status), _latency(status))
    return Group(
        _state(status),
        *_apart(status),
        Columns([_figure(status, name) for name in _FIGURES], equal=True, padding=(0, 2)),
        Columns(tables, padding=(0, 3)),
        *_alerts(alerts),
    )


def _state(status: Told) -> Text:
    state = cell(status.get("state"))
    line = Text.assemble(
        (cell(status.get("run")), "bold"),
        f" {cell(status.get('mode'))} ",
        (f" {state} ", _STATES.get(state, "")),
        f" {_seconds(status.get('running_s'))}",
        " reconciled" if status.get("reconciled") else " not reconciled",
    )
    for scope, why in _object(status.get("closed")).items():
        line.append(f" {scope or 'everything'} {cell(why)}", "red")
    return line


def _apart(status: Told) -> Sequence[Text]:
    """Return, of each account that is not known to be what we think, why."""
    return [
        Text(f"{venue} not reconciled {why}", "red", no_wrap=True, overflow="ellipsis")
        for venue, why in apart(status.get("unreconciled"))
    ]


def _figure(status: Told, name: str) -> Text:
    alarming = name == "unknown_orders" and status.get(name)
    return Text.assemble(
        (name.replace("_", " "), "dim"), " ", (cell(status.get(name)), "red" if alarming else "")
    )


def _positions(held: Sequence[Told]) -> RenderableType:
    if not held:
        return Text("no positions yet")
    return _table(_HELD, [[cell(row.get(name)) for name in _HELD] for row in held])


def _venues(status: Told) -> RenderableType:
    rows = []
    waiting = _object(_object(status.get("vitals")).get("outbox"))
    for venue, told in _object(status.get("venues")).items():
        books = [_object(book) for book in _object(_object(told).get("books")).values()]
        usable = sum(1 for book in books if book.get("usable"))
        ages = [age for book in books if isinstance(age := book.get("age_ms"), int | float)]
        account = cell(_object(told).get("account"))
        oldest = f"{max(ages):.0f}" if ages else cell(None)
        rows.append([venue, account, f"{usable} of {len(books)}", oldest, cell(waiting.get(venue))])
    return _table(("venue", "account", "books", "age ms", "waiting"), rows)


def _latency(status: Told) -> RenderableType:
    stages = _object(status.get("latency_us")).items()
    names = ("p50", "p99", "p99_9")
    rows = [[stage, *(cell(_object(told).get(name)) for name in names)] for stage, told in stages]
    return _table(("latency, µs", "p50", "p99", "p99.9"), rows)


def _alerts(alerts: Sequence[Alert]) -> Sequence[Text]:
    if not alerts:
        return [Text("no alerts", "dim")]
    newest = list(reversed(alerts))[:MOST]
    return [_alert(alert) for alert in newest]


def _alert(alert: Alert) -> Text:
    style = "dim" if alert.news is News.CLEARED else _SEVERITIES.get(alert.severity, "")
    return Text(headline(alert), style, no_wrap=True, overflow="ellipsis")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, name in enumerate(columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in rows[:MOST]:
        table.add_row(*row)
    if len(rows) > MOST:
        table.add_row(f"and {len(rows) - MOST} more")
    return table


def _seconds(item: Plain) -> str:
    return f"{item:.0f} s" if isinstance(item, int | float) else cell(item)


def _object(item: Plain) -> Told:
    return item if isinstance(item, dict) else {}
