"""Files that tell orders become tapes of levels that know whose each row is."""

import io
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.export import to_hftbacktest
from graphwiz_trader.adapters.files.imports import hft_event
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.importing import import_tape
from graphwiz_trader.application.verify import verify
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE, computed_hash
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.ports.archive import ByOrder
from graphwiz_trader.testing.make import instrument
from graphwiz_trader.testing.order_events import order_events
from graphwiz_trader.testing.order_flow import Act, OrderFlow, record_orders, told_by_order
from graphwiz_trader.testing.tape import MemoryTapes
from tests.unit.adapters.files.imports.conftest import Read

BTC = instrument("BTC/USDT@v", "0.1", "0.001")
GRIDS = "[{symbol: BTC/USDT, tick_size: '0.1', lot_size: '0.001'}]"
BOOK = [Act(1, "clear"), Act(1, "add", 1, +1, 100, 5), Act(1, "add", 2, +1, 100, 3)]


def file(*acts: Act) -> bytes:
    out = io.BytesIO()
    np.save(out, order_events(BTC, acts, feed=1))
    return out.getvalue()


def changed(content: bytes, row: int, **fields: int) -> bytes:
    """The file with other fields in one row."""
    events = np.load(io.BytesIO(content))
    for name, number in fields.items():
        events[name][row] = number
    out = io.BytesIO()
    np.save(out, events)
    return out.getvalue()


def rows(read: Read, *contents: bytes) -> list[tuple[int, list[tuple[int, ...]]]]:
    """What each event says: flag and (side, ticks, lots, order, left) of its rows."""
    found = []
    files = {f"{n}.npy": content for n, content in enumerate(contents)}
    for told in read("hftbacktest", files, instruments=GRIDS).events():
        assert isinstance(told, ByOrder)
        event, of = told.event, (told.orders.order.tolist(), told.orders.left.tolist())
        if isinstance(event, Trade):
            shown = ([int(event.side)], [int(event.price)], [int(event.qty)])
            found.append((TRADE, list(zip(*shown, *of, strict=True))))
        else:
            part, flag = slice(event.first, event.last), SNAPSHOT if event.snapshot else DIFF
            columns = (event.rows.side, event.rows.ticks, event.rows.lots)
            levels = (column[part].tolist() for column in columns)
            found.append((flag, list(zip(*levels, *of, strict=True))))
    return found


def test_what_is_cleared_and_added_at_once_is_a_snapshot(read: Read) -> None:
    later = Act(2, "add", 3, -1, 105, 4)

    assert rows(read, file(*BOOK, later)) == [
        (SNAPSHOT, [(1, 100, 5, 1, 5), (1, 100, 8, 2, 3)]),
        (DIFF, [(-1, 105, 4, 3, 4)]),
    ]


def test_orders_add_up_to_levels(read: Read) -> None:
    acts = [
        Act(2, "change", 1, +1, 100, 2),
        Act(3, "change", 1, +1, 99, 2),
        Act(4, "cancel", 2, +1, 100),
    ]

    assert rows(read, file(*BOOK, *acts))[1:] == [
        (DIFF, [(1, 100, 5, 1, 2)]),
        (DIFF, [(1, 100, 3, 1, 0), (1, 99, 2, 1, 2)]),
        (DIFF, [(1, 100, 0, 2, 0)]),
    ]


def test_a_fill_is_a_trade_that_names_who_rested(read: Read) -> None:
    assert rows(read, file(*BOOK, Act(2, "fill", 2, +1, 100, 3)))[1:] == [
        (TRADE, [(-1, 100, 3, 2, 0)])
    ]


def test_a_fill_without_a_side_met_nobody(read: Read) -> None:
    """An implied or crossed trade, as a venue tells it."""
    whole = file(*BOOK, Act(2, "fill", 2, 0, 100, 3), Act(3, "fill", 2, +1, 100, 3))

    assert [flag for flag, _ in rows(read, whole)] == [SNAPSHOT, TRADE]


def test_rows_of_trades_are_left_out_beside_fills_and_that_is_noted(read: Read) -> None:
    content = file(*BOOK, *[Act(2, "fill", 2, +1, 100, 3)] * 2)
    both = hft_event.AT_EXCHANGE | hft_event.AT_US
    content = changed(content, 3, ev=hft_event.TRADE | hft_event.SELL | both)

    assert [flag for flag, _ in rows(read, content)] == [SNAPSHOT, TRADE]
    archive = read("hftbacktest", {"0.npy": content}, instruments=GRIDS)
    assert len(list(archive.events())) == 2
    assert archive.notes == (
        "trades are the fills of orders; rows of trades, which tell them again, are left out",
    )


def test_a_book_that_is_cleared_adds_up_anew(read: Read) -> None:
    again = [Act(2, "clear"), Act(2, "add", 1, +1, 100, 4), Act(3, "add", 2, +1, 100, 1)]

    assert rows(read, file(*BOOK, *again))[1:] == [
        (SNAPSHOT, [(1, 100, 4, 1, 4)]),
        (DIFF, [(1, 100, 5, 2, 1)]),
    ]


def test_one_side_is_cleared_order_by_order(read: Read) -> None:
    acts = [*BOOK, Act(1, "add", 3, -1, 105, 4), Act(2, "clear", side=+1)]

    assert rows(read, file(*acts))[1:] == [(DIFF, [(1, 100, 3, 1, 0), (1, 100, 0, 2, 0)])]


def test_a_book_that_was_never_cleared_begins_empty(read: Read) -> None:
    assert rows(read, file(Act(2, "add", 1, +1, 100, 5), Act(3, "cancel", 1, +1, 100))) == [
        (SNAPSHOT, [(1, 100, 5, 1, 5)]),
        (DIFF, [(1, 100, 0, 1, 0)]),
    ]


