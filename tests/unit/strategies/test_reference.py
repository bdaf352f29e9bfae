"""The reference names every key of every built-in strategy, and tests that there are."""

import re
from pathlib import Path

import pytest

from graphwiz_trader.bootstrap.strategies import BUILT_IN, config_class, strategy_class
from graphwiz_trader.domain.setting import fields_of

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs" / "reference" / "strategies.md"
ORACLES = PAGE.with_name("oracles.md")


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_table_of_a_strategy_names_its_keys(name: str) -> None:
    config = config_class(strategy_class(BUILT_IN[name]))
    assert config is not None
    section = PAGE.read_text().split(f"`{name}`\n")[1].split("\n## ")[0]

    rows = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    told = [key for row in rows for key in re.findall(r"`(\w+)`", row)]

    assert sorted(told) == sorted(field.name for field in fields_of(config))


def test_every_test_that_the_page_of_oracles_names_exists() -> None:
    """`file.py::name`, or `::name` in the file named before it."""
    missing, file = [], ""
    for named in re.findall(
        r"`((?:unit|stories|parity|peers)/[^`]*|::[^`]*)`", ORACLES.read_text()
    ):
        place, _, test = named.partition("::")
        file = place or file
        text = (TESTS / file).read_text() if (TESTS / file).is_file() else ""
        if not text or f"def {test}" not in text:
            missing.append(f"{file}::{test}")

    assert missing == []
