"""Schema: the JSON schema of the configuration, made from the settings themselves."""

from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import attrs

from graphwiz_trader.bootstrap.limits import limits_of
from graphwiz_trader.bootstrap.strategies import BUILT_IN, config_class, strategy_class
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings import Settings, StrategySettings

_TYPES: dict[object, object] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    Decimal: ["number", "string"],
}
_BOUNDS = {">": "exclusiveMinimum", ">=": "minimum", "<": "exclusiveMaximum", "<=": "maximum"}


def schema() -> dict[str, Plain]:
    """Return the JSON schema (draft 2020-12) of a configuration file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "GraphWiz Trader configuration",
        **_section(Settings),
    }


def _section(kind: type, *more: type) -> dict[str, Plain]:
    """Return the schema of the attrs class *kind*, with the keys of *more* classes beside."""
    keys: dict[str, Plain] = {}
    required: list[Plain] = []
    for part in (*more, kind):
        hints = get_type_hints(part)
        for field in fields_of(part):
            if not field.init or field.name == "config":
                continue
            about = _field(field, hints[field.name])
            for name in (field.name, *field.metadata.get("aliases", ())):
                keys[name] = about if name == field.name else {**about, "deprecated": True}
            if field.default is attrs.NOTHING:
                required.append(field.name)
    made: dict[str, Plain] = {"type": "object", "properties": keys, "additionalProperties": False}
    return {**made, "required": required} if required else made


def _field(field: "attrs.Attribute[object]", hint: object) -> dict[str, Plain]:
    limits = limits_of(field.validator)
    about = _hint(hint)
    bounds: dict[str, Plain] = {_BOUNDS[operator]: bound for operator, bound in limits.bounds}
    about |= bounds
    if limits.choices:
        about["enum"] = plain(limits.choices)
    if limits.pattern is not None:
        about["pattern"] = limits.pattern
    if "meaning" in field.metadata:
        about["description"] = str(field.metadata["meaning"])
    if field.default is not attrs.NOTHING and not isinstance(field.default, attrs.Factory):  # type: ignore[arg-type] # a class at run time
        about["default"] = plain(field.default)
    return about


def _hint(hint: object) -> dict[str, Plain]:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    if get_origin(hint) is not None:
        return _generic(hint)
    if isinstance(hint, type) and attrs.has(hint):
        return _section(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [plain(member) for member in hint]}
    return {"type": plain(_TYPES.get(hint, "string"))}


def _generic(hint: object) -> dict[str, Plain]:
    parts = get_args(hint)
    if get_origin(hint) in {Union, UnionType}:
        inner = next(_hint(part) for part in parts if part is not type(None))
        return {"anyOf": [inner, {"type": "null"}]}
    if get_origin(hint) is Literal:
        return {"enum": [plain(choice) for choice in parts]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _hint(parts[0])}
    return _mapping(parts[1])


def _mapping(inner: object) -> dict[str, Plain]:
    if inner is not StrategySettings:
        return {"type": "object", "additionalProperties": _hint(inner)}
    names: dict[str, Plain] = {name: _strategy(use) for name, use in BUILT_IN.items()}
    own: dict[str, Plain] = {**_section(StrategySettings), "required": ["use"]}
    own["additionalProperties"] = True
    return {"type": "object", "properties": names, "additionalProperties": own}


def _strategy(use: str) -> dict[str, Plain]:
    config = config_class(strategy_class(use))
    return _section(StrategySettings, *([config] if config is not None else []))
