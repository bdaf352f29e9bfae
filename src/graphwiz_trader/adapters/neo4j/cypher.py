"""
Cypher: every statement sent to Neo4j; what is written or asked for is passed as parameters only.

Labels, relationships and names of properties come from our own classes.
"""

from collections.abc import Mapping

from graphwiz_trader.adapters.neo4j.schema import MISSING
from graphwiz_trader.domain.graph import ENDS, LABELS, Node, Relation
from graphwiz_trader.domain.graph_keep import MOMENTS
from graphwiz_trader.domain.graph_story import REFUSALS as MOST_REFUSALS
from graphwiz_trader.domain.graph_watch import Alert, Case, MetricSample, Occurrence
from graphwiz_trader.domain.setting import fields_of

VERSION = "MATCH (v:GraphVersion) RETURN v.number AS number"
MIGRATED = "MERGE (v:GraphVersion) SET v.number = $number"
AWAIT_INDEXES = "CALL db.awaitIndexes(600)"

CURSOR = "MATCH (c:GraphCursor {run: $run}) RETURN c.seq AS seq, c.ts AS ts"
BEGIN = """
    OPTIONAL MATCH (other:GraphCursor) WITH count(other) AS number
    MERGE (c:GraphCursor {run: $run}) ON CREATE SET c.seq = 0, c.ts = 0, c.number = number
    RETURN c.seq AS seq
"""
ADVANCE = "MATCH (c:GraphCursor {run: $run}) SET c.seq = $seq, c.ts = $ts"
BURY = """
    UNWIND $rows AS row
    MERGE (d:GraphDeadLetter {run: row.run, label: row.label, key: row.key})
    ON CREATE SET d.seq = row.seq, d.error = row.error
"""

KEYED = frozenset(
    {
        Relation.CONVERTS,
        Relation.REFUSED_BECAUSE,
        Relation.CORRELATED_WITH,
        Relation.MOVES_WITH,
    }
)
"""Relationships of which there may be several between the same two nodes, or that say more."""


def _upsert(label: type[Node]) -> str:
    return (
        f"UNWIND $rows AS row MERGE (n:{label.__name__} {{key: row.key}})"
        f" SET n = row REMOVE n:{MISSING}"
    )


def _link(relation: Relation) -> str:
    source, target = ENDS[relation]
    keyed = relation in KEYED
    return (
        "UNWIND $rows AS row"
        f" MATCH (a:{source.__name__} {{key: row.source}})"
        f" MATCH (b:{target.__name__} {{key: row.target}})"
        f" MERGE (a)-[r:{relation.value}{' {key: row.key}' if keyed else ''}]->(b)"
        f"{' SET r.detail = row.detail' if keyed else ''} RETURN count(*) AS n"
    )


def _expect(relation: Relation) -> str:
    source, target = ENDS[relation]
    return (
        "UNWIND $rows AS row"
        f" MERGE (a:{source.__name__} {{key: row.source}}) ON CREATE SET a:{MISSING}"
        f" MERGE (b:{target.__name__} {{key: row.target}}) ON CREATE SET b:{MISSING}"
    )


UPSERT: Mapping[type[Node], str] = {label: _upsert(label) for label in LABELS}
"""Writes nodes whole."""

LINK: Mapping[Relation, str] = {relation: _link(relation) for relation in Relation}
"""Connects nodes and says how many pairs it found."""

EXPECT: Mapping[Relation, str] = {relation: _expect(relation) for relation in Relation}
"""Makes the ends of relationships that nobody has written yet."""

CLEAR: tuple[str, ...] = tuple(
    f"MATCH (n:{name}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS"
    for name in ("GraphCursor", "GraphDeadLetter", *(label.__name__ for label in LABELS))
)
"""Forgets everything of ours; cursors first, so that one cut short is read from the beginning."""

NEWEST = "MATCH (c:GraphCursor) RETURN coalesce(max(c.ts), 0) AS ts"
_TIMES = " UNION ALL ".join(
    f"MATCH (n:{label.__name__}) WHERE n.{time} IS NOT NULL RETURN n.{time} AS ts"
    for label, time in MOMENTS.items()
)
BEYOND = f"CALL () {{ {_TIMES} }} RETURN ts ORDER BY ts DESC SKIP $most LIMIT 1"
"""Finds the newest moment that is one too many."""

FORGET: tuple[str, ...] = tuple(
    f"MATCH (n:{label.__name__}) WHERE n.{time} < $since"
    " CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"
    for label, time in MOMENTS.items()
)
"""Forgets the moments before one."""

