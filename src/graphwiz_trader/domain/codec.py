"""
Codec: every event, command and fact as plain primitives, and back.

A value becomes `(class name, field, field, …)`, where a field is None, a bool, int, float, str,
bytes or again such a tuple. What each class needs is worked out once, on import, from its
annotations, and compiled: six times faster than going through the fields one by one.
A class with a field that has no plain form fails there.

What is only to become MessagePack takes a shorter way, `lean`, to the same bytes; of exact values
it is compiled to machine code where the modules of those are.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from importlib import import_module
from operator import index
from types import NoneType, UnionType
from typing import (
    Any,
    Generic,
    NamedTuple,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs
import numpy as np

from graphwiz_trader.domain.errors import DomainError, JournalTorn
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.facts import Entry

Primitive: TypeAlias = "bool | int | float | str | bytes | Sequence[Primitive] | None"
Flat: TypeAlias = tuple[Primitive, ...]
T = TypeVar("T")

MADE = "graphwiz_trader.domain.codec_made"
"""The module that `make native` makes of `LEAN_SOURCES`, where it was made."""


def flatten(value: object) -> Flat:
    """Return *value* as primitives, the same in every process; numpy scalars become Python's."""
    return _STRICT.functions[type(value)](value)


def lean(value: object) -> Sequence[object]:
    """
    Return what MessagePack makes the bytes of `flatten` of, in two thirds of its time.

    Decimals and whole numbers are as they are: an encoder takes them to primitives itself, and
    asks `plain` about numpy's.
    """
    return _LEAN.functions[type(value)](value)


def plain(value: object) -> Primitive:
    """Return a numpy scalar as Python's; raise TypeError for anything else."""
    if isinstance(value, np.generic):
        return cast("Primitive", value.item())
    raise TypeError(f"no primitive form for {value!r}")


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


