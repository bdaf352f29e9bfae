"""Explain: one order or trade, from the events that caused it to what it earned."""

import json
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.graph import Fill, Order, Signal, Trade
from graphwiz_trader.domain.graph_answers import Story
from graphwiz_trader.domain.graph_watch import Occurrence
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.rules import RULES
from graphwiz_trader.domain.value import value

LONGEST = 200
"""Characters of a reason shown in a text; the data holds all of it."""


@value
class Cause:
    """An entry of the journal a decision rests on; `told` is the entry in words."""

    run: str
    seq: int
    event: str
    told: str
    detail: dict[str, object]


@value
class Explanation:
    """
    A story and what it says: causes, checks, result and words.

    `checks` are those of the signal's gates, refusals before it first; `pnl` is None while
    nothing was filled.
    """

    story: Story
    caused_by: tuple[Cause, ...]
    checks: tuple[dict[str, object], ...]
    pnl: dict[str, object] | None
    text: str


def explained(story: Story) -> Explanation:
    """Return *story* with what it says."""
    causes = _causes(story)
    checks = _checks(story)
    pnl = _pnl(story)
    text = f"{_tree(story, causes, checks)}\n\n{_paragraph(story, causes, checks)}"
    return Explanation(story, causes, checks, pnl, text)


def instant(ns: int) -> str:
    """Return *ns* as text, UTC, to the microsecond."""
    return f"{np.datetime64(ns, 'ns').astype('datetime64[us]')}Z"


def amount(exact: Decimal) -> str:
    """Return *exact* to ten decimals at most."""
    return f"{rounded(exact):f}"


