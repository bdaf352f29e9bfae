"""Rendering: settings as plain keys and values, as canonical JSON text, and as YAML."""

import json
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import TypeAlias

import attrs
import yaml

from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings import Settings, StrategySettings

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


def rendered(settings: Settings) -> dict[str, Plain]:
    """Return *settings* as the keys a user would write; amounts are decimal strings."""
    return _fields(settings)


def canonical(settings: Settings) -> str:
    """
    Return *settings* as JSON text, the same text for the same settings in any process.

    It holds no secret, since settings hold only names of secrets, and
    `bootstrap.settings.restored` makes the same settings of it.
    """
    return json.dumps(_fields(settings), sort_keys=True, separators=(",", ":"), allow_nan=False)


def yaml_text(keys: Mapping[str, Plain]) -> str:
    """Return *keys* as YAML that can be read back as a configuration."""
    return yaml.safe_dump(dict(keys), sort_keys=False, allow_unicode=True).rstrip("\n")


def _fields(item: object) -> dict[str, Plain]:
    """Return an attrs value's fields; a strategy's own keys stand beside the shared ones."""
    names = [field.name for field in fields_of(type(item)) if field.init]
    keys = {name: _plain(getattr(item, name)) for name in names}
    if isinstance(item, StrategySettings):
        del keys["config"]
        own = _fields(item.config) if attrs.has(type(item.config)) else {}
        return {**own, **keys}
    return keys


def _plain(item: object) -> Plain:
    if isinstance(item, Enum):
        return _plain(item.value)
    if item is None or isinstance(item, bool | int | float | str):
        return item
    if isinstance(item, Decimal):
        return str(item)
    if isinstance(item, Mapping):
        return {str(key): _plain(inner) for key, inner in item.items()}
    if isinstance(item, tuple | list):
        return [_plain(inner) for inner in item]
    return _fields(item)
