"""
The rules of docs/architecture.md that no linter knows, each a function from a package to findings.

A finding is a line of text that names the file; no findings: the rule holds.
Taking the package as a folder lets the tests plant violations in a copy and demand to see them.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

Documented: TypeAlias = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

CORE = ("kernels", "domain", "strategies", "engine", "simulation")
CLOCKS_AND_SUCH = frozenset(
    {"time", "datetime", "random", "uuid", "asyncio", "threading", "socket", "os", "logging"}
)
STANDARD = frozenset(sys.stdlib_module_names) - CLOCKS_AND_SUCH
ALLOWED: Mapping[str, frozenset[str]] = {
    "kernels": STANDARD | {"numpy"},
    **dict.fromkeys(CORE[1:], STANDARD | {"numpy", "attr", "attrs"}),
    **dict.fromkeys(("ports", "application"), STANDARD | {"numpy", "attr", "attrs", "asyncio"}),
}
"""What each layer may import from outside the package."""

EXCUSED = {
    ("kernels/jit.py", "numba"): "the one module that compiles",
    ("kernels/jit.py", "llvmlite"): "numba's other half",
    ("kernels/jit.py", "os"): "names the folder of compiled kernels",
    ("domain/value.py", "os"): "the runtime guard of values is a switch of the tests",
}
"""(module, import) → why it may."""

STEPPERS = frozenset(
    {
        "application/driver.py",
        "application/replay.py",
        "application/writer.py",
        "entrypoints/bench/slice.py",
    }
)
"""The only callers of `Engine.step`: the loop of backtests, replay, the writer of live runs, and
the benchmark that times its stages apart."""

SEALERS = frozenset({"domain/intent.py", "domain/risk.py"})
"""The only modules that touch the seal of the gates."""

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
VAGUE = ("Manager", "Handler", "Helper", "Util", "Base")


def imports_beyond_the_allow_list(package: Path) -> list[str]:
    """Find imports of anything a pure or port-like layer may not know."""
    return [
        f"{name}:{node.lineno} imports {imported}"
        for name, tree in _modules(package)
        for allowed in [ALLOWED.get(name.partition("/")[0])]
        if allowed is not None
        for node in ast.walk(tree)
        for imported in _imported(node)
        if imported not in allowed | {"graphwiz_trader"} and (name, imported) not in EXCUSED
    ]


def callers_of_step(package: Path) -> list[str]:
    """Find calls of `.step(…)` outside the drivers of the engine."""
    return [
        f"{name}:{node.lineno} calls .step("
        for name, tree in _modules(package)
        if name not in STEPPERS
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "step"
    ]


def hands_on_the_seal(package: Path) -> list[str]:
    """Find modules beside the gates that name the seal of `Approved` and `Admitted`."""
    return [
        f"{name}:{node.lineno} touches the seal"
        for name, tree in _modules(package)
        if name not in SEALERS
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in {"SEAL", "_Seal"})
        or (isinstance(node, ast.Attribute) and node.attr in {"SEAL", "_Seal"})
        or (isinstance(node, ast.alias) and node.name in {"SEAL", "_Seal"})
    ]


def walks_over_sets(package: Path) -> list[str]:
    """Find loops of the core over a set that is spelt as one: its order differs by process."""
    return [
        f"{name}:{loop.lineno} walks over a set"
        for name, tree in _modules(package)
        if name.partition("/")[0] in CORE
        for node in ast.walk(tree)
        for loop in _loops(node)
        if isinstance(loop, ast.Set | ast.SetComp)
        or (
            isinstance(loop, ast.Call)
            and isinstance(loop.func, ast.Name)
            and loop.func.id in {"set", "frozenset"}
        )
    ]


def asserts(package: Path) -> list[str]:
    """Find `assert` statements: `python -O` would remove them."""
    return [
        f"{name}:{node.lineno} asserts"
        for name, tree in _modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]


def long_modules(package: Path) -> list[str]:
    """Find modules that hold more than one noun can need."""
    lengths = {
        _name(package, path): len(path.read_text(encoding="utf-8").splitlines())
        for path in _files(package)
    }
    return [f"{name} has {n} lines" for name, n in lengths.items() if n > LONGEST_MODULE]


def long_functions(package: Path) -> list[str]:
    """Find functions of more lines than a screen; a docstring does not count."""
    return [
        f"{name}:{node.lineno} {node.name} has {lines} lines"
        for name, tree in _modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for lines in [_length(node)]
        if lines > LONGEST_FUNCTION
    ]


def undocumented(package: Path) -> list[str]:
    """Find public modules, classes and functions without a docstring."""
    return [
        f"{name}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')} says nothing"
        for name, tree in _modules(package)
        if not (name.endswith("__init__.py") and name != "__init__.py")
        for node in _public(tree)
        if not ast.get_docstring(node)
    ]


def vague_names(package: Path) -> list[str]:
    """Find classes whose name does not say what they are."""
    return [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in _modules(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(VAGUE)
    ]


def lonely_ports(package: Path, contracts: Path) -> list[str]:
    """Find ports without an adapter, a fake or a contract of the same name."""
    ports = [path.name for path in _files(package / "ports") if path.name != "__init__.py"]
    adapters = {path.name for path in _files(package / "adapters")}
    fakes = {path.name for path in _files(package / "testing")}
    promises = {path.name for path in contracts.glob("*.py")}
    groups = {"adapter": adapters, "fake": fakes, "contract": promises}
    return [
        f"ports/{port} has no {what}"
        for port in ports
        for what, names in groups.items()
        if port not in names
    ]


def unlisted_names(package: Path) -> list[str]:
    """Find fault with the package's `__all__`: unsorted, or private names in it."""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    if len(listed) != 1:
        return ["__init__.py has no __all__, or more than one"]
    names = list(listed[0])
    return [] if names == sorted(set(names)) else [f"__init__.py lists {names}, not sorted"]


def _files(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def _name(package: Path, path: Path) -> str:
    return path.relative_to(package).as_posix()


def _modules(package: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in _files(package):
        yield _name(package, path), ast.parse(path.read_text(encoding="utf-8"))


def _imported(node: ast.AST) -> list[str]:
    """Return the top-level names that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module is not None:
        return [node.module.partition(".")[0]]
    return []


def _loops(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.For):
        return [node.iter]
    if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp):
        return [part.iter for part in node.generators]
    return []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 2 if body else 1


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Documented]:
    yield tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name[0] != "_":
            yield from _public(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
            yield node
