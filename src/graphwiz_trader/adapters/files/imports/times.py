"""Times: instants as text, to whole nanoseconds."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((11, 10**9), (14, 10**6), (17, 10**3), (20, 1))
"""(digits below which an epoch is in this unit, ns a unit): s, ms, µs, ns, for years to 2286."""


def nanos(text: str) -> int:
    """
    Return an instant as nanoseconds since the epoch, exactly.

    Args:
        text: ISO 8601, UTC where it names no offset; or an epoch in s, ms, µs or ns.

    Raises:
        ValueError: it is neither.

    >>> nanos("2021-08-20 00:00:00.25"), nanos("1629417600250")
    (1629417600250000000, 1629417600250000000)
    """
    whole, point, rest = text.strip().partition(".")
    if whole.lstrip("-").isdigit():
        unit = next((ns for digits, ns in _UNITS if len(whole) < digits), 0)
        if not unit or (rest and not rest.isdigit()):
            raise ValueError(f"{text!r} is no time")
        return int(whole) * unit + scaled(rest, unit)
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if point and not digits:
        raise ValueError(f"{text!r} is no time")
    return _seconds(whole + rest[len(digits) :]) * 10**9 + scaled(digits, 10**9)


def scaled(digits: str, unit: int) -> int:
    """Return the decimals *digits* of one *unit*, a power of ten, in whole parts of it."""
    return int((digits + "0" * 9)[: len(str(unit)) - 1] or 0)


def day_start(digits: str) -> int:
    """Return the first instant of a day written `YYYYMMDD`; raises ValueError if it is none."""
    return _seconds(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}") * 10**9


@lru_cache(maxsize=4096)
def _seconds(text: str) -> int:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return (instant - _EPOCH) // timedelta(seconds=1)
