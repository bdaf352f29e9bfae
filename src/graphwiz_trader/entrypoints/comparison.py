"""Comparison: two reports side by side."""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.value import value

Figure = Decimal | float | int | str | None


@value
class Compared:
    """Figures by name: of the one, of the other; and the same as a table."""

    figures: Mapping[str, tuple[Figure, Figure]]
    table: Table


def compared(one: Report, other: Report) -> Compared:
    """Return every headline figure of both."""
    ours, theirs = _figures(one), _figures(other)
    figures = {name: (ours[name], theirs[name]) for name in ours}
    rows = tuple(
        (name, _text(left), _text(right), _difference(left, right))
        for name, (left, right) in figures.items()
    )
    columns = ("figure", str(one.header.run), str(other.header.run), "difference")
    return Compared(figures, Table("Comparison", columns, rows))


def _figures(report: Report) -> dict[str, Figure]:
    header, quality, earned = report.header, report.quality, report.performance
    opportunities = report.arbitrage.opportunities
    return {
        "mode": header.mode,
        "settings_sha256": header.settings_sha256[:12],
        "version": header.version,
        "seed": header.seed,
        "entries": header.entries,
        "reporting": header.reporting,
        "net": report.pnl.net,
        "gross": report.pnl.gross,
        "fees": report.pnl.fees,
        "net_pessimistic": None if report.bounds is None else report.bounds.pessimistic.net,
        "net_optimistic": None if report.bounds is None else report.bounds.optimistic.net,
        "sharpe": None if earned is None else earned.sharpe,
        "volatility": None if earned is None else earned.volatility,
        "max_drawdown": None if report.drawdown is None else report.drawdown.fraction,
        "trades": report.trades.record.count,
        "win_rate": report.trades.record.win_rate,
        "orders": quality.orders,
        "fills": quality.fills,
        "turnover": quality.turnover,
        "maker_share": quality.maker_share,
        "fill_ratio": quality.fill_ratio,
        "slippage_bps": quality.slippage_bps,
        "opportunities_seen": opportunities.seen,
        "opportunities_after_fees": opportunities.after_fees,
        "opportunities_completed": opportunities.completed,
    }


def _text(figure: Figure) -> str:
    if figure is None:
        return NONE
    if isinstance(figure, Decimal):
        return f"{rounded(figure):f}"
    return f"{figure:.6g}" if isinstance(figure, float) else str(figure)


def _difference(left: Figure, right: Figure) -> str:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _text(right - left)
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _text(right - left)
    return "" if left == right else "other"
