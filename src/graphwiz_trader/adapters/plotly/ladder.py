"""Ladder: what led from a session's result to its backtest's, drawn step by step."""

from itertools import pairwise

import plotly.graph_objects as go

from graphwiz_trader.domain.parity import SessionParity


def ladder(found: SessionParity) -> go.Figure:
    """Return a waterfall from the session to the backtest, a bar for each cause."""
    steps = list(pairwise(found.rungs))
    causes = [after.cause.value.replace("_", " ") for _, after in steps if after.cause]
    changes = [float(after.net - before.net) for before, after in steps]
    figure = go.Figure()
    figure.add_waterfall(
        x=["session", *causes, "backtest"],
        y=[float(found.session.net), *changes, 0.0],
        measure=["absolute", *("relative" for _ in steps), "total"],
        text=[
            f"{rung.orders} orders, {rung.fills} fills" for rung in (*found.rungs, found.backtest)
        ],
        name="net",
        cliponaxis=False,
    )
    figure.update_yaxes(title=found.reporting)
    return figure
