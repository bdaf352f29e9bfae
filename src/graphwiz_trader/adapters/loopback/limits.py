"""
Limits: how much a client may ask for, and what happens to one who asks for more.

Source: Binance spot API, "Limits" and "WebSocket limits"; OKX API guide v5, "Rate limit".
"""

from collections import deque

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value

MINUTE = Nanos(60 * SECOND)


@value
class Limits:
    """
    What a venue allows.

    `weight` is Binance's request weight a minute, `orders` its orders in ten seconds,
    `messages` its messages a second on a market stream; `okx_scale` multiplies every limit of
    OKX. A client who makes `patience` more requests after a 429 is banned for `ban_s` seconds.
    """

    weight: int = 6_000
    orders: int = 100
    messages: int = 5
    okx_scale: float = 1.0
    patience: int = 10
    ban_s: int = 120


GENEROUS = Limits(weight=10_000_000, orders=1_000_000, messages=100_000, okx_scale=1_000.0)
"""For tests of something else, and for benchmarks."""


class Window:
    """What was used of *limit* in the present interval; intervals begin at whole multiples."""

    def __init__(self, limit: int, interval: Nanos) -> None:
        self.limit = limit
        self._interval = interval
        self._index = -1
        self.used = 0
        """How much, in the interval last looked at."""

    def add(self, amount: int, now: Nanos) -> bool:
        """Count *amount* and return whether the limit still holds."""
        self.look(now)
        self.used += amount
        return self.used <= self.limit

    def look(self, now: Nanos) -> int:
        """Return what was used of the interval of *now*."""
        index = now // self._interval
        if index != self._index:
            self._index, self.used = index, 0
        return self.used

    def left_s(self, now: Nanos) -> int:
        """Return how many seconds of the interval of *now* are left, at least 1."""
        return max(1, -(-(self._interval - now % self._interval) // SECOND))


class Sliding:
    """At most *limit* in any interval; what comes too much is not counted."""

    def __init__(self, limit: int, interval: Nanos) -> None:
        self._limit = limit
        self._interval = interval
        self._taken: deque[Nanos] = deque()

    def take(self, amount: int, now: Nanos) -> bool:
        """Count *amount* if the limit allows it; return whether it does."""
        while self._taken and self._taken[0] <= now - self._interval:
            self._taken.popleft()
        if len(self._taken) + amount > self._limit:
            return False
        self._taken.extend([now] * amount)
        return True
