"""A backtest, from tapes to a report: what is shown can be traded once, and costs what it costs."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import ClocksDisagree, DataError
from graphwiz_trader.domain.events import RunStarted, Shutdown, TapeMessage
from graphwiz_trader.domain.facts import TradeClosed
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, Venue
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.testing import make
from tests.link import BINANCE, HUOBI, link_tape
from tests.stories.wiring import (
    ALPHA,
    ARBITRAGE,
    BETA,
    FREE,
    STATISTICAL,
    TWO,
    Desk,
    two_venues,
)

LINK = ("binance.tape", "huobi.tape")
LIMIT = ("hft.risk.max_position_size=10", f"{ARBITRAGE}.min_profit_bps=0")


@pytest.fixture(scope="module")
def hour(shared_data: Path) -> Desk:
    """A desk with the recorded hour of LINK on both venues."""
    desk = Desk()
    for of in (BINANCE, HUOBI):
        desk.keep(link_tape(shared_data, of))
    return desk


@pytest.fixture(scope="module")
def free(hour: Desk) -> Backtested:
    """The hour's arbitrage, free and instant."""
    return hour.backtest(LINK, *LIMIT, "backtest.fee_bps=0", "backtest.latency_ms=0")


def test_the_recorded_hour_at_ten_a_leg_crosses_412_times_and_never_pays(hour: Desk) -> None:
    done = hour.backtest(LINK, *LIMIT, "backtest.fee_bps=10", "backtest.latency_ms=0")

    found = done.simulated.report.arbitrage.opportunities
    assert (found.seen, found.after_fees, found.admitted) == (412, 0, 0)
    assert (done.messages, done.simulated.orders, done.simulated.fills) == (7200, 0, 0)


def test_the_recorded_hour_free_and_instant_earns_what_asking_once_an_instant_earns(
    free: Backtested,
) -> None:
    """Asked at each event, and filled at once, it would be +17.98: half of a moment."""
    report = free.simulated.report

    assert float(report.pnl.net) == pytest.approx(1.8286, abs=1e-4)
    assert report.arbitrage.opportunities.seen == 412


def test_the_net_result_is_what_the_fills_add_up_to(hour: Desk, free: Backtested) -> None:
    cash, held = Decimal(0), defaultdict(Decimal)
    for fill in hour.runs.folders[free.run].fills:
        side, qty = (1 if fill["side"] == "BUY" else -1), Decimal(str(fill["qty"]))
        cash -= side * Decimal(str(fill["price"])) * qty + Decimal(str(fill["fee"]))
        held[str(fill["instrument"])] += side * qty

    worth = sum(held[of.id] * _last_mid(hour, of) for of in (BINANCE, HUOBI))
    assert cash + worth == free.simulated.report.pnl.net


def test_every_fill_is_of_a_level_that_was_shown_and_no_more_of_it(
    hour: Desk, free: Backtested
) -> None:
    shown = {of.id: _shown(hour, of) for of in (BINANCE, HUOBI)}
    taken: dict[tuple[str, int, str, Decimal], Decimal] = defaultdict(Decimal)

    for fill in hour.runs.folders[free.run].fills:
        name, ts = str(fill["instrument"]), int(str(fill["ts"]))
        key = (name, ts, str(fill["side"]), Decimal(str(fill["price"])))
        taken[key] += Decimal(str(fill["qty"]))

    beyond = {
        key: qty for key, qty in taken.items() if qty > shown[key[0]].get(key[1:], Decimal(0))
    }
    assert beyond == {}
    assert len(taken) > 100


def test_a_second_of_latency_costs(hour: Desk, free: Backtested) -> None:
    late = hour.backtest(LINK, *LIMIT, "backtest.fee_bps=0", "backtest.latency_ms=1000")

    assert late.simulated.report.pnl.net < 0 < free.simulated.report.pnl.net
    survived = late.simulated.report.arbitrage.opportunities
    assert survived.survived < survived.after_fees / 3


def test_the_z_score_rule_without_its_cost_gate_loses_twice_the_fee_a_trade(hour: Desk) -> None:
    """-0.56 bps at the touch and 20 of fees; a backtest that shows a profit here fills for free."""
    done = hour.backtest(
        LINK[:1],
        f"{STATISTICAL}.cost_gate=false",
        f"{STATISTICAL}.z_stop=null",
        f"{STATISTICAL}.max_hold=100",
        "hft.risk.max_position_size=1",
        "backtest.fee_bps=10",
        "backtest.latency_ms=0",
    )

    report = done.simulated.report
    closed = hour.facts(done.run, TradeClosed)
    bps = report.trades.record.net / (report.quality.turnover / 2) * 10_000
    assert len(closed) == 40
    assert report.trades.record.win_rate < 0.1
    assert float(bps) == pytest.approx(-20.5, abs=1.5)


def test_the_cost_gate_leaves_nearly_all_of_it_alone(hour: Desk) -> None:
    settings = (f"{STATISTICAL}.z_stop=null", "backtest.latency_ms=0")
    done = hour.backtest(LINK[:1], *settings, "backtest.fee_bps=10")
    dear = hour.backtest(LINK[:1], *settings, "backtest.fee_bps=30")

    assert 0 < done.simulated.report.trades.record.count < 10
    assert dear.simulated.orders == 0


