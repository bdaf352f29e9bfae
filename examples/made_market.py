"""A made-up market, so that the examples run without a recording."""

from collections.abc import Iterator
from math import sin
from pathlib import Path
from random import Random

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.units import MILLISECOND
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

BTC = make.instrument("BTC/USDT@alpha", tick="0.1", lot="0.001")


def made_market(folder: Path, updates: int = 2000, seed: int = 1) -> str:
    """Write a tape of a price that swings and trembles into *folder*; return its name."""
    name = str(folder / "made.tape")
    with FileTapes().writer(name, (BTC,)) as writer:
        for update in _updates(updates, Random(seed)):
            writer.append(update)
        writer.seal(Findings("made"))
    return name


def _updates(count: int, chance: Random) -> Iterator[BookUpdate]:
    for i in range(count):
        mid = round(1000 + 20 * sin(i / 150) + chance.gauss(0, 1))
        bids, asks = ([(f"{mid + sign * 0.1:.1f}", "5")] for sign in (-1, 1))
        yield make.book_update(BTC, bids, asks, make.START + i * 100 * MILLISECOND)
