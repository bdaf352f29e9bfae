"""Schema: constraints and indexes of the graph in Neo4j, and how a node becomes properties."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import TypeVar, get_type_hints

from graphwiz_trader.domain.graph import (
    LABELS,
    ArbitrageOpportunity,
    Fill,
    Node,
    Order,
    Trade,
)
from graphwiz_trader.domain.setting import fields_of

N = TypeVar("N", bound=Node)
Properties = dict[str, object]

LONGEST = 1_000
"""Characters of an indexed text; an index of Neo4j takes about 8,000 bytes."""

LONG = "long_"
"""Before the name of an indexed text that was too long: the property that holds all of it."""

MISSING = "Missing"
"""A label of nodes that something points to and nobody has written yet; they do not count."""


def _unique(label: str, *names: str) -> str:
    spelt = ", ".join(f"n.{name}" for name in names)
    name = "_".join((label, *names))
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE ({spelt}) IS UNIQUE"


def _index(label: str, *names: str) -> str:
    spelt = ", ".join(f"n.{name}" for name in names)
    return f"CREATE INDEX {'_'.join((label, *names))} IF NOT EXISTS FOR (n:{label}) ON ({spelt})"


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        _unique("GraphCursor", "run"),
        _unique("GraphDeadLetter", "run", "label", "key"),
        _unique("Run", "key"),
        _unique("Strategy", "key"),
        _unique("Exchange", "key"),
        _unique("Asset", "key"),
        _unique("Symbol", "key"),
        _unique("Instrument", "key"),
        _unique("Signal", "key"),
        _unique("Order", "key"),
        _unique("Fill", "key"),
        _unique("Trade", "key"),
        _unique("ArbitrageOpportunity", "key"),
        _unique("Alert", "key"),
        _index("Order", "cl_ord_id"),
        _index("Trade", "closed"),
        _index("Trade", "strategy", "closed"),
        _index("Trade", "name"),
        _index("ArbitrageOpportunity", "opened"),
        _index("ArbitrageOpportunity", "name"),
    ),
    (
        _unique("Pattern", "key"),
        _unique("Occurrence", "key"),
        _unique("Case", "key"),
        _unique("MetricSample", "key"),
        _index("Occurrence", "ts"),
        _index("Case", "ts"),
        _index("MetricSample", "ts"),
        _index("Alert", "ts"),
    ),
    (
        """
        MATCH (p:Pattern) WHERE p.run IS NOT NULL
        CALL (p) { DETACH DELETE p } IN TRANSACTIONS OF 5000 ROWS
        """,
        """
        MATCH (o:Occurrence) WHERE NOT EXISTS { (o)-[:INSTANCE_OF]->() }
        CALL (o) {
            MERGE (p:Pattern {key: o.kind + ':' + o.symbol})
            SET p.kind = o.kind, p.symbol = o.symbol, p.horizon = o.horizon
            MERGE (o)-[:INSTANCE_OF]->(p)
        } IN TRANSACTIONS OF 5000 ROWS
        """,
        "MATCH (p:Pattern), (s:Symbol {key: p.symbol}) MERGE (p)-[:DETECTED_ON]->(s)",
    ),
)
"""
Migration n brings version n to n + 1; one that was released is never changed.

Each statement can be repeated: one that was interrupted is run again whole.
"""

INDEXED: Mapping[type[Node], frozenset[str]] = {
    **{label: frozenset({"key"}) for label in LABELS},
    Order: frozenset({"key", "cl_ord_id"}),
    Trade: frozenset({"key", "strategy", "name"}),
    ArbitrageOpportunity: frozenset({"key", "name"}),
}
"""Texts that an index holds."""

SUMMED: Mapping[type[Node], frozenset[str]] = {
    Fill: frozenset({"price", "qty"}),
    Trade: frozenset({"net", "charged"}),
    ArbitrageOpportunity: frozenset({"expected", "realised"}),
}
"""Amounts kept as `NAME_float` too, for sums in Cypher; each costs a fiftieth of the writing."""


def short(text: str) -> str:
    """Return *text* as an index takes it: itself, or where it is too long its digest."""
    if len(text) <= LONGEST:
        return text
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def properties(node: Node) -> Properties:
    """
    Return *node* as the properties of its label; what is None has none.

    An amount is kept exactly, as text.
    """
    found: Properties = {}
    label = type(node)
    for name, write in _WRITERS[label]:
        write(found, name, getattr(node, name))
    return found


def node(label: type[N], kept: Mapping[str, object]) -> N:
    """Return the node that `properties` made *kept* of."""
    return label(*(read(kept, name) for name, read in _READERS[label]))  # type: ignore[arg-type] # as written


def _write(found: Properties, name: str, item: object) -> None:
    if item is not None:
        found[name] = item


def _write_amount(found: Properties, name: str, item: object) -> None:
    found[name] = str(item)


def _write_sum(found: Properties, name: str, item: object) -> None:
    found[name] = str(item)
    found[f"{name}_float"] = float(str(item))


def _write_text(found: Properties, name: str, item: object) -> None:
    text = str(item)
    found[name] = short(text)
    if len(text) > LONGEST:
        found[f"{LONG}{name}"] = text


def _read(kept: Mapping[str, object], name: str) -> object:
    return kept.get(name)


def _read_amount(kept: Mapping[str, object], name: str) -> object:
    return Decimal(str(kept[name]))


def _read_text(kept: Mapping[str, object], name: str) -> object:
    return kept.get(f"{LONG}{name}", kept[name])


Writer = Callable[[Properties, str, object], None]
Reader = Callable[[Mapping[str, object], str], object]


def _ways(label: type[Node]) -> list[tuple[str, Writer, Reader]]:
    hints = get_type_hints(label)
    ways: list[tuple[str, Writer, Reader]] = []
    for name in (field.name for field in fields_of(label)):
        if hints[name] is Decimal:
            is_summed = name in SUMMED.get(label, ())
            ways.append((name, _write_sum if is_summed else _write_amount, _read_amount))
        elif name in INDEXED[label] and hints[name] is str:
            ways.append((name, _write_text, _read_text))
        else:
            ways.append((name, _write, _read))
    return ways


_WAYS = {label: _ways(label) for label in LABELS}
_WRITERS = {label: [(name, write) for name, write, _ in ways] for label, ways in _WAYS.items()}
_READERS: dict[type, list[tuple[str, Reader]]] = {
    label: [(name, read) for name, _, read in ways] for label, ways in _WAYS.items()
}