def test_a_run_leaves_its_journal_its_fills_and_its_first_and_last_word() -> None:
    desk = two_venues()

    done = desk.backtest(TWO, *FREE)

    entries = desk.entries(done.run)
    quiet = [e for e in entries if isinstance(e.event, TapeMessage)]
    assert isinstance(entries[0].event, RunStarted)
    assert isinstance(entries[-1].event, Shutdown)
    assert len(quiet) == done.messages == 600
    assert [e.outcome.seq for e in entries] == list(range(1, len(entries) + 1))
    assert len(desk.runs.folders[done.run].fills) == done.simulated.fills > 0


def test_a_run_says_what_it_ran_on() -> None:
    desk = two_venues()

    done = desk.backtest(TWO, *FREE, offsets={Venue("beta"): Decimal("0.5")})

    (started, *_) = (e.event for e in desk.entries(done.run))
    assert isinstance(started, RunStarted)
    assert [(t.name, t.offset_ns) for t in started.tapes] == [
        ("alpha.tape", 0),
        ("beta.tape", SECOND // 2),
    ]
    assert (started.mode, started.installation, started.incarnation) == ("backtest", "00", 0)


def test_venues_half_a_second_apart_are_never_asked_about_together() -> None:
    """Books are moved to one clock: with 0.5 s between them nothing crosses as it did."""
    desk = two_venues()

    joined = desk.backtest(TWO, *FREE)
    apart = desk.backtest(TWO, *FREE, offsets={Venue("beta"): Decimal("0.5")})

    assert joined.simulated.digest != apart.simulated.digest


def test_every_cross_is_traded_and_both_legs_match() -> None:
    desk = two_venues()

    done = desk.backtest(TWO, *FREE)

    found = done.simulated.report.arbitrage.opportunities
    assert found.seen == found.completed == 15
    assert found.unwound == found.stuck == found.working == 0
    assert done.simulated.report.pnl.net > 0


def test_dear_venues_are_left_alone() -> None:
    done = two_venues().backtest(TWO, *FREE, "backtest.fee_bps=50")

    found = done.simulated.report.arbitrage.opportunities
    assert (found.seen, found.after_fees) == (15, 0)
    assert done.simulated.orders == 0


def test_progress_rises_to_the_end() -> None:
    desk = two_venues()

    desk.backtest(TWO)

    assert desk.progress == sorted(desk.progress)
    assert desk.progress[-1] == 1.0


def test_a_tape_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"gone\.tape: found nothing"):
        two_venues().backtest(["alpha.tape", "gone.tape"])


def test_an_empty_tape_is_refused() -> None:
    desk = two_venues()
    desk.record("empty.tape", [ALPHA], [])

    with pytest.raises(DataError, match=r"empty\.tape holds no messages"):
        desk.backtest(["alpha.tape", "empty.tape"])


def test_tapes_that_describe_an_instrument_differently_are_refused() -> None:
    desk = two_venues()
    other = make.instrument(ALPHA.id, "0.05")
    desk.record("other.tape", [other], [make.book_update(other, [("1", "1")], [("2", "1")])])

    with pytest.raises(DataError, match=r"BTC/USDT@alpha is .* in alpha\.tape and"):
        desk.backtest(["alpha.tape", "other.tape"])


def test_clocks_that_are_seconds_apart_are_refused_until_somebody_says_by_how_much() -> None:
    """The same walk on both venues, one of them 20 seconds late."""
    desk = Desk()
    for of, late in ((ALPHA, 0), (BETA, 20)):
        events = []
        price, chance = 10_000, Chance(5)
        for second in range(900):
            price += chance.below(31) - 15
            levels = [(f"{price / 100:.2f}", "1")], [(f"{(price + 2) / 100:.2f}", "1")]
            events.append(make.book_update(of, *levels, make.START + (second + late) * SECOND))
        desk.record(f"{of.venue}.tape", [of], events)

    with pytest.raises(ClocksDisagree) as raised:
        desk.backtest(TWO)
    declared = desk.backtest(TWO, offsets={Venue("beta"): Decimal(-20)})

    assert raised.value.offset_s == pytest.approx(-20, abs=1)
    assert declared.messages == 1800


def _last_mid(desk: Desk, of: Instrument) -> Decimal:
    *_, (_, book) = _books(desk, of)
    return of.price(Decimal(book.half_mid) / 2)


def _shown(desk: Desk, of: Instrument) -> dict[tuple[int, str, Decimal], Decimal]:
    """What stood at each level at each second, by the side of the order that takes it."""
    shown = {}
    for ts, book in _books(desk, of):
        for taker, side in (("BUY", Side.SELL), ("SELL", Side.BUY)):
            for ticks, lots in zip(*(c.tolist() for c in book.levels(side, 10)), strict=True):
                shown[ts, taker, of.price(ticks)] = of.qty(lots)
    return shown


def _books(desk: Desk, of: Instrument):
    tape, book = desk.tapes.open(f"{of.venue}.tape"), OrderBook(of)
    for message in range(len(tape)):
        update = tape.event(message)
        book.apply(update)
        yield update.ts, book
