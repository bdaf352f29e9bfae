"""Verdict: what a session was, and whether every proof of it holds."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from graphwiz_trader.adapters.loopback.record_file import read_truth
from graphwiz_trader.application.order_lines import order_lines
from graphwiz_trader.application.proof import Proven, prove
from graphwiz_trader.application.replay import Replayed, first_entry
from graphwiz_trader.application.report_text import tables
from graphwiz_trader.application.tally import Tally
from graphwiz_trader.bootstrap.container import App
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.truth import TrueAccount, Truth
from graphwiz_trader.domain.units import Asset, RunId, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.demo.script import Script
from graphwiz_trader.entrypoints.demo.session import Played
from graphwiz_trader.entrypoints.engine_text import apart_line
from graphwiz_trader.entrypoints.output import ExitCode
from graphwiz_trader.entrypoints.summaries import report_summary
from graphwiz_trader.entrypoints.tables import shown

SHOWN = 20
"""How many violations are named."""


@value
class Verdict:
    """The demo's answer, as keys, as text, as an exit code, and why that is not 0."""

    summary: Mapping[str, object]
    text: str
    code: ExitCode
    faults: tuple[str, ...]


def verdict(app: App, script: Script, played: Played, progress: Callable[[float], None]) -> Verdict:
    """Replay, prove and report what was *played*."""
    runs = tuple(played.runs)
    replays = {run: app.rerun().run(run, (), progress) for run in runs}
    tally = Tally()
    truth = read_truth(script.exchange_log, _accounts(played.exchange))
    proven = prove(truth, [_told(app, run, tally) for run in runs])
    audit = _audit(played.engine, proven)
    reports = [app.report().of(run).report for run in runs]
    summary = {
        "run": runs[-1],
        "runs": list(runs),
        "seed": script.seed,
        "seconds": round(played.seconds, 3),
        "venues": len(truth.accounts),
        **_counts(tally, played.engine),
        "audit": audit,
        "latency_us": played.engine.get("latency_us", {}),
        "engine_pids": played.pids,
        "crashes": played.crashes,
        "faults": dict(truth.faults),
        "exchange_log": script.exchange_log,
        "orders_log": _orders_log(app, script, runs),
        "replay": {run: _replay(again) for run, again in replays.items()},
        **report_summary(reports[-1]),
    }
    left, wrong = _left_open(played, summary), _wrong(audit, summary, replays)
    code = ExitCode.LEFT_OPEN if left else ExitCode.FAILED if wrong else ExitCode.DONE
    text = _text(reports, proven, truth, replays, summary)
    return Verdict(summary, text, code, (*left, *wrong))


def _told(app: App, run: RunId, tally: Tally) -> Iterator[Entry]:
    """Yield a journal's entries, and count them on the way."""
    for entry in app.gateways.runs().reader(run).entries():
        tally.feed(entry.event, entry.outcome)
        yield entry


def _accounts(answer: Mapping[str, Plain]) -> tuple[TrueAccount, ...]:
    """Return what the exchange said of our accounts when it ended."""
    venues = answer.get("venues")
    found = []
    for told in venues if isinstance(venues, list) else []:
        if isinstance(told, dict):
            still = told.get("open_orders")
            names = tuple(str(name) for name in still) if isinstance(still, list) else ()
            opened, closed = _owned(told.get("opened")), _owned(told.get("closed"))
            found.append(TrueAccount(Venue(str(told["venue"])), opened, closed, names))
    return tuple(found)


def _owned(told: Plain) -> Mapping[Asset, Decimal]:
    amounts = told if isinstance(told, dict) else {}
    return {Asset(asset): Decimal(str(amount)) for asset, amount in amounts.items()}