def printable(text: str) -> str:
    """Return *text* on one line, without anything a terminal would obey, and not too long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _causes(story: Story) -> tuple[Cause, ...]:
    found: dict[tuple[str, int], Cause] = {}
    for signal in story.signals:
        for detail in json.loads(signal.caused_by):
            cause = _cause(detail)
            found[cause.run, cause.seq] = cause
    for order in (story.order,) if story.order else story.orders:
        cause = _cause(json.loads(order.caused_by))
        found.setdefault((cause.run, cause.seq), cause)
    return tuple(sorted(found.values(), key=lambda cause: (cause.run, cause.seq)))


def _cause(detail: dict[str, object]) -> Cause:
    about = detail.get("instrument") or detail.get("timer") or ""
    told = f"{detail['event']} {about}".rstrip()
    if detail.get("bid") is not None:
        told += f", bid {detail['bid']} ask {detail['ask']}"
    if "cl_ord_id" in detail:
        told += f", {detail['exec_type']} of order {detail['cl_ord_id']}"
    return Cause(
        str(detail["run"]), int(str(detail["seq"])), str(detail["event"]), printable(told), detail
    )


def _checks(story: Story) -> tuple[dict[str, object], ...]:
    checks = [_refusal(signal) for signal in story.refusals]
    for signal in story.signals:
        if signal.verdict == "approved":
            checks.append({"seq": signal.seq, "check": "review", "verdict": "passed"})
            checks.extend(
                {"seq": signal.seq, "check": rule.__name__, "verdict": "passed"} for rule in RULES
            )
        if signal.refused and signal not in story.refusals:
            checks.append(_refusal(signal))
    return tuple(checks)


def _refusal(signal: Signal) -> dict[str, object]:
    return {
        "seq": signal.seq,
        "check": signal.refused,
        "verdict": "refused",
        "instrument": signal.refused_on,
        "found": signal.found,
        "limit": signal.allowed,
    }


def _pnl(story: Story) -> dict[str, object] | None:
    """Return what the trade earned; while there is none, what the fills realised."""
    if story.trades:
        trade = story.trades[-1]
        return {
            "trade": trade.key,
            "name": trade.name,
            "asset": trade.asset,
            "net": amount(trade.pnl),
            "fees": amount(trade.fees),
            "reporting": trade.reporting,
            "reporting_net": amount(trade.net),
            "reporting_fees": amount(trade.charged),
        }
    if not story.fills:
        return None
    fees = sum((fill.fee for fill in story.fills), ZERO)
    earned = sum((fill.pnl for fill in story.fills), ZERO)
    return {
        "trade": None,
        "asset": story.fills[0].asset,
        "net": amount(earned - fees),
        "fees": amount(fees),
    }


def _tree(story: Story, causes: Sequence[Cause], checks: Sequence[dict[str, object]]) -> str:
    lines = [f"event {cause.run}:{cause.seq} {cause.told}" for cause in causes]
    if story.opportunity is not None:
        found = story.opportunity
        lines.append(f"opportunity {printable(found.name)}, {found.stage}, {found.outcome}")
    lines += [f"amid {_pattern_line(seen)}" for seen in story.amid]
    lines += [_signal_line(signal) for signal in story.signals]
    lines.append(f"checks: {_judgement(checks)}")
    lines += [f"order {_order_line(order)}" for order in story.orders]
    lines += [f"fill {_fill_line(fill)}" for fill in story.fills]
    lines += [f"trade {_trade_line(trade)}" for trade in story.trades]
    root = f"order {_order_line(story.order)}" if story.order else ""
    if story.trade is not None:
        root = f"trade {_trade_line(story.trade)}"
    branches = [f"├─ {line}" for line in lines[:-1]] + [f"└─ {lines[-1]}"]
    return "\n".join([root, *branches])


def _paragraph(story: Story, causes: Sequence[Cause], checks: Sequence[dict[str, object]]) -> str:
    entries = "; ".join(f"entry {cause.seq}, {cause.told}" for cause in causes)
    parts = [f"It was caused by {entries} of run {causes[0].run}." if causes else ""]
    parts += [
        f"At {instant(signal.ts)} {printable(signal.strategy)} asked to"
        f" {signal.kind} because of: {printable(signal.why) or 'no reason given'}."
        for signal in story.signals
    ]
    if not story.signals:
        parts.append("No signal asked for it.")
    if story.amid:
        parts.append(f"In course was {'; '.join(_pattern_line(seen) for seen in story.amid)}.")
    parts.append(f"Checks: {_judgement(checks)}.")
    parts += [f"Order {_order_line(order)}." for order in story.orders]
    if story.fills:
        parts.append(f"{len(story.fills)} fills cost {_fees(story.fills)} in fees.")
    parts += [f"Trade {_trade_line(trade)}." for trade in story.trades]
    if not story.trades:
        parts.append("No trade was closed with it.")
    return " ".join(part for part in parts if part)


def _fees(fills: Sequence[Fill]) -> str:
    fees: dict[str, Decimal] = {}
    for fill in fills:
        fees[fill.asset] = fees.get(fill.asset, ZERO) + fill.fee
    return ", ".join(f"{amount(fee)} {asset}" for asset, fee in fees.items())


def _judgement(checks: Sequence[dict[str, object]]) -> str:
    passed = sum(check["verdict"] == "passed" for check in checks)
    refused: dict[str, int] = {}
    for check in checks:
        if check["verdict"] == "refused":
            refused[str(check["check"])] = refused.get(str(check["check"]), 0) + 1
    told = [f"{passed} passed"] if passed else []
    told += [f"refused {n} times before for {reason}" for reason, n in refused.items()]
    return ", ".join(told) or "none on record"


def _signal_line(signal: Signal) -> str:
    edge = "" if signal.edge_bps is None else f", edge {signal.edge_bps:.4f} bps"
    return (
        f"signal {signal.key} {signal.kind} by {printable(signal.strategy)}{edge}:"
        f" {printable(signal.why)}"
    )


def _pattern_line(seen: Occurrence) -> str:
    return f"{seen.kind} at {printable(seen.instrument)}, seen {instant(seen.ts)}"


def _order_line(order: Order) -> str:
    return (
        f"{order.cl_ord_id} {order.side} {order.qty:f} {printable(order.instrument)}"
        f" at {order.price:f}, {order.ord_status}, filled {order.cum_qty:f},"
        f" {printable(order.why)}"
    )


def _fill_line(fill: Fill) -> str:
    return (
        f"{fill.side} {fill.qty:f} {printable(fill.instrument)} at {fill.price:f},"
        f" fee {amount(fill.fee)} {fill.asset}, {fill.liquidity}, {instant(fill.ts_venue)}"
    )


def _trade_line(trade: Trade) -> str:
    return (
        f"{trade.name} of {printable(trade.strategy)} closed {instant(trade.closed)} with"
        f" {amount(trade.pnl)} {trade.asset} after {amount(trade.fees)} of fees"
        f" ({amount(trade.net)} {trade.reporting})"
    )
