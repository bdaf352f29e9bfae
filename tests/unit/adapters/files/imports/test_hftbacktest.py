"""hftbacktest's events are read, and a tape given to it comes back."""

import io
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.export import to_hftbacktest
from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.application.importing import import_tape
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.testing.make import book_update, instrument
from graphwiz_trader.testing.tape import MemoryTapes, make_tape
from tests.unit.adapters.files.imports.conftest import Read

BTC = instrument("BTC/USDT@v", lot="0.1")
BOTH = hft_event.AT_EXCHANGE | hft_event.AT_US
BID, ASK = hft_event.BUY, hft_event.SELL


def npz(*rows: tuple[int, int, int, float, float]) -> bytes:
    """Events of (ev, exch_ts, local_ts, px, qty)."""
    events = np.zeros(len(rows), hft_event.DTYPE)
    for i, row in enumerate(rows):
        for name, number in zip(("ev", "exch_ts", "local_ts", "px", "qty"), row, strict=True):
            events[name][i] = number
    out = io.BytesIO()
    np.savez_compressed(out, data=events)
    return out.getvalue()


def depth(side: int, ts: int, px: float, qty: float, seen: int = BOTH) -> tuple[int, ...]:
    return (hft_event.DEPTH | side | seen, ts - 1, ts, px, qty)


def test_depth_rows_of_one_time_are_one_message(read: Read) -> None:
    rows = [depth(BID, 5, 10.0, 1), depth(ASK, 5, 10.1, 2), depth(BID, 6, 9.9, 3)]

    events = list(read("hftbacktest", {"f.npz": npz(*rows)}).events())

    spans = [(e.ts, e.ts_venue, e.last - e.first) for e in events if isinstance(e, BookUpdate)]
    assert spans == [(5, 4, 2), (6, 5, 1)]


def test_a_feed_without_a_snapshot_starts_from_an_empty_book(read: Read) -> None:
    rows = [depth(BID, 5, 10.0, 1), depth(ASK, 6, 10.1, 2)]

    events = list(read("hftbacktest", {"f.npz": npz(*rows)}).events())

    assert [e.snapshot for e in events if isinstance(e, BookUpdate)] == [True, False]


def test_rows_only_the_exchange_sees_are_passed_over(read: Read) -> None:
    rows = [depth(BID, 5, 10.0, 1), depth(ASK, 6, 10.1, 2, hft_event.AT_EXCHANGE)]

    archive = read("hftbacktest", {"f.npz": npz(*rows)})

    assert len(list(archive.events())) == 1
    assert archive.records == 2


def test_plain_npy_is_read_too(read: Read) -> None:
    out = io.BytesIO()
    np.save(out, np.zeros(0, hft_event.DTYPE))

    with pytest.raises(DataError, match="found no market data"):
        read("hftbacktest", {"f.npy": out.getvalue()})


def test_a_tape_given_to_it_comes_back(tmp_path: Path) -> None:
    tape = make_tape(
        "t",
        [BTC],
        [
            book_update(BTC, [("100.1", "1"), ("99.9", "2")], [("100.3", "0.7")], ts=10),
            book_update(BTC, [("100.1", "0")], [("100.2", "3")], ts=12, snapshot=False),
            Trade(Nanos(13), Nanos(13), BTC.id, Side.SELL, Ticks(1001), Lots(4)),
            book_update(BTC, [("100.0", "1")], [("100.3", "5")], ts=20),
            book_update(BTC, [("99.7", "1")], ts=21, snapshot=False),
        ],
    )
    path = tmp_path / "t.npz"

    events = to_hftbacktest(tape, path)
    wanted = Wanted((path,), FORMATS["hftbacktest"], "v", ("BTC/USDT",))
    tapes = MemoryTapes()
    import_tape(FileArchive(wanted), tapes, "back", lambda _: None)

    back = tapes.open("back")
    assert events == len(tape.rows.side) + 2  # the second snapshot clears both sides first
    columns = zip(tape.columns().items(), back.columns().values(), strict=True)
    assert {name: ours.tolist() == theirs.tolist() for (name, ours), theirs in columns} == (
        dict.fromkeys(tape.columns(), True)
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"nonsense", "found .* expected hftbacktest's events"),
        (npz((7 | BOTH, 1, 1, 1.0, 1.0)), "line 1: found an event of kind 7, expected kind 1 to 4"),
        (npz(depth(BID, 1, 1, 1), (3 | BID | BOTH, 2, 2, 0, 0)), "found a snapshot of one side"),
        (npz(depth(BID, 1, 1, 1))[:-40], "found .* expected hftbacktest's events"),
    ],
)
def test_another_form_is_named(read: Read, content: bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read("hftbacktest", {"f.npz": content})


def test_an_array_of_something_else_is_named(read: Read) -> None:
    out = io.BytesIO()
    np.savez(out, data=np.arange(3))

    with pytest.raises(DataError, match="found an array of int64, expected hftbacktest's events"):
        read("hftbacktest", {"f.npz": out.getvalue()})


def test_several_instruments_do_not_fit_into_its_file(tmp_path: Path) -> None:
    tape = make_tape("t", [BTC, instrument("ETH/USDT@v")], [])

    with pytest.raises(DataError, match="found 2 instruments, expected 1"):
        to_hftbacktest(tape, tmp_path / "t.npz")
