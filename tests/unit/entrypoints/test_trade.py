"""Trading real money is refused, and asking an engine that is not there says so."""

import json
from pathlib import Path

import pytest

from graphwiz_trader.domain.settings import (
    ExchangeSettings,
    HftSettings,
    MarketDataSettings,
    Settings,
)
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.entrypoints.commands.trade import is_play

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("flag", [[], ["--live"]])
def test_trade_is_refused_and_says_what_is_missing(flag: list[str], capsys: Captured) -> None:
    code = main(["trade", "--json", *flag])

    message = json.loads(capsys.readouterr().out)["error"]["message"]
    assert code == 2
    assert "promoted rollout stage" in message
    assert ("--live" in message) is (flag == [])


def test_trade_is_refused_where_trading_is_switched_off(capsys: Captured) -> None:
    code = main(["trade", "--json", "--live", "--set", "hft.enabled=no"])

    assert code == 2
    assert json.loads(capsys.readouterr().out)["errors"][0]["path"] == "hft.enabled"


def test_status_without_an_engine_exits_3(tmp_path: Path, capsys: Captured) -> None:
    code = main(["status", "--home", str(tmp_path), "--json"])

    assert code == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_running"


@pytest.mark.parametrize(
    ("urls", "is_meant"),
    [
        (["http://127.0.0.1:1", "http://localhost:2"], True),
        (["http://[::1]:1"], True),
        (["http://127.0.0.1:1", "https://api.example.com"], False),
        (["http://127.0.0.1:1", None], False),
        (["http://10.0.0.1:1"], False),
        (["http://127.0.0.1.example.com:1"], False),
        ([], False),
    ],
)
def test_play_money_is_money_of_this_machine_alone(urls: list[str | None], is_meant: bool) -> None:
    exchanges = {Venue(f"v{i}"): ExchangeSettings(url=url) for i, url in enumerate(urls)}
    exchanges[Venue("off")] = ExchangeSettings(enabled=False)
    settings = Settings(hft=HftSettings(market_data=MarketDataSettings(exchanges)))

    assert is_play(settings) is is_meant


@pytest.mark.parametrize(
    "words",
    [
        ["orders"],
        ["positions"],
        ["balances"],
        ["risk", "show"],
        ["cancel", "--all"],
        ["flatten"],
        ["halt"],
        ["reduce"],
        ["resume", "--reason", "x"],
        ["stop"],
    ],
)
def test_every_command_to_an_engine_exits_3_without_one(
    words: list[str], tmp_path: Path, capsys: Captured
) -> None:
    code = main([*words, "--home", str(tmp_path), "--json"])

    assert code == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_running"


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["cancel"], "or say --all"),
        (["resume"], "--reason"),
        (["halt", "--venue", "a", "--strategy", "b"], "name one of"),
    ],
)
def test_an_order_that_is_not_clear_is_refused(
    words: list[str], wrong: str, tmp_path: Path, capsys: Captured
) -> None:
    code = main([*words, "--home", str(tmp_path), "--json"])

    assert code == 2
    assert wrong in json.loads(capsys.readouterr().out)["error"]["message"]
