"""Alert codes: all that the engine and what runs beside it raise, as their sources spell them."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[1] / "src/graphwiz_trader"


def raised() -> frozenset[str]:
    """Return the codes of all calls that name a severity, or warn, in engine and application."""
    trees = [
        ast.parse(source.read_text(encoding="utf-8"))
        for layer in ("engine", "application")
        for source in sorted((SOURCES / layer).glob("*.py"))
    ]
    return frozenset(code for tree in trees for code in _codes(tree))


def _codes(tree: ast.Module) -> Iterator[str]:
    known = {
        target.id: each.value.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not _is_alarm(call):
            continue
        for word in call.args:
            code = known.get(word.id) if isinstance(word, ast.Name) else None
            code = word.value if isinstance(word, ast.Constant) else code
            if isinstance(code, str) and code.replace("_", "").isupper():
                yield code


def _is_alarm(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "_warn":
        return True
    return any(
        isinstance(word, ast.Attribute)
        and isinstance(word.value, ast.Name)
        and word.value.id == "Severity"
        for word in call.args
    )
