"""
Peers: market making by our engines beside other tools, on the same generated rows, interleaved.

Other tools live in an environment of their own; `python -m graphwiz_trader.entrypoints.bench.peers
--python PEERS --scripts FOLDER` starts each once and asks for one run at a time, between ours, so
that a busy machine slows all alike. Times are of the processor.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeAlias

import click
import numpy as np

from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.entrypoints.bench.engine import TARGET_QUOTING, reference_seconds
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.loop import BOUNDLESS, FEED, PERIOD, Ours
from graphwiz_trader.entrypoints.bench.making import Making
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.entrypoints.bench.table import as_table
from graphwiz_trader.entrypoints.tables import shown
from graphwiz_trader.simulation.columns import Columns

Peer: TypeAlias = Callable[[], float]


@contextmanager
def peer(python: str, script: Path, columns: Path) -> Iterator[Peer]:
    """Yield a function that lets *script* run once and returns its processor time."""
    command = [python, str(script), str(columns)]
    wish = json.dumps({"period": PERIOD, "lots": 10, "out": None}) + "\n"
    with subprocess.Popen(  # noqa: S603 # our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        if running.stdin is None or running.stdout is None:
            raise RuntimeError(f"{script} has no pipes")
        asked, answered = running.stdin, running.stdout
        answered.readline()

        def once() -> float:
            asked.write(wish)
            asked.flush()
            return float(json.loads(answered.readline())["seconds"])

        once()  # compiles
        yield once
        asked.close()


def save(tape: Tape, path: Path) -> None:
    """Write what the peers read of *tape*."""
    rows = tape.rows
    np.savez(
        path,
        side=rows.side,
        ticks=rows.ticks,
        lots=rows.lots,
        ts=tape.ts,
        first_row=tape.first_row,
        flags=tape.flags,
    )


def measured(python: str, script: Path, messages: int, repeats: int) -> list[Row]:
    """Return the rows: ours, the peer's, and how many times as fast ours are."""
    tape = generated_tape(messages)
    ours = Ours(Columns.of((tape,), FEED))
    times: dict[str, list[float]] = {"one": [], "two": [], "hft": []}
    for books in (1, 2):
        ours.seconds(books)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "columns.npz"
        save(tape, path)
        with peer(python, script, path) as theirs:
            for _ in range(repeats):
                times["hft"].append(theirs())
                times["two"].append(ours.seconds(2))
                times["one"].append(ours.seconds(1))
    return rows_of(times, len(tape.rows.side), ours.bytes_a_row())


def measured_slow(python: str, script: Path, messages: int, repeats: int) -> list[Row]:
    """Return the rows of the engine that trades live, beside one that also trades live."""
    tape = generated_tape(messages)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "columns.npz"
        save(tape, path)
        with peer(python, script, path) as theirs:
            _live_seconds(tape)  # the peer ran once before, too
            times = [(theirs(), _live_seconds(tape)) for _ in range(repeats)]
    peer_name, name = "nautilus_trader 1.221", "reference engine, market making"
    n, ratio = len(tape.ts), median(theirs / own for theirs, own in times)
    rate = [n / median(column) for column in zip(*times, strict=True)]
    return [
        Row(f"{peer_name}, market making", rate[0], "msg/s", None, "higher"),
        Row(name, rate[1], "msg/s", TARGET_QUOTING, "higher", peer_name),
        Row(name, ratio, "times", 3.0, "higher", peer_name),
    ]


def _live_seconds(tape: Tape) -> float:
    return reference_seconds(tape, Making(INSTRUMENT.id, PERIOD), BOUNDLESS, process_time)


def rows_of(times: dict[str, list[float]], rows: int, size: float) -> list[Row]:
    """Return what *times* in seconds mean for so many *rows* of *size* bytes."""
    rate = {name: rows / median(found) / 1e6 for name, found in times.items()}
    ratio = {
        name: median(theirs / own for theirs, own in zip(times["hft"], times[name], strict=True))
        for name in ("one", "two")
    }
    name, peer_name = "compiled market making", "hftbacktest 2.4.4"
    return [
        Row(f"{peer_name}, market making", rate["hft"], "M rows/s", None, "higher"),
        Row(f"{name}, two books", rate["two"], "M rows/s", None, "higher", peer_name),
        Row(f"{name}, one book", rate["one"], "M rows/s", None, "higher", peer_name),
        Row(f"{name}, two books", ratio["two"], "times", 4.0, "higher", peer_name),
        Row(f"{name}, one book", ratio["one"], "times", 6.0, "higher", peer_name),
        Row("columns of a compiled run", size, "B/row", 24.0, "lower", "64 in hftbacktest"),
    ]


@click.command()
@click.option("--python", required=True, help="A Python that has the peers.")
@click.option("--scripts", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--messages", default=1_000_000, show_default=True)
@click.option("--slow-messages", default=40_000, show_default=True, help="Not compiled.")
@click.option("--repeats", default=5, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(
    *,
    python: str,
    scripts: Path,
    messages: int,
    slow_messages: int,
    repeats: int,
    as_json: bool,
) -> None:
    """Measure market making by ourselves and by our peers."""
    found: Sequence[Row] = [
        *measured(python, scripts / "making_hft.py", messages, repeats),
        *measured_slow(python, scripts / "making_nautilus.py", slow_messages, repeats),
    ]
    if as_json:
        sys.stdout.write(json.dumps({"rows": [plain(row) for row in found]}) + "\n")
    else:
        sys.stdout.write(shown((as_table(found),)) + "\n")


if __name__ == "__main__":
    main()
