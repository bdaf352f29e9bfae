"""What a process runs is in memory of its own, and runs on."""

import os
import platform
import subprocess
import sys

import pytest

from graphwiz_trader.adapters.own_code import MOST, places

linux = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="elsewhere processes go on sharing what they run",
)

COPY = "from graphwiz_trader.adapters.own_code import MAPS, own_code, places"
LEFT = "len(list(places(MAPS.read_text().splitlines())))"
NOTHING_WRITTEN_IS_RUN = "import ctypes; assert ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) == 0"
"""`PR_SET_MDWE` with `PR_MDWE_REFUSE_EXEC_GAIN`, as systemd's `MemoryDenyWriteExecute` says it."""


def said(*lines: str) -> list[str]:
    """Return the words that a process prints."""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@linux
def test_everything_that_was_loaded_is_copied_once() -> None:
    before, copied, after, again = said(
        COPY, f"print({LEFT})", "print(own_code())", f"print({LEFT})", "print(own_code())"
    )

    assert int(before) > 0
    assert int(copied) > 1_000_000
    assert (int(after), int(again)) == (0, 0)


@linux
def test_what_runs_meanwhile_runs_on() -> None:
    worker = "list(pool.map(lambda n: hashlib.sha256(json.dumps([n] * 99).encode()).digest(), ns))"

    same = said(
        "import hashlib, json",
        "from concurrent.futures import ThreadPoolExecutor",
        COPY,
        "ns = range(4000)",
        "with ThreadPoolExecutor(4) as pool:",
        f"    before = {worker}",
        f"    during = pool.submit(lambda: {worker.replace('pool.map', 'map')})",
        "    own_code()",
        f"    print(before == during.result() == {worker})",
    )

    assert same == ["True"]


@linux
def test_who_may_not_run_what_it_wrote_runs_what_it_shares() -> None:
    try:
        said(NOTHING_WRITTEN_IS_RUN)
    except AssertionError:
        pytest.skip("this kernel cannot forbid it")

    said_at_the_end = said(NOTHING_WRITTEN_IS_RUN, COPY, "own_code()", "print('alive')")

    assert said_at_the_end == ["alive"]


def test_code_and_constants_of_libraries_are_found_and_nothing_else() -> None:
    lines = [
        "10000-12000 r--p 00000000 fe:00 11 /usr/lib/libone.so.6",
        "12000-15000 r-xp 00002000 fe:00 11 /usr/lib/libone.so.6",
        "15000-16000 rw-p 00005000 fe:00 11 /usr/lib/libone.so.6",
        f"20000-{0x20000 + 2 * MOST:x} r-xp 00000000 fe:00 12 /usr/lib/liblarge.so",
        f"7000000-7001000 r-xp 00000000 fe:00 13 {os.path.realpath(sys.executable)}",
        "8000000-8001000 r--p 00000000 fe:00 14 /usr/share/locale/some.mo",
        "9000000-9001000 r-xp 00000000 00:00 0",
        "a000000-a001000 r-xp 00000000 00:00 0 [vdso]",
    ]

    found = [(begin, size) for begin, size, _ in places(lines)]

    assert found == [(0x10000, 0x2000), (0x12000, 0x3000), (0x7000000, 0x1000)]
