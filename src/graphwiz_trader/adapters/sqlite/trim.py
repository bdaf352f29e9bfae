"""Trim: the oldest moments taken out of the tables, with what leads to and from them."""

import sqlite3

from graphwiz_trader.adapters.sqlite import texts
from graphwiz_trader.adapters.sqlite.schema import transaction
from graphwiz_trader.domain.graph import ENDS
from graphwiz_trader.domain.graph_keep import MOMENTS, Keep

_TIMES = " UNION ALL ".join(
    f'SELECT {time} AS ts FROM "{label.__name__}"'  # noqa: S608 # names of our own classes
    for label, time in MOMENTS.items()
)
BEYOND = f"SELECT ts FROM ({_TIMES}) ORDER BY ts DESC LIMIT 1 OFFSET ?"  # noqa: S608 # likewise
"""Finds the newest moment that is one too many."""


def trim(connection: sqlite3.Connection, keep: Keep) -> int:
    """Forget all that *keep* does not keep; return how many nodes went."""
    with transaction(connection, "IMMEDIATE"):
        since = 0
        if keep.age is not None:
            since = connection.execute(texts.NEWEST).fetchone()[0] - keep.age
        if keep.most is not None:
            beyond = connection.execute(BEYOND, (keep.most,)).fetchone()
            since = max(since, beyond[0] + 1) if beyond else since
        return sum(_forgotten(connection, label, since) for label in MOMENTS)


def _forgotten(connection: sqlite3.Connection, label: type, since: int) -> int:
    old = f'FROM "{label.__name__}" WHERE {MOMENTS[label]} < ?'
    for relation, (source, target) in ENDS.items():
        for end, kind in (("source", source), ("target", target)):
            if kind is label:
                connection.execute(
                    f"DELETE FROM edge WHERE relation = ? AND {end} IN (SELECT key {old})",  # noqa: S608 # likewise
                    (relation.value, since),
                )
    return connection.execute(f"DELETE {old}", (since,)).rowcount
