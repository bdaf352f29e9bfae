"""The engine as a service on the simulated exchange: started, asked, killed, started, stopped."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from graphwiz_trader.entrypoints.cli import main
from tests.contracts.test_live_commands import exchange

pytestmark = pytest.mark.contract

PATIENCE_S = 120.0
SETTINGS = {
    "hft.strategies.cross_exchange_arbitrage": "{enabled: true, min_profit_bps: 1}",
    "hft.risk.max_position_size": "0.5",
    "hft.risk.max_exposure": "100000",
    "backtest.reporting": "USDT",
    "backtest.fee_bps": "1",
    "backtest.latency_ms": "2",
}
KEYS = {"GW_KEY": "loopback-key", "GW_SECRET": "loopback-secret", "GW_PASS": "loopback-passphrase"}


@attrs.define
class Service:
    """One engine process."""

    words: list[str]
    home: Path
    process: subprocess.Popen[str]

    def ready(self) -> str:
        """Wait until it trades; return its run."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("ready: "):
                return line.split()[1]
        raise AssertionError(f"it ended with {self.process.wait()}")

    def end(self) -> tuple[int, dict[str, object]]:
        """Wait for the end; return the exit code and the summary."""
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, json.loads(said)


@contextmanager
def service(
    mode: str, home: Path, addresses: dict[str, str], rest: Sequence[str] = ("--no-observe",)
) -> Iterator[Service]:
    words = [sys.executable, "-m", "graphwiz_trader", mode, *rest, "--home", str(home), "--json"]
    settings = dict(SETTINGS)
    for venue, url in addresses.items():
        keys = 'api_key: "${GW_KEY}", api_secret: "${GW_SECRET}", api_passphrase: "${GW_PASS}"'
        settings[f"hft.market_data.exchanges.{venue}"] = (
            f'{{symbols: ["BTC/USDT"], url: "{url}", {keys}}}'
        )
    for key, item in settings.items():
        words += ["--set", f"{key}={item}"]
    surroundings = {**os.environ, **KEYS, "XDG_STATE_HOME": str(home.parent / "state")}
    with subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings,
    ) as process:
        try:
            yield Service(words, home, process)
        finally:
            process.kill()


def asked(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> dict[str, object]:
    """Return what a command says of the engine in *home*; it must succeed."""
    code = main([*words, "--home", str(home), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0, told
    assert isinstance(told, dict)
    return told


def until_orders(capsys: pytest.CaptureFixture[str], home: Path) -> dict[str, object]:
    """Wait until it has traded; return its status."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        status = asked(capsys, home, "status")
        if status["fills"] and status["reconciled"]:
            return status
        time.sleep(0.5)
    raise AssertionError(f"no orders: {status}")


@pytest.mark.parametrize("mode", ["paper", "trade"])
def test_it_trades_answers_survives_a_kill_and_stops_clean(
    mode: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with exchange() as addresses:
        with service(mode, home, addresses) as first:
            run = first.ready()
            status = until_orders(capsys, home)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        with service(mode, home, addresses) as second:
            assert second.ready() == run
            asked(capsys, home, "halt", "--reason", "a test")
            halted = asked(capsys, home, "status")
            asked(capsys, home, "flatten", "--reason", "a test")
            stopped = asked(capsys, home, "stop", "--reason", "the test is over")
            code, summary = second.end()

    assert status["state"] == "ACTIVE"
    assert halted["state"] == "HALTED"
    assert (code, stopped["remaining"]) == (0, [])
    assert (summary["starts"], summary["reconciled"], summary["open_orders"]) == (2, True, 0)
    assert summary["audit"]["violations"] == 0  # type: ignore[index] # it is an object
    lines = (home / "runs" / run / "orders.jsonl").read_text().splitlines()
    assert len(lines) == summary["orders"]
    assert {json.loads(line)["ord_status"] for line in lines} <= {
        "FILLED",
        "CANCELED",
        "EXPIRED",
        "REJECTED",
    }
    assert asked(capsys, home, "replay", run)["identical"] is True


def test_a_signal_ends_it_clean_and_the_next_start_is_a_new_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with exchange() as addresses:
        runs = []
        for number in (signal.SIGTERM, signal.SIGINT):
            with service("paper", home, addresses) as served:
                runs.append(served.ready())
                served.process.send_signal(number)
                code, summary = served.end()
            assert (code, summary["reason"]) == (0, "a signal")

    assert runs == ["paper-0001", "paper-0002"]
    assert main(["status", "--home", str(home), "--json"]) == 3
    assert "not_running" in capsys.readouterr().out


def test_a_second_engine_on_the_same_account_is_refused(tmp_path: Path) -> None:
    with exchange() as addresses, service("trade", tmp_path / "one", addresses) as first:
        first.ready()
        with service("trade", tmp_path / "two", addresses) as second:
            code, told = second.end()

    error = told["error"]
    assert isinstance(error, dict)
    assert (code, error["code"]) == (1, "lease_taken")
    assert f"pid {first.process.pid}" in error["message"]


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started and that still run."""
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in told.read_text().split()] if told.exists() else []


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(holds: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(holds())


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for child processes")
def test_an_observer_runs_beside_it_comes_back_and_ends_after_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with exchange() as addresses:
        with service("paper", home, addresses, ()) as first:
            pid = first.process.pid
            assert first.ready() == "paper-0001"
            observers = children(pid)
            os.kill(observers[0], signal.SIGKILL)
            assert until(lambda: set(children(pid)) - set(observers))
            (second,) = set(children(pid)) - set(observers)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
            is_gone = until(lambda: not is_there(second))
        with service("paper", home, addresses, ()) as last:
            assert last.ready() == "paper-0001"
            until_orders(capsys, home)
            last.process.send_signal(signal.SIGTERM)
            code, summary = last.end()
    with sqlite3.connect(home / "graph.db") as graph:
        (fills,) = graph.execute('SELECT count(*) FROM "Fill"').fetchone()

    assert len(observers) == 1
    assert is_gone
    assert code == 0
    assert fills == summary["fills"]
