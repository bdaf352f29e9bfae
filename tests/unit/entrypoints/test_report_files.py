"""What `report` writes besides text: a page with plots, Parquet, and another run beside."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.application.told import bounds_in
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

Captured = pytest.CaptureFixture[str]
RULE = ("--set", "hft.strategies.cross_exchange_arbitrage.min_profit_bps=1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two runs over two venues that cross now and then: free, and at 10 bps."""
    home = tmp_path_factory.mktemp("home")
    tapes: list[str] = []
    for venue, shift in (("alpha", 0), ("beta", 1)):
        of = make.instrument(f"BTC/USDT@{venue}")
        tapes += ["--tape", str(home / f"{venue}.tape")]
        gap = np.random.default_rng(2).integers(-30, 30, 120) * shift
        with FileTapes().writer(tapes[-1], (of,)) as writer:
            for second, move in enumerate(gap.tolist()):
                mid = 10_000 + move
                bid, ask = f"{(mid - 1) / 10:.1f}", f"{(mid + 1) / 10:.1f}"
                ts = make.START + second * SECOND
                writer.append(make.book_update(of, [(bid, "2")], [(ask, "2")], ts))
            writer.seal(Findings("made"))
    for fee in ("0", "10"):
        words = ["backtest", *tapes, "--home", str(home), "--fee-bps", fee, *RULE, "-q"]
        assert main([*words, "--latency-ms", "1"]) == 0
    return home


def run(captured: Captured, *words: object) -> tuple[int, dict[str, object]]:
    captured.readouterr()
    code = main([*map(str, words), "--json"])
    return code, json.loads(captured.readouterr().out)


