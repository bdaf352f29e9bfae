"""Browse text: a node and its neighbours, as tables and as keys for scripts."""

import json

from graphwiz_trader.application.explain import printable
from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.graph_browse import Neighbourhood, Step
from graphwiz_trader.entrypoints.graph_text import keys


def around_tables(found: Neighbourhood) -> tuple[Table, ...]:
    """Return a table of properties, and one of relationships where there are any."""
    label = type(found.node).__name__
    fields = keys(found.node)
    about = Table(
        f"{label} {printable(found.node.key)}",
        (),
        tuple((name, _text(fields[name])) for name in fields),
    )
    if not found.steps:
        return (about,)
    return (
        about,
        Table("Connected with", ("", "relation", "", "label", "key", "says"), _rows(found)),
    )


def around_keys(found: Neighbourhood) -> dict[str, object]:
    """Return a node and its neighbours as scripts read them."""
    return {
        "label": type(found.node).__name__,
        "node": keys(found.node),
        "steps": [
            {**keys(step), "detail": json.loads(step.detail) if step.detail else None}
            for step in found.steps
        ],
    }


def _rows(found: Neighbourhood) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            "" if step.is_onward else "<",
            step.relation,
            ">" if step.is_onward else "",
            step.label,
            printable(step.key),
            _says(step),
        )
        for step in found.steps
    )


def _says(step: Step) -> str:
    return printable(" ".join(part for part in (step.name, step.detail) if part)) or NONE


def _text(item: object) -> str:
    return NONE if item is None or item == "" else printable(str(item))
