"""Limits: what a setting's validators demand, as words for people and for the JSON schema."""

import re
from collections.abc import Iterator
from enum import Enum

from graphwiz_trader.domain.value import value

_UNITS = {
    "bps": "basis points",
    "ms": "milliseconds",
    "s": "seconds",
    "pct": "percent",
    "mb": "megabytes",
    "gb": "gigabytes",
}


@value
class Limits:
    """Bounds as (operator, number), the choices there are, and the pattern to match."""

    bounds: tuple[tuple[str, float], ...] = ()
    choices: tuple[object, ...] = ()
    pattern: str | None = None


def limits_of(validator: object) -> Limits:
    """Return what the attrs *validator* demands, as far as it is of a kind known here."""
    bounds: list[tuple[str, float]] = []
    choices: list[object] = []
    pattern: str | None = None
    for part in _parts(validator):
        match getattr(part, "compare_op", None):
            case str() as operator:
                bounds.append((operator, float(getattr(part, "bound", "nan"))))
        options = getattr(part, "options", ())
        choices += [item.value if isinstance(item, Enum) else item for item in options]
        found = getattr(part, "pattern", None)
        pattern = found.pattern if isinstance(found, re.Pattern) else pattern
    return Limits(tuple(bounds), tuple(choices), pattern)


def expectation(noun: str, key: str, validator: object) -> str:
    """
    Return in words what *key* expects.

    >>> from attrs.validators import gt
    >>> expectation("a number", "band_bps", gt(0))
    'a number > 0, in basis points without the unit'
    """
    limits = limits_of(validator)
    if limits.choices:
        return "one of " + ", ".join(map(str, limits.choices))
    words = [noun, " and ".join(f"{operator} {bound:g}" for operator, bound in limits.bounds)]
    if limits.pattern is not None:
        words.append(f"matching {limits.pattern}")
    unit = _UNITS.get(key.rpartition("_")[2]) if "number" in noun and "_" in key else None
    return " ".join(filter(None, words)) + (f", in {unit} without the unit" if unit else "")


def _parts(validator: object) -> Iterator[object]:
    """Open attrs' `and_` and `optional`; it keeps what is inside in attributes of its own."""
    inside = getattr(validator, "_validators", None)
    if isinstance(inside, tuple):
        for part in inside:
            yield from _parts(part)
    elif validator is not None:
        wrapped = getattr(validator, "validator", None)
        yield from _parts(wrapped) if wrapped is not None else (validator,)
