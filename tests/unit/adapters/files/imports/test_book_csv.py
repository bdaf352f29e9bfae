"""Sights of a book are told as what changed between them."""

import pytest

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.ports.archive import Archive
from tests.unit.adapters.files.imports.conftest import Read

HEADER = "timestamp,symbol,b1,b2,bv1,bv2,a1,a2,av1,av2\n"
FIRST = "2021-08-20 00:00:00,X,10,9,1,2,11,12,3,4\n"


def changes(archive: Archive) -> list[tuple[bool, list[tuple[int, int, int]]]]:
    """Whether each message is a snapshot, and its rows (side, ticks, lots)."""
    told = []
    for event in archive.events():
        assert isinstance(event, BookUpdate)
        rows, span = event.rows, slice(event.first, event.last)
        columns = (column[span].tolist() for column in (rows.side, rows.ticks, rows.lots))
        told.append((event.snapshot, list(zip(*columns, strict=True))))
    return told


def test_the_first_sight_is_a_snapshot_of_all_levels(read: Read) -> None:
    found = changes(read("book-csv", {"f": HEADER + FIRST}, ("X/USD",)))

    assert found == [(True, [(1, 10, 1), (1, 9, 2), (-1, 11, 3), (-1, 12, 4)])]


def test_what_did_not_change_is_not_told_again(read: Read) -> None:
    second = "2021-08-20 00:00:01,X,10,9,1,5,11,12,3,4\n"

    found = changes(read("book-csv", {"f": HEADER + FIRST + second}, ("X/USD",)))

    assert found[1] == (False, [(1, 9, 5)])


def test_a_level_that_is_no_longer_shown_is_removed(read: Read) -> None:
    second = "2021-08-20 00:00:01,X,10.5,10,7,1,11,12,3,4\n"

    found = changes(read("book-csv", {"f": HEADER + FIRST + second}, ("X/USD",)))

    assert found[1] == (False, [(1, 90, 0), (1, 105, 7)])


def test_a_sight_without_change_is_still_a_message(read: Read) -> None:
    second = FIRST.replace("00:00:00", "00:00:01").replace("10,9", "10.0,9.00")

    found = changes(read("book-csv", {"f": HEADER + FIRST + second}, ("X/USD",)))

    assert found[1] == (False, [])


def test_quantities_that_differ_below_the_lot_did_not_change(read: Read) -> None:
    first = FIRST.replace(",1,2,", ",0.1234567891,2,")
    second = FIRST.replace("00:00:00", "00:00:01").replace(",1,2,", ",0.1234567899,2,")

    found = changes(read("book-csv", {"f": HEADER + first + second}, ("X/USD",)))

    assert found[1] == (False, [])


def test_windows_go_on_across_files(read: Read) -> None:
    second = FIRST.replace("00:00:00", "00:00:01")

    found = changes(read("book-csv", {"a": HEADER + FIRST, "b": HEADER + second}, ("X/USD",)))

    assert [snapshot for snapshot, _ in found] == [True, False]


def test_an_empty_cell_is_a_level_that_is_not_there(read: Read) -> None:
    found = changes(read("book-csv", {"f": HEADER + FIRST.replace("9,1,2", ",1,")}, ("X/USD",)))

    assert found == [(True, [(1, 10, 1), (-1, 11, 3), (-1, 12, 4)])]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a,b,c\n1,2,3\n", "line 1: found 'a,b,c', expected timestamp,symbol"),
        (HEADER + "2021-08-20,X,1\n", "line 2: found 3 columns, expected 10"),
        (HEADER + FIRST.replace("2021", "MMXXI"), "line 2: found time 'MMXXI-08"),
        (b"\xff\xfe\x00", "line 1: found .* expected text in UTF-8"),
    ],
)
def test_another_form_is_named(read: Read, text: str | bytes, complaint: str) -> None:
    with pytest.raises(DataError, match=complaint):
        read("book-csv", {"f": text})
