"""
Structure: how a tree of text becomes typed settings, with every problem found on the way.

Types come from the settings' annotations, limits from their validators. Nothing is printed that
may be a secret: neither the value of an unknown key nor a literal where a name should stand.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from types import UnionType
from typing import Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs

from graphwiz_trader.bootstrap.layers import Raw
from graphwiz_trader.bootstrap.limits import expectation, limits_of
from graphwiz_trader.bootstrap.scalars import SCALARS, Scalar, Unfit, nearest
from graphwiz_trader.domain.errors import ConfigError, Problem, TraderError
from graphwiz_trader.domain.setting import fields_of

T = TypeVar("T")
Special = Callable[["Structure", str, Raw, str], object]


class Broken(Enum):
    """What stands where a value could not be made; the problem is already told."""

    VALUE = "broken"


@attrs.define
class Structure:
    """
    One reading of one tree: collects `problems` and `notices` as it goes.

    `special` reads types that need more than their annotation: it is called with the structure,
    the key, the text and the path, and returns a value or `Broken.VALUE`.
    """

    special: Mapping[object, Special] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)
    notices: list[str] = attrs.field(factory=list)

    def section(self, kind: type[T], raw: Raw, path: str) -> T | Broken:
        """Read *raw* as the attrs class *kind*; tell what is wrong under *path*."""
        tree = self.mapping(raw, path)
        if tree is None:
            return Broken.VALUE
        before = len(self.problems)
        given = self._fields(kind, self._renamed(kind, tree, path), path)
        return self._made(kind, given, path) if len(self.problems) == before else Broken.VALUE

    def mapping(self, raw: Raw, path: str) -> dict[str, Raw] | None:
        """Return *raw* as keys and values, None after telling that it is something else."""
        if raw == "":
            return {}
        if not isinstance(raw, dict):
            self.tell(path, _kind(raw), "keys and values")
            return None
        return raw

    def tell(self, path: str, found: str, expected: str, near: str | None = None) -> Broken:
        """Note one problem; return what stands for the value."""
        self.problems.append(Problem(path, found, expected, near))
        return Broken.VALUE

    def unknown(self, path: str, key: str, known: Iterable[str]) -> None:
        """Tell that *key* of the section *path* is not one of *known*; never its value."""
        names = tuple(known)
        wanted = "one of " + ", ".join(names) if names else "no keys here"
        self.tell(joined(path, key), "an unknown key", wanted, nearest(key, names))

    def read(self, hint: object, raw: Raw, path: str, validator: object = None) -> object:
        """Read *raw* as *hint* says; `Broken.VALUE` after telling what is wrong."""
        key = path.rpartition(".")[2]
        if hint in self.special:
            return self.special[hint](self, key, raw, path)
        hint, optional = _without_none(hint)
        if optional and isinstance(raw, str) and raw.lower() in {"", "null", "none", "~"}:
            return None
        if attrs.has(hint) if isinstance(hint, type) else False:
            return self.section(hint, raw, path)  # type: ignore[arg-type] # attrs.has said so
        if get_origin(hint) is tuple:
            return self._items(get_args(hint)[0], raw, path)
        if get_origin(hint) is not None and get_origin(hint) is not Literal:
            return self._entries(get_args(hint), raw, path)
        return self._scalar(_scalar(hint), raw, path, validator)

    def _renamed(self, kind: type, tree: dict[str, Raw], path: str) -> dict[str, Raw]:
        """Replace aliases by the keys they stand for; of two spellings the later layer's holds."""
        fields = {field.name: field for field in fields_of(kind) if field.init}
        aliases = {
            alias: name
            for name, field in fields.items()
            for alias in field.metadata.get("aliases", ())
        }
        known: dict[str, Raw] = {}
        for key, raw in tree.items():
            if key in aliases:
                self.notices.append(f"{joined(path, key)} is now called {aliases[key]}")
                known[aliases[key]] = raw
            elif key in fields:
                known[key] = raw
            else:
                self.unknown(path, key, fields)
        return known

    def _fields(self, kind: type, tree: Mapping[str, Raw], path: str) -> dict[str, object]:
        hints = get_type_hints(kind)
        given: dict[str, object] = {}
        for field in fields_of(kind):
            where = joined(path, field.name)
            if field.name in tree:
                made = self.read(hints[field.name], tree[field.name], where, field.validator)
                if made is not Broken.VALUE:
                    given[field.name] = made
                    self._check(field, made, where)
            elif field.default is attrs.NOTHING and field.init:
                self.tell(where, "nothing", "a value")
        return given

    def _check(self, field: "attrs.Attribute[object]", made: object, path: str) -> None:
        if field.validator is None or isinstance(made, Mapping):
            return
        try:
            field.validator(None, field, made)
        except (ValueError, TypeError) as error:
            limits = limits_of(field.validator)
            known = limits.bounds or limits.choices or limits.pattern
            wanted = expectation(_noun(made), field.name, field.validator) if known else str(error)
            self.tell(path, str(made), wanted, nearest(str(made), tuple(map(str, limits.choices))))

    def _made(self, kind: type[T], given: Mapping[str, object], path: str) -> T | Broken:
        try:
            return kind(**given)
        except ConfigError as error:
            for problem in error.problems:
                here = joined(path, problem.path) if problem.path else path
                self.tell(here, problem.found, problem.expected, problem.nearest)
            return Broken.VALUE
        except (ValueError, TypeError, TraderError) as error:
            return self.tell(path, "values that do not fit together", str(error))

    def _items(self, hint: object, raw: Raw, path: str) -> object:
        if raw == "":
            return ()
        if not isinstance(raw, list):
            return self.tell(path, _kind(raw), "a list")
        items = [self.read(hint, item, f"{path}[{index}]") for index, item in enumerate(raw)]
        return Broken.VALUE if Broken.VALUE in items else tuple(items)

    def _entries(self, hints: tuple[object, ...], raw: Raw, path: str) -> object:
        tree = self.mapping(raw, path)
        if tree is None:
            return Broken.VALUE
        entries: dict[object, object] = {}
        for key, inner in tree.items():
            where = joined(path, key)
            name = self._scalar(_scalar(hints[0]), key, where, None)
            if name is not Broken.VALUE:
                entries[name] = self.read(hints[1], inner, where)
        return Broken.VALUE if Broken.VALUE in entries.values() else entries

    def _scalar(self, scalar: Scalar, raw: Raw, path: str, validator: object) -> object:
        wanted = expectation(scalar.noun, path.rpartition(".")[2], validator)
        if not isinstance(raw, str):
            return self.tell(path, _kind(raw), wanted)
        try:
            return scalar.read(raw)
        except Unfit as unfit:
            found = (raw[:40] or "nothing") if scalar.shown else "a literal, not shown"
            return self.tell(path, found, wanted, unfit.nearest)


