"""Spaces are read from what a user writes, and refused where they are none."""

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.space import Axis, axis, grid, grid_size


def test_values_are_taken_as_they_are_written() -> None:
    assert axis("a.b=1.50, x,y").choices == ("1.50", "x", "y")


def test_steps_are_exact_and_reach_the_end() -> None:
    assert axis("a=0.1:0.5:0.1").choices == ("0.1", "0.2", "0.3", "0.4", "0.5")
    assert axis("a=1:10:4").choices == ("1", "5", "9")


def test_a_range_without_steps_is_for_a_search() -> None:
    assert axis("a=0.5:2") == Axis("a", (), 0.5, 2.0)
    assert axis("a=0.001:10:log") == Axis("a", (), 0.001, 10.0, is_log=True)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "=1,2",
        "a=",
        "a=1:1",
        "a=2:1:0.5",
        "a=1:2:0",
        "a=x:2",
        "a=1:2:3:4",
        "a=0:1:log",
        "a=1:2:x",
    ],
)
def test_what_is_no_axis_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="expected KEY=a,b,c or KEY=low:high:step"):
        axis(text)


def test_a_grid_is_every_point_once() -> None:
    space = (axis("a=1,2"), axis("b=x,y,z"))

    points = list(grid(space))

    assert points[:2] == [{"a": "1", "b": "x"}, {"a": "1", "b": "y"}]
    assert len(points) == len({tuple(point.values()) for point in points}) == grid_size(space) == 6


def test_a_grid_needs_steps() -> None:
    with pytest.raises(DomainError, match=r"a from 1\.0 to 2\.0 without steps"):
        list(grid((axis("a=1:2"),)))
