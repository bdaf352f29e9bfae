"""Engine text: what a running engine answered, as a person reads it."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.plain import Plain

_SIMPLE = (
    "run",
    "mode",
    "state",
    "running_s",
    "reconciled",
    "messages",
    "orders",
    "fills",
    "open_orders",
    "unknown_orders",
    "was_unknown",
    "pnl",
    "day_pnl",
    "hedge_debt",
)


def status_tables(status: Mapping[str, Plain]) -> tuple[Table, ...]:
    """Return the answer to `status` as tables."""
    pairs = tuple((name, cell(status.get(name))) for name in _SIMPLE)
    found = [Table("Engine", (), pairs)]
    closed = _object(status.get("closed"))
    if closed:
        rows = tuple((scope or "everything", cell(state)) for scope, state in closed.items())
        found.append(Table("Closed", ("scope", "state"), rows))
    unlike = apart(status.get("unreconciled"))
    if unlike:
        found.append(Table("Not reconciled", (), unlike))
    books = tuple(
        (venue, name, *(cell(_object(book).get(key)) for key in ("bid", "ask", "usable", "age_ms")))
        for venue, held in _object(status.get("venues")).items()
        for name, book in _object(_object(held).get("books")).items()
    )
    if books:
        columns = ("venue", "instrument", "bid", "ask", "usable", "age ms")
        found.append(Table("Books", columns, books))
    stages = tuple(
        (stage, *(cell(_object(line).get(key)) for key in ("p50", "p99", "p99_9")))
        for stage, line in _object(status.get("latency_us")).items()
    )
    if stages:
        found.append(Table("Latency, µs", ("stage", "p50", "p99", "p99.9"), stages))
    vitals = _vitals(_object(status.get("vitals")))
    if vitals:
        found.append(
            Table("Vitals", (), (("loop_lag_ms", cell(status.get("loop_lag_ms"))), *vitals))
        )
    return tuple(found)


def apart(told: object) -> tuple[tuple[str, str], ...]:
    """Return each venue of `unreconciled`, and for how long its account is not ours, and why."""
    found = [_object(each) for each in told] if isinstance(told, list | tuple) else []
    return tuple(
        (cell(one.get("venue")), f"for {_whole(one.get('for_s'))} s: {cell(one.get('why'))}")
        for one in found
    )


def apart_line(told: object) -> str:
    """Return `unreconciled` in one line, empty if all accounts are what we think."""
    return "; ".join(f"{venue} {why}" for venue, why in apart(told))


def end_flaws(remaining: Sequence[tuple[str, str]], unreconciled: object) -> tuple[str, ...]:
    """Return what a run that ends leaves open, by venue and id, and whose word is not ours."""
    names = ", ".join(f"{name}@{venue}" for venue, name in remaining)
    left = (f"left open or not proven gone: {names}",) if names else ()
    line = apart_line(unreconciled)
    return (*left, f"not reconciled: {line}") if line else left


def _whole(number: Plain) -> str:
    return f"{number:.0f}" if isinstance(number, int | float) else NONE


def _vitals(told: Mapping[str, Plain]) -> tuple[tuple[str, str], ...]:
    """Return figures by name, and how many commands wait for each venue."""
    waiting = _object(told.get("outbox"))
    return (
        *((name, cell(figure)) for name, figure in told.items() if name != "outbox"),
        *((f"waiting for {venue}", cell(n)) for venue, n in waiting.items()),
    )


def rows_table(title: str, rows: Sequence[Mapping[str, Plain]]) -> Table:
    """Return *rows*, at least one, all of the same keys, as a table."""
    columns = tuple(rows[0])
    lines = tuple(tuple(cell(row.get(column)) for column in columns) for row in rows)
    return Table(title.capitalize(), tuple(name.replace("_", " ") for name in columns), lines)


def order_line(came: Mapping[str, Plain]) -> str:
    """Return what an order of a person's led to, in a line or two."""
    what = f"{cell(came.get('action'))} {came.get('scope') or 'everything'}"
    counts = f"{cell(came.get('submitted'))} orders, {cell(came.get('canceled'))} cancels"
    lines = [f"{what}: {cell(came.get('state'))}; {counts}"]
    alerts = came.get("alerts")
    lines += [cell(text) for text in alerts] if isinstance(alerts, list) else []
    return "\n".join(lines)


def reload_lines(came: Mapping[str, Plain]) -> str:
    """Return what a reload changed, a line for each key."""
    lines = [
        f"{path}: {cell(change[0])} → {cell(change[1])}"
        for path, change in _object(came.get("changed")).items()
        if isinstance(change, list)
    ]
    if not lines:
        return "nothing has changed"
    if came.get("observer"):
        lines.append("what the observer reads holds once it has started anew")
    return "\n".join(lines)


def cell(item: Plain) -> str:
    """Return one answer as text."""
    if item is None or item == "":
        return NONE
    if isinstance(item, bool):
        return "yes" if item else "no"
    return f"{item:.2f}" if isinstance(item, float) else str(item)


def _object(item: Plain) -> Mapping[str, Plain]:
    return item if isinstance(item, dict) else {}
