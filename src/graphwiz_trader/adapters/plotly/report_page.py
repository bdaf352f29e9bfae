"""ReportPage: a report as one HTML file that needs nothing else, not even a network."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from graphwiz_trader.adapters.plotly.ladder import ladder
from graphwiz_trader.domain.parity import SessionParity
from graphwiz_trader.domain.report import FillLine, Report
from graphwiz_trader.domain.run_detail import GroupDot, HeatMap, RunDetail

_BINS = 60
_HEIGHT = 340
_LADDER = "Net result, and what each cause makes of it; the bars add up."
_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
th, td { text-align: right; padding: 0.15rem 0.8rem; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 0 0 2rem; }
figcaption { opacity: 0.75; }
@media (max-width: 40rem) { table { display: block; overflow-x: auto; } }
"""

Rows = Sequence[Sequence[str]]


def page(
    report: Report,
    detail: RunDetail,
    heat: HeatMap | None,
    tables: Sequence[tuple[str, Sequence[str], Rows]],
    parity: SessionParity | None = None,
) -> str:
    """
    Return the page.

    Args:
        report: The figures that are drawn.
        detail: What they are made of.
        heat: The book around one fill, None where there is none to show.
        tables: The report as (title, columns, rows) of text; they come first.
        parity: The session beside its backtest, None where it was not compared.
    """
    figures = [
        ("Equity and drawdown", "What fills earned, marks included.", _equity(report)),
        ("From the session to its backtest", _LADDER, ladder(parity) if parity else None),
        ("Result by strategy and venue", "After fees.", _results(report)),
        ("Opportunities", "How far they came.", _funnel(report)),
        ("Expected against realised", "One dot a closed group.", _expected(detail.groups)),
        ("Latency", "From the decision; the axis is logarithmic.", _latencies(detail)),
        ("Latency as measured", "By the process, of live runs; share a bucket.", _measured(report)),
        ("Slippage", "Fill against the mid at the decision; right is worse.", _slippage(detail)),
        ("Markouts", "Where the mid went after our fills; up is in our favour.", _markouts(report)),
        ("Inventory", "What fills add up to, base units.", _inventory(detail)),
        ("Book around a trade", _heat_caption(heat), _heat(heat)),
    ]
    header = report.header
    title = escape(f"{header.run}: {header.mode}")
    parts = [
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<style>{_STYLE}</style><script>{get_plotlyjs()}</script></head><body>",
        f"<h1>{title}</h1>",
        *(_table(*told) for told in tables),
        *(_figure(number, *told) for number, told in enumerate(figures)),
        "</body></html>",
    ]
    return "\n".join(parts)


def _table(title: str, columns: Sequence[str], rows: Rows) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _figure(number: int, title: str, caption: str, figure: go.Figure | None) -> str:
    if figure is None:
        return ""
    figure.update_layout(height=_HEIGHT, margin={"l": 60, "r": 20, "t": 10, "b": 45})
    figure.update_layout(paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(128,128,128,0.08)")
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, div_id=f"plot-{number}")
    told = f"<figcaption>{escape(caption)}</figcaption>"
    return f"<figure><h2>{escape(title)}</h2>{drawn}{told}</figure>"


def _times(instants: Sequence[int]) -> "np.ndarray[Any, np.dtype[np.datetime64]]":
    return np.array(instants, np.int64).astype("datetime64[ns]")


def _equity(report: Report) -> go.Figure | None:
    if len(report.equity) < 2:
        return None
    profits = np.array([float(point.profit) for point in report.equity])
    fall = profits - np.maximum.accumulate(np.maximum(profits, 0.0))
    times = _times([point.ts for point in report.equity])
    figure = go.Figure()
    figure.add_scatter(x=times, y=profits, name="profit", line={"shape": "hv"})
    figure.add_scatter(x=times, y=fall, name="below the peak", fill="tozeroy", line={"width": 0})
    if (bounds := report.bounds) is not None:
        ends = times[[0, -1]]
        for name, bound in (("last", bounds.pessimistic), ("first", bounds.optimistic)):
            level = [float(bound.net)] * 2
            named = f"net, always {name} in the queue"
            figure.add_scatter(x=ends, y=level, name=named, line={"dash": "dot"})
    figure.update_yaxes(title=report.header.reporting)
    return figure


