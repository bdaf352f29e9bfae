"""
An engine killed at random instants while it trades over sockets, two hundred times.

Every demo kills its engine ten times, wherever it is: starting, trading, in the middle of a
write. What the exchanges recorded and what the journal says must be the same, order by order.
Every other demo is a stormy one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS, EACH = 200, 10
SECONDS = 90
PATIENCE_S = 600
DEMOS = max(1, round(KILLS / EACH * float(os.environ.get("GRAPHWIZ_LONG", "0.05"))))


def demo(home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    command = (sys.executable, "-m", "graphwiz_trader", "demo", "--no-dashboard", "--json")
    done = subprocess.run(
        (*command, "--home", str(home), *words),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def orders(log: str) -> list[tuple[str, str]]:
    """Every order the exchanges accepted, as often as they did."""
    entries = map(json.loads, Path(log).read_text().splitlines())
    return [(e["venue"], e["cl_ord_id"]) for e in entries if e["what"] == "accepted"]


@pytest.mark.long
@pytest.mark.parametrize("number", range(DEMOS))
def test_nothing_is_lost_or_doubled_however_often_the_engine_is_killed(
    number: int, tmp_path: Path
) -> None:
    words = ("--seconds", str(SECONDS), "--seed", str(1_000 + number), "--kill-engine", str(EACH))
    weather = ("--faults", "storm") if number % 2 else ()

    code, told = demo(tmp_path, *words, *weather)

    assert code == 0, told
    assert told["audit"]["violations"] == 0
    assert (told["unknown_orders"], told["open_orders"], told["reconciled"]) == (0, 0, True)
    assert all(each["identical"] for each in told["replay"].values())
    assert len(set(told["engine_pids"])) == EACH + 1 + len(told["crashes"])
    accepted = orders(told["exchange_log"])
    assert len(accepted) == len(set(accepted)) > 50
