"""Units: whole ticks, whole lots, nanoseconds, and the names of things."""

from typing import NewType, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ticks = NewType("Ticks", int)
"""A price, in whole multiples of an instrument's tick size."""

Lots = NewType("Lots", int)
"""A quantity, in whole multiples of an instrument's lot size."""

Nanos = NewType("Nanos", int)
"""An instant, nanoseconds since the Unix epoch, UTC; or a duration in nanoseconds."""

InstrumentId = NewType("InstrumentId", str)
"""`BTC/USDT@kraken`: symbol, then venue."""

Venue = NewType("Venue", str)
Asset = NewType("Asset", str)
StrategyId = NewType("StrategyId", str)
ClOrdId = NewType("ClOrdId", str)
"""Our id of one order request: at most 18 characters of `[a-z0-9]`."""

RunId = NewType("RunId", str)

Int64s: TypeAlias = NDArray[np.int64]
Int8s: TypeAlias = NDArray[np.int8]
Float64s: TypeAlias = NDArray[np.float64]

SECOND = Nanos(1_000_000_000)
MILLISECOND = Nanos(1_000_000)
DAY = Nanos(86_400_000_000_000)

MAX_TICKS = 1 << 44
"""Above this a float no longer tells which tick it means (see docs/architecture.md, Numbers)."""
