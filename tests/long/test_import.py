"""An import takes as much memory for a long recording as for a short one."""

import subprocess
import sys
from pathlib import Path

import pytest

# VmHWM is this process's own; ru_maxrss would begin with what the process that started it held.
IMPORT = """\
import re, sys
from pathlib import Path
from graphwiz_trader.entrypoints.cli import main
code = main(["data", "import", sys.argv[1], "--format", "binance-ws", "--out", sys.argv[2], "-q"])
print(code, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""
SNAPSHOT = '1 {"lastUpdateId":0,"bids":[["100.0","1"]],"asks":[["200.0","1"]]}\n'


def recording(path: Path, messages: int) -> Path:
    """Write *messages* changes that keep setting and removing some of 4,000 levels."""
    with path.open("w") as file:
        file.write(SNAPSHOT)
        for i in range(1, messages + 1):
            bids = [
                [f"{50 + (i * 7 + k * 31) % 2000 / 100:.2f}", f"{(i + k) % 3}"] for k in range(3)
            ]
            asks = [
                [f"{300 + (i * 5 + k * 37) % 2000 / 100:.2f}", f"{(i + k) % 3}"] for k in range(3)
            ]
            text = f'"E":1,"s":"BTCUSDT","U":{i},"u":{i},"b":{bids},"a":{asks}'.replace("'", '"')
            file.write(f'{i} {{"stream":"btcusdt@depth","data":{{{text}}}}}\n')
    return path


def megabytes(path: Path, out: Path) -> int:
    """Import *path* in a process of its own; return the most memory it held."""
    words = [sys.executable, "-c", IMPORT, str(path), str(out)]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    code, taken = ended.stdout.split()[-2:]
    assert code == "0", ended.stderr
    return int(taken)


@pytest.mark.long
def test_memory_does_not_grow_with_the_recording(tmp_path: Path, long_factor: float) -> None:
    many = max(50_000, int(1_000_000 * long_factor))

    short = megabytes(recording(tmp_path / "short", 5_000), tmp_path / "short.tape")
    long = megabytes(recording(tmp_path / "long", many), tmp_path / "long.tape")

    assert long < 500
    assert long - short < 40