class Page(HTMLParser):
    """Headings, plots and everything that would be fetched from somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.fetched: list[str] = []
        self.plots: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, text in attrs:
            if name in ("src", "href") and text:
                self.fetched.append(text)
            if name == "id" and text and text.startswith("plot-"):
                self.plots.append(text)

    def handle_data(self, data: str) -> None:
        if self._inside == "h2":
            self.headings.append(data)
        self._inside = ""


def test_the_page_draws_what_a_run_did_and_fetches_nothing(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    code, told = run(capsys, "report", "bt-0001", "--home", home, "--html", tmp_path / "r.html")

    page = Page((tmp_path / "r.html").read_text())
    assert code == 0
    assert told["pnl"]
    assert page.fetched == []
    assert len(page.plots) == 9
    assert "From the session to its backtest" not in page.headings
    for heading in ("Equity and drawdown", "Expected against realised", "Book around a trade"):
        assert heading in page.headings


def test_a_run_without_trades_has_a_page_too(home: Path, tmp_path: Path, capsys: Captured) -> None:
    words = ("--set", "hft.strategies.cross_exchange_arbitrage.min_profit_bps=5000")
    _, quiet = run(capsys, "backtest", "--tape", home / "alpha.tape", "--home", home, *words)

    code, _ = run(capsys, "report", quiet["run"], "--home", home, "--html", tmp_path / "q.html")

    page = Page((tmp_path / "q.html").read_text())
    assert code == 0
    assert "Inventory" not in page.headings


def test_a_report_says_what_the_run_lies_between(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    written = json.loads((home / "runs" / "bt-0001" / "summary.json").read_text())["bounds"]

    _, told = run(capsys, "report", "bt-0001", "--home", home, "--html", tmp_path / "r.html")
    main(["report", "bt-0001", "--home", str(home)])
    said = capsys.readouterr().out

    assert written["pessimistic"]["fills"] > 0
    assert told["bounds"] == written
    for place in ("net, always last in the queue", "net, always first in the queue"):
        assert place in said
        assert (tmp_path / "r.html").read_text().count(place) == 2  # the table and the plot


def test_a_run_that_did_not_say_its_bounds_has_none(
    home: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileRuns, "summary", lambda *_: {})

    _, told = run(capsys, "report", "bt-0001", "--home", home)

    assert told["bounds"] is None


def test_bounds_that_are_none_are_refused() -> None:
    with pytest.raises(DataError, match="found 'both' as bounds"):
        bounds_in({"bounds": "both"})
    with pytest.raises(DataError, match="expected net and fills"):
        bounds_in({"bounds": {"pessimistic": {"net": 1}, "optimistic": {}}})


def test_a_report_says_what_the_process_measured_of_itself(
    home: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = {"count": 4, "sum_us": 400.0, "le_us": {"100": 1, "250": 4}}
    kept = {"latency_histograms": {"data": taken}}
    monkeypatch.setattr(FileRuns, "summary", lambda *_: kept)

    _, told = run(capsys, "report", "bt-0001", "--home", home, "--html", tmp_path / "r.html")
    main(["report", "bt-0001", "--home", str(home)])
    said = capsys.readouterr().out

    assert isinstance(told["measured"], list)
    assert told["measured"][0]["mean_us"] == 100
    assert re.search(r"data +4 +0.100 +– +– +–", said)
    assert "Latency as measured" in Page((tmp_path / "r.html").read_text()).headings


def test_a_report_shows_the_run_beside_its_twin_if_asked(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    words = ("report", "bt-0001", "--home", home, "--parity")
    _, told = run(capsys, *words, "--html", tmp_path / "r.html")
    main([str(word) for word in words])
    said = capsys.readouterr().out

    assert isinstance(told["parity"], dict)
    assert told["parity"]["clean"] is True
    assert "both engines decide the same" in said
    assert "both engines decide the same" in (tmp_path / "r.html").read_text()


def test_the_book_is_shown_around_the_order_asked_for(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    fill = json.loads((home / "runs" / "bt-0001" / "fills.jsonl").read_text().splitlines()[0])
    order = fill["cl_ord_id"]

    words = ("report", "bt-0001", "--home", home, "--html", tmp_path / "r.html")
    code, _ = run(capsys, *words, "--around", order)
    wrong, told = run(capsys, *words, "--around", "nobody")

    assert code == 0
    assert f"Order {order} " in (tmp_path / "r.html").read_text()
    assert wrong == 4
    assert "no fill of order nobody" in str(told["error"])


def test_parquet_holds_every_fill_and_every_fact(
    home: Path, tmp_path: Path, capsys: Captured
) -> None:
    run(capsys, "report", "bt-0001", "--home", home, "--parquet", tmp_path / "pq")

    lines = (home / "runs" / "bt-0001" / "fills.jsonl").read_text().splitlines()
    fills = pl.read_parquet(tmp_path / "pq" / "fills.parquet")
    events = pl.read_parquet(tmp_path / "pq" / "events.parquet")
    assert len(fills) == len(lines) > 10
    assert fills["cl_ord_id"].to_list() == [json.loads(line)["cl_ord_id"] for line in lines]
    assert (events["kind"] == "FillBooked").sum() == len(lines)
    assert events["ts"].null_count() == 0
    assert not list((tmp_path / "pq").glob("*.part"))
    body = json.loads(events.filter(pl.col("kind") == "FillBooked")["body"][0])
    assert re.fullmatch(r"-?[0-9.]+", body["pnl"])


def test_two_runs_stand_side_by_side(home: Path, capsys: Captured) -> None:
    code, told = run(capsys, "report", "bt-0001", "--home", home, "--compare", "bt-0002")

    figures = told["figures"]
    assert isinstance(figures, dict)
    assert code == 0
    assert float(figures["net"][0]) > float(figures["net"][1])
    assert float(figures["fees"][0]) == 0
    assert figures["seed"] == [0, 0]


def test_a_comparison_as_text_shows_differences(home: Path, capsys: Captured) -> None:
    capsys.readouterr()

    main(["report", "bt-0001", "--home", str(home), "--compare", "bt-0001"])

    said = capsys.readouterr().out
    assert re.search(r"net +\S+ +(\S+) +0", said)


def test_a_page_that_cannot_be_written_is_said(home: Path, capsys: Captured) -> None:
    code, told = run(capsys, "report", "bt-0001", "--home", home, "--html", home / "no" / "r.html")

    assert code == 4
    assert "cannot be written" in str(told["error"])


def test_a_tape_is_exported_as_parquet(home: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "t.parquet"

    code, told = run(capsys, "data", "export", home / "alpha.tape", "--to", "parquet", "--out", out)

    frame = pl.read_parquet(out)
    assert code == 0
    assert told["rows"] == len(frame) == 240
    assert frame["price"][:2].to_list() == [999.9, 1000.1]
    assert set(frame["kind"].cast(pl.String)) == {"snapshot"}
