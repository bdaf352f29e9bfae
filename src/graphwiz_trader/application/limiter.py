"""Limiter: how much a venue may be asked, and who goes first when that is little."""

from collections import deque
from enum import Enum
from typing import Final

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import Usage, VenueTerms
from graphwiz_trader.ports.clock import Clock


class Lane(Enum):
    """Who asks, the most urgent first; the value is the share of the capacity it leaves alone."""

    CANCEL = 0.0
    HEDGE = 0.05
    SUBMIT = 0.2
    QUERY = 0.4
    DATA = 0.6


LONG = Nanos(10 * SECOND)
"""Where nothing can be canceled for longer, nothing should work."""

# CPython 3.11 looks an enumeration's member up in 0.27 µs and hashes it in Python; each command
# that leaves passes here, so that what belongs to a lane is found by identity.
_CANCEL: Final = Lane.CANCEL
_HEDGE: Final = Lane.HEDGE
_SUBMIT: Final = Lane.SUBMIT
_SHARES: Final[dict[str, float]] = {lane.name: lane.value for lane in Lane}


class Limiter:
    """
    A bucket of request weight that fills evenly, and is corrected by what the venue counts.

    Cancels are never held back by it: they overdraw, and the others wait the longer. Only the
    venue's own Retry-After holds back everything. Orders are counted besides, where the venue
    counts them: never more in any window than it takes, whenever its windows begin.
    """

    def __init__(self, clock: Clock, terms: VenueTerms) -> None:
        self.closed_until = Nanos(0)
        self._clock = clock
        self._capacity = float(terms.capacity)
        self._per_ns = terms.capacity / terms.window
        self._left = self._capacity
        self._as_of = clock.now()
        self._usage: Usage | None = None
        self._counts = terms.orders
        self._orders: deque[Nanos] = deque(maxlen=terms.orders)
        self._orders_window = terms.orders_window

    def sync(self, usage: Usage | None) -> bool:
        """Take over what the venue said, once; return whether it bans us, or is long away."""
        if usage is None or usage is self._usage:
            return False
        self._usage = usage
        self._refill(self._clock.now())
        if usage.used >= 0:
            self._left = min(self._left, self._capacity - usage.used)
        is_news = usage.closed_until > max(self.closed_until, self._clock.now())
        self.closed_until = max(self.closed_until, usage.closed_until)
        is_long = usage.closed_until - self._clock.now() > LONG
        return is_news and (usage.is_ban or is_long)

    def take(self, lane: Lane, weight: int) -> bool:
        """Take *weight* out if *lane* may have it now."""
        now = self._clock.now()
        if self._ready(lane, weight, now) > now:
            return False
        self._left -= weight
        if self._counts and (lane is _SUBMIT or lane is _HEDGE):
            self._orders.append(now)
        return True

    def ready(self, lane: Lane, weight: int) -> Nanos:
        """Return when *lane* may have *weight* if nobody else takes any."""
        return self._ready(lane, weight, self._clock.now())

    async def wait(self, lane: Lane, weight: int) -> None:
        """Take *weight* as soon as *lane* may have it."""
        while not self.take(lane, weight):
            await self._clock.sleep_until(self.ready(lane, weight))

    def _ready(self, lane: Lane, weight: int, now: Nanos) -> Nanos:
        self._refill(now)
        if now < self.closed_until:
            return self.closed_until
        if lane is _CANCEL:
            return now
        share = _SHARES[lane._name_]
        budget, needed = now, share * self._capacity + weight
        if needed > self._left:
            # What leaves more alone than the bucket can hold would wait for ever.
            short = min(needed, max(self._capacity, weight)) - self._left
            if short > 0:
                budget = Nanos(now + int(short / self._per_ns) + 1)
        if self._counts and (lane is _SUBMIT or lane is _HEDGE):
            return max(budget, self._room(share))
        return budget

    def _room(self, share: float) -> Nanos:
        """Return when an order that leaves *share* alone fits into every window, 0 if now."""
        allowed = max(1, int(self._counts * (1.0 - share)))
        if len(self._orders) < allowed:
            return Nanos(0)
        return Nanos(self._orders[-allowed] + self._orders_window)

    def _refill(self, now: Nanos) -> None:
        self._left = min(self._capacity, self._left + (now - self._as_of) * self._per_ns)
        self._as_of = now
