"""`graphwiz report` of a run on disk."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import BACKTEST
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.bootstrap.rendering import canonical
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookUpdate,
    Event,
    LevelRows,
    RunStarted,
    Shutdown,
    TapeMessage,
    TapeRef,
)
from graphwiz_trader.domain.facts import Entry, FillBooked, Outcome, SignalApproved
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    RunId,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings

Captured = pytest.CaptureFixture[str]

LINK = Instrument(
    InstrumentId("LINK/USDT@a"), Asset("LINK"), Asset("USDT"), Decimal("0.01"), Decimal("0.1")
)
STAT = StrategyId("stat")
BUY = SubmitOrder(
    ClOrdId("o1"), STAT, LINK.id, Side.BUY, OrdType.LIMIT, TimeInForce.IOC, Ticks(1001), Lots(10)
)
SIGNAL = Signal(
    STAT, SignalKind.TAKE, (Leg(LINK.id, Side.BUY, Ticks(1001), Lots(10)),), 12.5, Nanos(0),
    reason="z is -2.1",
)  # fmt: skip


def at(seconds: float) -> Nanos:
    return Nanos(1_700_000_000 * SECOND + round(seconds * SECOND))


def book(seconds: int, bid: int) -> BookUpdate:
    rows = LevelRows(
        np.array([1, -1], np.int8), np.array([bid, bid + 2], np.int64), np.array([9, 9], np.int64)
    )
    return BookUpdate(at(seconds), at(seconds), LINK.id, rows, 0, 2, snapshot=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the run bt-0001: one buy of a unit at 10.02, marked at 10.11 at the end."""
    with FileTapes().writer(str(tmp_path / "tape"), (LINK,)) as writer:
        for second, bid in enumerate((1000, 1000, 1010)):
            writer.append(book(second, bid))
        header = writer.seal(Findings("test"))
    home = tmp_path / "home"
    folder = FileRuns(Home(home), BACKTEST).create("bt")
    text = canonical(load([], {}, []).settings)
    tapes = (TapeRef(str(tmp_path / "tape"), header.content, Nanos(0)),)
    started = RunStarted(at(0), folder.run, "backtest", "00", 0, 0, text, "0.1.0", tapes)
    cash = BalanceReport(at(0), Venue("a"), Asset("USDT"), Decimal(1000), Decimal(1000))
    report = ExecutionReport(
        at(1.5), at(1.5), BUY.cl_ord_id, "1", "x", ExecType.TRADE, OrdStatus.FILLED, LINK.id
    )
    fill = FillBooked(
        BUY.cl_ord_id, "x", STAT, LINK.id, Side.BUY, Ticks(1002), Lots(10), Decimal("0.01"),
        Decimal(0), Liquidity.TAKER, at(1.5), "g1",
    )  # fmt: skip
    steps: tuple[tuple[Event, Outcome], ...] = (
        (started, Outcome(1)),
        (cash, Outcome(2)),
        (TapeMessage(0, 0, more=False), Outcome(3)),
        (TapeMessage(0, 1, more=False), Outcome(4, (BUY,), (SignalApproved(SIGNAL, "g1"),))),
        (report, Outcome(5, (), (fill,))),
        (TapeMessage(0, 2, more=False), Outcome(6)),
        (Shutdown(at(2), "the run is over"), Outcome(7)),
    )
    journal = folder.journal()
    for event, outcome in steps:
        journal.append(Entry(event, outcome))
    journal.close()
    folder.finish({})
    return home


def test_json_holds_the_figures_of_the_run(home: Path, capsys: Captured) -> None:
    code = main(["report", "bt-0001", "--home", str(home), "--json"])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["run"] == "bt-0001"
    assert told["pnl"] == {
        "net": "0.08", "gross": "0.09", "fees": "0.01", "rebates": "0", "endowment": "0"
    }  # fmt: skip
    assert told["start_equity"] == "1000"
    assert told["quality"]["latencies"][0]["p50_us"] == 500_000.0
    assert told["header"]["tapes"][0]["offset_ns"] == 0
    assert [point["profit"] for point in told["equity"]] == ["0", "0", "0.08"]


def test_text_is_plain_where_there_is_no_terminal(home: Path, capsys: Captured) -> None:
    code = main(["report", "bt-0001", "--home", str(home)])

    text = capsys.readouterr().out
    assert code == 0
    assert "\x1b" not in text
    assert "LINK/USDT@a" in text
    assert any(line.split() == ["net", "0.08"] for line in text.splitlines())


def test_audit_writes_every_order_with_its_reason(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    code = main(["report", "bt-0001", "--home", str(home), "--audit", str(tmp_path / "a.csv")])

    with (tmp_path / "a.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert code == 0
    assert "1 orders and refusals" in capsys.readouterr().err
    assert (row["intent"], row["why"], row["edge_bps"]) == ("bt-0001:4:0", "z is -2.1", "12.5")
    assert (row["price"], row["average_price"], row["group"]) == ("10.01", "10.02", "g1")


def test_an_audit_that_cannot_be_written_is_told(home: Path, capsys: Captured) -> None:
    code = main(["report", "bt-0001", "--home", str(home), "--audit", str(home / "no" / "a.csv")])

    assert code == 4
    assert "cannot be written" in capsys.readouterr().err


def test_a_run_that_is_not_there_exits_4_and_names_the_nearest(
    home: Path, capsys: Captured
) -> None:
    code = main(["report", "bt-0011", "--home", str(home), "--json"])

    assert code == 4
    assert "bt-0001" in json.loads(capsys.readouterr().out)["error"]["message"]


def test_a_tape_that_was_altered_is_refused(home: Path, tmp_path: Path, capsys: Captured) -> None:
    with FileTapes().writer(str(tmp_path / "tape"), (LINK,)) as writer:
        writer.append(book(0, 900))
        writer.seal(Findings("test"))

    code = main(["report", "bt-0001", "--home", str(home)])

    assert code == 4
    assert "is not the tape the run read" in capsys.readouterr().err


def test_a_terminal_gets_drawn_tables(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.bootstrap.container import backtest_app
    from graphwiz_trader.entrypoints.tables import rich_text

    monkeypatch.setenv("COLUMNS", "120")
    told = backtest_app(load([], {}, []).settings, home).report().of(RunId("bt-0001"))

    text = rich_text(tables(told.report))

    assert "│" in text
    assert "LINK/USDT@a" in text
