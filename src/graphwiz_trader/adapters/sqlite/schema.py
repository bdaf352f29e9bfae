"""Schema: the tables of the graph, as numbered migrations, and how a node becomes a row."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_type_hints

import attrs

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.graph import ENDS, LABELS, Node, Relation
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence

N = TypeVar("N", bound=Node)

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE cursor (run TEXT PRIMARY KEY, seq INTEGER NOT NULL, ts INTEGER NOT NULL);
    CREATE TABLE dead_letter (
        run TEXT, label TEXT, key TEXT, seq INTEGER, error TEXT, PRIMARY KEY (run, label, key));
    CREATE TABLE edge (
        relation TEXT, source TEXT, target TEXT, key TEXT, detail TEXT,
        PRIMARY KEY (relation, source, target, key)) WITHOUT ROWID;
    CREATE INDEX edge_target ON edge (relation, target);
    CREATE TABLE "Run" (
        key TEXT PRIMARY KEY, ts INTEGER, mode TEXT, seed TEXT, version TEXT,
        installation TEXT, incarnation INTEGER, reporting TEXT);
    CREATE TABLE "Strategy" (key TEXT PRIMARY KEY);
    CREATE TABLE "Exchange" (key TEXT PRIMARY KEY);
    CREATE TABLE "Asset" (key TEXT PRIMARY KEY);
    CREATE TABLE "Symbol" (key TEXT PRIMARY KEY);
    CREATE TABLE "Instrument" (
        key TEXT PRIMARY KEY, kind TEXT, base TEXT, quote TEXT, tick_size TEXT, lot_size TEXT);
    CREATE TABLE "Signal" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, strategy TEXT, kind TEXT,
        edge_bps REAL, why TEXT, opportunity TEXT, trade_group TEXT, legs TEXT, caused_by TEXT,
        verdict TEXT, refused TEXT, refused_on TEXT, found TEXT, allowed TEXT);
    CREATE TABLE "Order" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, cl_ord_id TEXT, strategy TEXT,
        instrument TEXT, side TEXT, ord_type TEXT, time_in_force TEXT, price TEXT, qty TEXT,
        trade_group TEXT, replaces TEXT, why TEXT, caused_by TEXT, ord_status TEXT, cum_qty TEXT,
        text TEXT);
    CREATE INDEX order_id ON "Order" (cl_ord_id);
    CREATE TABLE "Fill" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, ts_venue INTEGER, cl_ord_id TEXT,
        exec_id TEXT, strategy TEXT, instrument TEXT, side TEXT, price TEXT, qty TEXT, fee TEXT,
        pnl TEXT, asset TEXT, liquidity TEXT);
    CREATE TABLE "Trade" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, name TEXT, strategy TEXT, opened INTEGER,
        closed INTEGER, asset TEXT, pnl TEXT, fees TEXT, reporting TEXT, net TEXT, charged TEXT,
        symbols TEXT, venues TEXT);
    CREATE INDEX trade_closed ON "Trade" (closed);
    CREATE INDEX trade_strategy ON "Trade" (strategy, closed);
    CREATE INDEX trade_name ON "Trade" (name);
    CREATE TABLE "ArbitrageOpportunity" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, opened INTEGER, closed INTEGER, strategy TEXT,
        name TEXT, route TEXT, stage TEXT, survived INTEGER, gross_bps REAL, net_bps REAL,
        qty REAL, admitted INTEGER, refused INTEGER, reason TEXT, filled INTEGER, outcome TEXT,
        expected TEXT, realised TEXT);
    CREATE INDEX opportunity_opened ON "ArbitrageOpportunity" (opened);
    CREATE INDEX opportunity_name ON "ArbitrageOpportunity" (name);
    CREATE TABLE "Alert" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, severity TEXT, code TEXT,
        text TEXT);
    """,
    """
    CREATE TABLE "Pattern" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, kind TEXT, symbol TEXT,
        occurrence_count INTEGER, judged INTEGER, successes INTEGER, success_rate REAL,
        average_profit_bps REAL, first_seen INTEGER, last_seen INTEGER, cost_model TEXT,
        indicators TEXT);
    CREATE TABLE "Occurrence" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, kind TEXT, symbol TEXT,
        instrument TEXT, side INTEGER, horizon INTEGER, cost_bps REAL, indicators TEXT,
        known INTEGER, profit_bps REAL, lasted INTEGER);
    CREATE INDEX occurrence_ts ON "Occurrence" (ts);
    CREATE TABLE "Case" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, kind TEXT, name TEXT,
        features TEXT, known INTEGER, outcome TEXT, realised TEXT);
    CREATE INDEX case_ts ON "Case" (ts);
    CREATE TABLE "MetricSample" (
        key TEXT PRIMARY KEY, run TEXT, seq INTEGER, ts INTEGER, entries INTEGER, books INTEGER,
        trades INTEGER, approved INTEGER, refused INTEGER, orders INTEGER, fills INTEGER,
        alerts INTEGER);
    CREATE INDEX sample_ts ON "MetricSample" (ts);
    CREATE INDEX alert_ts ON "Alert" (ts);
    """,
    """
    DROP TABLE "Pattern";
    CREATE TABLE "Pattern" (key TEXT PRIMARY KEY, kind TEXT, symbol TEXT, horizon INTEGER);
    INSERT INTO "Pattern"
        SELECT kind || ':' || symbol, kind, symbol, max(horizon) FROM "Occurrence"
        GROUP BY kind, symbol;
    DELETE FROM edge WHERE relation IN ('CORRELATED_WITH', 'DETECTED_ON');
    INSERT INTO edge SELECT 'DETECTED_ON', p.key, p.symbol, '', ''
        FROM "Pattern" p JOIN "Symbol" s ON s.key = p.symbol;
    UPDATE edge SET target = (
        SELECT o.kind || ':' || o.symbol FROM "Occurrence" o WHERE o.key = edge.source)
        WHERE relation = 'INSTANCE_OF';
    CREATE INDEX occurrence_hours ON "Occurrence" (symbol, kind, ts);
    ALTER TABLE "MetricSample" ADD COLUMN cpu_pct REAL;
    ALTER TABLE "MetricSample" ADD COLUMN memory_bytes INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN open_files INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN machine_cpu_pct REAL;
    ALTER TABLE "MetricSample" ADD COLUMN machine_memory_pct REAL;
    ALTER TABLE "MetricSample" ADD COLUMN disk_free_bytes INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN sent_bytes INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN received_bytes INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN loop_lag INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN gc_count INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN gc_pause INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN gc_longest INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN journal_pending INTEGER;
    ALTER TABLE "MetricSample" ADD COLUMN outbox INTEGER;
    """,
)
"""Migration n brings version n to n + 1; one that was released is never changed."""


