"""Recording: what happened at a venue in one instrument, in the venue's own time."""

from collections.abc import Mapping, Sequence

import numpy as np

from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.level_rows import check_columns
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import InstrumentId, Int8s, Int64s, Nanos
from graphwiz_trader.domain.value import value

NO_LATENCY = Nanos(0)


@value
class Recording:
    """
    The messages about one instrument in columns, in the order of the venue.

    Attributes:
        instrument: Its grid.
        rows: Level changes and trades.
        first, last: Rows of each message, *last* exclusive, shape (n,).
        flags: `DIFF`, `SNAPSHOT` or `TRADE` of each message.
        ts: When it happened at the venue, on our clock; never decreases.
        orders: The order of each row, None where the source tells levels only.
    """

    instrument: Instrument
    rows: LevelRows
    first: Int64s
    last: Int64s
    flags: Int8s
    ts: Int64s
    orders: OrderRows | None = None

    def __attrs_post_init__(self) -> None:
        # Compiled code takes them as they are.
        check_columns(self.flags, self.first, self.last, self.ts)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.ts)


def recordings(
    tapes: Sequence[Tape], least_latency: Nanos = NO_LATENCY
) -> Mapping[InstrumentId, Recording]:
    """
    Return what *tapes* hold of each of their instruments; see `venue_times`.

    An instrument that is in several tapes is merged by time, an earlier tape first where equal.
    """
    parts: dict[InstrumentId, list[Recording]] = {}
    for tape in tapes:
        for recording in _split(tape, least_latency):
            parts.setdefault(recording.instrument.id, []).append(recording)
    return {name: found[0] if len(found) == 1 else _merged(found) for name, found in parts.items()}


def venue_times(ts: Int64s, ts_venue: Int64s, least_latency: Nanos = NO_LATENCY) -> Int64s:
    """
    Return when each message happened at its venue, on the clock of *ts*.

    One-way stamps tell differences of latency only, so they are shifted until the quickest
    message took *least_latency*; a venue time earlier than the one before it is moved up.

    Args:
        ts: Receipt, ns, never decreasing.
        ts_venue: The venue's own clock, ns; equal to *ts* where the venue sent none.
        least_latency: Of the quickest message, ≥ 0.
    """
    if len(ts) == 0:
        return np.empty(0, np.int64)
    feed = ts - ts_venue
    return np.maximum.accumulate(ts - (feed - feed.min()) - least_latency)


def _split(tape: Tape, least_latency: Nanos) -> list[Recording]:
    ts = venue_times(tape.ts, tape.ts_venue, least_latency)
    last = np.append(tape.first_row[1:], len(tape.rows.side))
    found = []
    for index, instrument in enumerate(tape.instruments):
        columns = (tape.first_row, last, tape.flags, ts)
        if len(tape.instruments) > 1:
            mine = np.flatnonzero(tape.instrument == index)
            columns = (tape.first_row[mine], last[mine], tape.flags[mine], ts[mine])
        found.append(Recording(instrument, tape.rows, *columns, tape.orders))
    return found


def _merged(parts: Sequence[Recording]) -> Recording:
    offsets = np.cumsum([0, *(len(part.rows.side) for part in parts)])
    rows = LevelRows(
        np.concatenate([part.rows.side for part in parts]),
        np.concatenate([part.rows.ticks for part in parts]),
        np.concatenate([part.rows.lots for part in parts]),
    )
    ts = np.concatenate([part.ts for part in parts])
    order = np.argsort(ts, kind="stable")
    first = np.concatenate([part.first + at for part, at in zip(parts, offsets, strict=False)])
    last = np.concatenate([part.last + at for part, at in zip(parts, offsets, strict=False)])
    flags = np.concatenate([part.flags for part in parts])
    columns = (first[order], last[order], flags[order], ts[order])
    return Recording(parts[0].instrument, rows, *columns, _orders_of(parts))


def _orders_of(parts: Sequence[Recording]) -> OrderRows | None:
    told = [part.orders for part in parts if part.orders is not None]
    if len(told) < len(parts):
        return None
    return OrderRows(
        np.concatenate([orders.order for orders in told]),
        np.concatenate([orders.left for orders in told]),
    )
