from decimal import Decimal

import pytest

from graphwiz_trader.domain.events import Event, Trade
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Lots, Nanos, Venue
from graphwiz_trader.simulation.crowd import CrowdSettings
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.fair import FairSettings
from graphwiz_trader.simulation.market import (
    BTC,
    LISTINGS,
    MarketSettings,
    VenueSpec,
    build_market,
)

START = Nanos(10**18)
STILL = FairSettings(volatility_bps=0, jumps_per_s=0, transient_bps=0)
NAME = InstrumentId("BTC/USDT@solo")


def solo(crowd: CrowdSettings, fair: FairSettings = STILL, lag: int = 0) -> Exchange:
    settings = MarketSettings({BTC: 60_000.0}, LISTINGS[:1], fair, crowd)
    [exchange] = build_market(
        3, [VenueSpec(Venue("solo"), Nanos(lag), Terms())], START, {}, settings
    )
    return exchange


def run(exchange: Exchange, seconds: float) -> list[Trade]:
    end = START + int(seconds * SECOND)
    told: list[Event] = []
    while (at := exchange.next_ts()) is not None and at <= end:
        told.extend(exchange.run_next())
    return [event for event in told if isinstance(event, Trade)]


def test_each_maker_keeps_its_levels_about_the_fair_price() -> None:
    exchange = solo(CrowdSettings(makers=2, levels=3, noise_bps=0, takes_per_s=1e-9))

    run(exchange, 1.0)

    book, fair = exchange.book(NAME), Decimal(60_000)
    instrument = exchange.floor.instruments[NAME]
    for side in Side:
        orders = list(book.orders(side))
        away = [float(side * (fair / instrument.price(o.price) - 1)) * 1e4 for o in orders]
        assert len(orders) == 6
        assert min(away) > 0.6
        assert max(away) < 1.3 + 3.0


def test_what_was_taken_is_quoted_again() -> None:
    exchange = solo(CrowdSettings(noise_bps=0, takes_per_s=1e-9))
    run(exchange, 0.1)
    before = exchange.book(NAME).best(Side.SELL)
    assert before is not None
    exchange.join("hungry", NAME, Side.BUY, before, Lots(10**9))
    [bid] = [o for o in exchange.book(NAME).orders(Side.BUY) if o.account == "hungry"]
    exchange.leave(bid)

    run(exchange, 1.0)

    assert exchange.book(NAME).best(Side.SELL) == before


def test_uninformed_takers_trade_both_ways_at_their_rate() -> None:
    trades = run(solo(CrowdSettings(noise_bps=0, informed=0.0, takes_per_s=50.0)), 10.0)

    arrivals = {trade.ts_venue: trade.side for trade in trades}

    assert len(arrivals) == pytest.approx(500, rel=0.15)
    assert sum(arrivals.values()) == pytest.approx(0, abs=80)


def test_informed_takers_leave_a_fairly_priced_book_alone() -> None:
    assert not run(solo(CrowdSettings(noise_bps=0, informed=1.0, takes_per_s=50.0)), 5.0)


def test_informed_takers_pick_off_makers_who_lag() -> None:
    moving = FairSettings(volatility_bps=10.0)
    busy = CrowdSettings(noise_bps=0, informed=1.0, takes_per_s=50.0)

    lagging = run(solo(busy, moving, 500 * MILLISECOND), 3.0)

    assert len({trade.ts_venue for trade in lagging}) > 20
