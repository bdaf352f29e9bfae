"""Watched text: patterns, what goes together and what resembles, as tables and keys."""

import json
from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.application.ask_watched import Resembled
from graphwiz_trader.application.explain import amount, instant, printable
from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.graph_answers import Link
from graphwiz_trader.domain.graph_watch import Case
from graphwiz_trader.domain.likeness import Similar
from graphwiz_trader.domain.pattern_record import PatternLine


def patterns_table(lines: Sequence[PatternLine]) -> Table:
    """Return a line a pattern; a rate of fewer than twenty outcomes is not shown."""
    return Table(
        "Patterns",
        ("pattern", "symbol", "seen", "judged", "rate", "95 %", "avg bps", "lasted s", "last"),
        tuple(
            (
                line.kind,
                printable(line.symbol),
                str(line.occurrence_count),
                str(line.judged),
                _share(line.success_rate),
                NONE
                if line.success_low is None
                else f"{_share(line.success_low)} to {_share(line.success_high)}",
                _number(line.average_profit_bps),
                _number(line.average_lasted_s),
                instant(line.last_seen),
            )
            for line in lines
        ),
    )


def links_tables(found: Sequence[Link]) -> tuple[Table, ...]:
    """Return patterns seen together, and instruments that move together."""
    patterns = [link for link in found if link.relation == Relation.CORRELATED_WITH.value]
    moves = [link for link in found if link.relation == Relation.MOVES_WITH.value]
    tables = (
        Table(
            "Patterns seen in the same hours, or the first in the hour before the second",
            ("pattern", "", "with", "strength", "hours", "lift", "p"),
            tuple(
                (
                    printable(link.source),
                    "before" if link.numbers["lag_h"] else "with",
                    printable(link.target),
                    *(_number(link.numbers[name]) for name in ("strength", "n", "lift", "p_value")),
                )
                for link in patterns
            ),
        ),
        Table(
            "Instruments that move together; behind a positive lag the second follows",
            ("instrument", "with", "rho", "lag s", "llr", "half-life s", "window s", "run"),
            tuple(
                (
                    printable(link.source),
                    printable(link.target),
                    _number(_clipped(link.numbers["rho"])),
                    *(_number(link.numbers[name]) for name in _MOVES),
                    printable(link.run),
                )
                for link in moves
            ),
        ),
    )
    return tuple(table for table in tables if table.rows)


def link_keys(found: Sequence[Link]) -> dict[str, object]:
    """Return links as scripts read them, numbers as they are, clipped nowhere."""
    kinds = {"patterns": Relation.CORRELATED_WITH, "instruments": Relation.MOVES_WITH}
    return {
        name: [
            {"source": link.source, "target": link.target, "run": link.run, **link.numbers}
            for link in found
            if link.relation == relation.value
        ]
        for name, relation in kinds.items()
    }


def resembled_tables(found: Resembled) -> tuple[Table, ...]:
    """Return how a case looked, and what it resembled."""
    looks = json.loads(found.case.features)
    about = Table(
        f"{printable(found.case.name or found.case.key)}, {found.case.kind}",
        (),
        tuple((name, _number(number)) for name, number in looks.items()),
    )
    return (
        about,
        Table(
            "Resembled" if found.similar else "Resembled nothing that was over before",
            ("case", "name", "distance", "outcome", "realised", "seen"),
            tuple(
                (
                    each.case.key,
                    printable(each.case.name) or NONE,
                    _number(each.distance),
                    each.case.outcome,
                    amount(Decimal(each.case.realised)),
                    instant(each.case.ts),
                )
                for each in found.similar
            ),
        ),
    )


def resembled_keys(found: Resembled) -> dict[str, object]:
    """Return a case and what it resembled, as scripts read it."""
    return {
        "case": _case(found.case),
        "similar": [_similar(each) for each in found.similar],
        "scale": found.similar[0].version if found.similar else None,
    }


_MOVES = ("lag_s", "llr", "half_life", "window")


def _similar(each: Similar) -> dict[str, object]:
    return {**_case(each.case), "distance": each.distance}


def _case(case: Case) -> dict[str, object]:
    return {
        "key": case.key,
        "name": case.name,
        "run": case.run,
        "kind": case.kind,
        "ts": case.ts,
        "features": json.loads(case.features),
        "known": case.known,
        "outcome": case.outcome or None,
        "realised": case.realised or None,
    }


def _clipped(number: object) -> float:
    return min(1.0, max(-1.0, float(str(number))))


def _share(number: float | None) -> str:
    return NONE if number is None else f"{number:.1%}"


def _number(number: object) -> str:
    return NONE if number is None else f"{float(str(number)):.4g}"
