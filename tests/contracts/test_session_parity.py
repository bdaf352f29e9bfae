"""A session on the simulated exchange: its limits changed while it trades, and its backtest."""

import json
import signal
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main
from tests.contracts.test_live_commands import exchange
from tests.contracts.test_service import asked, service, until, until_orders

pytestmark = pytest.mark.contract

LIMITS = "hft: {{risk: {{max_open_orders: {most}}}}}\n"


def test_limits_change_while_it_trades_and_its_backtest_explains_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, written = tmp_path / "home", tmp_path / "limits.yaml"
    written.write_text(LIMITS.format(most=30))
    options = ("--no-observe", "--config", str(written))
    with exchange() as addresses, service("trade", home, addresses, options) as served:
        run = served.ready()
        until_orders(capsys, home)
        written.write_text(LIMITS.format(most=20))
        came = asked(capsys, home, "reload", "--reason", "a test")
        written.write_text("journal: {segment_mb: 9}\n" + LIMITS.format(most=10))
        code = main(["reload", "--home", str(home), "--json"])
        refused = json.loads(capsys.readouterr().out)
        written.write_text(LIMITS.format(most=10))
        served.process.send_signal(signal.SIGHUP)
        assert until(lambda: limit(capsys, home) == 10)
        asked(capsys, home, "stop", "--reason", "the test is over")
        ended, summary = served.end()

    assert came["changed"] == {"hft.risk.max_open_orders": ["30", "20"]}
    assert (code, ended, summary["remaining"]) == (2, 0, [])
    assert "journal.segment_mb (256 → 9): the journal is open" in refused["error"]["message"]
    assert asked(capsys, home, "replay", run)["identical"] is True
    compare(asked(capsys, home, "parity", run), summary)


def limit(capsys: pytest.CaptureFixture[str], home: Path) -> int:
    """Return how many orders may be open."""
    rows = asked(capsys, home, "risk", "show")["risk"]
    assert isinstance(rows, list)
    return next(int(row["most"]) for row in rows if row["limit"] == "max_open_orders")


def compare(told: dict[str, object], summary: dict[str, object]) -> None:
    """Hold a parity against the summary of its session, and against itself."""
    orders, pnl = told["orders"], told["pnl"]
    assert isinstance(orders, dict)
    assert isinstance(pnl, dict)
    assert (told["clean"], told["unexplained"]) == (True, None)
    assert orders["session"] == summary["orders"]
    assert orders["matched"] >= orders["session"] // 2 > 0
    assert sum(orders["by_cause"].values()) == orders["differ"]
    parts = sum(Decimal(part) for part in pnl["by_cause"].values())
    assert parts == Decimal(pnl["difference"])
    assert Decimal(pnl["backtest"]["net"]) - Decimal(pnl["session"]["net"]) == parts
    causes = {"queue", "missing_data", "latency", "fees"}
    assert set(pnl["by_cause"]) == set(orders["by_cause"]) == causes
