"""Recovery: an engine is what its journal says, and nothing else."""

import pytest

from graphwiz_trader.application.recovery import recover
from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.errors import JournalTorn
from graphwiz_trader.domain.events import Event, TimerFired
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.engine.digest import state_bytes
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make
from graphwiz_trader.testing.journal import MemoryJournal
from graphwiz_trader.testing.strategy import ScriptedStrategy

BTC = make.instrument()
EARLY, LATE = (SetTimer(Nanos(make.START + n), "s", f"t{n}") for n in (5, 9))


def engine() -> Engine:
    strategy = ScriptedStrategy([BTC.id], [(EARLY, LATE)], "s")
    return make.engine([BTC], [strategy])


def journal_of(*events: Event) -> tuple[MemoryJournal, Engine]:
    journal, lived = MemoryJournal(), engine()
    for event in events:
        journal.append(Entry(event, lived.step(event)))
    return journal, lived


def book() -> Event:
    return make.book_update(BTC, [("99.9", "1")], [("100.0", "1")])


def test_an_empty_journal_leaves_a_new_engine() -> None:
    recovered = recover(MemoryJournal(), engine())

    assert (recovered.entries, recovered.ts, recovered.timers) == (0, 0, ())


def test_the_engine_is_as_it_was() -> None:
    journal, lived = journal_of(make.balance("alpha", "USDT", "100"), book())
    again = engine()

    recover(journal, again)

    assert state_bytes(again) == state_bytes(lived)


def test_timers_that_did_not_fire_still_run() -> None:
    owner = "strategy:s"
    fired = TimerFired(EARLY.at, owner, EARLY.name)
    journal, _ = journal_of(book(), fired)

    recovered = recover(journal, engine())

    assert recovered.timers == (SetTimer(LATE.at, owner, LATE.name),)
    assert recovered.ts == EARLY.at


def test_another_engine_is_refused() -> None:
    journal = MemoryJournal()
    journal.append(Entry(book(), Outcome(1, (EARLY,))))

    with pytest.raises(JournalTorn, match="the journal says"):
        recover(journal, make.engine([BTC]))
