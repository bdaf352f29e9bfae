"""Tardis's datasets become books and trades in the order in which they were received."""

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, Trade
from graphwiz_trader.ports.archive import Archive
from tests.unit.adapters.files.imports.conftest import Read

L2 = "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
TRADES = "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
QUOTES = "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
SHOWN = (
    "exchange,symbol,timestamp,local_timestamp,asks[0].price,asks[0].amount,"
    "bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount\n"
)
T0 = 1_600_000_000_000_000


def change(at: int, what: str, *, snapshot: bool = False, symbol: str = "BTCUSDT") -> str:
    return f"binance,{symbol},{T0 + at},{T0 + at + 7},{str(snapshot).lower()},{what}\n"


OPENING = change(0, "bid,100,1", snapshot=True) + change(0, "ask,101,2", snapshot=True)


def told(archive: Archive) -> list[object]:
    """Return books as (snapshot, {(side, ticks, lots)}), trades as (side, ticks, lots)."""
    found: list[object] = []
    for event in archive.events():
        if isinstance(event, BookUpdate):
            span = slice(event.first, event.last)
            rows = (event.rows.side[span], event.rows.ticks[span], event.rows.lots[span])
            levels = set(zip(*(column.tolist() for column in rows), strict=True))
            found.append((event.snapshot, levels))
        elif isinstance(event, Trade):
            found.append((int(event.side), event.price, event.qty))
    return found


def test_rows_of_one_receipt_time_are_one_message(read: Read) -> None:
    later = change(9, "bid,100,0") + change(9, "ask,101,5")

    assert told(read("tardis", {"f": L2 + OPENING + later})) == [
        (True, {(1, 100, 1), (-1, 101, 2)}),
        (False, {(1, 100, 0), (-1, 101, 5)}),
    ]


def test_receipt_and_venue_time_are_kept(read: Read) -> None:
    (event,) = read("tardis", {"f": L2 + OPENING}).events()

    assert (event.ts, getattr(event, "ts_venue")) == ((T0 + 7) * 1_000, T0 * 1_000)  # noqa: B009


def test_a_snapshot_in_two_messages_is_one_book(read: Read) -> None:
    rest = change(1, "bid,99,3", snapshot=True)

    assert told(read("tardis", {"f": L2 + OPENING + rest})) == [
        (True, {(1, 100, 1), (-1, 101, 2)}),
        (False, {(1, 99, 3)}),
    ]


def test_a_snapshot_after_changes_is_a_new_book(read: Read) -> None:
    text = L2 + OPENING + change(5, "bid,99,3") + change(9, "bid,98,4", snapshot=True)

    assert [message[0] for message in told(read("tardis", {"f": text}))] == [True, False, True]  # type: ignore[index] # all are books


def test_changes_before_the_first_snapshot_are_passed_over_and_counted(read: Read) -> None:
    archive = read("tardis", {"f": L2 + change(-5, "bid,90,1") + OPENING})

    assert len(told(archive)) == 1
    assert archive.passed == 1


def test_symbols_that_share_a_receipt_time_stay_apart(read: Read) -> None:
    other = OPENING.replace("BTCUSDT", "ETHUSDT")

    archive = read("tardis", {"f": L2 + OPENING + other}, symbols=("BTC/USDT", "ETH/USDT"))

    assert [message[0] for message in told(archive)] == [True, True]  # type: ignore[index] # all are books
    assert {i.symbol for i in archive.instruments} == {"BTC/USDT", "ETH/USDT"}


def test_files_of_several_kinds_are_merged_by_receipt(read: Read) -> None:
    trade = f"binance,BTCUSDT,{T0 + 1},{T0 + 8},77,sell,100,3\n"
    later = change(9, "bid,100,0")

    found = told(read("tardis", {"t": TRADES + trade, "b": L2 + OPENING + later}))

    assert found == [
        (True, {(1, 100, 1), (-1, 101, 2)}),
        (-1, 100, 3),
        (False, {(1, 100, 0)}),
    ]


def test_an_unknown_aggressor_is_guessed_and_said(read: Read) -> None:
    rows = "".join(
        f"binance,BTCUSDT,{T0 + n},{T0 + n},{n},unknown,{price},1\n"
        for n, price in enumerate((100, 99, 101))
    )

    archive = read("tardis", {"t": TRADES + rows})

    assert told(archive) == [(1, 100, 1), (-1, 99, 1), (1, 101, 1)]
    assert any("names no side" in note for note in archive.notes)


def test_quotes_are_a_window_of_one_level(read: Read) -> None:
    rows = f"b,BTCUSDT,{T0},{T0},2,101,100,1\nb,BTCUSDT,{T0 + 1},{T0 + 1},2,101,99,4\n"

    assert told(read("tardis", {"q": QUOTES + rows})) == [
        (True, {(1, 100, 1), (-1, 101, 2)}),
        (False, {(1, 100, 0), (1, 99, 4)}),
    ]


def test_book_snapshots_are_windows_whose_empty_levels_are_not_there(read: Read) -> None:
    row = f"b,BTCUSDT,{T0},{T0},101,2,100,1,102,5,,\n"

    assert told(read("tardis", {"s": SHOWN + row})) == [
        (True, {(1, 100, 1), (-1, 101, 2), (-1, 102, 5)})
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b\n1,2\n", "line 1: found 'a,b', expected a header of Tardis"),
        (L2.replace(",amount", ",qty") + OPENING, "line 1: found 'exchange,symbol"),
        (L2 + OPENING + change(1, "bid,99"), "line 4: found 7 columns, expected 8"),
        (L2 + OPENING.replace("bid", "up"), "line 2: found side 'up', expected bid or ask"),
        (L2 + OPENING.replace(str(T0 + 7), "noon", 1), "line 2: found time 'noon'"),
        (TRADES + f"b,BTCUSDT,{T0},{T0},1,up,9,9\n", "line 2: found side 'up', expected buy"),
        (TRADES + f"b,BTCUSDT,{T0},{T0},1,buy,dear,9\n", "line 2: found price 'dear'"),
    ],
)
def test_another_form_is_named(read: Read, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        list(read("tardis", {"f": text}).events())
