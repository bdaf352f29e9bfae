"""The dependency rule and the six invariants: they hold, and a planted violation is seen."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import rules

Plant = Callable[[str, str], Path]
Rule = Callable[[Path], list[str]]

RULES: dict[Rule, tuple[str, str]] = {
    rules.imports_beyond_the_allow_list: ("engine/planned.py", "import yaml"),
    rules.callers_of_step: ("adapters/clever.py", "def f(engine, event): engine.step(event)"),
    rules.hands_on_the_seal: (
        "engine/forger.py",
        "from graphwiz_trader.domain.intent import SEAL",
    ),
    rules.walks_over_sets: ("domain/walk.py", "def f(a, b): return [x for x in {a, b}]"),
    rules.asserts: ("adapters/sure.py", "assert True"),
}
"""Each rule, and a violation of it: the module and the line."""

CONTRACTS = {
    "engine/late.py": "import time",
    "strategies/lucky.py": "import random",
    "engine/remembers.py": "import graphwiz_trader.ports.graph",
    "adapters/decides.py": "import graphwiz_trader.engine",
    "adapters/uses.py": "import graphwiz_trader.application",
    "application/knows.py": "import graphwiz_trader.adapters",
    "application/assembles.py": "import graphwiz_trader.bootstrap",
    "domain/climbs.py": "import graphwiz_trader.engine",
    "bootstrap/fakes.py": "import graphwiz_trader.testing",
    "newcomer/__init__.py": "",
}
"""Imports that the contracts of pyproject.toml forbid, all planted at once."""


def linted(package: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says about *package*, under the pyproject.toml two folders up."""
    program = Path(sys.executable).with_name("lint-imports")
    root = package.parents[1]
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "NO_COLOR": "1"}
    words = [program, "--config", root / "pyproject.toml", "--no-cache"]
    return subprocess.run(
        words, check=False, capture_output=True, text=True, cwd=root, env=environment
    )


def test_the_import_contracts_hold(package: Path) -> None:
    said = linted(package)

    assert said.returncode == 0, said.stdout
    assert "Contracts: 6 kept, 0 broken." in said.stdout


def test_planted_imports_break_the_contracts(copied: Path) -> None:
    for module, line in CONTRACTS.items():
        (copied / module).parent.mkdir(exist_ok=True)
        (copied / module).write_text(line)

    said = linted(copied)

    assert said.returncode == 1
    assert "0 kept, 6 broken" in said.stdout
    for module in CONTRACTS:
        name = module.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
        assert f"graphwiz_trader.{name}" in said.stdout.replace("\n", "")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Rule, package: Path) -> None:
    assert rule(package) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_violation_is_seen(rule: Rule, plant: Plant) -> None:
    module, line = RULES[rule]

    found = rule(plant(module, line))

    assert [finding.partition(":")[0] for finding in found] == [module]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("kernels/late.py", "import numba"),
        ("kernels/objects.py", "from attrs import define"),
        ("simulation/clocked.py", "def f():\n    import datetime"),
        ("ports/parsed.py", "import msgspec.json"),
        ("application/threaded.py", "from threading import Lock"),
    ],
)
def test_no_layer_imports_beyond_its_allow_list(module: str, line: str, plant: Plant) -> None:
    (found,) = rules.imports_beyond_the_allow_list(plant(module, line))

    assert found.startswith(module)


@pytest.mark.long
def test_the_type_checker_keeps_ticks_lots_and_gates_apart(tmp_path: Path) -> None:
    """Invariants 4 and 5: only what passed a gate goes on, and a price is not a number."""
    lines = [
        "from graphwiz_trader.domain.instrument import Instrument",
        "from graphwiz_trader.domain.intent import Admitted, Approved, Intent",
        "from graphwiz_trader.domain.signal import Leg, Signal",
        "from graphwiz_trader.domain.sides import Side",
        "from graphwiz_trader.domain.units import InstrumentId, Lots, Ticks",
        "name = InstrumentId('BTC/USDT@okx')",
        "Leg(name, Side.BUY, 5, Lots(1))",
        "Leg(name, Side.BUY, Lots(5), Lots(1))",
        "Leg(name, Side.BUY, Ticks(5), Ticks(1))",
        "def approve(signal: Signal) -> Approved: return signal",
        "def admit(intent: Intent) -> Admitted: return intent",
    ]
    path = tmp_path / "planted.py"
    path.write_text("\n".join(lines))
    root = Path(__file__).resolve().parents[2]
    words = [sys.executable, "-m", "mypy", "--config-file", root / "mypy.ini", path]

    said = subprocess.run(words, check=False, capture_output=True, text=True, cwd=root)

    wrong = {line.split(":")[1] for line in said.stdout.splitlines() if "planted.py:" in line}
    assert wrong == {"7", "8", "9", "10", "11"}, said.stdout
