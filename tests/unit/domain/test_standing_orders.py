"""Orders stand in the order in which they came, as rows of a tape say."""

from graphwiz_trader.domain.standing_orders import StandingOrders


def standing(*rows: tuple[int, int, int, int]) -> list[list[int]]:
    orders = StandingOrders()
    for row in rows:
        orders.take(*row)
    return orders.rows().tolist()  # type: ignore[no-any-return] # numbers, as the caller compares


def test_first_come_stands_first() -> None:
    assert standing((1, 100, 5, 2), (1, 100, 4, 3)) == [[1, 100, 2, 5, 2], [1, 100, 5, 4, 3]]


def test_less_keeps_the_place() -> None:
    rows = standing((1, 100, 5, 2), (1, 100, 4, 3), (1, 100, 5, 1))

    assert [row[3:] for row in rows] == [[5, 1], [4, 3]]


def test_the_same_again_keeps_the_place() -> None:
    rows = standing((1, 100, 5, 2), (1, 100, 4, 3), (1, 100, 5, 2))

    assert [row[3:] for row in rows] == [[5, 2], [4, 3]]


def test_more_loses_the_place() -> None:
    rows = standing((1, 100, 5, 2), (1, 100, 4, 3), (1, 100, 5, 3))

    assert [row[3:] for row in rows] == [[4, 3], [5, 3]]


def test_who_has_nothing_left_is_gone() -> None:
    assert standing((1, 100, 5, 2), (1, 100, 5, 0), (-1, 101, 6, 0)) == []
