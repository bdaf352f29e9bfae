"""Frames: what a venue sends, recorded or generated, as bytes with their time of receipt."""

import gzip
import json
from pathlib import Path
from typing import TypeAlias

import numpy as np

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.entrypoints.bench.decimal_text import decimal_text
from graphwiz_trader.entrypoints.bench.generate import DIFF, INSTRUMENT, SNAPSHOT, generate

Frame: TypeAlias = tuple[int, bytes]


def recorded_frames(file: Path) -> tuple[BookUpdate, list[Frame]]:
    """Return the snapshot of the recorded USDⓈ-M *file* and the frames that follow it."""
    frames: list[Frame] = []
    begin = None
    with gzip.open(file) as lines:
        for line in lines:
            ts, _, text = line.rstrip().partition(b" ")
            if b'"lastUpdateId"' in text[:40]:
                begin = _snapshot(int(ts), json.loads(text))
            elif b'"depthUpdate"' in text and begin is not None:
                frames.append((int(ts), text))
    if begin is None:
        raise DataError(f"{file.name} has no snapshot")
    return begin, frames


def _snapshot(ts: int, said: dict[str, list[tuple[str, str]]]) -> BookUpdate:
    levels = [(1, price, qty) for price, qty in said["bids"]]
    levels += [(-1, price, qty) for price, qty in said["asks"]]
    rows = LevelRows(
        np.array([side for side, _, _ in levels], np.int8),
        np.array([INSTRUMENT.ticks(price) for _, price, _ in levels], np.int64),
        np.array([INSTRUMENT.lots(qty) for _, _, qty in levels], np.int64),
    )
    return BookUpdate(Nanos(ts), Nanos(ts), INSTRUMENT.id, rows, 0, len(levels), snapshot=True)


def generated_frames(count: int) -> tuple[BookUpdate, list[Frame]]:
    """Return a snapshot and *count* frames of 7.5 levels on average, made by `generate`."""
    columns = generate(count)
    rows = LevelRows(columns.side, columns.ticks, columns.lots)
    ends = np.append(columns.first_row[1:], len(rows.side))
    frames: list[Frame] = []
    begin = None
    for k, flag in enumerate(columns.flags.tolist()):
        ts, first, last = int(columns.ts[k]), int(columns.first_row[k]), int(ends[k])
        if flag == SNAPSHOT:
            begin = BookUpdate(
                Nanos(ts), Nanos(ts), INSTRUMENT.id, rows, first, last, snapshot=True
            )
        elif flag == DIFF:
            frames.append((ts, _frame(ts, rows, first, last)))
    if begin is None:
        raise DataError("the generated stream has no snapshot")
    return begin, frames


def sent_at(frame: bytes, ts: int) -> bytes:
    """Return generated *frame* as if the venue had sent it at *ts*."""
    ms = ts // MILLISECOND
    return b'{"e":"depthUpdate","E":%d,"T":%d%b' % (ms, ms, frame[frame.index(b',"s":') :])


def _frame(ts: int, rows: LevelRows, first: int, last: int) -> bytes:
    ms = ts // MILLISECOND
    sides: dict[int, list[str]] = {1: [], -1: []}
    for k in range(first, last):
        level = f'["{decimal_text(int(rows.ticks[k]), 1)}","{decimal_text(int(rows.lots[k]), 3)}"]'
        sides[int(rows.side[k])].append(level)
    return (
        f'{{"e":"depthUpdate","E":{ms},"T":{ms},"s":"BTCUSDT","U":1,"u":2,"pu":0,'
        f'"b":[{",".join(sides[1])}],"a":[{",".join(sides[-1])}]}}'
    ).encode()
