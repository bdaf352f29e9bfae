"""Tape: market data as one Parquet file, a row a level change or trade."""

from pathlib import Path

import numpy as np
import polars as pl

from graphwiz_trader.adapters.files.export import KINDS, storage
from graphwiz_trader.domain.tape import Tape


def to_parquet(tape: Tape, path: Path) -> int:
    """
    Write one row a level: ts, ts_venue, message, instrument, kind, side (1 or -1), price, qty.

    A tape that tells orders has two columns more: order, and what it has left, a quantity.

    Prices and quantities are the floats nearest to their decimals; a quantity of 0 removes the
    level. A message without rows leaves none.

    Returns:
        Rows.

    Raises:
        DataError: *path* cannot be written.
    """
    bounds = np.append(tape.first_row, len(tape.rows.side))
    message = np.repeat(np.arange(len(tape)), np.diff(bounds))
    owner = tape.instrument[message]
    sizes = [
        (of.tick_size.as_integer_ratio(), of.lot_size.as_integer_ratio()) for of in tape.instruments
    ]
    tick, lot = (np.array([size[n] for size in sizes], np.float64)[owner] for n in (0, 1))
    kinds = pl.Series([KINDS[kind] for kind in range(len(KINDS))])
    names = pl.Series([str(of.id) for of in tape.instruments])
    frame = pl.DataFrame(
        {
            "ts": tape.ts[message],
            "ts_venue": tape.ts_venue[message],
            "message": message,
            "instrument": names[owner.tolist()].cast(pl.Categorical),
            "kind": kinds[tape.flags[message].tolist()].cast(pl.Categorical),
            "side": tape.rows.side,
            # One rounding, not two: the float nearest to the decimal.
            "price": tape.rows.ticks * tick[:, 0] / tick[:, 1],
            "qty": tape.rows.lots * lot[:, 0] / lot[:, 1],
        }
    ).with_columns(pl.from_epoch("ts", time_unit="ns"), pl.from_epoch("ts_venue", time_unit="ns"))
    if tape.orders is not None:
        left = pl.Series("left", tape.orders.left * lot[:, 0] / lot[:, 1])
        frame = frame.with_columns(pl.Series("order", tape.orders.order), left)
    with storage(path):
        frame.write_parquet(path)
    return len(frame)
