"""Keys: a report as scripts read it."""

from decimal import Decimal

import attrs

from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.report import Report


def keys(report: Report) -> dict[str, object]:
    """Return *report* as nested keys, amounts as decimal strings of ten decimals at most."""
    found = attrs.asdict(report, value_serializer=lambda _, __, item: _shown(item))  # type: ignore[arg-type] # a value is an attrs class
    return {"run": report.header.run, **found}


def _shown(item: object) -> object:
    return f"{rounded(item):f}" if isinstance(item, Decimal) else item
