"""Binance's public files become books and trades; their names say whose."""

import io
import zipfile

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookGap, BookUpdate, Trade
from tests.unit.adapters.files.imports.conftest import Read
from tests.unit.adapters.files.imports.test_tardis import told

MS = 1_600_000_000_000
SPOT = f"1,100,3,300,{MS},True,True\n2,101,4,404,{MS + 5},False,True\n"
TICKER = (
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,"
    "transaction_time,event_time\n"
)
DEPTH = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n"


def test_the_aggressor_of_a_trade_is_who_was_not_the_maker(read: Read) -> None:
    found = told(read("binance-dump", {"BTCUSDT-trades-2020-09-13.csv": SPOT}))

    assert found == [(-1, 100, 3), (1, 101, 4)]


def test_microseconds_of_later_files_are_told_from_milliseconds(read: Read) -> None:
    text = f"1,100,3,300,{MS}123,True,True\n"

    (event,) = read("binance-dump", {"BTCUSDT-trades-2025-01-01.csv": text}).events()

    assert event.ts == MS * 1_000_000 + 123_000


def test_a_zip_with_a_header_is_read_as_it_is(read: Read) -> None:
    header = (
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BTCUSDT-aggTrades-2024-01.csv", f"{header}9,100,3,1,2,{MS},true\n")

    found = read("binance-dump", {"BTCUSDT-aggTrades-2024-01.zip": packed.getvalue()})

    assert told(found) == [(-1, 100, 3)]


def test_tickers_of_one_millisecond_in_any_order_end_with_the_newest(read: Read) -> None:
    rows = f"9,100,1,101,2,{MS},{MS + 1}\n8,90,1,91,2,{MS},{MS + 1}\n"

    found = told(read("binance-dump", {"BTCUSDT-bookTicker-2024-01-01.csv": TICKER + rows}))

    assert found == [(True, {(1, 100, 1), (-1, 101, 2)})]


def snap(last: int, *levels: str) -> str:
    return "".join(
        f"BTCUSDT,{MS},{last},{last},{level.replace(',', ',snap,', 1)},-1\n" for level in levels
    )


def change(at: int, first: int, last: int, before: int, *levels: str) -> str:
    return "".join(
        f"BTCUSDT,{MS + at},{first},{last},{level.replace(',', ',set,', 1)},{before}\n"
        for level in levels
    )


def depth(read: Read, snapshot: str, updates: str) -> list[object]:
    name = "BTCUSDT_T_DEPTH_2022-11-02_depth_"
    files = {f"{name}update.csv": DEPTH + updates, f"{name}snap.csv": DEPTH + snapshot}
    return list(read("binance-dump", files).events())


def test_changes_go_on_from_their_snapshot(read: Read) -> None:
    updates = change(1, 8, 12, 7, "b,100,2", "a,101,0") + change(2, 13, 15, 12, "a,102,1")

    found = depth(read, snap(10, "b,100,1", "a,101,1"), updates)

    assert [e.snapshot for e in found if isinstance(e, BookUpdate)] == [True, False, False]
    assert len(found) == 3


def test_a_missing_change_is_a_gap(read: Read) -> None:
    updates = change(1, 8, 12, 7, "b,100,2") + change(2, 20, 25, 19, "a,102,1")

    found = depth(read, snap(10, "b,100,1", "a,101,1"), updates)

    assert sum(isinstance(e, BookGap) for e in found) == 1


def test_trades_and_depth_are_merged_by_time(read: Read) -> None:
    name = "BTCUSDT_T_DEPTH_2022-11-02_depth_"
    files = {
        "BTCUSDT-trades-2022-11-02.csv": f"1,100,3,300,{MS + 1},true\n",
        f"{name}update.csv": DEPTH + change(2, 8, 12, 7, "b,100,2"),
        f"{name}snap.csv": DEPTH + snap(10, "b,100,1", "a,101,1"),
    }

    found = list(read("binance-dump", files).events())

    assert [type(e) for e in found] == [BookUpdate, Trade, BookUpdate]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("trades.csv", SPOT, "found a file of that name, expected SYMBOL-trades"),
        ("BTCUSDT-bookDepth-2024-01-01.csv", SPOT, "expected SYMBOL-trades"),
        ("BTCUSDT-trades-2024-01-01.csv", "1,2,3\n", "line 1: found 3 columns, expected 6 or 7"),
        (
            "BTCUSDT-trades-2024-01-01.csv",
            SPOT.replace("True,True", "1,True"),
            "line 1: found buyer is maker '1', expected true or false",
        ),
        (
            "BTCUSDT-trades-2024-01-01.csv",
            SPOT.replace(str(MS), "noon", 1),
            "line 1: found time 'noon'",
        ),
        (
            "BTCUSDT-bookTicker-2024-01-01.csv",
            TICKER + "1,2,3\n",
            "line 2: found '1,2,3', expected 7 columns",
        ),
        (
            "BTCUSDT_T_DEPTH_2022-11-02_depth_update.csv",
            DEPTH + change(1, 8, 12, 7, "b,100,2"),
            "found changes of BTCUSDT without a snapshot",
        ),
        (
            "BTCUSDT_T_DEPTH_2022-11-02_depth_snap.csv",
            DEPTH + snap(10, "x,100,1"),
            "line 2: found side 'x'",
        ),
    ],
)
def test_another_form_is_named(read: Read, name: str, text: str, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        list(read("binance-dump", {name: text}).events())