NODES = " UNION ALL ".join(
    f"MATCH (n:{label.__name__}) RETURN '{label.__name__}' AS name, count(n) AS n"
    for label in LABELS
)
NOT_WRITTEN = f"MATCH (n:{MISSING}) UNWIND labels(n) AS name RETURN name, count(*) AS n"
RELATIONS = " UNION ALL ".join(
    f"MATCH ()-[r:{relation.value}]->() RETURN '{relation.value}' AS name, count(r) AS n"
    for relation in Relation
)
DEAD_LETTERS = "MATCH (d:GraphDeadLetter) RETURN count(d) AS n"
LATEST = """
    MATCH (t:Trade) WHERE t.closed IS NOT NULL
    RETURN t.closed AS closed ORDER BY t.closed DESC LIMIT 1
"""

_TRADES = """
    MATCH (t:Trade) WHERE {strategy} t.closed >= $since AND t.closed < $until
    AND ($run = '' OR t.run = $run)
    AND ($symbol = '' OR EXISTS {{ (t)-[:OF_SYMBOL]->(:Symbol {{key: $symbol}}) }})
    AND ($venue = '' OR EXISTS {{ (t)-[:ON_EXCHANGE]->(:Exchange {{key: $venue}}) }})
    WITH t ORDER BY t.closed {way}, t.run {way}, t.seq {way}, t.key {way} {rest}
"""
_OF_STRATEGY = "t.strategy = $strategy AND"
_LATEST = {"way": "DESC", "rest": "LIMIT $most RETURN properties(t) AS found"}
# One record of many rows is read several times faster than as many records.
_EARNED = {
    "way": "ASC",
    "rest": "RETURN collect([{of}t.reporting, t.net, t.charged, t.venues, t.symbols]) AS found",
}
_WHOSE = "coalesce(t.long_strategy, t.strategy), "
# Two texts, since no index serves a condition that may not be there.
TRADES = _TRADES.format(strategy="", **_LATEST)
TRADES_OF_STRATEGY = _TRADES.format(strategy=_OF_STRATEGY, **_LATEST)
EARNED = _TRADES.format(strategy="", **_EARNED).replace("{of}", _WHOSE)
EARNED_BY_STRATEGY = _TRADES.format(strategy=_OF_STRATEGY, **_EARNED).replace("{of}", "")
"""Says not whose they are: each property costs a tenth of the answer."""

OPPORTUNITIES = """
    MATCH (o:ArbitrageOpportunity) WHERE o.opened >= $since AND o.opened < $until
    AND ($run = '' OR o.run = $run) AND ($strategy = '' OR o.strategy = $strategy)
    AND ($outcome = '' OR o.outcome = $outcome) AND ($reason = '' OR o.reason = $reason)
    RETURN properties(o) AS found
    ORDER BY o.opened DESC, o.run DESC, o.seq DESC, o.key DESC LIMIT $most
"""
INSTRUMENTS = f"MATCH (i:Instrument) WHERE NOT i:{MISSING} RETURN properties(i) AS found"


def _watched(label: type[Node]) -> str:
    asked = " AND ".join(
        f"(${field.name} = '' OR n.{field.name} = ${field.name})"
        for field in fields_of(label)
        if field.name in ("key", "run", "kind", "symbol")
    )
    return (
        f"MATCH (n:{label.__name__}) WHERE NOT n:{MISSING} AND n.ts >= $since AND n.ts < $until"
        f" AND {asked} RETURN properties(n) AS found"
        " ORDER BY n.ts DESC, n.run DESC, n.seq DESC, n.key DESC LIMIT $most"
    )


WATCHED: Mapping[type[Node], str] = {
    label: _watched(label) for label in (Occurrence, Case, MetricSample, Alert)
}
"""Finds what was watched of a label, the latest first."""

LINKS: Mapping[Relation, str] = {
    relation: f"MATCH (a)-[r:{relation.value}]->(b)"
    " RETURN coalesce(a.long_key, a.key) AS source, coalesce(b.long_key, b.key) AS target,"
    " coalesce(r.key, '') AS key, coalesce(r.detail, '') AS detail"
    for relation in Relation
}
"""Finds every relationship of one kind."""

HOURS = """
    MATCH (m:MetricSample) WHERE m.ts >= $since AND m.ts < $until
    RETURN DISTINCT m.ts / 3600000000000 AS hour
"""
SEEN = """
    MATCH (o:Occurrence) WHERE o.ts >= $since AND o.ts < $until
    RETURN DISTINCT o.symbol AS symbol, o.kind AS kind, o.ts / 3600000000000 AS hour
"""
UNRELATE: Mapping[Relation, str] = {
    relation: f"MATCH ()-[r:{relation.value}]->() DELETE r" for relation in Relation
}
"""Forgets every relationship of one kind."""

