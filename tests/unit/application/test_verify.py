"""What is wrong with a recording is counted, and its books are kept."""

import gzip
import json
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS
from graphwiz_trader.application.bbo import Proof
from graphwiz_trader.application.verify import Verdict, verify
from graphwiz_trader.domain.events import BookGap
from graphwiz_trader.domain.order_rows import OrderRows
from graphwiz_trader.domain.units import Lots, Nanos, Ticks
from graphwiz_trader.ports.archive import ByOrder, RecordedEvent, TopSeen
from graphwiz_trader.testing.archive import WrittenArchive
from graphwiz_trader.testing.make import book_update, instrument

BTC = instrument("BTC/USDT@alpha")
SNAPSHOT = book_update(BTC, [("100.0", "1")], [("100.1", "1")])


def verdict(*events: RecordedEvent) -> Verdict:
    return verify(WrittenArchive([BTC], events))


def test_a_whole_recording_holds() -> None:
    found = verdict(SNAPSHOT, book_update(BTC, [("99.9", "1")], snapshot=False))

    assert found == Verdict(frames=2, updates=1)
    assert found.holds


def test_a_gap_is_counted_and_the_book_goes_on() -> None:
    gap = BookGap(Nanos(1), BTC.id, "lost")

    found = verdict(SNAPSHOT, gap, book_update(BTC, [("99.9", "1")], snapshot=False))

    assert (found.gaps, found.updates, found.holds) == (1, 1, False)


@pytest.mark.parametrize("ask", ["100.0", "99.9"], ids=["locked", "crossed"])
def test_a_kept_book_that_meets_itself_is_torn(ask: str) -> None:
    found = verdict(SNAPSHOT, book_update(BTC, asks=[(ask, "1")], snapshot=False))

    assert (found.crossed, found.torn, found.holds) == (1, 1, False)


def test_a_quote_that_crosses_itself_is_only_counted() -> None:
    found = verdict(book_update(BTC, [("100.1", "1")], [("100.0", "1")]))

    assert (found.crossed, found.torn, found.holds) == (1, 0, True)


def test_a_locked_quote_is_no_cross() -> None:
    found = verdict(book_update(BTC, [("100.0", "1")], [("100.0", "1")]))

    assert found.crossed == 0


def test_a_best_price_that_differs_is_found() -> None:
    top = TopSeen(Nanos(1), BTC.id, -1, Ticks(999), Lots(1000), Ticks(1001), Lots(1000))

    found = verdict(SNAPSHOT, top, book_update(BTC, [("99.8", "1")], snapshot=False))

    assert (found.bbo, found.holds) == (Proof(1, 0), False)


@pytest.mark.parametrize("qtys", [("1", "0"), ("0", "1")], ids=["gone last", "gone first"])
def test_a_level_that_is_told_twice_is_found_and_its_most_stays(qtys: tuple[str, str]) -> None:
    twice = [("100.0", qty) for qty in qtys]

    found = verdict(SNAPSHOT, book_update(BTC, asks=twice, snapshot=False))

    assert (found.repeated, found.torn, found.holds) == (1, 1, False)


def test_a_price_on_both_sides_is_not_told_twice() -> None:
    both = book_update(BTC, [("100.1", "0")], [("100.1", "2")], snapshot=False)

    assert verdict(SNAPSHOT, both).repeated == 0


def test_orders_at_one_level_do_not_repeat_it() -> None:
    orders = OrderRows(np.array([1, 2], np.int64), np.array([1000, 2000], np.int64))
    twice = book_update(BTC, [("99.8", "1"), ("99.8", "3")], snapshot=False)

    assert verdict(SNAPSHOT, ByOrder(twice, orders)).repeated == 0


def test_verdicts_add_up() -> None:
    one = Verdict(1, 2, 3, 4, 5, 6, Proof(6, 6), Proof(7, 6))

    assert one + one == Verdict(2, 4, 6, 8, 10, 12, Proof(12, 12), Proof(14, 12))


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[str]:
    """The first part of a real recording."""
    path = shared_data / "binance_raw_ws/spot/btcusdt_20240808.gz"
    with gzip.open(path, "rt") as file:
        return [line for _, line in zip(range(6000), file, strict=False)]


def verified(path: Path, lines: list[str]) -> Verdict:
    path.write_text("".join(lines))
    return verify(FileArchive(Wanted((path,), FORMATS["binance-ws"], "binance", tops=True)))


def test_rebuilt_books_are_the_venues_own(lines: list[str], tmp_path: Path) -> None:
    found = verified(tmp_path / "whole", lines)

    assert found.holds
    assert found.bbo == Proof(found.updates - 2, found.updates - 2)
    assert found.updates > 400


def test_a_lost_frame_is_found(lines: list[str], tmp_path: Path) -> None:
    depth = [number for number, line in enumerate(lines) if "@depth" in line[:90]]
    cut = [line for number, line in enumerate(lines) if number != depth[100]]

    found = verified(tmp_path / "lost", cut)

    assert (found.gaps, found.holds) == (1, False)


def planted(lines: list[str], at: int, tops: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """
    Return *lines* with an ask at the best bid in the diff of line *at*, before its own asks.

    And whether these take that level away again.
    """
    ts, _, text = lines[at].partition(" ")
    frame = json.loads(text)
    last = bisect_right(tops, frame["data"]["u"], key=lambda top: top["u"])
    bid = tops[last - 1]["b"]
    is_taken = bid in dict(frame["data"]["a"])
    frame["data"]["a"].insert(0, [bid, "1.000"])
    return [*lines[:at], f"{ts} {json.dumps(frame)}\n", *lines[at + 1 :]], is_taken


def test_a_ghost_level_is_found(lines: list[str], tmp_path: Path) -> None:
    depth = [number for number, line in enumerate(lines) if "@depth" in line[:90]]
    tops = [json.loads(line.partition(" ")[2])["data"] for line in lines if "@bookTicker" in line]
    ghosts = [planted(lines, number, tops) for number in depth[50:150]]
    one = next(spoilt for spoilt, is_taken in ghosts if not is_taken)
    taken = next(spoilt for spoilt, is_taken in ghosts if is_taken)

    for spoilt, repeated in ((one, 0), (taken, 1)):
        found = verified(tmp_path / "ghost", spoilt)

        assert found.crossed >= 1
        assert found.repeated == repeated
        assert found.bbo.matched < found.bbo.checked
