"""The recorded hour of LINK/USDT on two venues, as tapes in memory."""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape

FOLDER = "linkusdt_binance_huobi_1s_l10"
START = Nanos(1_629_417_600 * SECOND)
"""2021-08-20T00:00:00Z, the first row; the others follow second by second."""

BINANCE = make.instrument("LINK/USDT@binance", "0.001", "0.001")
HUOBI = make.instrument("LINK/USDT@huobi", "0.0001", "0.00000001")


def link_tape(data: Path, of: Instrument) -> Tape:
    """Return the hour at *of*'s venue: ten levels a side, whole, once a second."""
    return make_tape(f"{of.venue}.tape", [of], list(updates(data, of)))


def updates(data: Path, of: Instrument) -> Iterator[BookUpdate]:
    """Yield the book of *of* at each second."""
    side = np.repeat(np.array([1, -1], np.int8), 10)
    with gzip.open(data / FOLDER / f"{of.venue}_h00.csv.gz", "rt") as lines:
        for second, row in enumerate(csv.DictReader(lines)):
            prices = [float(row[f"{s}{i}"]) for s in "ba" for i in range(1, 11)]
            sizes = [float(row[f"{s}v{i}"]) for s in "ba" for i in range(1, 11)]
            ticks = np.rint(np.array(prices) / of.tick).astype(np.int64)
            lots = np.floor(np.array(sizes) / of.lot + 1e-3).astype(np.int64)
            ts = Nanos(START + second * SECOND)
            yield BookUpdate(
                ts, ts, of.id, LevelRows(side, ticks, lots), 0, len(side), snapshot=True
            )
