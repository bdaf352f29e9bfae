"""Patience: how long a feed waits for what, and what it counts meanwhile."""

import attrs

from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import value


@value
class Patience:
    """
    The times within which faults are noticed.

    `answer`: for a connection, a snapshot, the first book, an answer to a ping.
    `stale`: how old the last message of one book may be; a quiet market that says nothing is
    asked again, which costs a snapshot.
    `trades`: how long nobody may trade before the trades alone are asked for anew, which costs
    nothing; twice as long each time nothing comes of it.
    `idle`: how long nothing at all may be heard before a ping is sent.
    `keepalive`: how often a ping is sent whatever is heard; venues close what never speaks.
    `quiet`: how long a stream of changes must be silent for a snapshot to count as bridged.
    `tick`: how often these are looked at; a fault is told that much later at most.
    """

    answer: Nanos = Nanos(5 * SECOND)
    stale: Nanos = Nanos(10 * SECOND)
    trades: Nanos = Nanos(60 * SECOND)
    idle: Nanos = Nanos(5 * SECOND)
    keepalive: Nanos = Nanos(15 * SECOND)
    quiet: Nanos = Nanos(1 * SECOND)
    tick: Nanos = Nanos(50 * MILLISECOND)
    resync: Backoff = attrs.field(
        default=Backoff(Nanos(100 * MILLISECOND), Nanos(10 * SECOND), 10, Nanos(30 * SECOND))
    )
    reconnect: Backoff = attrs.field(
        default=Backoff(Nanos(200 * MILLISECOND), Nanos(30 * SECOND), 20, Nanos(60 * SECOND))
    )


@attrs.define
class Tally:
    """What a feed has seen since it was made."""

    frames: int = 0
    updates: int = 0
    epochs: int = 0
    gaps: int = 0
    garbled: int = 0
    resyncs: int = 0
    reasked: int = 0
    denied: int = 0
    reconnects: int = 0
    last_denial: str = ""
