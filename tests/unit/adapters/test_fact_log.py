"""Every fact of a live run, one structured line each, in files that do not grow for ever."""

import json
from io import StringIO
from pathlib import Path

from graphwiz_trader.adapters.loguru.alerts import LogAlerts
from graphwiz_trader.adapters.loguru.logging import FactLog
from graphwiz_trader.domain.events import TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome, StateChanged, TradingState
from graphwiz_trader.domain.signal import Observation, Stage
from graphwiz_trader.domain.units import RunId, StrategyId
from graphwiz_trader.testing import make

RUN = RunId("paper-0001")
HALT = StateChanged("", TradingState.HALTED, "{braces} and a\nline", "ann")
SEEN = Observation(StrategyId("arb"), "e1", "r", Stage.SEEN, 1.5, float("nan"), 2.0)


def entry(seq: int, *facts: StateChanged | Observation) -> Entry:
    return Entry(make.vitals(make.START + seq), Outcome(seq, (), facts))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_fact_is_a_line_with_its_name_and_fields(tmp_path: Path) -> None:
    log = FactLog(tmp_path / "logs" / "facts.log", 1, 3)
    log.hear(RUN, entry(7, HALT, SEEN))
    log.hear(RUN, entry(8))
    log.close()

    halt, seen = lines(tmp_path / "logs" / "facts.log")

    assert halt == {
        "ts": make.START + 7,
        "run": RUN,
        "seq": 7,
        "fact": "StateChanged",
        "scope": "",
        "state": "HALTED",
        "reason": HALT.reason,
        "who": "ann",
    }
    assert (seen["fact"], seen["stage"], seen["net_bps"]) == ("Observation", "SEEN", None)


def test_what_a_backtest_refers_to_is_not_told(tmp_path: Path) -> None:
    log = FactLog(tmp_path / "facts.log", 1, 3)
    log.hear(RUN, Entry(TapeMessage(0, 1, more=False), Outcome(1, (), (HALT,))))
    log.close()

    assert lines(tmp_path / "facts.log") == []


def test_a_full_file_is_put_aside_and_only_so_many_are_kept(tmp_path: Path) -> None:
    long = StateChanged("", TradingState.HALTED, "x" * 100_000, "ann")
    log = FactLog(tmp_path / "facts.log", 1, 2)
    for seq in range(45):
        log.hear(RUN, entry(seq, long))
    log.close()

    sizes = [file.stat().st_size for file in tmp_path.iterdir()]

    assert len(sizes) == 3
    assert max(sizes) <= 1_000_000


def test_facts_are_no_alerts_and_alerts_no_facts(tmp_path: Path) -> None:
    out = StringIO()
    log = FactLog(tmp_path / "facts.log", 1, 3)
    LogAlerts(out)

    log.hear(RUN, entry(1, HALT))
    log.close()

    assert out.getvalue() == ""
    assert len(lines(tmp_path / "facts.log")) == 1