def migrate(connection: sqlite3.Connection) -> None:
    """
    Bring the tables to the latest version, all or nothing.

    Raises:
        DataError: they are of a later version than this program knows.
    """
    with transaction(connection, "IMMEDIATE"):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise DataError(f"the graph is of version {version}, expected {len(MIGRATIONS)}")
        for migration in MIGRATIONS[version:]:
            for statement in migration.split(";"):
                connection.execute(statement)
        # A pragma takes no parameters.
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


@contextmanager
def transaction(
    connection: sqlite3.Connection, kind: Literal["IMMEDIATE", "DEFERRED"]
) -> Iterator[None]:
    """Keep all that is done within, or undo it if anything is raised; IMMEDIATE means to write."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def row(node: Node) -> tuple[object, ...]:
    """Return *node* as the parameters of its `UPSERT`, amounts as text."""
    return tuple(
        str(item) if isinstance(item, Decimal) else item
        for item in (getattr(node, name) for name in _NAMES[type(node)])
    )


def node(label: type[N], columns: tuple[Any, ...]) -> N:
    """Return the node of a row of *label*'s table."""
    return label(*(up(item) for up, item in zip(_UPS[label], columns, strict=True)))


def _kept(item: Any) -> Any:
    return item


def _ups(label: type) -> tuple[Callable[[Any], Any], ...]:
    hints = get_type_hints(label)
    return tuple(Decimal if hints[name] is Decimal else _kept for name in _names(label))


