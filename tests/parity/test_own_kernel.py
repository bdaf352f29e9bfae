"""A stranger's kernel: the same orders as its strategy, and compiled once for all processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parity.versus import SPOT, by_kernel, market, told_by_journal, told_by_kernel
from tests.stories.wiring import Desk, settings_of

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "own_kernel.py"
KEYS = (
    f"hft.strategies.mine.use={EXAMPLE}:Behind",
    "hft.strategies.mine.behind=0",
    "hft.risk.max_orders_per_second=1000",
    "hft.risk.max_identical_orders_per_second=1000",
)


@pytest.mark.parametrize("seed", range(3))
def test_the_example_trades_the_same_by_both_engines(seed: int) -> None:
    desk, tape = Desk(), market(seed, SPOT)
    desk.keep(tape)
    kept = [desk.tapes.open(tape.name)]

    done = desk.backtest([tape.name], *KEYS)
    run = by_kernel(settings_of(*KEYS), kept)

    assert told_by_kernel(run) == list(told_by_journal(desk.entries(done.run), kept))
    assert done.simulated.fills > 0


def test_a_second_process_finds_the_kernel_compiled(tmp_path: Path) -> None:
    strategy = tmp_path / "mine.py"
    strategy.write_text(EXAMPLE.read_text().replace("one quote a side", "a quote of each side"))
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import mine\n"
        "stats = mine.decide.stats\n"
        "print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    counts = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]

    assert counts == [["0", "1"], ["1", "0"]]
