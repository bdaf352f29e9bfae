"""Trading real money is refused, and asking an engine that is not there says so."""

import json
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main

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
