"""
Search for a strategy's parameters, and ask how much of the best result is luck.

    python examples/own_sweep.py [TAPE ...]
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from made_market import made_market

import graphwiz_trader as gw

BREAKOUT = f"{Path(__file__).with_name('own_strategy.py')}:Breakout"


def sweep(tapes: Sequence[str], home: Path, workers: int = 1) -> str:
    """Return what the search over *tapes* found as text; its trials are kept in *home*."""
    found = gw.sweep(
        tapes,
        strategy="breakout",
        params=["window=20:80:30", "share=0.1,0.2"],
        metric="net",
        workers=workers,
        settings={"hft.strategies.breakout.use": BREAKOUT, "backtest.fee_bps": 1},
        home=home,
    )
    lines = [f"{trial.params}: {trial.net}" for trial in found.trials]
    luck = found.verdict.deflated_sharpe
    return "\n".join([*lines, f"probability that the best is not luck: {luck}"])


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        print(sweep(sys.argv[1:] or [made_market(Path(folder))], Path(folder)))
