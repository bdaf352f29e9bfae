"""The graph's file: restarts, kills, other processes, other versions."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from graphwiz_trader.adapters.sqlite import schema
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from graphwiz_trader.domain.errors import DataError, Transient
from graphwiz_trader.domain.graph import LABELS
from graphwiz_trader.domain.graph_answers import TradeFilter
from graphwiz_trader.domain.graph_watch import Pattern
from graphwiz_trader.domain.units import Nanos
from tests.contracts.graph import RUN, STORY, batch, trade, wait

ROOT = Path(__file__).resolve().parents[4]

WRITER = """
import asyncio, sys
from pathlib import Path
from graphwiz_trader.adapters.sqlite.graph import SqliteGraph
from tests.contracts.graph import batch, trade

async def write():
    graph = SqliteGraph(Path(sys.argv[1]))
    for n in range(1, 1_000_000):
        await graph.write(batch(*(trade(10 * n + i) for i in range(10)), seq=n))
        print(n, flush=True)

asyncio.run(write())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "graph.db"


def test_what_was_kept_is_there_after_a_restart(path: Path) -> None:
    first = SqliteGraph(path)
    wait(first.write(STORY))
    before = wait(first.stats())
    wait(first.close())

    again = SqliteGraph(path)

    assert wait(again.stats()) == before
    assert wait(again.cursor(RUN))[0] == STORY.seq
    wait(again.close())


def test_a_kill_loses_no_batch_that_was_kept_and_leaves_none_in_part(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": "src:."}
    ) as writer:
        if writer.stdout is None:
            pytest.fail("no output")
        while int(writer.stdout.readline()) < 20:
            pass
        writer.send_signal(signal.SIGKILL)

    graph = SqliteGraph(path)
    kept, _ = wait(graph.cursor(RUN))
    nodes = wait(graph.stats()).nodes

    assert kept >= 20
    assert nodes == {"Trade": 10 * kept}
    wait(graph.close())


def test_another_connection_reads_while_one_writes(path: Path) -> None:
    writer, reader = SqliteGraph(path), SqliteGraph(path)
    wait(writer.write(batch(trade(1))))

    async def both() -> int:
        write = asyncio.create_task(writer.write(batch(trade(2), seq=2)))
        found = await reader.trades(TradeFilter(), 9)
        await write
        return len(found)

    assert asyncio.run(both()) in (1, 2)
    assert len(wait(reader.trades(TradeFilter(), 9))) == 2
    wait(writer.close())
    wait(reader.close())


def test_a_file_that_is_no_graph_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to look" * 50)

    with pytest.raises(DataError, match=r"graph\.db is no graph of ours"):
        wait(SqliteGraph(path).stats())


def test_a_graph_of_a_later_version_is_left_alone(path: Path) -> None:
    graph = SqliteGraph(path)
    wait(graph.stats())
    wait(graph.close())
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(DataError, match="version 99, expected 3"):
        wait(SqliteGraph(path).stats())


def test_patterns_of_single_runs_become_those_of_all(path: Path) -> None:
    """As version 2 wrote them, of two runs."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    for migration in schema.MIGRATIONS[:2]:
        old.executescript(migration)
    old.execute("PRAGMA user_version = 2")
    old.execute("""INSERT INTO "Symbol" VALUES ('BTC/USDT')""")
    for name in ("run-1", "run-2"):
        mine, key = f"{name}:SWEEP:BTC/USDT", f"SWEEP:BTC/USDT:{name}:1"
        old.execute("""INSERT INTO "Pattern" (key, run) VALUES (?, ?)""", (mine, name))
        old.execute(
            """INSERT INTO "Occurrence" (key, run, seq, ts, kind, symbol, horizon)
            VALUES (?, ?, 1, 5, 'SWEEP', 'BTC/USDT', 9)""",
            (key, name),
        )
        links = (("INSTANCE_OF", key, mine), ("DETECTED_ON", mine, "BTC/USDT"))
        old.executemany("INSERT INTO edge VALUES (?, ?, ?, '', '')", links)
    old.commit()
    old.close()

    graph = SqliteGraph(path)
    found = wait(graph.around(Pattern, "SWEEP:BTC/USDT", 9))

    assert found is not None
    assert found.node == Pattern("SWEEP:BTC/USDT", "SWEEP", "BTC/USDT", Nanos(9))
    assert [step.relation for step in found.steps] == ["DETECTED_ON", "INSTANCE_OF", "INSTANCE_OF"]
    assert wait(graph.keys(Pattern, "", 9)) == ("SWEEP:BTC/USDT",)
    wait(graph.close())


def test_a_folder_that_cannot_be_written_is_a_reason_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "graph.db").mkdir()

    with pytest.raises(Transient, match=r"graph\.db"):
        wait(SqliteGraph(tmp_path / "graph.db").stats())


def test_tables_have_the_fields_of_their_nodes_in_order() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)

    for label in LABELS:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{label.__name__}")')]
        assert columns == [field.name for field in attrs.fields(label)]  # type: ignore[arg-type] # a value is an attrs class
    connection.close()


def test_migrating_again_changes_nothing() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    before = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()

    schema.migrate(connection)

    assert connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
    connection.close()


@pytest.mark.parametrize("name", ["trade_strategy", "trade_closed", "order_id"])
def test_questions_are_answered_from_an_index(path: Path, name: str) -> None:
    from graphwiz_trader.adapters.sqlite import texts

    asked = {"run": "", "symbol": "", "venue": "", "since": 0, "until": 9, "most": 5}
    questions = {
        "trade_strategy": (texts.TRADES_OF_STRATEGY, {**asked, "strategy": "arb"}),
        "trade_closed": (texts.TRADES, asked),
        "order_id": (texts.ORDER, {"name": "o1", "run": ""}),
    }
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    text, parameters = questions[name]

    plan = connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters).fetchall()

    assert any(f"INDEX {name}" in step[-1] for step in plan)
    connection.close()
