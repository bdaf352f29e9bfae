"""What left within the last second is counted, in all and of each kind."""

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.engine.recent import Recent


def test_the_second_that_ends_now_is_counted() -> None:
    recent = Recent()
    recent.note(Nanos(0))
    recent.note(Nanos(SECOND - 1))

    assert [recent.count(Nanos(at)) for at in (SECOND - 1, SECOND, 2 * SECOND - 1)] == [2, 1, 0]


def test_each_kind_is_counted_by_itself() -> None:
    recent = Recent()
    for key in ("a", "b", "a"):
        recent.note(Nanos(0), key)

    assert [recent.like(Nanos(0), key) for key in ("a", "b", "c")] == [2, 1, 0]
    assert recent.like(Nanos(SECOND), "a") == 0


def test_what_was_taken_back_does_not_count() -> None:
    recent = Recent()
    recent.note(Nanos(0), "a")
    recent.note(Nanos(0), "b")

    recent.undo()

    assert [recent.count(Nanos(0)), recent.like(Nanos(0), "b")] == [1, 0]


def test_no_more_is_remembered_than_is_kept() -> None:
    recent = Recent(3)

    for key in ("a", "a", "b", "b", "b"):
        recent.note(Nanos(0), key)

    assert [recent.count(Nanos(0)), recent.like(Nanos(0), "a")] == [3, 0]


def test_what_is_too_old_is_not_held_against_the_most() -> None:
    recent = Recent()
    for at in (0, 1, SECOND - 1):
        recent.note(Nanos(at))

    assert [recent.is_below(most, Nanos(SECOND - 1)) for most in (3, 4)] == [False, True]
    assert [recent.is_below(most, Nanos(SECOND)) for most in (2, 3)] == [False, True]


def test_kinds_are_counted_right_whenever_they_are_first_asked_for() -> None:
    recent = Recent()
    for at, key in ((0, "a"), (1, "b"), (2, "a")):
        recent.note(Nanos(at), key)

    early = recent.like(Nanos(2), "a")
    recent.note(Nanos(SECOND), "a")
    recent.undo()
    late = [recent.like(Nanos(SECOND + ns), "a") for ns in (0, 2)]

    assert (early, late) == (2, [1, 0])
