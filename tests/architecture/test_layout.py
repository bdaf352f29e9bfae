"""How the code is laid out: findable, short, documented, and each port in company."""

from collections.abc import Callable
from pathlib import Path

import pytest

import graphwiz_trader
from tests.architecture import rules

Plant = Callable[[str, str], Path]
Rule = Callable[[Path], list[str]]

RULES: dict[Rule, tuple[str, str]] = {
    rules.long_modules: ("adapters/long.py", "\n" * 300),
    rules.long_functions: ("adapters/scroll.py", "def f():\n" + "    f()\n" * 40),
    rules.undocumented: ("adapters/mute.py", "class Silent:\n    async def speak(self): ..."),
    rules.vague_names: ("adapters/vague.py", 'class _OrderManager: """Order orders."""'),
}
"""Each rule, and a violation of it: the module and the lines."""

CONTRACTS = Path(__file__).resolve().parents[1] / "contracts"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Rule, package: Path) -> None:
    assert rule(package) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_violation_is_seen(rule: Rule, plant: Plant) -> None:
    module, lines = RULES[rule]

    found = rule(plant(module, lines))

    assert {finding.replace(":", " ").split()[0] for finding in found} == {module}


def test_every_port_has_an_adapter_a_fake_and_a_contract_of_its_name(package: Path) -> None:
    assert rules.lonely_ports(package, CONTRACTS) == []


def test_a_port_without_company_is_seen(plant: Plant) -> None:
    found = rules.lonely_ports(plant("ports/lonely.py", ""), CONTRACTS)

    assert [line.rpartition(" ")[2] for line in found] == ["adapter", "fake", "contract"]


def test_the_packages_names_are_sorted_and_all_there(package: Path) -> None:
    assert rules.unlisted_names(package) == []
    assert [name for name in graphwiz_trader.__all__ if not hasattr(graphwiz_trader, name)] == []


def test_unsorted_names_of_the_package_are_seen(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text('"""A package."""\n__all__ = ["b", "a"]\n')

    assert rules.unlisted_names(tmp_path) == ["__init__.py lists ['b', 'a'], not sorted"]
