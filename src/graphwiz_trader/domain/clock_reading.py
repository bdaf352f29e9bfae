"""ClockReading: what a venue's clock showed against ours, and how sure that is."""

from collections.abc import Sequence

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class ClockReading:
    """
    The venue's clock minus ours, in ns, true to within `error`, at our *ts*.

    >>> ClockReading.of(Nanos(100), Nanos(160), Nanos(110))
    ClockReading(ts=110, offset=55, error=5)
    """

    ts: Nanos
    offset: Nanos
    error: Nanos

    @classmethod
    def of(cls, asked: Nanos, shown: Nanos, answered: Nanos) -> "ClockReading":
        """
        Return what one question tells.

        The venue looked at its clock at some instant between *asked* and *answered* of ours, so
        that the middle is wrong by half the time between them at most.

        Source: Cristian, "Probabilistic clock synchronization", 1989.
        """
        return cls(
            answered, Nanos(shown - (asked + answered) // 2), Nanos((answered - asked + 1) // 2)
        )

    def differs(self, other: "ClockReading", by: Nanos) -> bool:
        """Whether the two differ by more than *by*, however wrong they are."""
        return abs(self.offset - other.offset) - self.error - other.error > by


def surest(readings: Sequence[ClockReading]) -> ClockReading:
    """Return the one of *readings*, at least one, with the smallest error; the latest of equals."""
    return min(reversed(readings), key=lambda reading: reading.error)
