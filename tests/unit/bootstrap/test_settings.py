"""Settings: layers, types, problems, and the text a journal begins with."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.bootstrap.rendering import canonical, rendered, yaml_text
from graphwiz_trader.bootstrap.settings import load, restored
from graphwiz_trader.domain.errors import ConfigError, DataError, Problem
from graphwiz_trader.domain.settings import RiskSettings, Settings

CONFIG = Path(__file__).resolve().parents[3] / "config"
Write = Callable[[str], Path]


def problems(
    *files: Path, env: dict[str, str] | None = None, sets: tuple[str, ...] = ()
) -> dict[str, Problem]:
    """The problems of these layers, by path."""
    with pytest.raises(ConfigError) as raised:
        load(files, env or {}, sets)
    return {problem.path: problem for problem in raised.value.problems}


def test_nothing_given_is_the_defaults() -> None:
    loaded = load((), {}, ())

    assert loaded.settings == Settings()
    assert loaded.notices == ()


@pytest.mark.parametrize("name", ["hft", "demo", "backtest"])
def test_the_files_we_ship_are_without_problems(name: str) -> None:
    assert load([CONFIG / f"{name}.yaml"], {}, ()).settings.hft.enabled


def test_users_files_of_both_spellings_mean_the_same(write: Write) -> None:
    older = write(
        "hft:\n"
        "  strategies: {statistical_arbitrage: {lookback_period: 50, z_score_threshold: 3.0}}\n"
        "  risk: {max_orders_per_sec: 7, circuit_breaker: -0.02}\n"
    )
    newer = write(
        "hft:\n"
        "  strategies: {statistical_arbitrage: {lookback: 50, z_threshold: 3.0}}\n"
        "  risk: {max_orders_per_second: 7, circuit_breaker_threshold: -0.02}\n"
    )

    loaded = load([older], {}, ())

    assert loaded.settings == load([newer], {}, ()).settings
    assert len(loaded.notices) == 4


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ("lookback: 0", ".lookback"),
        ("z_threshold: .nan", ".z_threshold"),
        ("lookback: 50, z_threshold: 8, z_stop: null", ".z_threshold"),
        ("sample: chang", ".sample"),
        ("max_position_size: -1", ".max_position_size"),
    ],
)
def test_a_built_in_strategys_keys_are_checked_by_its_own_config(
    keys: str, path: str, write: Write
) -> None:
    found = problems(write(f"hft: {{strategies: {{statistical_arbitrage: {{{keys}}}}}}}"))

    assert list(found) == [f"hft.strategies.statistical_arbitrage{path}"]


def test_a_later_layer_wins_over_an_earlier_one(write: Write) -> None:
    files = [write("hft: {risk: {max_exposure: 1, max_open_orders: 1, max_position_size: 1}}")]
    files.append(write("hft: {risk: {max_exposure: 2, max_open_orders: 2}}"))
    environment = {"GRAPHWIZ__HFT__RISK__MAX_EXPOSURE": "3", "GRAPHWIZ_LONG": "0.05", "PATH": "x"}

    by_environment = load(files, environment, ()).settings.hft.risk
    by_set = load(files, environment, ("hft.risk.max_exposure=4",)).settings.hft.risk

    assert (by_environment.max_position_size, by_environment.max_open_orders) == (1, 2)
    assert by_environment.max_exposure == Decimal(3)
    assert by_set.max_exposure == Decimal(4)


def test_an_amount_is_made_from_its_text_and_never_from_a_float(write: Write) -> None:
    path = write("hft: {risk: {max_position_size: 0.1}}")

    size = load([path], {}, ()).settings.hft.risk.max_position_size

    assert str(size) == "0.1"


def test_all_problems_are_reported_at_once_with_their_paths(write: Write) -> None:
    path = write(
        "hft:\n"
        "  risk: {max_position_size: -1, max_exposre: 5, max_open_orders: 1.5}\n"
        "  market_data: {exchanges: {binannce: {}, okx: {symbols: [BTC-USDT], websocket: maybe}}}\n"
        "engine: 7\n"
        "backtest: {queue: risk_avers, balances: {okx: {usdt: 1}}}\n"
    )

    found = problems(path)

    assert set(found) == {
        "hft.risk.max_position_size",
        "hft.risk.max_exposre",
        "hft.risk.max_open_orders",
        "hft.market_data.exchanges.binannce",
        "hft.market_data.exchanges.okx.symbols[0]",
        "hft.market_data.exchanges.okx.websocket",
        "engine",
        "backtest.queue",
        "backtest.balances.okx.usdt",
    }
    assert found["hft.risk.max_exposre"].nearest == "max_exposure"
    assert found["hft.market_data.exchanges.binannce"].nearest == "binance"
    assert found["hft.market_data.exchanges.okx.symbols[0]"].nearest == "BTC/USDT"
    assert found["backtest.queue"].nearest == "risk_averse"
    assert found["hft.risk.max_position_size"].expected == "a number > 0"


@pytest.mark.parametrize(
    "text", [".nan", "-.inf", "inf", "NaN", "1e999", "ten", "10bps", "1,5", "", "٣"]
)
def test_what_is_no_finite_number_is_refused(text: str, write: Write) -> None:
    path = write(f"hft: {{risk: {{price_collar_bps: '{text}'}}}}")

    problem = problems(path)["hft.risk.price_collar_bps"]

    assert problem.expected == "a number > 0, in basis points without the unit"


def test_neither_an_unknown_keys_value_nor_a_literal_secret_is_repeated(write: Write) -> None:
    path = write(
        "pasword: hunter2-a\n"
        "hft: {market_data: {exchanges: {okx: {secret: hunter2-b, api_key: hunter2-c}}}}\n"
    )
    environment = {"GRAPHWIZ__HFT__TOKEN": "hunter2-d", "GRAPHWIZ__ENGINE": "{hunter2-e"}
    sets = ("hft.market_data.exchanges.okx.api_secret=hunter2-f", "hunter2-g")

    with pytest.raises(ConfigError) as in_layers:
        load([path], environment, sets)
    with pytest.raises(ConfigError) as in_types:
        load([path], {"GRAPHWIZ__HFT__TOKEN": "hunter2-d"}, sets[:1])

    assert len(in_layers.value.problems) == 2
    assert len(in_types.value.problems) == 5
    assert "hunter2" not in str(in_layers.value) + str(in_types.value)


def test_a_secret_is_named_never_held(write: Write) -> None:
    path = write("hft: {market_data: {exchanges: {okx: {api_key: '${OKX_KEY}'}}}}")

    settings = load([path], {"OKX_KEY": "hunter2"}, ()).settings

    assert settings.hft.market_data.exchanges["okx"].api_key == "${OKX_KEY}"
    assert "hunter2" not in canonical(settings)


def test_an_older_spelling_is_understood_with_a_notice(write: Write) -> None:
    path = write("hft: {risk: {max_orders_per_sec: 7, circuit_breaker: -0.02}}")

    loaded = load([path], {}, ())

    risk = loaded.settings.hft.risk
    assert (risk.max_orders_per_second, risk.circuit_breaker_threshold) == (7, Decimal("-0.02"))
    assert loaded.notices == (
        "hft.risk.max_orders_per_sec is now called max_orders_per_second",
        "hft.risk.circuit_breaker is now called circuit_breaker_threshold",
    )


def test_of_two_spellings_of_one_key_the_later_layers_holds(write: Write) -> None:
    older = write("hft: {risk: {max_orders_per_sec: 7}}")
    newer = write("hft: {risk: {max_orders_per_second: 8}}")

    ahead = load([older, newer], {}, ()).settings.hft.risk.max_orders_per_second
    behind = load([newer, older], {}, ()).settings.hft.risk.max_orders_per_second

    assert (ahead, behind) == (8, 7)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("hft: {risk", "0.yaml:1"),
        ("a: 1\na: 2", "0.yaml:2"),
        ("- 1", "0.yaml"),
        ("a: &a [*a]", "0.yaml:1"),
        ("{[1]: 2}", "0.yaml:1"),
    ],
)
def test_a_file_that_is_no_configuration_is_named_with_the_line(
    text: str, where: str, write: Write
) -> None:
    path = write(text)

    found = problems(path)

    assert [name.rpartition("/")[2] for name in found] == [where]


def test_a_missing_file_and_a_bad_assignment_are_reported_together(tmp_path: Path) -> None:
    found = problems(tmp_path / "none.yaml", sets=("engine.history",))

    assert set(found) == {str(tmp_path / "none.yaml"), "--set"}


def test_an_empty_file_and_an_empty_section_change_nothing(write: Write) -> None:
    files = [write("hft: {risk: {max_open_orders: 3}}"), write(""), write("hft:\nengine:")]

    assert load(files, {}, ()).settings.hft.risk == RiskSettings(max_open_orders=3)


def test_the_canonical_text_makes_the_same_settings_again(write: Write) -> None:
    path = write(
        "hft:\n"
        "  market_data: {exchanges: {okx: {symbols: ['BTC/USDT:USDT'], api_key: '${K}'}}}\n"
        "  strategies: {mine: {use: own.py:Own, z: 0.30, instruments: ['BTC/USDT@okx']}}\n"
        "  risk: {max_venue_exposure: 1.50, circuit_breaker_threshold: -0.1}\n"
        "backtest: {balances: {okx: {BTC: 0.10}}}\n"
    )
    settings = load([path], {}, ()).settings

    text = canonical(settings)

    assert restored(text).settings == settings
    assert canonical(restored(text).settings) == text
    assert json.loads(text)["hft"]["risk"]["max_venue_exposure"] == "1.50"


def test_restored_strategies_keep_their_order(write: Write) -> None:
    path = write("hft: {strategies: {z: {use: own.py:Own}, a: {use: own.py:Own}}}")

    again = restored(canonical(load([path], {}, ()).settings), ("hft.strategies.z.z=3",)).settings

    assert list(again.hft.strategies) == ["z", "a"]


def test_a_key_of_restored_settings_can_be_changed() -> None:
    text = canonical(Settings())

    changed = restored(text, ("hft.risk.max_exposure=5",)).settings

    assert changed.hft.risk == RiskSettings(max_exposure=Decimal(5))


@pytest.mark.parametrize("text", ["{", "[]", "7"])
def test_a_text_that_no_settings_made_is_bad_data(text: str) -> None:
    with pytest.raises(DataError):
        restored(text)


def test_what_is_shown_can_be_read_back(write: Write) -> None:
    path = write("hft: {strategies: {mine: {use: own.py:Own}}, risk: {max_exposure: 7}}")
    settings = load([path], {}, ()).settings

    again = load([write(yaml_text(rendered(settings)))], {}, ()).settings

    assert again.hft.risk == settings.hft.risk
    assert again.hft.strategies["mine"].config == settings.hft.strategies["mine"].config