def test_orders_are_known_across_files(read: Read) -> None:
    assert rows(read, file(*BOOK), file(Act(2, "cancel", 2, +1, 100)))[1:] == [
        (DIFF, [(1, 100, 5, 2, 0)])
    ]


def test_an_id_of_64_bits_is_kept_modulo_its_sign(read: Read) -> None:
    content = changed(file(*BOOK), 1, order_id=(1 << 64) - 2)

    assert rows(read, content)[0][1][0] == (1, 100, 5, -2, 5)


def test_what_only_the_exchange_sees_is_passed_over(read: Read) -> None:
    content = file(*BOOK, Act(2, "cancel", 2, +1, 100))
    hidden = hft_event.CANCEL | hft_event.BUY | hft_event.AT_EXCHANGE

    assert len(rows(read, changed(content, 3, ev=hidden))) == 1


@pytest.mark.parametrize(
    ("acts", "complaint"),
    [
        ([Act(2, "cancel", 7, +1)], "line 4: found order 7, expected an order that is in the book"),
        ([Act(2, "change", 7, +1, 9, 9)], "line 4: found order 7, expected an order that is in"),
        ([Act(2, "fill", 7, +1, 100, 1)], "line 4: found order 7, expected an order that is in"),
        ([Act(2, "add", 1, +1, 100, 1)], "line 4: found order 1 again, expected an order that is"),
        ([Act(2, "add", 7, 0, 100, 1)], "line 4: found order 7 of no side, expected a buy or"),
        ([Act(2, "clear"), Act(3, "cancel", 1, +1)], "line 5: found order 1, expected an order"),
    ],
)
def test_an_order_that_cannot_be_is_named(read: Read, acts: list[Act], complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        rows(read, file(*BOOK, *acts))


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        (hft_event.DEPTH, "line 4: found an event of kind 1, expected orders: kind 2, 3 or 10"),
        (hft_event.TRADE, "line 4: found trades, but no fills, expected fills"),
    ],
)
def test_what_tells_no_orders_among_them_is_named(read: Read, kind: int, complaint: str) -> None:
    content = file(*BOOK, Act(2, "cancel", 1, +1, 100))
    both = hft_event.AT_EXCHANGE | hft_event.AT_US | hft_event.BUY

    with pytest.raises(DataError, match=complaint):
        rows(read, changed(content, 3, ev=kind | both))


@pytest.mark.parametrize("seed", range(3))
def test_a_market_comes_back_from_its_tape(read: Read, seed: int, tmp_path: Path) -> None:
    acts = list(OrderFlow(seed).acts(500))
    archive = read("hftbacktest", {"f.npy": file(*acts)}, instruments=GRIDS)
    name = str(tmp_path / "f.tape")

    header = import_tape(archive, FileTapes(), name, lambda _: None)

    tape, told = FileTapes().open(name), told_by_order(BTC, acts)
    assert header.by_order
    assert (header.crossed, header.locked, header.late) == (0, 0, 0)
    assert tape.hash == computed_hash(tape)
    assert tape.orders is not None
    assert told.orders is not None
    ours = (*list(tape.columns().values())[:3], tape.orders.order, tape.orders.left)
    theirs = (told.rows.side, told.rows.ticks, told.rows.lots, told.orders.order, told.orders.left)
    assert [column.tolist() for column in ours] == [column.tolist() for column in theirs]
    assert tape.first_row.tolist() == told.first.tolist()
    assert tape.flags.tolist() == told.flags.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_a_tape_given_to_hftbacktest_comes_back(read: Read, seed: int, tmp_path: Path) -> None:
    half = list(OrderFlow(seed).acts(300))
    far = [evolve(act, ts=act.ts + half[-1].ts) for act in OrderFlow(seed + 9).acts(200)]
    tape = record_orders(MemoryTapes(), "t", BTC, half + far)
    path = tmp_path / "t.npz"

    events = to_hftbacktest(tape, path)
    archive = read("hftbacktest", {"t.npz": path.read_bytes()}, instruments=GRIDS)
    tapes = MemoryTapes()
    import_tape(archive, tapes, "back", lambda _: None)

    back = tapes.open("back")
    assert events == len(tape.rows.side) + 2  # both snapshots begin with a clearing
    rows = ("side", "ticks", "lots", "order", "left")
    found, given = back.columns(), tape.columns()
    assert all(found[name].tolist() == given[name].tolist() for name in rows)
    assert (back.flags == SNAPSHOT).sum() == (tape.flags == SNAPSHOT).sum() == 2
    # Who came from another price is canceled and added: two messages.
    moves = int((np.diff(tape.first_row) == 2).sum())
    assert len(back) == len(tape) + moves


def test_the_books_of_orders_are_verified_like_others(read: Read) -> None:
    acts = list(OrderFlow(1).acts(200))

    verdict = verify(read("hftbacktest", {"f.npy": file(*acts)}, instruments=GRIDS))

    assert verdict.holds
    assert verdict.updates == sum(act.kind in ("add", "cancel", "change") for act in acts) - 24


def test_an_event_tells_levels_to_who_asks_for_no_orders(read: Read, tmp_path: Path) -> None:
    name = str(tmp_path / "f.tape")
    acts = [*BOOK, Act(2, "fill", 1, +1, 100, 2)]
    archive = read("hftbacktest", {"f.npy": file(*acts)}, instruments=GRIDS)
    import_tape(archive, FileTapes(), name, lambda _: None)

    first, last = (FileTapes().open(name).event(message) for message in (0, 1))

    assert isinstance(first, BookUpdate)
    assert first.rows.lots.tolist()[:2] == [5, 8]
    assert isinstance(last, Trade)
    assert (last.side, last.price, last.qty) == (Side.SELL, 100, 2)
