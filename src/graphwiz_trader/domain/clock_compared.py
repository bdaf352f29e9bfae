"""ClockCompared: an event that tells what a venue's clock shows against ours."""

from graphwiz_trader.domain.units import Nanos, Venue
from graphwiz_trader.domain.value import value


@value
class ClockCompared:
    """A venue was asked for its time: its clock shows *offset* more than ours, true to *error*."""

    ts: Nanos
    venue: Venue
    offset: Nanos
    error: Nanos
