"""Tables: a report as a person reads it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import inf, isnan

import numpy as np

from graphwiz_trader.domain.attribution import Attribution
from graphwiz_trader.domain.bounds import Bounds
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.performance import Performance
from graphwiz_trader.domain.report import (
    Arbitrage,
    FillLine,
    Report,
    TradeLine,
    TradingQuality,
    WorstFall,
)
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.domain.value import value

NONE = "–"


@value
class Table:
    """A titled table of text; without `columns`, pairs of a name and its value."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(report: Report) -> tuple[Table, ...]:
    """Return *report* as tables, those without content left out."""
    found = (
        _pairs("Run", _run(report)),
        _pairs(f"Result, {report.header.reporting}", _result(report)),
        _pairs("Return and risk", _risk(report.performance, report.drawdown)),
        _trades(_with_total(report)),
        _hours(report.trades_by_hour),
        _fills("Fills by strategy", report.fills_by_strategy),
        _fills("Fills by venue", report.fills_by_venue),
        _fills("Fills by instrument", report.fills_by_instrument),
        _pairs("Trading quality", _quality(report.quality)),
        Table(
            "Markouts, bps in our favour",
            ("after", "fills", "mean"),
            tuple(
                (f"{m.horizon_ms / 1000:g} s", str(m.fills), _number(m.mean_bps))
                for m in report.quality.markouts
            ),
        ),
        *_latencies(report),
        *_arbitrage(report.arbitrage),
        Table(
            "Denials",
            ("reason", "count"),
            tuple((reason, str(count)) for reason, count in report.denials.items()),
        ),
        Table("Notes", (), tuple(("note", note) for note in report.header.notes)),
    )  # fmt: skip
    return tuple(table for table in found if table.rows)