def _audit(engine: Mapping[str, Plain], proven: Proven) -> Mapping[str, object]:
    """Return the live audit and the proof together."""
    live = engine.get("audit")
    told = live if isinstance(live, dict) else {}
    return {
        "checks": proven.checks + int(str(told.get("checks", 0))),
        "violations": len(proven.violations) + int(str(told.get("violations", 0))),
        "found": [*proven.violations[:SHOWN], *_strings(told.get("named"))],
    }


def _strings(told: Plain) -> list[str]:
    return [str(each) for each in told] if isinstance(told, list) else []


def _counts(tally: Tally, engine: Mapping[str, Plain]) -> Mapping[str, object]:
    """Return what the journals count, and what the last engine said of its end."""
    return {
        "messages": tally.messages,
        "orders": tally.orders,
        "fills": tally.fills,
        "was_unknown": tally.was_unknown,
        **{key: engine.get(key) for key in ("unknown_orders", "open_orders", "reconciled")},
        "unreconciled": engine.get("unreconciled", []),
        "remaining": engine.get("remaining", []),
        "alerts": tally.alerts,
    }


def _orders_log(app: App, script: Script, runs: Sequence[RunId]) -> Path:
    """Write every order of all runs, as their journals tell them."""
    path = script.folder / "orders.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for run in runs:
            reader = app.gateways.runs().reader(run)
            for line in order_lines(reader.entries(), first_entry(reader).instruments):
                file.write(json.dumps(line) + "\n")
    return path


def _replay(again: Replayed) -> Mapping[str, object]:
    return {"identical": again.is_identical, "digest": again.digest, "entries": again.entries}


def _left_open(played: Played, summary: Mapping[str, object]) -> tuple[str, ...]:
    """Name what may still be open."""
    told = {key: summary[key] for key in ("open_orders", "unknown_orders", "remaining")}
    left = [f"{key} {count}" for key, count in told.items() if count]
    if not left and played.engine_code == ExitCode.LEFT_OPEN:
        left.append(f"the engine ended with {ExitCode.LEFT_OPEN.value}")
    return tuple(left)


def _wrong(
    audit: Mapping[str, object], summary: Mapping[str, object], replays: Mapping[RunId, Replayed]
) -> tuple[str, ...]:
    """Name the proofs that do not hold."""
    wrong = [f"{audit['violations']} violations: {audit['found']}"] if audit["violations"] else []
    if not summary["reconciled"]:
        apart = apart_line(summary["unreconciled"])
        wrong.append(f"the accounts at the venues are not reconciled with ours: {apart}")
    return (*wrong, *(_proof(run, each) for run, each in replays.items() if not each.is_identical))


def _text(
    reports: Sequence[Report],
    proven: Proven,
    truth: Truth,
    replays: Mapping[RunId, Replayed],
    summary: Mapping[str, object],
) -> str:
    parts = [shown(tables(report)) for report in reports]
    if truth.faults:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(truth.faults.items()))
        parts.append(f"went wrong on purpose: {told}; {summary['was_unknown']} orders were UNKNOWN")
    parts += [f"crashed: {crash}" for crash in _strings_of(summary["crashes"])]
    left = summary["remaining"]
    if left:
        parts.append(f"left open or not proven gone: {left}")
    apart = apart_line(summary["unreconciled"])
    if apart:
        parts.append(f"not reconciled: {apart}")
    parts += [_proof(run, again) for run, again in replays.items()]
    parts.append(
        f"the exchange's own record agrees: {proven.checks} checks, every order and fill once"
        if not proven.violations
        else "the exchange's own record differs:\n  " + "\n  ".join(proven.violations[:SHOWN])
    )
    parts.append(f"more: graphwiz report {summary['run']} · graphwiz graph top")
    return "\n".join(parts)


def _strings_of(told: object) -> list[str]:
    return [str(each) for each in told] if isinstance(told, list) else []


def _proof(run: RunId, again: Replayed) -> str:
    if again.is_identical:
        return f"{run} replayed, {again.entries} entries: identical, digest {again.digest}"
    return f"the replay of {run} differs: {again.difference}"
