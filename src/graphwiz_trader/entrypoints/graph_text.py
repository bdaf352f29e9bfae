"""Graph text: what the graph answers, as tables and as keys for scripts."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.application.explain import Explanation, amount, instant, printable
from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.graph import ArbitrageOpportunity, Signal, Trade
from graphwiz_trader.domain.graph_answers import (
    ArbitrageLine,
    GraphStats,
    Refusal,
    StrategyLine,
    Verdict,
)
from graphwiz_trader.domain.route import Route


def keys(answer: object) -> dict[str, object]:
    """Return *answer*, a value, as nested keys, amounts as decimal strings."""
    return attrs.asdict(answer, value_serializer=lambda _, __, item: _shown(item))  # type: ignore[arg-type] # a value is an attrs class


def explanation_keys(found: Explanation) -> dict[str, object]:
    """Return *found* as scripts read it."""
    story = found.story
    order = story.order or (story.orders[0] if story.orders else None)
    return {
        "order": keys(order) if order else None,
        "trade": keys(story.trade or story.trades[-1]) if story.trades else None,
        "signal": _signal(story.signals[0]) if story.signals else None,
        "opportunity": keys(story.opportunity) if story.opportunity else None,
        "amid": [{**keys(seen), "indicators": json.loads(seen.indicators)} for seen in story.amid],
        "caused_by": [{**cause.detail, "told": cause.told} for cause in found.caused_by],
        "checks": found.checks,
        "orders": [keys(each) for each in story.orders],
        "fills": [keys(each) for each in story.fills],
        "pnl": found.pnl,
        "text": found.text,
    }


def stats_tables(stats: GraphStats) -> tuple[Table, ...]:
    """Return what the graph holds."""
    counts = (("Nodes", stats.nodes), ("Relationships", stats.relationships))
    return tuple(
        Table(title, ("kind", "count"), _counts(found)) for title, found in counts if found
    )


def strategies_table(lines: Sequence[StrategyLine]) -> Table:
    """Return a line a strategy."""
    return Table(
        "Strategies",
        ("strategy", "trades", "wins", "win rate", "net", "average", "best", "worst", "fees", ""),
        tuple(_strategy(line) for line in lines),
    )


def breakdown_tables(line: StrategyLine) -> tuple[Table, ...]:
    """Return what one strategy earned by venue and by symbol."""
    parts = (("by venues", line.by_venue), ("by symbols", line.by_symbol))
    return tuple(
        Table(
            f"{printable(line.strategy)} {title}, {line.reporting}",
            ("name", "net"),
            tuple((printable(name), amount(net)) for name, net in sums.items()),
        )
        for title, sums in parts
    )


def trades_table(trades: Sequence[Trade]) -> Table:
    """Return trades as a table."""
    return Table(
        "Trades",
        ("trade", "name", "strategy", "closed", "symbols", "venues", "net", "fees", ""),
        tuple(
            (
                trade.key,
                trade.name,
                printable(trade.strategy),
                instant(trade.closed),
                printable(trade.symbols),
                printable(trade.venues),
                amount(trade.net),
                amount(trade.charged),
                trade.reporting,
            )
            for trade in trades
        ),
    )


def opportunities_table(found: Sequence[ArbitrageOpportunity]) -> Table:
    """Return opportunities as a table."""
    return Table(
        "Opportunities",
        ("opportunity", "episode", "opened", "stage", "net bps", "refused", "last", "outcome"),
        tuple(
            (
                each.key,
                printable(each.name),
                instant(each.opened),
                each.stage,
                _number(each.net_bps),
                str(each.refused),
                each.reason or NONE,
                each.outcome or NONE,
            )
            for each in found
        ),
    )


def arbitrage_table(line: ArbitrageLine) -> Table:
    """Return the figures as pairs."""
    return Table(
        "Arbitrage",
        (),
        tuple(
            (name.replace("_", " "), _number(item) if isinstance(item, float) else _text(item))
            for name, item in keys(line).items()
        ),
    )


def routes_table(found: Sequence[Route]) -> Table:
    """Return routes with their trades in order."""
    return Table(
        "Routes",
        ("route", "first", "second", "third"),
        tuple(
            (
                printable(route.name),
                *(printable(f"{step.side.name} {step.instrument.id}") for step in route.steps),
            )
            for route in found
        ),
    )


def route_keys(route: Route) -> dict[str, object]:
    """Return a route as scripts read it."""
    steps = [{"side": step.side.name, "instrument": step.instrument.id} for step in route.steps]
    return {"name": route.name, "steps": steps}


def verdict_tables(verdict: Verdict) -> tuple[Table, ...]:
    """Return what became of an opportunity and what spoke against it."""
    reasons = tuple(_refusal(each) for each in verdict.refusals)
    table = Table("Refused because", ("reason", "instrument", "times", "found", "limit"), reasons)
    return (opportunities_table((verdict.opportunity,)), *((table,) if reasons else ()))


def verdict_text(verdict: Verdict) -> str:
    """Return the answer to why an opportunity was not taken, as a sentence."""
    found = verdict.opportunity
    name = printable(found.name)
    if found.admitted:
        told = f"{name} was taken in {found.admitted} groups: {found.outcome}"
        return (
            f"{told}; {found.refused} further signals were refused."
            if found.refused
            else f"{told}."
        )
    if found.refused:
        first = verdict.refusals[0]
        return (
            f"{name} was refused {found.refused} times, mostly {first.reason}:"
            f" found {printable(first.found)}, limit {printable(first.allowed)}."
        )
    if found.net_bps is None:
        return f"{name} never paid after fees: {_number(found.gross_bps)} bps before them."
    return f"{name} paid {_number(found.net_bps)} bps after fees and nobody asked to take it."


def _signal(signal: Signal) -> dict[str, object]:
    shown = keys(signal)
    del shown["caused_by"]
    return {**shown, "legs": json.loads(signal.legs)}


def _counts(found: Mapping[str, int]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, str(count)) for name, count in found.items())


def _strategy(line: StrategyLine) -> tuple[str, ...]:
    record = line.record
    rate = NONE if record.win_rate is None else f"{record.win_rate:.1%}"
    amounts = (record.net, record.expectancy, record.best, record.worst, line.fees)
    return (
        printable(line.strategy),
        str(record.count),
        str(record.wins),
        rate,
        *(NONE if each is None else amount(each) for each in amounts),
        line.reporting,
    )


def _refusal(refusal: Refusal) -> tuple[str, ...]:
    return (
        refusal.reason,
        printable(refusal.instrument) or NONE,
        str(refusal.n),
        printable(refusal.found),
        printable(refusal.allowed),
    )


def _number(number: float | None) -> str:
    return NONE if number is None else f"{number:.4f}"


def _text(item: object) -> str:
    return NONE if item is None else str(item)


def _shown(item: object) -> object:
    return amount(item) if isinstance(item, Decimal) else item
