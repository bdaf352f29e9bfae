"""Strategies in a configuration: how a class is found and its keys are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import Loaded, load, restored
from graphwiz_trader.bootstrap.strategies import config_class, strategy_class
from graphwiz_trader.domain.errors import ConfigError, Problem

Write = Callable[[str], Path]


def loaded(write: Write, strategies: str) -> Loaded:
    """What a file with these strategies says."""
    return load([write(f"hft: {{strategies: {strategies}}}")], {}, ())


def problem(write: Write, strategies: str) -> Problem:
    """The one thing that is wrong with these strategies."""
    with pytest.raises(ConfigError) as raised:
        loaded(write, strategies)
    (only,) = raised.value.problems
    return only


def test_a_strangers_strategy_gets_its_own_config(write: Write) -> None:
    found = loaded(write, "{mine: {use: own.py:Own, lookback: 50, max_position_size: 0.5}}")

    mine = found.settings.hft.strategies["mine"]
    own = config_class(strategy_class(mine.use))
    assert own is not None
    assert mine.config == own(lookback=50)
    assert str(mine.max_position_size) == "0.5"


def test_an_alias_of_a_strategys_config_is_understood(write: Write) -> None:
    found = loaded(write, "{mine: {use: own.py:Own, lookback_period: 9}}")

    assert found.notices == ("hft.strategies.mine.lookback_period is now called lookback",)


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("lookback: 0", "lookback"),
        ("z: .nan", "z"),
        ("z: -1", "z"),
        ("lokback: 3", "lokback"),
        ("ttl_ms: 0", "ttl_ms"),
        ("instruments: [BTC/USDT]", "instruments[0]"),
    ],
)
def test_a_wrong_key_of_a_strategy_is_named(keys: str, path: str, write: Write) -> None:
    found = problem(write, f"{{mine: {{use: own.py:Own, {keys}}}}}")

    assert found.path == f"hft.strategies.mine.{path}"


def test_values_that_do_not_fit_together_are_refused_in_the_strategys_words(write: Write) -> None:
    found = problem(write, "{mine: {use: own.py:Own, lookback: 1}}")

    assert found.path == "hft.strategies.mine"
    assert found.expected == "z is never reached by so short a lookback"


@pytest.mark.parametrize(
    "use", ["own.py", "own.py:Nothing", "none.py:Own", "no.such.module:Own", "own.py:STRATEGY.x"]
)
def test_a_class_that_cannot_be_found_is_a_problem_of_use(use: str, write: Write) -> None:
    found = problem(write, f"{{mine: {{use: '{use}'}}}}")

    assert found.path == "hft.strategies.mine.use"


def test_a_name_that_is_no_built_in_needs_use(write: Write) -> None:
    found = problem(write, "{statistical_arbitrag: {enabled: true}}")

    assert found.path == "hft.strategies.statistical_arbitrag"
    assert found.nearest == "statistical_arbitrage"


def test_a_class_without_config_takes_no_keys_of_its_own(write: Write) -> None:
    assert loaded(write, "{p: {use: own.py:Plain}}").settings.hft.strategies["p"].config is None
    assert problem(write, "{p: {use: own.py:Plain, z: 1}}").path == "hft.strategies.p.z"


@pytest.mark.parametrize(
    "name",
    [
        "statistical_arbitrage",
        "cross_exchange_arbitrage",
        "triangular_arbitrage",
        "market_making",
    ],
)
def test_a_plain_name_needs_no_use_and_may_be_off(name: str, write: Write) -> None:
    given = loaded(write, f"{{{name}: {{enabled: false}}}}")

    assert given.settings.hft.strategies[name].enabled is False
    assert given.notices == ()


def test_instruments_may_be_of_any_venue_a_tape_names(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        'hft: {strategies: {cross_exchange_arbitrage: {instruments: ["BTC/USDT@my-tape"]}}}'
    )

    loaded = load([file], {}, [])

    held = loaded.settings.hft.strategies["cross_exchange_arbitrage"]
    assert held.instruments == ("BTC/USDT@my-tape",)


def test_a_strategy_s_file_is_found_again_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "own.py").write_text("class Own:\n    pass\n")
    (tmp_path / "here" / "own.yaml").write_text("hft: {strategies: {own: {use: own.py:Own}}}")
    monkeypatch.chdir(tmp_path / "here")

    by_file = load([Path("own.yaml")], {}, []).settings
    by_word = load([], {}, ["hft.strategies.own.use=own.py:Own"]).settings
    monkeypatch.chdir(tmp_path)

    again = restored(canonical(by_file)).settings
    assert again.hft.strategies["own"].use == str(tmp_path / "here" / "own.py:Own")
    assert by_word.hft.strategies["own"].use == again.hft.strategies["own"].use
