"""What trades show of one another."""

from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.sighting import Sighting
from graphwiz_trader.domain.trade_patterns import IcebergWatch, SweepWatch
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks


def at(ms: int) -> Nanos:
    return Nanos(ms * MILLISECOND)


def buys(watch: SweepWatch, *fills: tuple[int, int], depth: int = 100) -> list[Sighting | None]:
    watch.begin(at(0), at(0), Side.BUY, Lots(depth))
    return [watch.see(Ticks(price), Lots(qty)) for price, qty in fills]


def test_three_levels_of_one_order_are_a_sweep_told_once() -> None:
    told = buys(SweepWatch(), (100, 1), (101, 1), (102, 1), (103, 1))

    assert [each is not None for each in told] == [False, False, True, False]
    assert told[2] is not None
    assert told[2].side == 1


def test_nine_tenths_of_three_levels_are_a_sweep_too() -> None:
    assert buys(SweepWatch(), (100, 89)) == [None]
    assert buys(SweepWatch(), (100, 90))[0] is not None


def test_trades_of_another_instant_side_or_too_late_are_of_another_order() -> None:
    watch = SweepWatch()
    watch.begin(at(0), at(7), Side.BUY, Lots(9))

    assert not watch.is_new(at(50), at(7), Side.BUY)
    assert watch.is_new(at(51), at(7), Side.BUY)
    assert watch.is_new(at(1), at(8), Side.BUY)
    assert watch.is_new(at(1), at(7), Side.SELL)


def taken(watch: IcebergWatch, start: int, wait: int = 50) -> Sighting | None:
    """Take all ten lots of an ask, which is full again *wait* ms later."""
    watch.trade(at(start), Side.SELL, Ticks(100), Lots(10), Lots(10))
    return watch.see(at(start + wait), Lots(10))


def test_a_level_full_again_three_times_is_an_iceberg_against_the_taker() -> None:
    watch = IcebergWatch()

    told = [taken(watch, start) for start in (0, 200, 400)]

    assert told[:2] == [None, None]
    assert told[2] is not None
    assert told[2].side == -1


def test_a_level_full_again_too_late_is_none() -> None:
    watch = IcebergWatch()

    assert [taken(watch, start, wait=101) for start in (0, 200, 400, 600)] == [None] * 4


def test_thrice_what_it_showed_must_have_traded() -> None:
    watch = IcebergWatch()

    for start in (0, 200, 400):
        watch.trade(at(start), Side.SELL, Ticks(100), Lots(3), Lots(10))
        assert watch.see(at(start + 50), Lots(10)) is None


def test_a_level_that_was_hardly_touched_was_not_refilled() -> None:
    watch = IcebergWatch()

    for start in range(0, 4000, 100):
        watch.trade(at(start), Side.SELL, Ticks(100), Lots(1), Lots(10))
        assert watch.see(at(start + 50), Lots(10)) is None
