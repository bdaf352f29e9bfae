"""Binance's frames: held back, bridged, followed; and what is said when they cannot be."""

import gzip
import json

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookGap, BookUpdate, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.ports.archive import RecordedEvent
from tests.unit.adapters.files.imports.conftest import Read


def diff(
    ts: int,
    first: int,
    last: int,
    prev: int | None = None,
    bid: str = "9.9",
    symbol: str = "BTCUSDT",
) -> str:
    data = {"E": 7, "s": symbol, "U": first, "u": last, "b": [["9.9", "1"]], "a": []}
    if prev is not None:
        data |= {"pu": prev, "T": 5}
    return f"{ts} {json.dumps({'stream': 'x@depth@100ms', 'data': data})}\n"


def snapshot(ts: int, last: int, symbol: str = "") -> str:
    body = {"lastUpdateId": last, "bids": [["10.0", "1"]], "asks": [["10.1", "2"]]}
    if symbol:
        body["symbol"] = symbol
    return f"{ts} {json.dumps(body)}\n"


def spans(events: list[RecordedEvent]) -> list[tuple[int, int] | str]:
    """Sequence numbers of what is told, and GAP where one is."""
    return [
        (event.first_seq, event.last_seq) if isinstance(event, BookUpdate) else "GAP"
        for event in events
        if isinstance(event, BookUpdate | BookGap)
    ]


def test_changes_before_the_snapshot_come_after_it(read: Read) -> None:
    text = diff(1, 1, 5) + diff(2, 6, 8) + diff(3, 9, 12) + snapshot(4, 8) + diff(5, 13, 13)

    events = list(read("binance-ws", {"f": text}).events())

    assert spans(events) == [(-1, 8), (9, 12), (13, 13)]
    assert [event.ts for event in events] == [4, 4, 5]


def test_a_change_that_spans_the_snapshot_bridges_it(read: Read) -> None:
    text = diff(1, 5, 9) + snapshot(2, 7) + diff(3, 10, 11)

    assert spans(list(read("binance-ws", {"f": text}).events())) == [(-1, 7), (5, 9), (10, 11)]


def test_spot_numbers_have_no_holes(read: Read) -> None:
    text = snapshot(1, 7) + diff(2, 8, 9) + diff(3, 11, 12) + diff(4, 13, 13)

    found = spans(list(read("binance-ws", {"f": text}).events()))

    assert found == [(-1, 7), (8, 9), "GAP", (11, 12), (13, 13)]


def test_a_snapshot_that_does_not_meet_the_changes_is_a_gap(read: Read) -> None:
    text = diff(1, 11, 12) + snapshot(2, 7)

    assert spans(list(read("binance-ws", {"f": text}).events())) == [(-1, 7), "GAP", (11, 12)]


def test_futures_name_the_message_before(read: Read) -> None:
    text = diff(1, 5, 9, 3) + snapshot(2, 7) + diff(3, 12, 13, 9) + diff(4, 20, 21, 15)

    found = spans(list(read("binance-ws", {"f": text}).events()))

    assert found == [(-1, 7), (5, 9), (12, 13), "GAP", (20, 21)]


def test_futures_apply_a_change_that_ends_at_the_snapshot(read: Read) -> None:
    text = diff(1, 5, 7, 3) + snapshot(2, 7) + diff(3, 12, 13, 7)

    assert spans(list(read("binance-ws", {"f": text}).events())) == [(-1, 7), (5, 7), (12, 13)]


def test_after_a_gap_a_snapshot_makes_the_book_whole(read: Read) -> None:
    text = snapshot(1, 7) + diff(2, 20, 21) + diff(3, 22, 23) + snapshot(4, 21) + diff(5, 24, 24)

    found = spans(list(read("binance-ws", {"f": text}).events()))

    assert found == [(-1, 7), "GAP", (20, 21), (22, 23), (-1, 21), (22, 23), (24, 24)]


def test_a_snapshot_older_than_the_book_changes_nothing(read: Read) -> None:
    text = snapshot(1, 7) + diff(2, 8, 9) + snapshot(3, 8) + diff(4, 10, 10)

    assert spans(list(read("binance-ws", {"f": text}).events())) == [(-1, 7), (8, 9), (10, 10)]


