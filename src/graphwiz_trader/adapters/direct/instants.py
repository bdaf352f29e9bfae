"""Instants: RFC 3339 text as nanoseconds."""

import re
from datetime import date
from functools import lru_cache

from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.units import DAY, SECOND, Nanos

_text = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_epoch = date(1970, 1, 1).toordinal()


def instant(text: str) -> Nanos:
    """
    Return the instant *text* names, to the nanosecond.

    Raises:
        Garbled: it is no instant in UTC.

    >>> instant("1970-01-02T00:00:01.5Z")
    86401500000000
    """
    found = _text.fullmatch(text)
    if found is None:
        raise Garbled(f"{text!r} where an instant belongs")
    day, hours, minutes, seconds, fraction = found.groups("0")
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return Nanos(_days(day) * DAY + whole * SECOND + int(fraction.ljust(9, "0")))


@lru_cache(maxsize=8)
def _days(day: str) -> int:
    try:
        return date.fromisoformat(day).toordinal() - _epoch
    except ValueError as error:
        raise Garbled(f"{day!r} where a date belongs") from error
