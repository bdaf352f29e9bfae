"""Results: what each of the package's functions returns, showing itself in a notebook."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from typing_extensions import override

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.application.explain import Explanation
from graphwiz_trader.application.replay import Replayed
from graphwiz_trader.application.report_text import Table, tables
from graphwiz_trader.application.scan import ScanResult
from graphwiz_trader.application.sweep import Swept
from graphwiz_trader.domain.graph_answers import GraphStats, Verdict
from graphwiz_trader.domain.parity import EngineParity, SessionParity
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.graph_text import stats_tables, verdict_tables, verdict_text
from graphwiz_trader.entrypoints.notebook import Shown, drawn, rows_of, table_of
from graphwiz_trader.entrypoints.parity_text import engine_keys, session_keys
from graphwiz_trader.entrypoints.parity_text import tables as parity_tables

_AMOUNTS = ("price", "qty", "fee")


@value
class ScanRead(ScanResult, Shown):
    """A scan; its frame has a row a route."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return rows_of(self.routes)

    @override
    def _tables(self) -> Sequence[Table]:
        return [table_of("Routes", rows_of(self.routes))]


@value
class BacktestRead(Backtested, Shown):
    """A backtest; its frame has a row a fill."""

    @override
    def to_dict(self) -> Plain:
        """Return what `summary.json` holds."""
        found: Plain = json.loads((Path(self.folder.path) / "summary.json").read_text("utf-8"))
        return found

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        lines = (Path(self.folder.path) / "fills.jsonl").read_text("utf-8").splitlines()
        rows = (json.loads(line) for line in lines)
        return [{**row, **{name: float(row[name]) for name in _AMOUNTS}} for row in rows]

    @override
    def _tables(self) -> Sequence[Table]:
        return tables(self.simulated.report)

    @override
    def _drawing(self) -> str:
        return _curve(self.simulated.report)


@value
class ReportRead(Report, Shown):
    """A report; its frame is the equity curve."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return [{"ts": point.ts, "profit": float(point.profit)} for point in self.equity]

    @override
    def _tables(self) -> Sequence[Table]:
        return tables(self)

    @override
    def _drawing(self) -> str:
        return _curve(self)


@value
class ReplayRead(Replayed, Shown):
    """A replay; its frame is the first difference, if there is one."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return rows_of([self.difference] if self.difference else [])

    @override
    def _tables(self) -> Sequence[Table]:
        told = "identical" if self.is_identical else "differs"
        rows = (("entries", str(self.entries)), ("replayed", told), ("digest", self.digest))
        first = [table_of("First difference", self._rows())] if self.difference else []
        return [Table("Replay", (), rows), *first]


@value
class SessionParityRead(SessionParity, Shown):
    """A session beside its backtest; its frame has a row a step from one to the other."""

    @override
    def to_dict(self) -> Plain:
        """Return what `graphwiz parity --json` answers."""
        return plain(session_keys(self))

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return rows_of(self.rungs)

    @override
    def _tables(self) -> Sequence[Table]:
        return parity_tables(self)


@value
class EngineParityRead(EngineParity, Shown):
    """A backtest by both engines; its frame has a row an engine."""

    @override
    def to_dict(self) -> Plain:
        """Return what `graphwiz parity --json` answers."""
        return plain(engine_keys(self))

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        engines = zip(("reference", "compiled"), self.orders, self.fills, self.net, strict=True)
        names = ("engine", "orders", "fills", "net")
        return [dict(zip(names, (*each[:3], str(each[3])), strict=True)) for each in engines]

    @override
    def _tables(self) -> Sequence[Table]:
        return parity_tables(self)


@value
class SweepRead(Swept, Shown):
    """A sweep; its frame has a row a trial, best first."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return [
            {
                "number": trial.number,
                **trial.params,
                "net": float(trial.net),
                "sharpe": trial.sharpe,
                "orders": trial.orders,
                "fills": trial.fills,
                "error": trial.error or None,
            }
            for trial in self.trials
        ]

    @override
    def _tables(self) -> Sequence[Table]:
        verdict = (
            ("trials ever on this data", str(self.verdict.trials_ever)),
            ("deflated Sharpe", str(self.verdict.deflated_sharpe)),
            ("probability of overfitting", str(self.verdict.overfitting)),
        )
        return [table_of("Trials", self._rows()), Table("Verdict", (), verdict)]


@value
class ExplanationRead(Explanation, Shown):
    """Why an order was sent; its frame has a row a cause."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        names = ("run", "seq", "event", "told")
        return [{name: getattr(cause, name) for name in names} for cause in self.caused_by]

    @override
    def _tables(self) -> Sequence[Table]:
        return [Table("Explained", (), tuple((line,) for line in self.text.splitlines()))]


@value
class VerdictRead(Verdict, Shown):
    """Why an opportunity was not taken; its frame has a row a refusal."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return rows_of(self.refusals)

    @override
    def _tables(self) -> Sequence[Table]:
        return [*verdict_tables(self), Table("In words", (), ((verdict_text(self),),))]


@value
class GraphStatsRead(GraphStats, Shown):
    """What the graph holds; its frame has a row a kind of node or relationship."""

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        held = {"node": self.nodes, "relationship": self.relationships}
        return [
            {"what": what, "kind": kind, "count": count}
            for what, counts in held.items()
            for kind, count in counts.items()
        ]

    @override
    def _tables(self) -> Sequence[Table]:
        return stats_tables(self)


def _curve(report: Report) -> str:
    return drawn(report.equity, f"profit of {report.header.run}, {report.header.reporting}")
