"""Whatever events a tape is given, it gives back; whatever windows are shown, changes retell."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwiz_trader.adapters.files.imports.raw import Place, RawBook
from graphwiz_trader.adapters.files.imports.window import Windows
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.events import BookUpdate, LevelRows, MarketEvent, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import computed_hash
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing.make import rows
from tests.contracts.tape import BTC, ETH, told

WHOLE = st.integers(-(1 << 62), 1 << 62)
ROWS = st.lists(st.tuples(st.sampled_from([1, -1]), WHOLE, WHOLE), max_size=5).map(rows)
INSTRUMENT = st.sampled_from([BTC.id, ETH.id])
UPDATE = st.builds(
    lambda ts, venue_ts, instrument, cut, snapshot: BookUpdate(
        Nanos(ts), Nanos(venue_ts), instrument, cut, 0, len(cut.side), snapshot=snapshot
    ),
    WHOLE,
    WHOLE,
    INSTRUMENT,
    ROWS,
    st.booleans(),
)
TRADE = st.builds(
    Trade,
    WHOLE.map(Nanos),
    WHOLE.map(Nanos),
    INSTRUMENT,
    st.sampled_from(Side),
    WHOLE.map(Ticks),
    WHOLE.map(Lots),
)
EVENTS = st.lists(UPDATE | TRADE, max_size=20).map(
    lambda events: sorted(events, key=lambda e: e.ts)
)
LEVELS = st.dictionaries(st.integers(1, 9), st.integers(1, 3), max_size=4)


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_events_come_back(events: list[MarketEvent]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "x.tape")

        with FileTapes().writer(name, (BTC, ETH)) as writer:
            for event in events:
                writer.append(event)
            writer.seal(Findings("drawn"))

        tape = FileTapes().open(name)
        assert [told(tape.event(i)) for i in range(len(tape))] == [told(e) for e in events]
        assert computed_hash(tape) == tape.hash


@given(st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=8))
def test_changes_retell_windows(shown: list[tuple[dict[int, int], dict[int, int]]]) -> None:
    windows = Windows()
    book: dict[tuple[int, int], int] = {}

    for bids, asks in shown:
        levels = [(1, *level) for level in bids.items()] + [(-1, *level) for level in asks.items()]
        raw = RawBook(0, 0, "", [], [], Place("f", 1), window=True)
        changed, counts, _ = windows.as_changes([raw], [0], [len(levels)], rows(levels))

        before = dict(book)
        _apply(book, changed)
        assert book == {(side, ticks): lots for side, ticks, lots in levels}
        assert counts == [len(changed.side)] == [_differences(before, book)]


def _apply(book: dict[tuple[int, int], int], changed: LevelRows) -> None:
    columns = (changed.side, changed.ticks, changed.lots)
    for side, ticks, lots in zip(*map(np.ndarray.tolist, columns), strict=True):
        if lots:
            book[side, ticks] = lots
        else:
            del book[side, ticks]


def _differences(before: dict[tuple[int, int], int], now: dict[tuple[int, int], int]) -> int:
    return sum(before.get(level) != now.get(level) for level in before.keys() | now.keys())