def joined(path: str, key: str) -> str:
    """Return the path of *key* in the section *path*; the root's is empty."""
    return f"{path}.{key}" if path else key


def _kind(raw: Raw) -> str:
    if isinstance(raw, dict):
        return "keys and values"
    return "a list" if isinstance(raw, list) else "a single value"


def _noun(made: object) -> str:
    scalar = SCALARS.get(type(made))
    return scalar.noun if scalar is not None else "a value"


def _without_none(hint: object) -> tuple[object, bool]:
    """Return what `X | None` wraps, and whether it did."""
    if get_origin(hint) not in {Union, UnionType}:
        return hint, False
    inner = [part for part in get_args(hint) if part is not type(None)]
    return (inner[0] if len(inner) == 1 else hint), len(inner) < len(get_args(hint))


def _scalar(hint: object) -> Scalar:
    """Return how to read *hint*: a known type, one made from it, or a choice."""
    while hint not in SCALARS and hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    if hint in SCALARS:
        return SCALARS[hint]
    if get_origin(hint) is Literal:
        return _choice({str(choice): choice for choice in get_args(hint)})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice({str(member.value): member for member in hint})
    raise TypeError(f"{hint} cannot be configured: known are {[str(known) for known in SCALARS]}")


def _choice(members: Mapping[str, object]) -> Scalar:
    def read(text: str) -> object:
        if text not in members:
            raise Unfit(nearest(text, tuple(members)))
        return members[text]

    return Scalar("one of " + ", ".join(members), read)
