"""Intake: rows written to SQLite, and those it will never take."""

import sqlite3
from collections.abc import Sequence

from graphwiz_trader.adapters.sqlite import texts
from graphwiz_trader.domain.graph import Batch, Edge

NEVER_TAKEN = (
    OverflowError,
    UnicodeEncodeError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What SQLite says of a row it will not take however often it is sent."""


def edge_row(edge: Edge) -> tuple[object, ...]:
    """Return *edge* as the parameters of its statement."""
    return edge.relation.value, edge.source, edge.target, edge.key, edge.detail


def insert(
    connection: sqlite3.Connection,
    text: str,
    rows: Sequence[tuple[object, ...]],
    names: Sequence[tuple[str, str]],
    batch: Batch,
) -> None:
    """Write *rows*; if one is never taken, all the others, and that one as a dead letter."""
    connection.execute("SAVEPOINT rows")
    try:
        connection.executemany(text, rows)
    except NEVER_TAKEN:
        connection.execute("ROLLBACK TO rows")
        for row, (label, key) in zip(rows, names, strict=True):
            try:
                connection.execute(text, row)
            except NEVER_TAKEN as error:
                spelt = key.encode("ascii", "backslashreplace").decode()
                said = str(error).encode("ascii", "backslashreplace").decode()
                connection.execute(texts.BURY, (batch.run, label, spelt, batch.seq, said))
    connection.execute("RELEASE rows")
