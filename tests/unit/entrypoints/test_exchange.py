import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.cli import main


def test_an_unknown_kind_of_fault_is_named_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {kind: gapp}\n")

    code = main(["exchange", "--faults", str(faults), "--json"])

    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert code == 2
    assert (error["path"], error["nearest"]) == ("faults[0].kind", "gap")


@pytest.mark.contract
def test_exchanges_run_and_say_where_and_what_was_true(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    books = tmp_path / "books.jsonl"
    words = ["exchange", "--dialect", "okx", "--dialect", "okx", "--seconds", "0.3"]

    code = main([*words, "--record-books", str(books), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [venue["venue"] for venue in told["venues"]] == ["okx", "okx2"]
    recorded = [json.loads(line) for line in books.read_text().splitlines()]
    assert {entry["instrument"].rpartition("@")[2] for entry in recorded} == {"okx", "okx2"}


@pytest.mark.contract
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_ends_it_cleanly_and_it_says_what_was_owned(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    words = ("exchange", "--balance", "okx.USDT=5", "--log", str(tmp_path / "log"), "--json")
    running = subprocess.Popen(
        (sys.executable, "-m", "graphwiz_trader", *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    while running.stderr.readline() != "ready\n":
        assert running.poll() is None

    running.send_signal(number)
    out, _ = running.communicate(timeout=180)

    binance, okx = json.loads(out)["venues"]
    assert running.returncode == code
    assert okx["opened"] == okx["closed"] == {"USDT": "5"}
    assert set(binance["opened"]) == {"USDT", "BTC", "ETH"}
    assert okx["open_orders"] == []


def test_every_wrong_distance_and_balance_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    distance = main(["exchange", "--latency-ms", "kraken.entry=1", "--json"])
    (far,) = json.loads(capsys.readouterr().out)["errors"]
    balance = main(["exchange", "--balance", "USDT", "--json"])
    (poor,) = json.loads(capsys.readouterr().out)["errors"]

    assert (distance, balance) == (2, 2)
    assert (far["path"], far["expected"]) == ("--latency-ms", "one of binance, okx")
    assert poor["path"] == "--balance"
