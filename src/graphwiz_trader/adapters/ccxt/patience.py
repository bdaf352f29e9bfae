"""Patience: how long a feed waits for what, before it acts."""

from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import TimedOut
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import value


@value
class Patience:
    """
    Waits, in ns.

    `first`: for the first book after asking. `stale`: for any frame on a connection, pongs
    included. `quiet`: for any message about a book. `trades`: for any trade, before they alone are
    asked for anew; twice as long each time none comes. `proof`: for a change that follows from a
    book fetched over REST; one that nothing contradicts for so long is taken as proven.
    `retry`: between attempts to bring one line to life; once its budget is spent, the feed ends.
    """

    first: Nanos = Nanos(10 * SECOND)
    stale: Nanos = Nanos(10 * SECOND)
    quiet: Nanos = Nanos(30 * SECOND)
    trades: Nanos = Nanos(60 * SECOND)
    proof: Nanos = SECOND
    retry: Backoff = Backoff(Nanos(100 * MILLISECOND), Nanos(10 * SECOND), 10, Nanos(10 * SECOND))

    @property
    def shortest(self) -> Nanos:
        """The shortest wait that something must be looked at for."""
        return min(self.first, self.stale, self.quiet, self.trades, self.proof)


def silence(what: str, ns: int) -> TimedOut:
    """Return the error that *what* did not come for so long."""
    return TimedOut(f"{what} for {ns / SECOND:.1f} s")


@value
class OrderPatience:
    """
    Waits of a venue that takes orders, in ns.

    `ack`: for the answer to a request. `grace`: for the report that follows from an answer.
    `first`: for a stream to begin; `quiet`: for a refusal, where it does not say that it began.
    `stale`: for any frame on it, pongs included.
    `retry`: between attempts to open it; once its budget is spent, the venue's run ends.
    """

    ack: Nanos = Nanos(5 * SECOND)
    grace: Nanos = SECOND
    first: Nanos = Nanos(10 * SECOND)
    quiet: Nanos = SECOND
    stale: Nanos = Nanos(10 * SECOND)
    retry: Backoff = Backoff(Nanos(100 * MILLISECOND), Nanos(10 * SECOND), 10, Nanos(10 * SECOND))
