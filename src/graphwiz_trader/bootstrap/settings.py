"""Loading settings: the layers in force, or the text a journal begins with, made typed."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphwiz_trader.bootstrap.layers import Raw, assigned, merged, overlay
from graphwiz_trader.bootstrap.strategies import read_strategies
from graphwiz_trader.bootstrap.structure import Broken, Structure
from graphwiz_trader.domain.errors import ConfigError, DataError
from graphwiz_trader.domain.settings import Settings, StrategySettings
from graphwiz_trader.domain.value import value


@value
class Loaded:
    """Settings, and what the user should know about how they were read."""

    settings: Settings
    notices: tuple[str, ...]


def load(
    files: Sequence[Path], environment: Mapping[str, str], assignments: Sequence[str]
) -> Loaded:
    """
    Return the settings in force.

    The defaults of `domain.settings` are laid under *files*, those under the variables of
    *environment* that begin with `GRAPHWIZ__`, those under *assignments* such as
    `hft.risk.max_exposure=5000`.

    Raises:
        ConfigError: everything that is wrong, each with its path.
    """
    return _typed(merged(files, environment, assignments))


def restored(text: str, assignments: Sequence[str] = ()) -> Loaded:
    """
    Return the settings that `rendering.canonical` wrote as *text*, changed by *assignments*.

    Raises:
        DataError: *text* is not such a text.
        ConfigError: an assignment is wrong.
    """
    try:
        tree = _texts(json.loads(text, parse_float=str, parse_int=str, parse_constant=str))
    except ValueError as error:
        raise DataError(f"settings are not JSON text: {error}") from error
    if not isinstance(tree, dict):
        raise DataError("settings are JSON text, but not an object")
    for assignment in assignments:
        overlay(tree, assigned(assignment))
    return _typed(tree)


def _typed(tree: dict[str, Raw]) -> Loaded:
    structure = Structure(special={Mapping[str, StrategySettings]: read_strategies})
    settings = structure.section(Settings, tree, "")
    if isinstance(settings, Broken):
        raise ConfigError(structure.problems)
    return Loaded(settings, tuple(structure.notices))


def _texts(item: object) -> Raw:
    """Return parsed JSON as the layers' tree of text."""
    if isinstance(item, dict):
        return {str(key): _texts(inner) for key, inner in item.items()}
    if isinstance(item, list):
        return [_texts(inner) for inner in item]
    return "null" if item is None else str(item)
