"""
Codec: every event, command and fact as plain primitives, and back.

A value becomes `(class name, field, field, …)`, where a field is None, a bool, int, float, str,
bytes or again such a tuple. What each class needs is worked out once, on import, from its
annotations: a class with a field that has no plain form cannot be imported here.
"""

import zlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from operator import attrgetter, call, index
from types import NoneType, UnionType
from typing import Any, NewType, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

import attrs
import numpy as np

from graphwiz_trader.domain.errors import DomainError, JournalTorn
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import Entry

Primitive: TypeAlias = "bool | int | float | str | bytes | Sequence[Primitive] | None"
Flat: TypeAlias = tuple[Primitive, ...]
_Convert: TypeAlias = Callable[[Any], Any]
_Flatten: TypeAlias = Callable[[Any], Flat]


def flatten(value: object) -> Flat:
    """Return *value* as primitives, the same in every process; numpy scalars become Python's."""
    try:
        down = _DOWN[type(value)]
    except KeyError:
        raise DomainError(f"{type(value).__name__} is not part of a journal") from None
    return down(value)


def restore(primitives: Sequence[Primitive]) -> object:
    """
    Return the value that `flatten` made *primitives* from; lists serve as tuples.

    Raises:
        JournalTorn: no such class, or the fields are not that class's.
    """
    try:
        tag, *fields = primitives
        count, up = _UP[cast("str", tag)]
        if len(fields) != count:
            raise JournalTorn(f"{tag!r}: found {len(fields)} fields, expected {count}")
        return up(fields)
    except (KeyError, ValueError, TypeError, ArithmeticError, DomainError) as error:
        raise JournalTorn(f"cannot restore {str(primitives)[:80]}: {error!r}") from error


def canonical(value: object) -> bytes:
    """Return bytes that are equal for equal values only: what digests are made of."""
    return repr(flatten(value)).encode()


def _flatten_book(update: BookUpdate) -> Flat:
    # Only the rows of this message: the columns behind it are the parser's, and reused.
    rows, part = update.rows, slice(update.first, update.last)
    return (
        "BookUpdate",
        rows.side[part].tobytes(),
        rows.ticks[part].tobytes(),
        rows.lots[part].tobytes(),
        *map(call, _BOOK_DOWN, _BOOK_FIELDS(update)),
    )


def _restore_book(fields: Sequence[Any]) -> BookUpdate:
    side, ticks, lots, ts, ts_venue, instrument, *rest = fields
    rows = LevelRows(
        np.frombuffer(side, np.int8).copy(),
        np.frombuffer(ticks, np.int64).copy(),
        np.frombuffer(lots, np.int64).copy(),
    )
    if not rows.side.size == rows.ticks.size == rows.lots.size:
        raise JournalTorn(f"{instrument}: columns of unequal length")
    return BookUpdate(ts, ts_venue, instrument, rows, 0, rows.side.size, *rest)


def _register(cls: type) -> None:
    """Learn *cls* and every class its fields may hold."""
    if cls in _DOWN:
        return
    hints = get_type_hints(cls)
    fields = {f.name: hints[f.name] for f in attrs.fields(cls) if f.init}
    _LAYOUT.append(f"{cls.__name__}({', '.join(f'{n}: {h}' for n, h in fields.items())})")
    _DOWN[cls] = _unfinished
    downs, ups = zip(*map(_converters, fields.values()), strict=True)
    _DOWN[cls] = _flattener(cls.__name__, tuple(fields), downs)
    _UP[cls.__name__] = len(fields), _restorer(cls, ups)


def _unfinished(value: object) -> Flat:
    raise DomainError(f"{type(value).__name__} is still being learnt")


def _flattener(tag: str, names: tuple[str, ...], downs: tuple[_Convert, ...]) -> _Flatten:
    read = attrgetter(*names)
    if len(names) == 1:
        (down,) = downs
        return lambda value: (tag, down(read(value)))
    return lambda value: (tag, *map(call, downs, read(value)))


def _restorer(cls: type, ups: tuple[_Convert, ...]) -> _Convert:
    return lambda fields: cls(*map(call, ups, fields))


def _converters(hint: Any) -> tuple[_Convert, _Convert]:
    """Return what takes a field of type *hint* to a primitive, and what brings it back."""
    if isinstance(hint, NewType):
        return _converters(hint.__supertype__)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return attrgetter("_value_"), {member.value: member for member in hint}.__getitem__
    if isinstance(hint, type) and attrs.has(hint):
        _register(hint)
        return flatten, restore
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple and inner[1:] == (Ellipsis,):
        down, up = _converters(inner[0])
        return _each(down), _each(up)
    if origin in {Union, UnionType}:
        return _alternatives(inner)
    raise TypeError(f"no primitive form for a field of type {hint}")


def _alternatives(inner: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    pairs = [_converters(one) for one in inner if one is not NoneType]
    if len(set(pairs)) != 1:
        raise TypeError(f"no primitive form for one of {inner}")
    down, up = pairs[0]
    return (_unless_none(down), _unless_none(up)) if NoneType in inner else (down, up)


def _each(convert: _Convert) -> _Convert:
    return lambda values: tuple(map(convert, values))


def _unless_none(convert: _Convert) -> _Convert:
    return lambda value: None if value is None else convert(value)


_PLAIN: dict[type, tuple[_Convert, _Convert]] = {
    bool: (bool, bool),
    int: (index, index),
    float: (float, float),
    str: (str, str),
    Decimal: (str, Decimal),
}
_DOWN: dict[type, _Flatten] = {}
_UP: dict[str, tuple[int, _Convert]] = {}
_LAYOUT: list[str] = []

_BOOK_HINTS = {
    name: hint
    for name, hint in get_type_hints(BookUpdate).items()
    if name not in {"rows", "first", "last"}
}
_BOOK_FIELDS = attrgetter(*_BOOK_HINTS)
_BOOK_DOWN = tuple(_converters(hint)[0] for hint in _BOOK_HINTS.values())
_DOWN[BookUpdate] = _flatten_book
_UP[BookUpdate.__name__] = 3 + len(_BOOK_HINTS), _restore_book
_LAYOUT.append(f"BookUpdate(side, ticks, lots, {_BOOK_HINTS})")
_register(Entry)

SCHEMA = zlib.crc32("\n".join(sorted(_LAYOUT)).encode())
"""A number that changes whenever a class or a field of one does."""
