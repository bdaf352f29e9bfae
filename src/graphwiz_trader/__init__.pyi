from graphwiz_trader.entrypoints.api import (
    backtest,
    calibrate,
    graph,
    load_tape,
    parity,
    replay,
    report,
    scan,
    screen,
    sweep,
)
from graphwiz_trader.entrypoints.kernels import kernel

__version__: str

__all__ = [
    "__version__",
    "backtest",
    "calibrate",
    "graph",
    "kernel",
    "load_tape",
    "parity",
    "replay",
    "report",
    "scan",
    "screen",
    "sweep",
]
