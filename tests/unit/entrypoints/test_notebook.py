"""What the package's functions return shows itself in a notebook and is a frame."""

import asyncio
import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

import graphwiz_trader as gw
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.replay import Difference
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.notebook import Rows, Shown, drawn
from graphwiz_trader.entrypoints.progress import progress_bar
from graphwiz_trader.entrypoints.results import BacktestRead, ReplayRead
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

KEYS = {"backtest.fee_bps": 0, "hft.strategies.cross_exchange_arbitrage.min_profit_bps": 1}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tapes(home: Path) -> list[str]:
    """Two venues that cross now and then."""
    made = []
    for venue, shift in (("alpha", 0), ("beta", 1)):
        of = make.instrument(f"BTC/USDT@{venue}")
        made.append(str(home / f"{venue}.tape"))
        gap = np.random.default_rng(2).integers(-30, 30, 60) * shift
        with FileTapes().writer(made[-1], (of,)) as writer:
            for second, move in enumerate(gap.tolist()):
                bid, ask = f"{(9_999 + move) / 10:.1f}", f"{(10_001 + move) / 10:.1f}"
                ts = make.START + second * SECOND
                writer.append(make.book_update(of, [(bid, "2")], [(ask, "2")], ts))
            writer.seal(Findings("made"))
    return made


@pytest.fixture(scope="module")
def done(home: Path, tapes: list[str]) -> BacktestRead:
    return gw.backtest(tapes, strategy="cross_exchange_arbitrage", settings=KEYS, home=home)


class Page(HTMLParser):
    """The tags that are open at the end, and every cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.cells.append(data)


def page(result: Shown) -> Page:
    return Page(result._repr_html_())


def test_a_backtest_is_a_frame_of_its_fills(done: BacktestRead) -> None:
    frame = done.to_polars()
    keys = done.to_dict()

    assert len(frame) == done.simulated.fills > 4
    assert frame["ts"].dtype == pl.Datetime("ns")
    assert {frame[name].dtype for name in ("price", "qty", "fee")} == {pl.Float64()}
    assert isinstance(keys, dict)
    assert keys["fills"] == len(frame)
    assert "Trading quality" in done._repr_html_()
    assert done._repr_html_().startswith("<svg")


def test_a_report_is_a_frame_of_its_equity(done: BacktestRead, home: Path) -> None:
    told = gw.report(done.run, home=home)

    assert told.to_polars()["profit"][-1] == pytest.approx(float(told.pnl.net))
    assert json.loads(json.dumps(told.to_dict()))["pnl"]["net"] == str(told.pnl.net)
    assert page(told).open == []
    assert "gross" in page(told).cells


def test_scan_replay_and_parity_show_themselves(
    done: BacktestRead, tapes: list[str], home: Path
) -> None:
    found = gw.scan([gw.load_tape(tape) for tape in tapes])
    again = gw.replay(done.run, home=home)
    twins = gw.parity(done.run, home=home)

    assert set(found.to_polars()["name"]) == {"alpha>beta", "beta>alpha"}
    assert "alpha>beta" in page(found).cells
    assert "identical" in page(again).cells
    assert again.to_polars().is_empty()
    assert twins.to_polars()["engine"].to_list() == ["reference", "compiled"]
    assert "both engines decide the same" in twins._repr_html_()


def test_the_first_difference_of_a_replay_is_shown() -> None:
    found = ReplayRead(9, "d", Difference(7, "BookUpdate", "a", "b"), None)

    assert found.to_polars()["seq"].to_list() == [7]
    assert {"differs", "BookUpdate"} <= set(page(found).cells)


def test_a_sweep_is_a_frame_of_its_trials(tapes: list[str], home: Path) -> None:
    found = gw.sweep(
        tapes,
        strategy="cross_exchange_arbitrage",
        params=["min_profit_bps=1,500"],
        workers=1,
        settings={"backtest.fee_bps": 0, "backtest.bounds": "false"},
        home=home,
    )

    frame = found.to_polars()
    assert len(frame) == len(found.trials) == 2
    assert frame["fills"].to_list() == [trial.fills for trial in found.trials]
    assert min(frame["fills"]) == 0
    assert "deflated Sharpe" in page(found).cells


def test_the_graph_answers_in_rows(done: BacktestRead, home: Path) -> None:
    graph = gw.graph(home=home)

    order = done.to_polars()["cl_ord_id"][0]
    trades = graph.trades(most=3)
    assert graph.stats().nodes["Order"] == done.simulated.orders
    assert "Order" in page(graph.stats()).cells
    assert len(trades.to_polars()) == len(trades) == 3
    assert trades.to_polars()["net"].to_list() == [float(trade.net) for trade in trades]
    assert trades[0].strategy in page(trades).cells
    assert graph.performance().to_polars()["strategy"].to_list() == ["cross_exchange_arbitrage"]
    assert graph.top()[0].record.net == graph.performance()[0].record.net
    assert graph.arbitrage()[0].seen >= len(graph.opportunities(most=1)) == 1
    assert graph.routes() == ()
    assert order in graph.explain(order)._repr_html_()
    assert graph.explain(order).to_polars()["event"].to_list() != []
    assert graph.why_not(graph.opportunities(most=1)[0].key).to_dict() is not None
    with pytest.raises(DataError, match="nobody"):
        graph.explain("nobody")


def test_the_graph_answers_inside_a_running_loop_as_notebooks_have_one(
    done: BacktestRead, home: Path
) -> None:
    async def cell() -> int:
        return gw.graph(home=home).stats().nodes["Order"]

    assert asyncio.run(cell()) == done.simulated.orders


def test_no_rows_are_an_empty_frame_and_a_page() -> None:
    nothing: Rows[object] = Rows(())

    assert nothing.to_polars().is_empty()
    assert nothing.to_dict() == []
    assert "0 rows" in nothing._repr_html_()


def test_what_a_venue_says_is_not_taken_for_markup() -> None:
    rows = Rows([Difference(1, "<script>", "&", "")])

    assert "<script>" not in rows._repr_html_()


def test_a_curve_of_one_point_is_not_drawn() -> None:
    assert not drawn((), "profit")


def test_progress_is_a_line_in_a_notebook_and_silent_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_bar("scan", quiet=False) as progress:
        progress(0.5)
    elsewhere = capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
    with progress_bar("scan", quiet=False) as progress:
        for share in (0.5, 0.5001, 1.0):
            progress(share)

    assert not elsewhere
    assert capsys.readouterr().err == "\rscan  50 %\rscan 100 %"
