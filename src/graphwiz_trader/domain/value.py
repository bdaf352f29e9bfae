"""`value`: the decorator for things that are passed along and never changed."""

import os
from collections.abc import Callable
from typing import TypeVar, dataclass_transform

import attrs

T = TypeVar("T")

_GUARDED = os.environ.get("GRAPHWIZ_GUARD") == "1"
_define: Callable[[type], type] = attrs.define(slots=True, frozen=_GUARDED, eq=True)


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def value(cls: type[T]) -> type[T]:
    """
    Make *cls* a slotted value with equality by content.

    The type checker always sees it frozen.
    At run time the guard costs most of an object's construction, so it is on only under
    `GRAPHWIZ_GUARD=1`, which the test suite sets.
    """
    return _define(cls)


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def exact_value(cls: type[T]) -> type[T]:
    """
    Make *cls* a value that holds exactly what it declares, such as the engine makes at every step.

    Where it is compiled (docs/decisions/native-code.md) it is made in a sixth of the time, and
    takes no number but Python's own: what strangers make is a plain `value`.
    """
    return value(cls)


def evolve(original: T, **changes: object) -> T:
    """Return a copy of a value with some fields changed."""
    return attrs.evolve(original, **changes)  # type: ignore[misc] # every value is an attrs class
