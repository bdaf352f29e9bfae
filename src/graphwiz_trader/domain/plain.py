"""Plain: any value of ours as JSON can hold it, amounts as decimal strings."""

from collections.abc import Mapping, Sequence
from enum import Enum
from math import isfinite
from typing import TypeAlias

import attrs

from graphwiz_trader.domain.setting import fields_of

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


def plain(item: object) -> Plain:
    """
    Return *item* as JSON can hold it, without losing a digit.

    Enums become their values, attrs values objects of their public fields, numbers that are not
    finite null, numpy scalars and arrays the Python numbers they hold, and anything else, such
    as a decimal or a path, its text.

    >>> from decimal import Decimal
    >>> plain({"pnl": Decimal("0.10"), "sharpe": float("nan")})
    {'pnl': '0.10', 'sharpe': None}
    """
    if isinstance(item, Enum):
        return plain(item.value)
    if item is None or isinstance(item, bool | int | str):
        return item
    if isinstance(item, float):
        return float(item) if isfinite(item) else None
    if isinstance(item, Mapping):
        return {str(plain(key)): plain(inner) for key, inner in item.items()}
    if isinstance(item, Sequence) and not isinstance(item, bytes):
        return [plain(inner) for inner in item]
    return _object(item)


def _object(item: object) -> Plain:
    kind = type(item)
    if attrs.has(kind):
        names = [field.name for field in fields_of(kind) if field.init and field.name[0] != "_"]
        return {name: plain(getattr(item, name)) for name in names}
    numbers = getattr(item, "tolist", None)
    return plain(numbers()) if callable(numbers) else str(item)
