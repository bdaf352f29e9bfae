"""Space: which settings a search may choose from."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.value import value

Params = Mapping[str, str]
"""One point of a space: the text of each key's value."""


@value
class Axis:
    """
    One key and its values.

    Either `choices` are all of them; or they are all numbers from `low` to `high`, evenly likely
    by their logarithm where `is_log`.
    """

    key: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    is_log: bool = False


def axis(text: str) -> Axis:
    """
    Return the axis that *text* describes.

    Args:
        text: `KEY=a,b,c`, `KEY=low:high:step`, `KEY=low:high` or `KEY=low:high:log`.

    Raises:
        DomainError: it is none of them.

    >>> axis("hft.strategies.x.lookback=50:200:50").choices
    ('50', '100', '150', '200')
    """
    key, equals, spec = text.partition("=")
    if not key or not equals or not spec:
        raise _bad(text)
    bounds = spec.split(":")
    if len(bounds) == 1:
        return Axis(key, tuple(part.strip() for part in spec.split(",")))
    try:
        low, high = Decimal(bounds[0]), Decimal(bounds[1])
        step = Decimal(bounds[2]) if bounds[2:] not in ([], ["log"]) else None
    except ArithmeticError:
        raise _bad(text) from None
    is_log = bounds[2:] == ["log"]
    if len(bounds) > 3 or not low < high or (step is not None and step <= 0):
        raise _bad(text)
    if is_log and low <= 0:
        raise _bad(text)
    if step is None:
        return Axis(key, (), float(low), float(high), is_log)
    steps = int((high - low) / step)
    return Axis(key, tuple(f"{low + n * step:f}" for n in range(steps + 1)))


def grid(space: Sequence[Axis]) -> Iterator[Params]:
    """
    Yield every point of *space*, the last key changing fastest.

    Raises:
        DomainError: an axis has no steps.
    """
    for one in space:
        if not one.choices:
            raise DomainError(
                f"found {one.key} from {one.low} to {one.high} without steps, "
                "expected low:high:step or values for a grid"
            )
    keys = [one.key for one in space]
    for point in product(*(one.choices for one in space)):
        yield dict(zip(keys, point, strict=True))


def grid_size(space: Sequence[Axis]) -> int:
    """Return how many points `grid` yields."""
    return prod(len(one.choices) for one in space)


def _bad(text: str) -> DomainError:
    return DomainError(
        f"found {text!r}, expected KEY=a,b,c or KEY=low:high:step or KEY=low:high[:log]"
    )
