"""The reference names every key of every built-in strategy, and no other."""

import re
from pathlib import Path

import pytest

from graphwiz_trader.bootstrap.strategies import BUILT_IN, config_class, strategy_class
from graphwiz_trader.domain.setting import fields_of

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "strategies.md"


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_table_of_a_strategy_names_its_keys(name: str) -> None:
    config = config_class(strategy_class(BUILT_IN[name]))
    assert config is not None
    section = PAGE.read_text().split(f"`{name}`\n")[1].split("\n## ")[0]

    rows = (line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    told = [key for row in rows for key in re.findall(r"`(\w+)`", row)]

    assert sorted(told) == sorted(field.name for field in fields_of(config))