def _flatten_book(update: BookUpdate) -> Flat:
    # Only the rows of this message: the columns behind it are the parser's, and reused.
    rows, part = update.rows, slice(update.first, update.last)
    return (
        "BookUpdate",
        rows.side[part].tobytes(),
        rows.ticks[part].tobytes(),
        rows.lots[part].tobytes(),
        *_book_fields(update),
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
    name = cls.__name__
    if name in _NAMES:
        return
    _NAMES[name] = cls
    hints = get_type_hints(cls)
    fields = {f.name: hints[f.name] for f in attrs.fields(cls) if f.init}
    _LAYOUT.append(f"{name}({', '.join(f'{field}: {hint}' for field, hint in fields.items())})")
    for way in (_STRICT, _LEAN):
        downs = ", ".join(_down(hint, f"v.{field}", way) for field, hint in fields.items())
        way.sources[cls] = f"({name!r}, {downs})"
        down = _compiled(f"lambda v: {way.sources[cls]}")
        way.functions[cls] = _NAMES[f"{way.name}_{name}"] = down
    ups = [_up(hint, f"f[{place}]") for place, hint in enumerate(fields.values())]
    _UP[name] = len(fields), _compiled(f"lambda f: {name}({', '.join(ups)})")


def _compiled(source: str) -> Callable[[Any], Any]:
    function: Callable[[Any], Any] = eval(source, _NAMES)  # noqa: S307 # made here, of field names
    return function


def _down(hint: Any, item: str, way: "_Way[Any]") -> str:
    """Return the expression that takes *item*, a field of type *hint*, to a primitive."""
    hint = _plain(hint)
    if hint in way.plain:
        return way.plain[hint].format(item)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"{item}._value_"
    if get_origin(hint) is tuple:
        return way.each.format(_down(_element(hint), "each", way), item)
    members = _members(hint)
    if NoneType in members:
        rest = _down(Union[tuple(m for m in members if m is not NoneType)], item, way)  # noqa: UP007
        return f"None if {item} is None else {rest}"
    for member in members:
        _register(member)
    if len(members) == 1:
        # Not by way of the table, which costs a quarter of a short value.
        return f"{way.name}_{members[0].__name__}({item})"
    return f"{way.name}[type({item})]({item})"


def _up(hint: Any, item: str) -> str:
    """Return the expression that brings *item* back to a field of type *hint*."""
    hint = _plain(hint)
    if hint in _UP_PLAIN:
        return _UP_PLAIN[hint].format(item)
    if isinstance(hint, type) and issubclass(hint, Enum):
        _NAMES[f"{hint.__name__}_of"] = {member.value: member for member in hint}
        return f"{hint.__name__}_of[{item}]"
    if get_origin(hint) is tuple:
        return _STRICT.each.format(_up(_element(hint), "each"), item)
    members = _members(hint)
    if NoneType in members:
        rest = _up(Union[tuple(m for m in members if m is not NoneType)], item)  # noqa: UP007
        return f"None if {item} is None else {rest}"
    return f"restore({item})"


def _plain(hint: Any) -> Any:
    return _plain(hint.__supertype__) if isinstance(hint, NewType) else hint


def _element(hint: Any) -> Any:
    inner = get_args(hint)
    if inner[1:] != (Ellipsis,):
        raise TypeError(f"no primitive form for a field of type {hint}")
    return inner[0]


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the alternatives of *hint*: classes of ours, or one of anything and None."""
    members = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    if not (NoneType in members or all(attrs.has(member) for member in members)):
        raise TypeError(f"no primitive form for a field of type {hint}")
    return members


_DOWN_PLAIN = {
    bool: "bool({})",
    int: "index({})",
    float: "float({})",
    str: "{}",
    Decimal: "str({})",
}
_LEAN_PLAIN = {**_DOWN_PLAIN, bool: "{}", int: "{}", Decimal: "{}"}
_UP_PLAIN = {**_DOWN_PLAIN, Decimal: "Decimal({})"}


class _Flattening(dict[type, Callable[[Any], T]]):
    """What takes a value of each class to primitives."""

    def __missing__(self, cls: type) -> Callable[[Any], T]:
        raise DomainError(f"{cls.__name__} is not part of a journal")


class _Way(NamedTuple, Generic[T]):
    """
    A way down: how its functions are called, and what it makes of plain fields and of many.

    `sources` are the functions as expressions of `v`.
    """

    name: str
    plain: Mapping[type, str]
    each: str
    functions: _Flattening[T]
    sources: dict[type, str]


_STRICT: _Way[Flat] = _Way("down", _DOWN_PLAIN, "tuple([{} for each in {}])", _Flattening(), {})
_LEAN: _Way[Sequence[object]] = _Way("lean", _LEAN_PLAIN, "[{} for each in {}]", _Flattening(), {})
_NAMES: dict[str, Any] = {
    "index": index,
    "Decimal": Decimal,
    "down": _STRICT.functions,
    "lean": _LEAN.functions,
    "restore": restore,
    "BookUpdate": BookUpdate,
}
_LAYOUT: list[str] = []

_BOOK_HINTS = {
    name: hint
    for name, hint in get_type_hints(BookUpdate).items()
    if name not in {"rows", "first", "last"}
}
_book_fields = _compiled(
    f"lambda v: ({', '.join(_down(h, f'v.{name}', _STRICT) for name, h in _BOOK_HINTS.items())})"
)
for _way in (_STRICT, _LEAN):
    _way.functions[BookUpdate] = _NAMES[f"{_way.name}_BookUpdate"] = _flatten_book
_LAYOUT.append(f"BookUpdate(side, ticks, lots, {_BOOK_HINTS})")
_UP: dict[str, tuple[int, Callable[[Any], Any]]] = {
    BookUpdate.__name__: (3 + len(_BOOK_HINTS), _restore_book)
}
_register(Entry)
LEAN_SOURCES: Mapping[type, str] = _LEAN.sources
"""How `lean` takes a value `v` of each class down, as an expression."""

with suppress(ModuleNotFoundError):
    for _cls, _function in import_module(MADE).begin(_LEAN.functions).items():
        _LEAN.functions[_cls] = _NAMES[f"lean_{_cls.__name__}"] = _function

SCHEMA = zlib.crc32("\n".join(sorted(_LAYOUT)).encode())
"""A number that changes whenever a class or a field of one does."""