KEYS: Mapping[type[Node], str] = {
    label: f"MATCH (n:{label.__name__}) WHERE NOT n:{MISSING}"
    " WITH coalesce(n.long_key, n.key) AS key WHERE key CONTAINS $part"
    " RETURN key ORDER BY key LIMIT $most"
    for label in LABELS
}
"""Finds keys that hold a text."""

NODE: Mapping[type[Node], str] = {
    label: f"MATCH (n:{label.__name__} {{key: $key}}) WHERE NOT n:{MISSING}"
    " RETURN properties(n) AS found"
    for label in LABELS
}
"""Finds a node by its key."""


def _steps(relation: Relation, *, is_onward: bool) -> str:
    source, target = (label.__name__ for label in ENDS[relation])
    near, far = ("a", "b") if is_onward else ("b", "a")
    return (
        f"MATCH (a:{source})-[r:{relation.value}]->(b:{target})"
        f" WHERE {near}.key = $key AND NOT {far}:{MISSING}"
        f" RETURN coalesce({far}.long_key, {far}.key) AS key, coalesce(r.key, '') AS name,"
        " coalesce(r.detail, '') AS detail ORDER BY key, name LIMIT $most"
    )


STEPS: Mapping[tuple[Relation, bool], str] = {
    (relation, way): _steps(relation, is_onward=way)
    for relation in Relation
    for way in (True, False)
}
"""Finds the relationships of a node, onward or back, as a browser shows them."""

_NAMED = """
    CALL () {{
        MATCH (n:{label} {{key: $name}}) RETURN n UNION MATCH (n:{label} {{{name}: $name}}) RETURN n
    }}
    WITH n WHERE NOT n:{missing} AND ($run = '' OR n.run = $run)
    MATCH (:Run {{key: n.run}}) MATCH (c:GraphCursor {{run: n.run}})
    RETURN properties(n) AS found ORDER BY c.number DESC, n.seq DESC LIMIT 1
"""
ORDER = _NAMED.format(label="Order", name="cl_ord_id", missing=MISSING)
TRADE = _NAMED.format(label="Trade", name="name", missing=MISSING)
OPPORTUNITY = _NAMED.format(label="ArbitrageOpportunity", name="name", missing=MISSING)
REFUSALS = """
    MATCH (:ArbitrageOpportunity {key: $key})-[r:REFUSED_BECAUSE]->() RETURN r.detail AS detail
"""

_STORY = """
    MATCH (n:{label} {{key: $key}})
    CALL (n) {{
        {own}
        UNION MATCH (n){way}(s:Signal)-[r:ACTS_ON]->() RETURN r
        UNION MATCH (n){way}(s:Signal)-[r:AMID]->() RETURN r
        UNION MATCH (n){way}(s:Signal) WITH DISTINCT n, s
            WITH n, max(s.seq) AS until
            MATCH (n){way}(:Signal)-[:ACTS_ON]->(o) WITH DISTINCT o, until
            CALL (o, until) {{
                MATCH (o)<-[r:ACTS_ON]-(s:Signal) WHERE s.verdict = 'refused' AND s.seq <= until
                RETURN r ORDER BY s.seq DESC, s.key DESC LIMIT {most}
            }}
            RETURN r
    }}
    WITH r, startNode(r) AS source, endNode(r) AS target
    WHERE NOT source:{missing} AND NOT target:{missing}
    RETURN type(r) AS relation, properties(source) AS source, properties(target) AS target
"""
_OF_ORDER = """
        MATCH (n)-[r:FILLED_BY]->() RETURN r
        UNION MATCH (n)-[:FILLED_BY]->()-[r:PART_OF]->() RETURN r
        UNION MATCH (n)<-[r:TRIGGERED]-() RETURN r
        UNION MATCH (n)<-[:TRIGGERED]-()-[r:TRIGGERED]->() RETURN r
"""
_OF_TRADE = """
        MATCH (n)<-[r:PART_OF]-() RETURN r
        UNION MATCH (n)<-[:PART_OF]-()<-[r:FILLED_BY]-() RETURN r
        UNION MATCH (n)<-[:PART_OF]-()<-[:FILLED_BY]-()<-[r:TRIGGERED]-() RETURN r
"""
STORY_OF_ORDER = _STORY.format(
    label="Order", own=_OF_ORDER, way="<-[:TRIGGERED]-", most=MOST_REFUSALS, missing=MISSING
)
STORY_OF_TRADE = _STORY.format(
    label="Trade",
    own=_OF_TRADE,
    way="<-[:PART_OF]-()<-[:FILLED_BY]-()<-[:TRIGGERED]-",
    most=MOST_REFUSALS,
    missing=MISSING,
)
"""All relationships a story walks along, with both ends."""
