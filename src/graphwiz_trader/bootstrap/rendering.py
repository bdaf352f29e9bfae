"""Rendering: settings as plain keys and values, as canonical JSON text, and as YAML."""

import json
from collections.abc import Mapping

import yaml

from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings import Settings, StrategySettings


def rendered(settings: Settings) -> dict[str, Plain]:
    """Return *settings* as the keys a user would write; amounts are decimal strings."""
    keys = _keys(settings)
    strategies: dict[str, Plain] = {
        name: _strategy(held) for name, held in settings.hft.strategies.items()
    }
    keys["hft"] = {**_keys(settings.hft), "strategies": strategies}
    return keys


def canonical(settings: Settings) -> str:
    """
    Return *settings* as JSON text, the same text for the same settings in any process.

    Strategies and venues keep their order, which decides who is asked first.
    It holds no secret, since settings hold only names of secrets, and
    `bootstrap.settings.restored` makes the same settings of it.
    """
    return json.dumps(rendered(settings), separators=(",", ":"), allow_nan=False)


def yaml_text(keys: Mapping[str, Plain]) -> str:
    """Return *keys* as YAML that can be read back as a configuration."""
    return yaml.safe_dump(dict(keys), sort_keys=False, allow_unicode=True).rstrip("\n")


def _strategy(held: StrategySettings) -> dict[str, Plain]:
    """Return a strategy's own keys beside those that all strategies share."""
    shared = _keys(held)
    del shared["config"]
    return {**_keys(held.config), **shared} if held.config is not None else shared


def _keys(item: object) -> dict[str, Plain]:
    fields = (field.name for field in fields_of(type(item)) if field.init)
    return {name: plain(getattr(item, name)) for name in fields}
