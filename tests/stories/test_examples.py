"""The examples do what they say."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import an example as a script beside it would."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return import_module


def test_every_example_is_run_by_a_test() -> None:
    known = {"made_market", "own_strategy", "own_kernel", "own_backtest", "own_sweep"}

    assert {file.stem for file in EXAMPLES.glob("*.py")} == known


def test_a_strategy_of_one_s_own_is_backtested_and_replayed(
    load: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    tape = load("made_market").made_market(tmp_path, 600)

    told = load("own_backtest").backtest([tape], tmp_path / "home")

    fills, _, _ = told.partition(" fills")
    assert int(fills) > 1
    assert told.endswith("replayed alike: True")


def test_its_parameters_are_searched_for(load: Callable[[str], ModuleType], tmp_path: Path) -> None:
    tape = load("made_market").made_market(tmp_path, 600)

    told = load("own_sweep").sweep([tape], tmp_path / "home").splitlines()

    nets = [float(line.rpartition(": ")[2]) for line in told[:-1]]
    assert len(nets) == 6
    assert nets == sorted(nets, reverse=True)
    assert len(set(nets)) > 1
    assert told[-1].startswith("probability that the best is not luck")
