"""Books are compared with the venue's tops in the venue's order, whichever comes first here."""

from graphwiz_trader.application.bbo import BboCheck, Proof, Touch
from graphwiz_trader.domain.units import Lots, Ticks


def touch(bid: int, lots: int = 1) -> Touch:
    return Ticks(bid), Lots(lots), Ticks(bid + 1), Lots(lots)


def test_a_book_is_compared_with_the_last_top_not_above_it() -> None:
    check = BboCheck()
    check.top(1, touch(100))
    check.top(4, touch(200))
    check.top(9, touch(300))

    check.book(8, touch(200))

    assert check.finish() == Proof(1, 1)


def test_a_top_of_the_same_number_counts() -> None:
    check = BboCheck()
    check.top(1, touch(100))

    check.book(4, touch(200))
    check.top(4, touch(200))

    assert check.finish() == Proof(1, 1)


def test_a_top_that_arrives_late_is_waited_for() -> None:
    check = BboCheck()
    check.top(1, touch(100))

    check.book(5, touch(200))
    check.top(5, touch(200))
    check.top(6, touch(300))

    assert check.finish() == Proof(1, 1)


def test_nothing_is_compared_before_a_top_is_known() -> None:
    check = BboCheck()

    check.book(5, touch(200))
    check.top(6, touch(200))

    assert check.finish() == Proof(0, 0)


def test_another_quantity_is_a_mismatch() -> None:
    check = BboCheck()
    check.top(1, touch(100, lots=1))

    check.book(1, touch(100, lots=2))

    assert check.finish() == Proof(1, 0)


def test_a_top_below_the_last_is_passed_over() -> None:
    check = BboCheck()
    check.top(5, touch(100))

    check.top(4, touch(200))
    check.book(5, touch(100))

    assert check.finish() == Proof(1, 1)


def test_without_tops_what_waits_is_bounded() -> None:
    check = BboCheck()

    for seq in range(70_000):
        check.book(seq, touch(1))

    assert len(check._waiting) < 70_000
