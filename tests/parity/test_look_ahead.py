"""What is decided at an instant depends on nothing after it, and on no venue's own clock."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.records import outcome_bytes
from graphwiz_trader.domain.events import BookUpdate, MarketEvent, Shutdown, TapeMessage
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.testing import make
from tests.link import BINANCE, HUOBI, link_tape
from tests.stories.wiring import ALPHA, BETA, FREE, STATISTICAL, Desk, two_venues

Change = Callable[[Instrument, MarketEvent], MarketEvent | None]
SETTINGS = (
    *FREE,
    "backtest.latency_ms=700",
    f"{STATISTICAL}.lookback=20",
    f"{STATISTICAL}.cost_gate=false",
)


def _changed(desk: Desk, of: Sequence[Instrument], change: Change) -> Desk:
    """A desk with *desk*'s tapes, each of whose messages *change* may alter or leave out."""
    other = Desk()
    for instrument in of:
        name = f"{instrument.venue}.tape"
        tape = desk.tapes.open(name)
        events = [change(instrument, tape.event(i)) for i in range(len(tape))]
        other.record(name, [instrument], [event for event in events if event is not None])
    return other


def _run(desk: Desk, of: Sequence[Instrument]) -> RunId:
    return desk.backtest([f"{instrument.venue}.tape" for instrument in of], *SETTINGS).run


def _steps(desk: Desk, of: Sequence[Instrument], until: Nanos) -> list[bytes]:
    """What every step up to *until* led to, byte for byte."""
    run = _run(desk, of)
    tapes = [desk.tapes.open(f"{instrument.venue}.tape") for instrument in of]
    steps = []
    for entry in desk.entries(run):
        event = entry.event
        ts = tapes[event.tape].ts[event.message] if isinstance(event, TapeMessage) else event.ts
        if ts <= until and not isinstance(event, Shutdown):
            steps.append(outcome_bytes(entry.outcome))
    return steps


def _until(end: Nanos) -> Change:
    return lambda of, event: event if event.ts <= end else None


def _garbage(end: Nanos) -> Change:
    """After *end*: crossed, empty and absurd books."""
    chance = Chance(3)

    def change(of: Instrument, event: MarketEvent) -> MarketEvent:
        if event.ts <= end:
            return event
        bids = [(str(of.price(1 + chance.below(50_000))), "3") for _ in range(chance.below(3))]
        asks = [(str(of.price(1 + chance.below(50_000))), "3") for _ in range(chance.below(3))]
        return make.book_update(of, bids, asks, event.ts)

    return change


@pytest.fixture(scope="module")
def walk() -> Desk:
    """Two venues that cross now and then."""
    return two_venues(240)


@pytest.mark.parametrize("second", [0, 21, 63, 140, 200])
@pytest.mark.parametrize("tampered", [_until, _garbage])
def test_decisions_do_not_know_what_comes_after_them(
    walk: Desk, tampered: Callable[[Nanos], Change], second: int
) -> None:
    of, end = (ALPHA, BETA), Nanos(make.START + second * SECOND)

    whole = _steps(walk, of, end)
    other = _steps(_changed(walk, of, tampered(end)), of, end)

    assert other == whole
    assert sum(b"SubmitOrder" in step for step in whole) > second // 20


def test_decisions_on_the_recorded_hour_do_not_know_what_comes_after_them(
    shared_data: Path,
) -> None:
    of, desk = (BINANCE, HUOBI), Desk()
    for instrument in of:
        desk.keep(link_tape(shared_data, instrument))
    start = desk.tapes.open("binance.tape").ts[0]
    end = Nanos(int(start) + 900 * SECOND)

    whole = _steps(desk, of, end)
    other = _steps(_changed(desk, of, _garbage(end)), of, end)

    assert other == whole
    assert sum(b"SubmitOrder" in step for step in whole) > 50


@pytest.mark.parametrize("late", [ALPHA, BETA])
def test_a_venue_s_clock_that_is_five_seconds_off_changes_nothing(
    walk: Desk, late: Instrument
) -> None:
    def off(of: Instrument, event: MarketEvent) -> MarketEvent:
        assert isinstance(event, BookUpdate)
        return evolve(event, ts_venue=Nanos(event.ts_venue + 5 * SECOND)) if of is late else event

    of = (ALPHA, BETA)
    end = Nanos(make.START + 240 * SECOND)

    whole = _steps(walk, of, end)
    other = _steps(_changed(walk, of, off), of, end)

    assert other == whole
