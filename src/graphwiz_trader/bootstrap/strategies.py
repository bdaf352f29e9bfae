"""
Strategy classes: found by name, by module or by file, and their keys made into their `Config`.

Config keys that all strategies share are fields of `StrategySettings`; the rest belongs to the
class's own attrs `Config`. A class without one takes no keys of its own.
"""

import hashlib
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import attrs

from graphwiz_trader.bootstrap.layers import Raw
from graphwiz_trader.bootstrap.scalars import nearest
from graphwiz_trader.bootstrap.structure import Broken, Structure
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.setting import fields_of
from graphwiz_trader.domain.settings import StrategySettings
from graphwiz_trader.domain.value import evolve

BUILT_IN = {
    "statistical_arbitrage": "graphwiz_trader.strategies.stat_arb:StatisticalArbitrage",
    "pairs_arbitrage": "graphwiz_trader.strategies.pairs:Pairs",
    "cross_exchange_arbitrage": "graphwiz_trader.strategies.cross_exchange:CrossExchange",
    "triangular_arbitrage": "graphwiz_trader.strategies.triangular:Triangular",
    "market_making": "graphwiz_trader.strategies.market_making:MarketMaking",
}
"""Plain names that need no `use:`."""

_SHARED = tuple(field.name for field in fields_of(StrategySettings) if field.name != "config")


def strategy_class(use: str) -> type:
    """
    Return the class that *use* names: `package.module:Class` or `path/file.py:Class`.

    Raises:
        ConfigError: the module cannot be imported, or has no such class.
    """
    place, colon, name = use.rpartition(":")
    if not colon or not name.isidentifier():
        raise _unusable(use, "package.module:Class or path/file.py:Class")
    try:
        module = _from_file(Path(place)) if place.endswith(".py") else import_module(place)
    except Exception as error:
        raise _unusable(
            use, f"a module that can be imported; {type(error).__name__}: {error}"
        ) from error
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise _unusable(use, f"a class {name} in {place}")
    return found


def config_class(strategy: type) -> type | None:
    """Return the attrs class *strategy* calls its `Config`, None where it has none."""
    config = getattr(strategy, "Config", None)
    return config if isinstance(config, type) and attrs.has(config) else None


def by_default(name: str) -> StrategySettings:
    """Return our own strategy *name*, one of `BUILT_IN`, with every key at its default."""
    use = BUILT_IN[name]
    config = config_class(strategy_class(use))
    return StrategySettings(use=use, config=config() if config is not None else None)


def read_strategies(structure: Structure, _key: str, raw: Raw, path: str) -> object:
    """Read the section of instances."""
    tree = structure.mapping(raw, path)
    if tree is None:
        return Broken.VALUE
    instances: dict[str, StrategySettings] = {}
    for name, keys in tree.items():
        where = f"{path}.{name}"
        given = structure.mapping(keys, where)
        if given is None:
            continue
        made = _instance(structure, name, given, where)
        if not isinstance(made, Broken):
            instances[name] = made
    return instances


def _instance(
    structure: Structure, name: str, given: dict[str, Raw], path: str
) -> StrategySettings | Broken:
    use = given.get("use", BUILT_IN.get(name, ""))
    if use == "" or not isinstance(use, str):
        names = tuple(BUILT_IN)
        wanted = f"{' or '.join(names)}, or a `use:` key saying where its class lives"
        return structure.tell(path, "a strategy of no known name", wanted, nearest(name, names))
    try:
        config = config_class(strategy_class(use))
    except ConfigError as error:
        problem = error.problems[0]
        return structure.tell(f"{path}.use", problem.found, problem.expected)
    own = tuple(field.name for field in fields_of(config)) if config is not None else ()
    shared = {key: raw for key, raw in given.items() if key in _SHARED}
    rest = {key: raw for key, raw in given.items() if key not in _SHARED or key in own}
    made = structure.section(StrategySettings, {**shared, "use": use}, path)
    settled = _config(structure, config, rest, path)
    if isinstance(made, Broken) or isinstance(settled, Broken):
        return Broken.VALUE
    return evolve(made, config=settled)


def _config(structure: Structure, config: type | None, rest: dict[str, Raw], path: str) -> object:
    if config is not None:
        return structure.section(config, rest, path)
    for key in rest:
        structure.unknown(path, key, _SHARED)
    return None


def _from_file(path: Path) -> ModuleType:
    """Import *path* once, under a name of its own."""
    place = path.resolve()
    name = f"graphwiz_strategy_{place.stem}_{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, place)
    if spec is None or spec.loader is None or not place.is_file():
        raise ImportError(f"no file {path}")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _unusable(use: str, expected: str) -> ConfigError:
    return ConfigError([Problem("use", use, expected)])