def _results(report: Report) -> go.Figure | None:
    lines: list[tuple[str, FillLine]] = [
        *(("strategy", line) for line in report.fills_by_strategy),
        *(("venue", line) for line in report.fills_by_venue),
    ]
    if not lines:
        return None
    names = [f"{kind} {line.name}" for kind, line in lines]
    figure = go.Figure()
    figure.add_bar(x=names, y=[float(line.net) for _, line in lines], name="net")
    figure.add_bar(x=names, y=[-float(line.fees) for _, line in lines], name="fees")
    figure.update_yaxes(title=report.header.reporting)
    return figure


def _funnel(report: Report) -> go.Figure | None:
    found = report.arbitrage.opportunities
    if not found.seen:
        return None
    stages = ("seen", "after_fees", "survived", "admitted", "filled", "completed")
    figure = go.Figure()
    figure.add_funnel(
        y=[stage.replace("_", " ") for stage in stages],
        x=[getattr(found, stage) for stage in stages],
    )
    return figure


def _expected(groups: Sequence[GroupDot]) -> go.Figure | None:
    if not groups:
        return None
    expected = [group.expected for group in groups]
    realised = [group.realised for group in groups]
    low, high = min(expected + realised), max(expected + realised)
    figure = go.Figure()
    figure.add_scatter(
        x=expected,
        y=realised,
        mode="markers",
        text=[f"{group.group}: {group.state}" for group in groups],
        name="groups",
    )
    figure.add_scatter(x=[low, high], y=[low, high], mode="lines", name="as expected")
    figure.update_xaxes(title="expected")
    figure.update_yaxes(title="realised")
    return figure


def _latencies(detail: RunDetail) -> go.Figure | None:
    if not detail.latencies_us:
        return None
    figure = go.Figure()
    for stage, spans in detail.latencies_us.items():
        counts, edges = np.histogram(np.log10(np.maximum(spans, 1e-3)), _BINS)
        figure.add_bar(x=10 ** ((edges[:-1] + edges[1:]) / 2), y=counts, name=stage)
    figure.update_xaxes(title="µs", type="log")
    return figure


def _measured(report: Report) -> go.Figure | None:
    if not report.measured:
        return None
    figure = go.Figure()
    for line in report.measured:
        totals = np.array([0, *(count for _, count in line.buckets)])
        bounds = [f"≤ {us / 1000:g} ms" for us, _ in line.buckets]
        figure.add_bar(x=bounds, y=np.diff(totals) / line.count, name=line.stage)
    figure.update_yaxes(tickformat=".0%")
    return figure


def _slippage(detail: RunDetail) -> go.Figure | None:
    found = [fill.slippage_bps for fill in detail.fills if fill.slippage_bps is not None]
    if not found:
        return None
    figure = go.Figure()
    figure.add_histogram(x=found, nbinsx=_BINS, name="fills")
    figure.update_xaxes(title="bps")
    return figure


def _markouts(report: Report) -> go.Figure | None:
    found = report.quality.markouts
    if not found:
        return None
    figure = go.Figure()
    figure.add_bar(
        x=[f"{mark.horizon_ms / 1000:g} s" for mark in found], y=[mark.mean_bps for mark in found]
    )
    figure.update_yaxes(title="bps")
    return figure


def _inventory(detail: RunDetail) -> go.Figure | None:
    if not detail.fills:
        return None
    figure = go.Figure()
    for name in dict.fromkeys(fill.instrument for fill in detail.fills):
        mine = [fill for fill in detail.fills if fill.instrument == name]
        figure.add_scatter(
            x=_times([fill.ts for fill in mine]),
            y=[fill.position for fill in mine],
            name=str(name),
            line={"shape": "hv"},
        )
    return figure


def _heat(heat: HeatMap | None) -> go.Figure | None:
    if heat is None:
        return None
    times = _times(heat.ts.tolist())
    figure = go.Figure()
    shade = np.sign(heat.size.T) * np.log1p(np.abs(heat.size.T))
    figure.add_heatmap(x=times, y=heat.price, z=shade, colorscale="RdBu", zmid=0, showscale=False)
    figure.add_scatter(
        x=_times([heat.fill.ts]),
        y=[heat.fill.price],
        mode="markers",
        marker={"size": 12, "symbol": "triangle-up" if heat.fill.side > 0 else "triangle-down"},
        name="our fill",
    )
    return figure


def _heat_caption(heat: HeatMap | None) -> str:
    if heat is None:
        return ""
    verb = "bought" if heat.fill.side > 0 else "sold"
    fill = heat.fill
    return (
        f"Order {fill.cl_ord_id} {verb} {fill.qty:g} of {fill.instrument} at {fill.price:g}; "
        "bids blue, asks red, darker is more."
    )
