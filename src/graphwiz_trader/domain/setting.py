"""Setting: one configuration key, as a field of a settings value: default, meaning, limits."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import attrs
from attrs.validators import and_

T = TypeVar("T")
Check: TypeAlias = Callable[..., object]


def setting(default: T, meaning: str, *checks: Check, aliases: tuple[str, ...] = ()) -> T:
    """
    Declare a configuration key.

    *meaning* goes into the JSON schema; *checks* are attrs validators, also shown there;
    *aliases* are older spellings, accepted with a notice.
    """
    about = _about(meaning, aliases)
    field: T = attrs.field(default=default, validator=_all(checks), metadata=about)
    return field


def section(kind: Callable[[], T], meaning: str, *checks: Check) -> T:
    """Declare a key whose default is made by calling *kind*: a nested section or a mapping."""
    about = _about(meaning, ())
    field: T = attrs.field(factory=kind, validator=_all(checks), metadata=about)
    return field


def fields_of(kind: type) -> "tuple[attrs.Attribute[object], ...]":
    """Return the fields of the attrs class *kind*, in order; for code that reads any of them."""
    return tuple(attrs.fields(kind))


def _all(checks: tuple[Check, ...]) -> Check | None:
    return and_(*checks) if checks else None


def _about(meaning: str, aliases: tuple[str, ...]) -> dict[str, object]:
    return {"meaning": meaning, "aliases": aliases}
