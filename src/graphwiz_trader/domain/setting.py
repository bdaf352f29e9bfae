"""Setting: one configuration key, as a field of a settings value: default, meaning, limits."""

from collections.abc import Callable
from typing import TypeVar

import attrs

T = TypeVar("T")
Check = Callable[[object, "attrs.Attribute[T]", T], None]


def setting(
    default: T, meaning: str, *checks: Check[T], aliases: tuple[str, ...] = ()
) -> T:
    """
    Declare a configuration key.

    *meaning* goes into the JSON schema; *checks* are attrs validators, also shown there;
    *aliases* are older spellings, accepted with a notice.
    """
    field: T = attrs.field(default=default, validator=checks, metadata=_about(meaning, aliases))
    return field


def section(kind: Callable[[], T], meaning: str, *checks: Check[T]) -> T:
    """Declare a key whose default is made by calling *kind*: a nested section or a mapping."""
    field: T = attrs.field(factory=kind, validator=checks, metadata=_about(meaning, ()))
    return field


def _about(meaning: str, aliases: tuple[str, ...]) -> dict[str, object]:
    return {"meaning": meaning, "aliases": aliases}
