"""The configurations that come with the product: nothing is wrong with any of them."""

from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main

CONFIG = Path(__file__).parents[3] / "config"
FILES = sorted(CONFIG.rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CONFIG)))
def test_nothing_is_wrong_with_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["config", "check", "--config", str(file)])

    assert code == 0, capsys.readouterr()


def test_live_trading_is_a_configuration_and_its_venues() -> None:
    words = ["config", "check"]
    for name in ("live.yaml", "venues/binance.yaml", "venues/okx.yaml"):
        words += ["--config", str(CONFIG / name)]

    assert main(words) == 0


def test_no_configuration_holds_a_key() -> None:
    lines = [line for file in FILES for line in file.read_text().splitlines() if "api_" in line]

    assert len(lines) > 5
    assert all(": ${" in line for line in lines)
