"""Recordings written down by hand, for tests of what trades on them."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.recording import Recording

Lots: TypeAlias = Mapping[int, int]
"""Lots by ticks."""


@value
class Message:
    """What happened at *ts*; rows are (side, ticks, lots)."""

    ts: int
    flags: int
    rows: Sequence[tuple[int, int, int]]


def snapshot(ts: int, bids: Lots, asks: Lots) -> Message:
    """Return a whole book."""
    return Message(ts, SNAPSHOT, _rows(bids, asks))


def change(ts: int, bids: Lots | None = None, asks: Lots | None = None) -> Message:
    """Return level changes; 0 lots remove a level."""
    return Message(ts, DIFF, _rows(bids or {}, asks or {}))


def trade(ts: int, aggressor: Side, ticks: int, lots: int) -> Message:
    """Return a trade."""
    return Message(ts, TRADE, [(int(aggressor), ticks, lots)])


def recording(instrument: Instrument, *messages: Message) -> Recording:
    """Return *messages*, which are in order of time, as a recording of *instrument*."""
    rows = [row for message in messages for row in message.rows]
    side, ticks, lots = (np.array([row[i] for row in rows], np.int64) for i in range(3))
    last = np.cumsum([len(message.rows) for message in messages], dtype=np.int64)
    first = last - np.array([len(message.rows) for message in messages], np.int64)
    return Recording(
        instrument,
        LevelRows(side.astype(np.int8), ticks, lots),
        first,
        last,
        np.array([message.flags for message in messages], np.int8),
        np.array([message.ts for message in messages], np.int64),
    )


def _rows(bids: Lots, asks: Lots) -> list[tuple[int, int, int]]:
    buys = [(1, tick, lots) for tick, lots in bids.items()]
    return buys + [(-1, tick, lots) for tick, lots in asks.items()]
