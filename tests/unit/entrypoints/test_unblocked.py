"""Who writes to stderr goes on, whether or not anybody reads."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import pytest

from graphwiz_trader.entrypoints.unblocked import KEPT, unblocked_stderr

PIPE = 65_536


@contextmanager
def piped() -> Iterator[int]:
    """Let stderr be a pipe; yields the end to read from."""
    reading, writing = os.pipe()
    before = sys.stderr
    with os.fdopen(writing, "w", encoding="utf-8") as stderr:
        sys.stderr = stderr
        try:
            yield reading
        finally:
            os.close(reading)
            sys.stderr = before


def test_what_is_said_is_heard_in_its_order() -> None:
    with piped() as reader:
        with unblocked_stderr():
            click.echo("one", err=True)
            sys.stderr.write("two\n")
        heard = os.read(reader, PIPE)

    assert heard == b"one\ntwo\n"


def test_who_is_not_heard_goes_on_and_what_was_dropped_is_said() -> None:
    line = "x" * 1_023 + "\n"
    heard = b""

    with piped() as reader, unblocked_stderr():
        for _ in range(2 * KEPT):
            sys.stderr.write(line)
        while b"dropped" not in heard:
            heard += os.read(reader, PIPE)
            sys.stderr.write("\n")

    lines = heard.decode().split("\n")
    told = next(int(each.split()[0]) for each in lines if "dropped" in each)
    assert 0 < told <= KEPT
    assert lines.count("x" * 1_023) >= KEPT - told


def test_who_is_never_heard_ends_all_the_same() -> None:
    with piped() as reader:
        with unblocked_stderr():
            for _ in range(KEPT):
                sys.stderr.write("x" * 1_024)
        heard = os.read(reader, 4)

    assert heard == b"xxxx"


def test_a_reader_that_is_gone_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)

        with unblocked_stderr():
            sys.stderr.write("one\n")

        assert sys.stderr is stderr


def test_a_process_ends_though_nobody_reads_what_it_says() -> None:
    script = (
        "import sys\n"
        "from graphwiz_trader.entrypoints.unblocked import unblocked_stderr\n"
        "with unblocked_stderr():\n"
        "    for _ in range(200): sys.stderr.write('x' * 1024)\n"
    )
    reading, writing = os.pipe()

    done = subprocess.run([sys.executable, "-c", script], stderr=writing, timeout=180, check=False)
    os.close(writing)
    os.close(reading)

    assert done.returncode == 0
