"""Summaries: what a finished simulation says, as keys and as text."""

from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.application.simulate import Simulated
from graphwiz_trader.domain.bounds import Bounds
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.report import Report
from graphwiz_trader.ports.runs import RunFolder


def simulation_summary(folder: RunFolder, done: Simulated) -> dict[str, object]:
    """Return the keys every simulation's answer has."""
    return {
        "run": folder.run,
        "folder": folder.path,
        "digest": done.digest,
        "orders": done.orders,
        "fills": done.fills,
        "open_orders": done.working,
        **report_summary(done.report),
        "alerts": dict(done.alerts),
    }


def report_summary(report: Report) -> dict[str, object]:
    """Return what a report says in few keys."""
    pnl = report.pnl
    return {
        "reporting": report.header.reporting,
        "pnl": {
            "net": amount(pnl.net),
            "gross": amount(pnl.gross),
            "fees": amount(pnl.fees),
            "endowment": None if pnl.endowment is None else amount(pnl.endowment),
        },
        "opportunities": plain(report.arbitrage.opportunities),
        "denials": dict(report.denials),
        "strategies": {
            line.name: {
                "trades": line.record.count,
                "wins": line.record.wins,
                "win_rate": line.record.win_rate,
                "pnl": amount(line.record.net),
            }
            for line in report.trades_by_strategy
        },
    }


def backtest_summary(done: Backtested, tapes: Sequence[str], seconds: float) -> dict[str, object]:
    """Return the keys a backtest answers with, and leaves in its folder."""
    return {
        **simulation_summary(done.folder, done.simulated),
        "engine": done.engine,
        **({"notice": done.notice} if done.notice else {}),
        "bounds": None if done.bounds is None else _bounds(done.bounds),
        "tapes": list(tapes),
        "messages": done.messages,
        "level_changes": done.level_changes,
        "seconds": round(seconds, 3),
    }


def _bounds(bounds: Bounds) -> dict[str, object]:
    found = {"pessimistic": bounds.pessimistic, "optimistic": bounds.optimistic}
    return {name: {"net": amount(b.net), "fills": b.fills} for name, b in found.items()}


def amount(money: Decimal) -> str:
    """Return *money* as its decimal text, without what no currency has."""
    return f"{rounded(money):f}"
