"""
A trading process killed at random instants, a thousand times.

Each life counts its incarnation, opens the journal and then journals orders and sends them, until
SIGKILL. Whatever was sent is in the journal, and no id is used twice, in this life or another.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import FileJournal, JournalOptions
from graphwiz_trader.adapters.files.journal_reader import FileJournalReader
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import RunStarted, TimerFired
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Nanos, RunId, StrategyId, Ticks

KILLS = 1000
RUN = RunId("run-1")
SMALL, LARGE = 4 << 10, 1 << 20
Route = Callable[[FileJournal, Entry, int], None]


def journal_then_send(journal: FileJournal, entry: Entry, wire: int) -> None:
    """What the writer does: the entry is durable before any of its orders leaves."""
    journal.append(entry)
    send(entry, wire)


def send(entry: Entry, wire: int) -> None:
    for command in entry.outcome.commands:
        assert isinstance(command, SubmitOrder)
        os.write(wire, f"{command.cl_ord_id}\n".encode())


def trade(folder: Path, segment_bytes: int, route: Route, wire: int) -> None:
    """Trade until killed."""
    home = Home(folder)
    ids = ClOrdIds(home.installation(), home.next_incarnation())
    journal = FileJournal(folder / "journal", RUN, JournalOptions(segment_bytes=segment_bytes))
    started = RunStarted(Nanos(0), RUN, "demo", ids.installation, ids.incarnation, 0, "{}", "0.1.0")
    journal.append(Entry(started, Outcome(journal.seq + 1)))
    while True:
        # Now and then an entry of many pages, whose write can be cut in the middle.
        orders = 400 if journal.seq % 20 == 0 else 1 + journal.seq % 3
        commands = tuple(submit(ids) for _ in range(orders))
        woken = TimerFired(Nanos(journal.seq), "mm", "wake")
        route(journal, Entry(woken, Outcome(journal.seq + 1, commands)), wire)


def submit(ids: ClOrdIds) -> SubmitOrder:
    return SubmitOrder(
        ids.next(0),
        StrategyId("mm"),
        InstrumentId("BTC/USDT@kraken"),
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(1000),
        Lots(1),
    )


def life(
    folder: Path, segment_bytes: int, route: Route, sends: int = 1 << 30, more_s: float = 0.0
) -> list[str]:
    """
    Trade in a process of its own, killed *more_s* seconds after it sent *sends* orders.

    Returns all it sent; fails unless it ended by SIGKILL.
    """
    reading, wire = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            trade(folder, segment_bytes, route, wire)
        finally:
            os._exit(1)
    os.close(wire)
    sent = b""
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while sent.count(b"\n") < sends and (part := pipe.read(1 << 16)):
            sent += part
        time.sleep(more_s)
        os.kill(child, signal.SIGKILL)
        sent += pipe.readall() or b""
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child failed with {os.WEXITSTATUS(status)}"
    return sent.decode().split()


class Auditor:
    """Reads the journal after each life, and finds what it and the wire must not hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: set[str] = set()
        self.intents: set[str] = set()
        self.incarnations: list[int] = []
        self.torn = 0
        self._seq = 0
        self._reader: FileJournalReader | None = None

    def faults(self, wire: list[str]) -> list[str]:
        """Take in what a life left, and *wire*, what it sent; return what is wrong with it."""
        found = self._journal_faults()
        for cl_ord_id in wire:
            if cl_ord_id in self.sent:
                found.append(f"{cl_ord_id} was sent twice")
            if cl_ord_id not in self.intents:
                found.append(f"{cl_ord_id} was sent and is not in the journal")
            self.sent.add(cl_ord_id)
        return found

    def _journal_faults(self) -> list[str]:
        if self._reader is None:
            if not list(self.folder.glob("journal/*")):
                return []
            self._reader = FileJournalReader(self.folder / "journal")
        found: list[str] = []
        for entry in self._reader.entries(after=self._seq):
            self._seq = entry.outcome.seq
            if isinstance(entry.event, RunStarted):
                self.incarnations.append(entry.event.incarnation)
            for command in entry.outcome.commands:
                assert isinstance(command, SubmitOrder)
                if command.cl_ord_id in self.intents:
                    found.append(f"{command.cl_ord_id} was intended twice")
                self.intents.add(command.cl_ord_id)
        self.torn += self._reader.torn is not None
        return found


@pytest.mark.long
def test_nothing_is_sent_unjournaled_and_no_id_is_used_twice(
    tmp_path: Path, long_factor: float
) -> None:
    chance = random.Random(1)
    auditor = Auditor(tmp_path)
    kills = max(50, round(KILLS * long_factor))

    faults: list[str] = []
    wire: list[str] = []
    for _ in range(kills):
        # The instant is the test: a start, a segment's turn, the middle of a write.
        if chance.random() < 0.3:
            sends, more_s = 0, chance.uniform(0, 0.02)
        else:
            sends, more_s = chance.randrange(1, 600), chance.uniform(0, 0.001)
        size = SMALL if chance.random() < 0.3 else LARGE
        sent = life(tmp_path, size, journal_then_send, sends, more_s)
        faults += auditor.faults(sent)
        wire += sent

    assert faults == []
    assert auditor.incarnations == sorted(set(auditor.incarnations))
    assert len(auditor.sent) > 100 * kills
    again = Auditor(tmp_path)
    assert again.faults(wire) == []
    assert (again.sent, again.intents) == (auditor.sent, auditor.intents)
    told = f"{kills} kills: {len(auditor.incarnations)} journals begun, {auditor.torn} torn tails"
    print(f"{told}, {len(wire)} sent, {len(auditor.intents) - len(wire)} not")  # noqa: T201


def test_an_order_sent_before_it_is_journaled_is_noticed(tmp_path: Path) -> None:
    def send_and_die(journal: FileJournal, entry: Entry, wire: int) -> None:
        send(entry, wire)
        os.kill(os.getpid(), signal.SIGKILL)

    sent = life(tmp_path, LARGE, send_and_die)

    assert Auditor(tmp_path).faults(sent) == [
        f"{cl_ord_id} was sent and is not in the journal" for cl_ord_id in sent
    ]
    assert len(sent) == 2


def test_an_incarnation_lived_twice_is_noticed(tmp_path: Path) -> None:
    def die_after_one(journal: FileJournal, entry: Entry, wire: int) -> None:
        journal_then_send(journal, entry, wire)
        os.kill(os.getpid(), signal.SIGKILL)

    sent = life(tmp_path, LARGE, die_after_one)
    (tmp_path / "incarnation").write_text("0\n")
    sent += life(tmp_path, LARGE, die_after_one)

    faults = Auditor(tmp_path).faults(sent)

    assert any(fault.endswith("was sent twice") for fault in faults)
    assert any(fault.endswith("was intended twice") for fault in faults)
