"""`graphwiz graph` on a home with a live run."""

import json
from pathlib import Path
from typing import Any

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import LIVE
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.bootstrap.defaults import DEMO as SETTINGS
from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.entrypoints.summaries import simulation_summary
from tests.stories.session import play

Captured = pytest.CaptureFixture[str]

QUESTIONS = (
    ["stats"],
    ["performance"],
    ["top"],
    ["trades"],
    ["opportunities"],
    ["arbitrage"],
    ["routes"],
    ["patterns"],
    ["correlated"],
    ["browse"],
    ["browse", "Order"],
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where four strategies traded for twelve simulated seconds."""
    home = tmp_path_factory.mktemp("home")
    settings = load([SETTINGS], {}, ["hft.strategies.market_making.instruments=[]"]).settings
    shown = play(FileRuns(Home(home), LIVE), settings, 12, 7, lambda share: None)
    shown.folder.finish(simulation_summary(shown.folder, shown.simulated))
    return home


def ask(home: Path, capsys: Captured, *words: str, code: int = 0) -> dict[str, Any]:
    """Return what `graph` answers to *words*, as JSON."""
    capsys.readouterr()
    assert main(["graph", *words, "--home", str(home), "--json"]) == code
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def summary(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "runs" / "demo-0001" / "summary.json").read_text())
    return found


def test_every_order_and_fill_of_the_run_is_counted(home: Path, capsys: Captured) -> None:
    found = ask(home, capsys, "stats")

    run = summary(home)
    assert found["nodes"]["Order"] == run["orders"] > 0
    assert found["nodes"]["Fill"] == run["fills"] > 0
    assert found["nodes"]["ArbitrageOpportunity"] == run["opportunities"]["seen"]
    assert (found["lag_s"], found["dead_letters"]) == (0.0, 0)


def test_rebuilding_gives_the_same_counts(home: Path, capsys: Captured) -> None:
    before = ask(home, capsys, "stats")

    done = ask(home, capsys, "rebuild")

    assert (done["runs"], done["unread"]) == (1, {})
    assert ask(home, capsys, "stats") == before


def test_strategies_earned_what_the_run_said(home: Path, capsys: Captured) -> None:
    lines = ask(home, capsys, "performance", "--days", "1")["strategies"]

    told = summary(home)["strategies"]
    assert {line["strategy"]: line["record"]["net"] for line in lines} == {
        name: line["pnl"] for name, line in told.items()
    }


def test_an_order_is_explained_from_its_causes_to_its_profit(home: Path, capsys: Captured) -> None:
    (trade,) = ask(home, capsys, "trades", "--most", "1")["trades"]
    first = ask(home, capsys, "explain", trade["key"])["order"]

    found = ask(home, capsys, "explain", first["cl_ord_id"])

    assert found["order"] == first
    assert found["signal"]["verdict"] == "approved"
    assert {cause["run"] for cause in found["caused_by"]} == {"demo-0001"}
    assert all(cause["seq"] <= first["seq"] for cause in found["caused_by"])
    assert found["checks"]
    assert found["fills"]
    assert found["pnl"]["trade"] == trade["key"]
    assert found["pnl"]["net"] == trade["pnl"]
    assert first["cl_ord_id"] in found["text"]


def test_an_opportunity_that_was_not_taken_says_why(home: Path, capsys: Captured) -> None:
    found = ask(home, capsys, "opportunities", "--most", "1000")["opportunities"]
    missed = next(each for each in found if not each["admitted"])

    why = ask(home, capsys, "why-not", missed["key"])

    assert why["opportunity"] == missed
    assert missed["name"] in why["text"]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda words: words[0])
def test_answers_are_tables_too(home: Path, capsys: Captured, question: list[str]) -> None:
    capsys.readouterr()

    code = main(["graph", *question, "--home", str(home), "-q"])

    assert code == 0
    assert len(capsys.readouterr().out.splitlines()) > 2


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda words: words[0])
def test_an_empty_home_has_an_empty_answer(
    tmp_path: Path, capsys: Captured, question: list[str]
) -> None:
    found = ask(tmp_path, capsys, *question)

    assert not any(
        found[key] for key in found.keys() & {"nodes", "trades", "strategies", "seen", "routes"}
    )


def test_an_unknown_order_is_bad_data_and_is_named(home: Path, capsys: Captured) -> None:
    found = ask(home, capsys, "explain", "'; DROP TABLE x; --", code=4)

    assert "'; DROP TABLE x; --" in found["error"]["message"]


def test_a_run_whose_journal_is_unreadable_is_told(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "runs" / "demo-0002").mkdir(parents=True)

    code = main(["graph", "stats", "--home", str(tmp_path)])

    assert code == 0
    assert "run demo-0002 is not in the graph: no journal" in capsys.readouterr().err


def test_patterns_come_with_their_numbers(home: Path, capsys: Captured) -> None:
    found = ask(home, capsys, "patterns")["patterns"]

    assert found
    for line in found:
        assert line["occurrence_count"] >= line["judged"] >= line["successes"]
        assert line["cost_model"] or line["average_profit_bps"] is None
    kind, symbol = found[0]["kind"], found[0]["symbol"]
    assert ask(home, capsys, "patterns", symbol, "--kind", kind)["patterns"] == [
        line for line in found if (line["kind"], line["symbol"]) == (kind, symbol)
    ]


def test_a_trade_resembles_what_was_over_before_it(home: Path, capsys: Captured) -> None:
    (trade,) = ask(home, capsys, "trades", "--most", "1", "--strategy", "cross_exchange_arbitrage")[
        "trades"
    ]

    found = ask(home, capsys, "similar", trade["key"], "--most", "5")

    assert len(found["similar"]) == 5
    assert [each["distance"] for each in found["similar"]] == sorted(
        each["distance"] for each in found["similar"]
    )
    assert all(each["known"] < found["case"]["ts"] for each in found["similar"])
    assert main(["graph", "similar", trade["key"], "--home", str(home)]) == 0
    assert "Resembled" in capsys.readouterr().out


def test_a_node_is_browsed_to_from_its_label(home: Path, capsys: Captured) -> None:
    labels = ask(home, capsys, "browse")["nodes"]
    first = ask(home, capsys, "browse", "Fill", "--most", "1")["keys"][0]

    found = ask(home, capsys, "browse", "Fill", first)

    assert labels["Fill"] == summary(home)["fills"]
    assert (found["label"], found["node"]["key"]) == ("Fill", first)
    (order,) = [step for step in found["steps"] if step["relation"] == "FILLED_BY"]
    assert (order["label"], order["is_onward"]) == ("Order", False)
    back = ask(home, capsys, "browse", "order", order["key"])["steps"]
    assert ("FILLED_BY", first) in [(step["relation"], step["key"]) for step in back]


def test_what_a_relationship_says_is_told(home: Path, capsys: Captured) -> None:
    (asset,) = ask(home, capsys, "browse", "Asset", "--part", "BTC")["keys"]

    steps = ask(home, capsys, "browse", "Asset", asset)["steps"]
    assert main(["graph", "browse", "Asset", asset, "--home", str(home)]) == 0

    converts = [step["name"] for step in steps if step["relation"] == "CONVERTS"]
    assert any(name.startswith("BTC/") for name in converts)
    assert all(name in capsys.readouterr().out for name in converts[:1])


def test_a_node_that_is_not_there_is_bad_data(home: Path, capsys: Captured) -> None:
    error = ask(home, capsys, "browse", "Order", "nobody", code=4)["error"]

    assert "no Order 'nobody'" in error["message"]
