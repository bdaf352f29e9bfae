"""A book is as old as its venue's last word, once clocks were compared and that word was late."""

from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, RunId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make

MS = MILLISECOND
BTC = make.instrument()
NOW = make.START + 60 * SECOND
MOST = 2 * SECOND
RISK = RiskSettings(max_book_age_ms=MOST // MS)


def compared(offset: int, error: int = 0) -> ClockCompared:
    return ClockCompared(Nanos(NOW - SECOND), BTC.venue, Nanos(offset), Nanos(error))


def told(engine: Engine, waited: int, ahead: int = 0) -> int:
    """How old the book is after a message that *waited*, by a clock that is *ahead* of ours."""
    update = make.book_update(BTC, [("99.9", "5")], [("100.1", "5")], NOW)
    engine.step(evolve(update, ts_venue=Nanos(NOW + ahead - waited)))
    return NOW - engine.state.books[BTC.id].ts


def test_without_a_comparison_a_message_is_as_old_as_its_receipt() -> None:
    assert told(make.engine([BTC], risk=RISK), waited=9 * SECOND) == 0


def test_a_message_that_waited_too_long_makes_its_book_as_old() -> None:
    engine = make.engine([BTC], risk=RISK)
    engine.step(compared(offset=-1_270 * MS))

    assert told(engine, waited=MOST + 1, ahead=-1_270 * MS) == MOST + 1


def test_one_that_came_in_time_leaves_it_as_it_is() -> None:
    engine = make.engine([BTC], risk=RISK)
    engine.step(compared(offset=300 * MS))

    assert told(engine, waited=MOST, ahead=300 * MS) == 0


def test_only_what_is_certain_counts() -> None:
    engine = make.engine([BTC], risk=RISK)
    engine.step(compared(offset=0, error=500 * MS))

    assert told(engine, waited=MOST + 500 * MS) == 0
    assert told(engine, waited=MOST + 501 * MS) == MOST + MS


def test_a_message_that_changed_nothing_ages_nothing() -> None:
    engine = make.engine([BTC], risk=RISK)
    engine.step(compared(offset=0))
    told(engine, waited=0)
    change = make.book_update(BTC, [("99.8", "5")], [], NOW + SECOND, snapshot=False)
    engine.state.books[BTC.id].drop("gap")

    engine.step(evolve(change, ts_venue=Nanos(NOW - 9 * SECOND)))

    assert engine.state.books[BTC.id].ts == NOW


def test_another_process_compares_anew() -> None:
    engine = make.engine([BTC], risk=RISK)
    engine.step(compared(offset=0))

    engine.step(RunStarted(Nanos(NOW), RunId("r"), "trade", "a7", 2, 0, "{}", "0"))

    assert told(engine, waited=9 * SECOND) == 0
