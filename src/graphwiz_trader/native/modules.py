"""
Modules: which are compiled.

Those that a step, its entry in the journal and its orders pass through, the reference backtest's
venue, and what an observer makes of an entry. Not those with kernels, which numba compiles from
Python functions; not those with attrs fields that have defaults, whose types mypyc holds them to,
unless they are exact values (`writing`); nor where objects may be of other types than they are
declared: a stranger's, or a fake's; nor coroutines that await within `try` or `with`: of several
that are canceled together, some go on. Nor, so far, what reads reports and other venues' frames:
compiled, it took no less (beside msgspec's objects and sockets there is little left of it).
"""

from typing import Final

_PARTS = {
    "domain": (
        "account arithmetic baseline book book_patterns commands depth drawdown exposure facts ids"
        " intent market_event money order orders position risk rules sides stretch venue_patterns"
    ),
    "engine": (
        "agreement assets books clearance clocks desk digest draft engine exposures gate groups"
        " guard hedge holdings loss_limits operator orders planner rates recent reload"
        " rounds scopes state"
    ),
    "simulation": (
        "admission answers blotter desk exchange latency ledger line live matching order_lines"
        " overlay publication queue recorded recorded_book recording replay resting venue"
    ),
    "application": (
        "driver graph_causes graph_draft graph_metrics graph_orders graph_patterns graph_rows"
        " graph_step graph_watch latencies limiter market outbox prices replica router run_tail"
        " tally timers writer"
    ),
    "adapters.files": "journal packed records segments stream",
    "adapters": "clock",
    "adapters.direct": (
        "binance_depth binance_feed binance_requests line okx_requests row_ring sender session"
        " signing step_text"
    ),
}

MODULES: Final = frozenset(
    f"graphwiz_trader.{part}.{name}" for part, names in _PARTS.items() for name in names.split()
)

MADE_OF: Final = "domain/codec.py"
"""What else the compiled code is made of (`leaning`)."""
