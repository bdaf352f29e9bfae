"""
Run a strategy over tapes from Python and look at what came of it.

    python examples/own_backtest.py [TAPE ...]
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from made_market import made_market

import graphwiz_trader as gw

BREAKOUT = f"{Path(__file__).with_name('own_strategy.py')}:Breakout"


def backtest(tapes: Sequence[str], home: Path) -> str:
    """Return the report of *tapes* as text; the run is kept in *home*."""
    settings = {"hft.strategies.breakout.use": BREAKOUT, "backtest.fee_bps": 1}
    done = gw.backtest(tapes, strategy="breakout", settings=settings, home=home)
    pnl, fills = done.simulated.report.pnl, done.simulated.fills
    again = gw.replay(done.run, home=home)
    return f"{fills} fills, {pnl.net} net, replayed alike: {again.is_identical}"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        print(backtest(sys.argv[1:] or [made_market(Path(folder))], Path(folder)))