def test_the_book_is_kept_across_files(read: Read) -> None:
    files = {"a": snapshot(1, 7) + diff(2, 8, 9), "b": diff(3, 10, 11)}

    assert spans(list(read("binance-ws", files).events())) == [(-1, 7), (8, 9), (10, 11)]


def test_files_in_the_wrong_order_are_refused(read: Read) -> None:
    files = {"b": snapshot(5, 7) + diff(6, 8, 9), "a": diff(3, 10, 11)}

    with pytest.raises(DataError, match=r"a, line 1: found a time of 3 ns, expected 6 ns or later"):
        list(read("binance-ws", files).events())


def test_times_that_step_back_within_a_file_are_moved_up(read: Read) -> None:
    archive = read("binance-ws", {"f": snapshot(5, 7, "BTCUSDT") + diff(4, 8, 9)})

    assert [event.ts for event in archive.events()] == [5, 5]
    assert archive.late == 1


def test_venue_time_is_the_transactions_where_it_is_told(read: Read) -> None:
    text = diff(1, 5, 9, 3) + snapshot(2, 7)

    assert [event.ts_venue for event in read("binance-ws", {"f": text}).events()] == [5_000_000] * 2


def test_the_taker_sold_when_the_buyer_made(read: Read) -> None:
    trade = '3 {"stream":"x@trade","data":{"s":"BTCUSDT","p":"10.0","q":"2","T":1,"m":true}}\n'

    event = list(read("binance-ws", {"f": snapshot(1, 7, "BTCUSDT") + trade}).events())[-1]

    assert isinstance(event, Trade)
    assert (event.side, event.price, event.qty) == (Side.SELL, 100, 2)


def test_a_trade_of_the_insurance_fund_met_no_book(read: Read) -> None:
    data = '{"s":"BTCUSDT","p":"0","q":"2","T":1,"m":true,"X":"INSURANCE_FUND"}'
    text = snapshot(1, 7, "BTCUSDT") + f'3 {{"stream":"x@trade","data":{data}}}\n'

    assert len(list(read("binance-ws", {"f": text}).events())) == 1


def test_two_symbols_are_bridged_apart(read: Read) -> None:
    text = (
        snapshot(1, 7, "BTCUSDT")
        + snapshot(1, 90, "ETHUSDT")
        + diff(2, 91, 92, symbol="ETHUSDT")
        + diff(3, 8, 9)
    )

    archive = read("binance-ws", {"f": text}, symbols=())

    assert spans(list(archive.events())) == [(-1, 7), (-1, 90), (91, 92), (8, 9)]
    assert [one.id for one in archive.instruments] == ["BTC/USDT@v", "ETH/USDT@v"]


def test_a_nameless_snapshot_for_two_symbols_is_refused(read: Read) -> None:
    text = diff(1, 1, 2) + diff(1, 1, 2, symbol="ETHUSDT") + snapshot(2, 1)

    with pytest.raises(DataError, match="found a snapshot that names no symbol"):
        read("binance-ws", {"f": text})


def test_changes_without_a_snapshot_are_refused(read: Read) -> None:
    with pytest.raises(DataError, match="found changes of BTCUSDT without a snapshot, expected"):
        read("binance-ws", {"f": diff(1, 1, 2)})


@pytest.mark.parametrize(
    "line", ["{}", "1 {}", "1 nonsense", 'x {"lastUpdateId":1}', '1 {"stream":"x@depth","data":{}}']
)
def test_a_line_of_another_form_is_named(read: Read, line: str) -> None:
    with pytest.raises(DataError, match=r"f, line 2: found .* expected `<receive time, ns> "):
        read("binance-ws", {"f": snapshot(1, 7, "BTCUSDT") + line + "\n"})


def test_a_cut_gzip_is_named_with_its_line(read: Read) -> None:
    whole = gzip.compress((snapshot(1, 7, "BTCUSDT") + diff(2, 8, 9) * 99).encode())

    with pytest.raises(DataError, match=r"f\.gz, after line \d+: found the end in the middle"):
        read("binance-ws", {"f.gz": whole[:-20]})
