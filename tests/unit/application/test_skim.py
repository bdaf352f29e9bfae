"""The reader takes in what nothing comes of, and stops in time for what something may."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.application.skim import Skim
from graphwiz_trader.application.skimmed_market import SkimmedMarket
from graphwiz_trader.domain.events import BookUpdate, MarketEvent, TapeMessage, Trade
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.lookout import Lookout
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import DAY, SECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.kernels.lives import ALIVE, IDLE, SPOILED
from graphwiz_trader.testing import make
from graphwiz_trader.testing.journal import MemoryJournal
from graphwiz_trader.testing.tape import make_tape

ALPHA = make.instrument("BTC/USDT@alpha", "0.01")
BETA = make.instrument("BTC/USDT@beta", "0.01")
BOTH = (ALPHA, BETA)
LEVEL = ("99.99", "100.01")
CROSSED = ("100.05", "100.07")
NEVER = Nanos(1 << 62)
WAITS = Lookout(((ALPHA.id, Side.BUY), (BETA.id, Side.SELL)), Nanos(10 * SECOND), 5e-10, 1.0, 1.0)


class Waiting:
    """Waits for *lookouts*, and notes at what it was asked."""

    id = StrategyId("w")
    instruments = (ALPHA.id, BETA.id)

    def __init__(self, *lookouts: Lookout) -> None:
        self.waits: Sequence[Lookout] | None = lookouts
        self.asked: list[Wakeup] = []

    def lookouts(self, view: View) -> Sequence[Lookout] | None:
        return self.waits

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        self.asked.append(event)
        return ()


class Reading:
    """An engine, its reader, and a tape of *shown*, a touch each second."""

    def __init__(
        self,
        *shown: tuple[Instrument, tuple[str, str]],
        waits: Lookout = WAITS,
        risk: RiskSettings | None = None,
        start: Nanos = make.START,
        instruments: Sequence[Instrument] = BOTH,
        events: Sequence[MarketEvent] = (),
    ) -> None:
        events = events or [
            make.book_update(of, [(bid, "1")], [(ask, "1")], Nanos(start + at * SECOND))
            for at, (of, (bid, ask)) in enumerate(shown)
        ]
        self.strategy = Waiting(waits)
        self.engine = make.engine(instruments, [self.strategy], risk or RiskSettings())
        for of in instruments:
            self.engine.step(make.balance(of.venue, "USDT", "10000"))
        self.market = SkimmedMarket([make_tape("both.tape", instruments, events)])
        self.skim = Skim(self.engine, self.market)
        self.journal = MemoryJournal()

    def take(self, count: int) -> "Reading":
        """Let the engine take in *count* messages."""
        for _ in range(count):
            event, tape, message = self.market.pop()
            self.engine.step(event)
            self.journal.reference(tape, message, event.more)
        return self

    def read(self, until: Nanos = NEVER) -> int:
        """Read ahead; return the number of the message that comes next."""
        self.skim.read(until, self.journal)
        return self.market.at


def begun(*more: tuple[Instrument, tuple[str, str]], **conditions: object) -> Reading:
    """Show both books level, then *more*, of which the engine has taken the first two."""
    return Reading((ALPHA, LEVEL), (BETA, LEVEL), *more, **conditions).take(2)  # type: ignore[arg-type] # a test names its own


def test_a_stretch_without_an_edge_is_taken_in_whole() -> None:
    reading = begun(*[(ALPHA, LEVEL), (BETA, ("99.98", "100.00"))] * 5)

    at = reading.read()

    engine = reading.engine
    assert (at, reading.skim.skimmed, engine.seq) == (12, 10, 2 + 12)
    assert len(reading.strategy.asked) == 2
    assert (engine.state.books[BETA.id].bid, engine.state.books[BETA.id].ts) == (
        9998,
        make.START + 11 * SECOND,
    )
    assert [entry.event for entry in reading.journal.entries(after=2)] == [
        TapeMessage(0, message, more=False) for message in range(2, 12)
    ]


def test_the_first_edge_is_left_to_the_engine() -> None:
    reading = begun((ALPHA, LEVEL), (BETA, CROSSED), (ALPHA, LEVEL))

    assert reading.read() == 3
    reading.take(1)
    assert reading.strategy.asked[-1].ts == make.START + 3 * SECOND


def test_nothing_is_read_of_an_instant_or_later_that_is_named() -> None:
    reading = begun(*[(ALPHA, LEVEL)] * 5)

    assert reading.read(Nanos(make.START + 4 * SECOND)) == 4


def test_a_book_that_awaits_its_snapshot_is_the_engine_s() -> None:
    reading = Reading((ALPHA, LEVEL), (ALPHA, LEVEL), (BETA, LEVEL), (ALPHA, LEVEL)).take(1)

    assert reading.read() == 2


def test_who_listens_to_an_earlier_message_of_the_instant_is_asked_at_its_end() -> None:
    """The edge shows at the second of three messages; of the third nobody wants to hear."""
    other = make.instrument("ETH/USDT@beta", "0.01")
    events = [make.book_update(of, [("99.99", "1")], [("100.01", "1")], make.START) for of in BOTH]
    now = Nanos(make.START + SECOND)
    events += [
        make.book_update(of, [(bid, "1")], [(ask, "1")], now)
        for of, (bid, ask) in ((ALPHA, LEVEL), (BETA, CROSSED), (other, LEVEL))
    ]
    opening = make.book_update(other, [("99.99", "1")], [("100.01", "1")], make.START)
    reading = Reading(instruments=(*BOTH, other), events=[opening, *events]).take(3)
    before = len(reading.strategy.asked)

    assert reading.read() == 5
    reading.take(1)

    (asked,) = reading.strategy.asked[before:]
    assert isinstance(asked, BookUpdate)
    assert (asked.instrument, asked.ts, asked.more) == (BETA.id, now, True)


def test_a_trade_that_ends_an_instant_finds_the_touch_that_was_reached() -> None:
    """The book moves before the trade, which is what the engine takes in by itself."""
    now = Nanos(make.START + SECOND)
    events: list[MarketEvent] = [
        make.book_update(of, [("99.99", "1")], [("100.01", "1")], make.START) for of in BOTH
    ]
    events.append(make.book_update(BETA, [("100.05", "1")], [("100.07", "1")], now))
    events.append(Trade(now, now, BETA.id, Side.BUY, Ticks(10007), Lots(1)))
    reading = Reading(events=events).take(2)

    assert reading.read() == 3

    books = reading.engine.state.books
    assert books.touches[BETA.id] == books[BETA.id].touch == (10005, 10007)


@pytest.mark.parametrize(
    ("changes", "stops"),
    [
        ({}, True),
        ({"is_open": True}, True),
        ({"is_open": True, "too_little_bps": 10.0}, False),
        ({"is_open": True, "is_busy": True}, False),
        ({"is_busy": True}, True),
        ({"unseen_bps": 10.0}, False),
        ({"is_open": True, "unseen_bps": 10.0}, True),
        ({"max_age": Nanos(SECOND // 2)}, False),
        ({"max_age_spread": Nanos(SECOND // 2)}, False),
        ({"is_open": True, "max_age": Nanos(SECOND // 2)}, True),
        ({"factor": 0.9, "is_open": True}, False),
        ({"unseen_bps": 10.0, "life": ALIVE}, False),
        ({"unseen_bps": 10.0, "life": SPOILED}, False),
        ({"unseen_bps": 10.0, "life": IDLE}, True),
        ({"unseen_bps": 10.0, "life": IDLE, "factor": 0.9}, False),
        ({"unseen_bps": 10.0, "life": ALIVE, "factor": 0.9}, True),
        ({"unseen_bps": 10.0, "life": SPOILED, "factor": 0.9}, True),
        ({"max_age": Nanos(SECOND // 2), "life": SPOILED}, False),
        ({"max_age": Nanos(SECOND // 2), "life": ALIVE}, True),
    ],
)
def test_it_stops_where_there_may_be_news(
    changes: dict[str, object], stops: bool
) -> None:  # a column
    """4 bps before fees, of books a second apart, each then as old as that."""
    waits = evolve(WAITS, **changes)

    reading = begun((BETA, CROSSED), waits=waits)

    assert reading.read() == (2 if stops else 3)


def test_what_is_crossed_in_itself_or_has_one_side_shows_no_edge() -> None:
    reading = begun((BETA, ("100.05", "100.03")), (BETA, LEVEL))
    assert reading.read() == 4


def test_a_strategy_that_wants_all_gets_all() -> None:
    reading = begun((ALPHA, LEVEL))
    reading.strategy.waits = None

    assert reading.read() == 2


FALLING = [(ALPHA, (f"{99 - step / 100:.2f}", "101.00")) for step in range(20)]


def holding(**conditions: object) -> Reading:
    """Hold 1.234 bought at 100.01 while the price falls."""
    reading = begun(*FALLING, **conditions)
    position = reading.engine.state.holdings.positions[ALPHA.id]
    position.fill(Side.BUY, Ticks(10001), Lots(1234), Decimal("0.0123"))
    return reading


def test_what_is_held_is_valued_to_the_last_digit() -> None:
    reading, stepping = holding(), holding()

    assert reading.read() == 22
    stepping.take(20)

    ours, theirs = (each.engine.state.holdings for each in (reading, stepping))
    now = Nanos(make.START + 21 * SECOND)
    assert ours.pnl < -1
    assert ours.pnl == theirs.pnl
    assert ours.standing(now) == theirs.standing(now)
    assert ours.part(ALPHA.id) == theirs.part(ALPHA.id)


def test_it_stops_where_a_loss_reaches_its_limit() -> None:
    """At 98.95 it has lost 1.3204; the limit is 1.32."""
    tight = RiskSettings(max_exposure=Decimal(132), circuit_breaker_threshold=Decimal("-0.01"))
    reading = holding(risk=tight)

    at = reading.read()
    before = reading.engine.state.scopes.get("")
    reading.take(1)

    assert FALLING[at - 2][1][0] == "98.95"
    assert (before, reading.engine.state.scopes.get("")) == (
        TradingState.ACTIVE,
        TradingState.HALTED,
    )
    assert reading.skim.read(NEVER, reading.journal)


def test_a_new_day_is_begun_by_itself() -> None:
    midnight = (make.START // DAY + 1) * DAY
    reading = begun(*[(ALPHA, LEVEL)] * 4, start=Nanos(midnight - 4 * SECOND))

    assert reading.read() == 4
    assert reading.read() == 6


def test_where_little_can_be_left_out_it_rests() -> None:
    reading = begun(*[(BETA, CROSSED)] * 6)
    assert reading.read() == 2
    reading.take(1).strategy.waits = ()

    assert [reading.read() for _ in range(2)] == [3, 8]


def test_an_inverse_position_is_the_engine_s_to_value() -> None:
    coin = make.instrument("BTC/USD@alpha", "0.01", "1", kind=Kind.INVERSE)
    reading = Reading(*[(coin, LEVEL)] * 4, instruments=(coin, ALPHA, BETA)).take(1)
    reading.engine.state.holdings.positions[coin.id].lots = Lots(1)

    assert reading.read() == 1
