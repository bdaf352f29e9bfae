"""Patience: how long a feed waits for what, before it acts."""

from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import value


@value
class Patience:
    """
    Waits, in ns.

    `first`: for the first book after asking. `stale`: for any frame on a connection, pongs
    included. `quiet`: for any message about a book. `proof`: for a change that follows from a
    book fetched over REST; one that nothing contradicts for so long is taken as proven.
    `pause` doubles up to `long_pause` between attempts; after `budget` attempts in a row, none of
    which lived for `stale`, the feed gives up.
    """

    first: Nanos = Nanos(10 * SECOND)
    stale: Nanos = Nanos(10 * SECOND)
    quiet: Nanos = Nanos(30 * SECOND)
    proof: Nanos = SECOND
    pause: Nanos = Nanos(100 * MILLISECOND)
    long_pause: Nanos = Nanos(10 * SECOND)
    budget: int = 10

    @property
    def shortest(self) -> Nanos:
        """The shortest wait that something must be looked at for."""
        return min(self.first, self.stale, self.quiet, self.proof)

    def before(self, attempt: int) -> Nanos:
        """Return the pause before attempt number *attempt*, from 1."""
        return min(Nanos(self.pause << min(attempt - 1, 30)), self.long_pause)


def silence(what: str, ns: int) -> TimedOut:
    """Return the error that *what* did not come for so long."""
    return TimedOut(f"{what} for {ns / SECOND:.1f} s")
