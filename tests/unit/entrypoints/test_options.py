"""What a command tells its user must not end it."""

import os
import subprocess
import sys

SCRIPT = """
from pathlib import Path
from graphwiz_trader.entrypoints.options import Options

options = Options((), (), False, False, None, Path())
for _ in range(2):
    options.say("a notice")
print("goes on")
"""


def test_a_notice_that_nobody_hears_ends_nothing() -> None:
    """As after the supervisor that read them died."""
    unread, said = os.pipe()
    os.close(unread)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
        timeout=180,
        check=False,
    )
    os.close(said)

    assert (done.returncode, done.stdout) == (0, "goes on\n")
