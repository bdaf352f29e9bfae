"""`graphwiz demo` as a user runs it: processes, sockets, both kinds of adapters, and its proofs."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import LIVE
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.explain import Explanation
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.graph_answers import TradeFilter
from graphwiz_trader.domain.units import RunId

pytestmark = pytest.mark.contract

PATIENCE_S = 180
Answer = dict[str, Any]


def demo(home: Path, *words: str, code: int = 0) -> Answer:
    """What `graphwiz demo` answers."""
    command = (sys.executable, "-m", "graphwiz_trader", "demo", "--no-dashboard", "--json")
    done = subprocess.run(
        (*command, "--home", str(home), *words),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == code, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    answer: Answer = json.loads(done.stdout)
    return answer


def asked(home: Path, *words: str) -> Answer:
    """What `graphwiz` answers to a question about a home."""
    command = (sys.executable, "-m", "graphwiz_trader", *words, "--home", str(home), "--json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    answer: Answer = json.loads(done.stdout)
    return answer


def lines(path: str) -> list[Answer]:
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calm")


@pytest.fixture(scope="module")
def told(home: Path) -> Answer:
    """What a demo told to which nothing was done."""
    return demo(home, "--seconds", "8", "--seed", "7")


def test_a_calm_demo_trades_at_both_venues_and_its_proofs_hold(told: Answer) -> None:
    assert (told["venues"], told["reconciled"], told["audit"]["violations"]) == (2, True, 0)
    assert (told["open_orders"], told["unknown_orders"], told["crashes"]) == (0, 0, [])
    assert told["audit"]["checks"] > 100
    record = lines(told["exchange_log"])
    assert {e["venue"] for e in record if e["what"] == "fill"} == {"binance", "okx"}
    assert not [e for e in record if e["what"] == "fault"]
    assert len(lines(told["orders_log"])) == told["orders"]
    assert [each["identical"] for each in told["replay"].values()] == [True]


def test_every_trade_is_explained_by_the_very_updates_of_the_books_it_saw(
    home: Path, told: Answer
) -> None:
    """Each cause is an entry of the journal: that book, at that instant, with that bid and ask."""
    journal = FileRuns(Home(home), LIVE).reader(RunId(told["run"]))
    entries = {entry.outcome.seq: entry.event for entry in journal.entries()}
    graph = SqliteGraph(home / "graph.db")

    async def explained() -> list[Explanation]:
        trades = await graph.trades(TradeFilter(run=told["run"]), 1_000)
        return [await Ask(graph).explain(trade.key, "") for trade in trades]

    with asyncio.Runner() as runner:
        found = runner.run(explained())
        runner.run(graph.close())

    assert found
    for each in found:
        books = [cause for cause in each.caused_by if cause.event == "BookUpdate"]
        for cause in books:
            update = entries[cause.seq]
            assert isinstance(update, BookUpdate)
            told_of = (cause.detail["instrument"], cause.detail["ts"])
            assert (update.instrument, update.ts) == told_of
        traded = {fill.instrument for fill in each.story.fills}
        assert traded <= {cause.detail["instrument"] for cause in books} or each.story.signals == ()


def test_the_graph_earned_what_the_report_says(home: Path, told: Answer) -> None:
    by_graph = asked(home, "graph", "performance", "--run", told["run"])["strategies"]
    by_report = asked(home, "report", told["run"])["trades_by_strategy"]

    assert by_graph
    assert {line["strategy"]: line["record"] for line in by_graph} == {
        line["name"]: line["record"] for line in by_report
    }


def test_a_killed_engine_goes_on_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    told = demo(tmp_path, "--seconds", "15", "--seed", "13", "--kill-engine", "2")

    assert len(set(told["engine_pids"])) == 3
    assert (told["audit"]["violations"], told["reconciled"]) == (0, True)
    assert (told["open_orders"], told["unknown_orders"]) == (0, 0)
    assert all(each["identical"] for each in told["replay"].values())


def test_an_interrupt_ends_every_process_and_says_so(tmp_path: Path) -> None:
    words = (sys.executable, "-m", "graphwiz_trader", "demo", "--seconds", "600", "--json")
    running = subprocess.Popen(
        (*words, "--home", str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    log = tmp_path / "demos" / "0001" / "exchange.jsonl"
    until(lambda: log.is_file() and "fill" in log.read_text())
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()

    os.kill(running.pid, signal.SIGINT)
    out, _ = running.communicate(timeout=PATIENCE_S)

    assert running.returncode == 130
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert len(children) >= 2
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_what_fails_is_named_with_its_last_words(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {kind: gapp}\n")

    told = demo(tmp_path, "--seconds", "5", "--faults", str(faults), code=1)

    assert "the exchange ended with 2 before it was ready" in told["error"]["message"]
    assert "did you mean gap" in told["error"]["message"]


def until(is_so: Any) -> None:
    """Wait for other processes."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)
