from graphwiz_trader.entrypoints.api import backtest, load_tape, replay, report, scan

__version__: str

__all__ = ["__version__", "backtest", "load_tape", "replay", "report", "scan"]
