"""A run replays to the same steps in any process; another decision is shown where it began."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphwiz_trader.domain.errors import ConfigError, DataError
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.testing import make
from graphwiz_trader.testing.journal import MemoryJournal
from tests.stories.wiring import ALPHA, ARBITRAGE, FREE, STATISTICAL, TWO, two_venues

ROOT = Path(__file__).resolve().parents[2]
BOTH = (*FREE, f"{STATISTICAL}.cost_gate=false", f"{STATISTICAL}.lookback=20")


def test_a_run_replays_identically_to_the_same_digest() -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *BOTH)

    found = desk.replay(done.run)

    assert (found.is_identical, found.digest) == (True, done.simulated.digest)
    assert found.entries == len(desk.entries(done.run))
    assert found.torn is None


def test_a_changed_setting_shows_the_first_step_that_came_out_otherwise() -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *FREE)
    first = next(e for e in desk.entries(done.run) if e.outcome.commands)

    found = desk.replay(done.run, f"{ARBITRAGE}.min_profit_bps=1000")

    assert found.difference is not None
    assert (found.difference.seq, found.difference.event) == (first.outcome.seq, "TapeMessage")
    assert "SubmitOrder" in found.difference.journaled
    assert "SubmitOrder" not in found.difference.replayed
    assert found.digest != done.simulated.digest


def test_a_setting_that_decides_nothing_here_changes_nothing() -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *FREE)

    assert desk.replay(done.run, "monitoring.sample_s=9").is_identical


def test_a_journal_that_says_something_else_is_found_out() -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *FREE)
    journal, kept = desk.runs.folders[done.run], desk.entries(done.run)
    at = next(i for i, e in enumerate(kept) if e.outcome.facts)
    quiet = type(kept[at].outcome)(kept[at].outcome.seq)
    journal.kept = MemoryJournal()
    for i, entry in enumerate(kept):
        journal.kept.append(Entry(entry.event, quiet) if i == at else entry)

    found = desk.replay(done.run)

    assert found.difference is not None
    assert (found.difference.seq, found.difference.journaled) == (at + 1, "nothing")


def test_a_tape_that_is_no_longer_what_was_read_is_refused() -> None:
    desk = two_venues()
    done = desk.backtest(TWO, *FREE)
    other = make.book_update(ALPHA, [("100.00", "1")], [("100.02", "1")])
    desk.record("alpha.tape", [ALPHA], [other])

    with pytest.raises(DataError, match=r"alpha\.tape is not the tape the run read: found content"):
        desk.replay(done.run)


def test_a_run_that_is_not_there_names_the_nearest() -> None:
    desk = two_venues()
    done = desk.backtest(TWO)

    with pytest.raises(DataError, match=f"nearest are {done.run}"):
        desk.replay(RunId("bt-9999"))


def test_an_assignment_that_is_wrong_is_refused_at_its_path() -> None:
    desk = two_venues()
    done = desk.backtest(TWO)

    with pytest.raises(ConfigError, match=r"hft\.risk\.max_exposure"):
        desk.replay(done.run, "hft.risk.max_exposure=-1")


def test_a_journal_without_a_beginning_is_refused() -> None:
    desk = two_venues()
    folder = desk.runs.create("bt")

    with pytest.raises(DataError, match="the journal is empty"):
        desk.replay(folder.run)


def test_a_run_of_another_mode_is_refused() -> None:
    desk = two_venues()
    done = desk.backtest(TWO)
    (first, *_) = desk.entries(done.run)
    assert isinstance(first.event, RunStarted)
    folder = desk.runs.create("live")
    event = RunStarted(
        first.event.ts, folder.run, "live", "a7", 1, 1, first.event.settings, "0.1.0"
    )
    folder.kept.append(Entry(event, first.outcome))

    with pytest.raises(DataError, match="is of mode live, expected one of backtest, paper"):
        desk.replay(folder.run)


def told() -> str:
    """Run and replay, and say what came of it; also run by the processes of the next test."""
    desk = two_venues()
    done = desk.backtest(TWO, *BOTH)
    again = desk.replay(done.run)
    return json.dumps([done.simulated.digest, again.digest, again.is_identical])


def test_three_hash_seeds_in_three_processes_give_the_digest_of_this_one() -> None:
    script = "from tests.stories.test_replay import told; print(told())"
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "77")
    ]

    answers = [process.communicate(timeout=180)[0].strip() for process in running]

    here = told()
    assert answers == [here] * 3
    assert json.loads(here)[2] is True
