"""Niceness: readers of journals step back, and never forward."""

import os
import subprocess
import sys

import pytest

from graphwiz_trader.entrypoints.niceness import NICE

PROGRAM = (
    "import os; os.nice({before} - os.nice(0)); "
    "from graphwiz_trader.entrypoints.niceness import step_back; step_back(); print(os.nice(0))"
)


@pytest.mark.parametrize("before", [NICE - 1, NICE, NICE + 3])
def test_a_reader_is_at_least_as_nice_as_asked(before: int) -> None:
    if os.nice(0) >= NICE:
        pytest.skip("this process is nicer already")

    said = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
    ).stdout

    assert int(said) == max(before, NICE)