def instant(ns: int) -> str:
    """
    Return *ns* since 1970 as UTC text, to the second.

    >>> instant(1_714_521_600_000_000_000)
    '2024-05-01 00:00:00'
    """
    return str(np.datetime_as_string(np.datetime64(ns // SECOND, "s"))).replace("T", " ")


def money(amount: Decimal | None) -> str:
    """
    Return *amount* to ten decimals at most and two at least.

    >>> money(Decimal("-1234.5"))
    '-1,234.50'
    """
    if amount is None:
        return NONE
    shown = rounded(amount)
    digits = max(2, -int(shown.as_tuple().exponent))
    return f"{shown:,.{digits}f}"


def _run(report: Report) -> list[tuple[str, str]]:
    header = report.header
    models = ", ".join(f"{name} {it}" for name, it in header.models.items())
    gaps = ", ".join(f"{name} {count}" for name, count in header.gaps.items())
    return [
        ("run", f"{header.run} ({header.mode})"),
        ("period, UTC", f"{instant(header.started)} to {instant(header.ended)}"),
        ("venues", ", ".join(header.venues)),
        ("instruments", ", ".join(header.instruments)),
        ("strategies", ", ".join(header.strategies) or NONE),
        ("tapes", ", ".join(f"{tape.name} {tape.content[:16]}" for tape in header.tapes) or NONE),
        ("settings", header.settings_sha256),
        ("version, seed", f"{header.version}, {header.seed}"),
        ("models", models or NONE),
        ("data gaps", gaps or "none"),
        ("journal entries", str(header.entries)),
    ]


def _result(report: Report) -> list[tuple[str, str]]:
    pnl = report.pnl
    return [
        ("net", money(pnl.net)),
        ("gross", money(pnl.gross)),
        ("fees", money(pnl.fees)),
        ("of which rebates", money(pnl.rebates)),
        ("endowment's own change", money(pnl.endowment)),
        ("equity at the start", money(report.start_equity)),
        *_bounds(report.bounds),
    ]


def _bounds(found: Bounds | None) -> list[tuple[str, str]]:
    ends = () if found is None else (("last", found.pessimistic), ("first", found.optimistic))
    return [
        (f"net, always {place} in the queue", f"{money(end.net)} ({end.fills} fills)")
        for place, end in ends
    ]


def _risk(found: Performance | None, fall: WorstFall | None) -> list[tuple[str, str]]:
    if found is None:
        return []
    rows = [
        ("grid", f"{found.periods} × {found.step_ns / SECOND:g} s"),
        ("return", _percent(found.total_return)),
        ("volatility a period", _percent(found.volatility)),
        ("Sharpe a period", _number(found.sharpe)),
        ("probability that it is above 0", _percent(found.probabilistic_sharpe)),
        ("periods that would prove it", _needed(found.track_record_needed)),
        ("Sortino a period", _number(found.sortino)),
    ]
    for tail in found.tail:
        levels = f"{_percent(tail.var)}, {_percent(tail.es)}"
        rows.append((f"VaR, ES {tail.level_pct} % a period", levels))
    if (annual := found.annual) is not None:
        rows += [
            ("Sharpe a year", _number(annual.sharpe)),
            ("corrected for autocorrelation", _number(annual.sharpe_lo)),
            ("volatility a year", _percent(annual.volatility)),
            ("Calmar", _number(annual.calmar)),
        ]
    if fall is None:
        return [*rows, ("deepest fall", "none")]
    recovered = instant(fall.recovery) if fall.recovery is not None else "not made good"
    return [
        *rows,
        ("deepest fall", f"{money(fall.amount)} ({_percent(fall.fraction)})"),
        ("peak, trough, recovery", f"{instant(fall.peak)}, {instant(fall.trough)}, {recovered}"),
        ("its length, longest under water", f"{fall.length_s:g} s, {fall.longest_s:g} s"),
    ]


def _with_total(report: Report) -> tuple[TradeLine, ...]:
    lines = report.trades_by_strategy
    return (report.trades, *lines) if len(lines) > 1 else lines


def _trades(lines: Sequence[TradeLine]) -> Table:
    """A column a strategy, since there are more figures than strategies."""
    shown = [_trade_column(line) for line in lines if line.record.count]
    columns = ("", *(line.name for line in lines if line.record.count))
    rows = tuple(
        (name, *(column[name] for column in shown)) for name in (shown[0] if shown else ())
    )
    return Table("Trades", columns, rows)


def _trade_column(line: TradeLine) -> dict[str, str]:
    it = line.record
    return {
        "closed": str(it.count),
        "win rate": _percent(it.win_rate),
        "its 95 % interval": f"{_percent(it.win_rate_low)} to {_percent(it.win_rate_high)}",
        "net": money(it.net),
        "fees in it": money(line.fees),
        "profit factor": _number(it.profit_factor),
        "expectancy": money(it.expectancy),
        "average win": money(it.average_win),
        "average loss": money(it.average_loss),
        "best": money(it.best),
        "worst": money(it.worst),
        "longest winning streak": str(it.longest_winning),
        "longest losing streak": str(it.longest_losing),
        "median time held, s": _number(line.median_held_s),
    }


def _hours(lines: Sequence[TradeLine]) -> Table:
    rows = (
        (line.name, str(line.record.count), _percent(line.record.win_rate), money(line.record.net))
        for line in lines
    )
    return Table(
        "Trades by hour of closing, UTC", ("hour", "closed", "win rate", "net"), tuple(rows)
    )


def _fills(title: str, lines: Sequence[FillLine]) -> Table:
    rows = (
        (
            line.name,
            str(line.fills),
            money(line.turnover),
            money(line.maker_turnover),
            money(line.fees),
            money(line.net),
        )
        for line in lines
    )
    return Table(title, ("", "fills", "turnover", "as maker", "fees", "net"), tuple(rows))


def _quality(it: TradingQuality) -> list[tuple[str, str]]:
    return [
        ("orders, replacements, cancels", f"{it.orders}, {it.replacements}, {it.cancels}"),
        ("rejected, once unknown", f"{it.rejected}, {it.was_unknown}"),
        ("fills", str(it.fills)),
        ("turnover", money(it.turnover)),
        ("maker share", _percent(it.maker_share)),
        ("orders with a fill", _percent(it.fill_ratio)),
        ("messages a fill", _number(it.order_to_trade)),
        ("slippage against decision mid, bps", _number(it.slippage_bps)),
    ]


def _latencies(report: Report) -> Iterator[Table]:
    heard = tuple(
        _latency_row(x.stage, x.count, x.p50_us, x.p95_us, x.p99_us, x.p99_9_us, x.max_us)
        for x in report.quality.latencies
    )
    measured = tuple(
        _latency_row(x.stage, x.count, x.mean_us, x.p50_us, x.p99_us, x.p99_9_us)
        for x in report.measured
    )
    from_decision = ("to", "count", "p50", "p95", "p99", "p99.9", "max")
    by_process = ("stage", "count", "mean", "p50", "p99", "p99.9")
    yield Table("Latency from the decision, ms", from_decision, heard)
    yield Table("Latency as the process measured it, ms", by_process, measured)


def _latency_row(stage: str, count: int, *spans_us: float | None) -> tuple[str, ...]:
    spans = (NONE if us is None else f"{us / 1000:.3f}" for us in spans_us)
    return stage.replace("_", " "), str(count), *spans


def _arbitrage(it: Arbitrage) -> tuple[Table, ...]:
    counts = it.opportunities
    if not counts.seen and not it.groups:
        return ()
    stages = (
        "seen", "after_fees", "survived", "admitted", "refused", "filled", "completed", "unwound",
        "stuck", "working",
    )  # fmt: skip
    funnel = [(stage.replace("_", " "), str(getattr(counts, stage))) for stage in stages]
    owed = f"{it.debt_s:g} s, at most {money(it.max_debt)}"
    return (
        _pairs("Opportunities", funnel),
        _pairs("Expected against realised", [*_attribution(it.outcome), ("owed", owed)]),
        _pairs("Of which unwound", _attribution(it.unwound) if counts.unwound else []),
    )


def _attribution(it: Attribution) -> list[tuple[str, str]]:
    return [
        ("expected", money(it.expected)),
        ("by price", money(it.price)),
        ("by quantity", money(it.quantity)),
        ("by fees", money(it.fees)),
        ("by unwinding", money(it.unwind)),
        ("realised", money(it.realised)),
    ]


def _pairs(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    return Table(title, (), tuple(rows))


def _number(found: float | None) -> str:
    return NONE if found is None or isnan(found) else f"{found:,.4g}"


def _needed(periods: float | None) -> str:
    return "none would" if periods == inf else _number(periods)


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{share * 100:.4g} %"