def _names(label: type) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(label))


def _upsert(label: type) -> str:
    names = _names(label)
    values = ", ".join("?" * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    then = f"UPDATE SET {changes}" if changes else "NOTHING"
    into = f'"{label.__name__}" ({", ".join(names)})'
    return f"INSERT INTO {into} VALUES ({values}) ON CONFLICT (key) DO {then}"  # noqa: S608 # names of our own classes


def _watched(label: type) -> str:
    asked = " AND ".join(
        f"(:{name} = '' OR n.{name} = :{name})"
        for name in ("key", "run", "kind", "symbol")
        if name in _names(label)
    )
    return (
        f'SELECT {", ".join(_names(label))} FROM "{label.__name__}" n'  # noqa: S608 # likewise
        f" WHERE n.ts >= :since AND n.ts < :until AND {asked}"
        " ORDER BY n.ts DESC, n.run DESC, n.seq DESC, n.key DESC LIMIT :most"
    )


def _keys(label: type) -> str:
    return (
        f'SELECT key FROM "{label.__name__}" WHERE instr(key, :part) > 0'  # noqa: S608 # likewise
        " OR :part = '' ORDER BY key LIMIT :most"
    )


def _node(label: type) -> str:
    return f'SELECT {", ".join(_names(label))} FROM "{label.__name__}" WHERE key = ?'  # noqa: S608 # likewise


def _steps(label: type, near: str, far: str) -> str:
    return (
        f'SELECT e.{far}, e.key, e.detail FROM edge e JOIN "{label.__name__}" n'  # noqa: S608 # likewise
        f" ON n.key = e.{far} WHERE e.relation = ? AND e.{near} = ?"
        f" ORDER BY e.{far}, e.key LIMIT ?"
    )


def _neighbours(label: type, near: str, far: str) -> str:
    columns = ", ".join(f"n.{name}" for name in _names(label))
    return (
        f'SELECT {columns} FROM edge e JOIN "{label.__name__}" n ON n.key = e.{far}'  # noqa: S608 # likewise
        f" WHERE e.relation = ? AND e.{near} = ?"
    )


_NAMES: Mapping[type[Node], tuple[str, ...]] = {label: _names(label) for label in LABELS}
_UPS: Mapping[type, tuple[Callable[[Any], Any], ...]] = {label: _ups(label) for label in LABELS}
UPSERT: Mapping[type[Node], str] = {label: _upsert(label) for label in LABELS}
"""Writes a node whole."""

COUNT: Mapping[type[Node], str] = {
    label: f'SELECT count(*) FROM "{label.__name__}"'  # noqa: S608 # likewise
    for label in LABELS
}
"""Counts the nodes of a label."""

WATCHED: Mapping[type[Node], str] = {
    label: _watched(label) for label in (Occurrence, Case, MetricSample, Alert)
}
"""Finds what was watched of a label, the latest first."""

ONWARD: Mapping[Relation, str] = {
    relation: _neighbours(target, "source", "target") for relation, (_, target) in ENDS.items()
}
"""Finds what a node points to; takes the relation's name and the node's key."""

BACK: Mapping[Relation, str] = {
    relation: _neighbours(source, "target", "source") for relation, (source, _) in ENDS.items()
}
"""Finds what points to a node; takes the same."""

KEYS: Mapping[type[Node], str] = {label: _keys(label) for label in LABELS}
"""Finds keys that hold a text."""

NODE: Mapping[type[Node], str] = {label: _node(label) for label in LABELS}
"""Finds a node by its key."""

STEPS: Mapping[tuple[Relation, bool], str] = {
    **{(one, True): _steps(ends[1], "source", "target") for one, ends in ENDS.items()},
    **{(one, False): _steps(ends[0], "target", "source") for one, ends in ENDS.items()},
}
"""Finds the relationships of a node, onward or back, as a browser shows them."""

EMPTY: tuple[str, ...] = (
    "DELETE FROM cursor",
    "DELETE FROM dead_letter",
    "DELETE FROM edge",
    *(f'DELETE FROM "{label.__name__}"' for label in LABELS),  # noqa: S608 # likewise
)
"""Forgets everything."""
