"""GraphWiz Trader: one deterministic core for many venues, and the memory of why."""

from importlib import import_module

from graphwiz_trader.native import install

install()

__version__ = "0.1.0"

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


def __getattr__(name: str) -> object:
    """Find a public function when it is first used: what it needs takes a second to load."""
    if name == "kernel":
        return import_module("graphwiz_trader.entrypoints.kernels").kernel
    if name in __all__:
        return getattr(import_module("graphwiz_trader.entrypoints.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is public."""
    return list(__all__)
