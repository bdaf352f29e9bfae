"""
Layers: YAML files, environment and `--set`, merged into one tree of text.

Scalars stay text until they are typed, so that `0.1` reaches `Decimal("0.1")`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml

from graphwiz_trader.domain.errors import ConfigError, Problem

Raw: TypeAlias = "str | list[Raw] | dict[str, Raw]"

PREFIX = "GRAPHWIZ__"


def merged(
    files: Sequence[Path], environment: Mapping[str, str], assignments: Sequence[str]
) -> dict[str, Raw]:
    """
    Return the layers as one tree: *files*, then *environment*, then *assignments*.

    Raises:
        ConfigError: every file that cannot be read and every assignment without a key.
    """
    problems: list[Problem] = []
    tree: dict[str, Raw] = {}
    for layer in _layers(files, environment, assignments, problems):
        overlay(tree, layer)
    if problems:
        raise ConfigError(problems)
    return tree


def overlay(tree: dict[str, Raw], layer: Mapping[str, Raw]) -> None:
    """
    Lay *layer* over *tree*: sections merge, anything else is replaced.

    What a layer sets moves to the end of its section: of two spellings of one key, the last
    one holds. A key with nothing after it leaves a section as it was.
    """
    for key, given in layer.items():
        present = tree.get(key)
        if isinstance(present, dict) and isinstance(given, dict):
            overlay(present, given)
        elif not (isinstance(present, dict) and given == ""):
            tree.pop(key, None)
            tree[key] = _copied(given)


def assigned(assignment: str) -> dict[str, Raw]:
    """
    Return `a.b=1` as a tree; the value may be a YAML list or mapping.

    Raises:
        ConfigError: no key, or a value that is not YAML; the text is not repeated.
    """
    key, equals, text = assignment.partition("=")
    names = key.strip().split(".")
    if not equals or not all(names):
        raise ConfigError(
            [Problem("--set", "something else", "key=value, such as engine.history=9")]
        )
    return _nested(names, _parsed(text, f"--set {key}"))


def _layers(
    files: Sequence[Path],
    environment: Mapping[str, str],
    assignments: Sequence[str],
    problems: list[Problem],
) -> Iterator[Mapping[str, Raw]]:
    for path in files:
        try:
            yield _anchored(_file(path), path.parent)
        except ConfigError as error:
            problems.extend(error.problems)
    for name in sorted(environment):
        if name.startswith(PREFIX):
            keys = name.removeprefix(PREFIX).lower().split("__")
            try:
                given = _nested(keys, _parsed(environment[name], name))
                yield _anchored(given, Path())
            except ConfigError as error:
                problems.extend(error.problems)
    for assignment in assignments:
        try:
            yield _anchored(assigned(assignment), Path())
        except ConfigError as error:
            problems.extend(error.problems)


def _file(path: Path) -> dict[str, Raw]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        raise ConfigError(
            [Problem(str(path), reason or "no file", "a readable YAML file")]
        ) from error
    tree = _parsed(text, str(path))
    if tree == "":
        return {}
    if not isinstance(tree, dict):
        raise ConfigError([Problem(str(path), "a list or a word", "sections, such as `hft:`")])
    return tree


def _parsed(text: str, source: str) -> Raw:
    """Parse YAML without giving scalars a type; errors name the place, never the text."""
    try:
        root = yaml.compose(text, yaml.BaseLoader)
        return "" if root is None else _built(root, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{source}:{mark.line + 1}" if mark is not None else source
        raise ConfigError([Problem(where, error.problem or "no YAML", "YAML")]) from error
    except yaml.YAMLError as error:
        raise ConfigError([Problem(source, "characters YAML does not allow", "YAML")]) from error


def _built(node: yaml.Node, above: tuple[yaml.Node, ...]) -> Raw:
    """Return *node* as text, lists and dicts; a key given twice is an error."""
    if node in above:
        raise _misplaced("a part that holds itself", node)
    inside = (*above, node)
    if isinstance(node, yaml.SequenceNode):
        return [_built(item, inside) for item in node.value]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    tree: dict[str, Raw] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _misplaced("a key that is no word", key)
        if key.value in tree:
            raise _misplaced(f"{key.value} twice", key)
        tree[key.value] = _built(item, inside)
    return tree


def _misplaced(problem: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _nested(names: Sequence[str], given: Raw) -> dict[str, Raw]:
    for name in reversed(names):
        given = {name: given}
    return given if isinstance(given, dict) else {}


def _copied(given: Raw) -> Raw:
    return (
        {key: _copied(inner) for key, inner in given.items()} if isinstance(given, dict) else given
    )


def _anchored(tree: dict[str, Raw], folder: Path) -> dict[str, Raw]:
    """
    Make a strategy's `use: file.py:Class` a whole path, from the folder that names it.

    A journal keeps it, and its run is replayed from any folder.
    """
    hft = tree.get("hft")
    strategies = hft.get("strategies") if isinstance(hft, dict) else None
    for keys in strategies.values() if isinstance(strategies, dict) else ():
        use = keys.get("use") if isinstance(keys, dict) else None
        if isinstance(keys, dict) and isinstance(use, str) and ".py:" in use:
            keys["use"] = str(folder.resolve() / use)
    return tree
