"""Places in a queue told order by order: ours is filled by what met an order behind it."""

from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import SNAPSHOT
from graphwiz_trader.domain.units import Asset, ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.live import LiveVenue
from graphwiz_trader.simulation.order_lines import NOWHERE, OrderLines, demand_orders
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.recording import Recording, recordings
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.testing.make import instrument
from graphwiz_trader.testing.order_flow import Act, record_orders, told_by_order
from graphwiz_trader.testing.tape import MemoryTapes, make_tape

BTC = instrument("BTC/USDT@v", "0.1", "1")
AT_ONCE = ConstantLatency(Nanos(0), Nanos(0))
RICH = {Asset("USDT"): Decimal(1_000_000)}
BOOK = [
    Act(1, "clear"),
    Act(1, "add", 1, +1, 100, 5),
    Act(1, "add", 2, +1, 100, 3),
    Act(1, "add", 3, +1, 99, 4),
    Act(1, "add", 9, -1, 105, 9),
]
BACK = Act(20, "add", 8, +1, 100, 6)
BEHIND = Act(30, "fill", 8, +1, 100, 1)
"""Ours joins at 10: 1 and 2 are before it at 100; `BACK` comes behind it."""


class Desk:
    """A venue over *acts*, where we buy *lots* at 100 at time 10."""

    def __init__(self, *acts: Act, lots: int = 2, market: Recording | None = None) -> None:
        recording = told_by_order(BTC, [*BOOK, *acts]) if market is None else market
        self.venue = ReplayVenue(
            {BTC.id: recording}, RICH, FeeSchedule(0, 0), AT_ONCE, queue_model("l3_fifo")
        )
        self.fills: list[tuple[str, int, int]] = []
        self.run(9)
        self.buy("a", lots)

    def buy(self, name: str, lots: int, price: int = 100, now: int = 10) -> None:
        self.run(now)
        limit = (Side.BUY, OrdType.LIMIT, TimeInForce.GTC, Ticks(price), Lots(lots))
        self.venue.send(SubmitOrder(ClOrdId(name), StrategyId("s"), BTC.id, *limit), Nanos(now))

    def run(self, until: int = 1 << 62) -> list[tuple[str, int, int]]:
        while (ts := self.venue.next_ts()) is not None and ts <= until:
            self.fills += [
                (each.cl_ord_id, each.ts_venue, each.last_qty)
                for each in self.venue.run_next()
                if isinstance(each, ExecutionReport) and each.exec_type is ExecType.TRADE
            ]
        return self.fills


def test_orders_that_were_there_trade_before_ours() -> None:
    acts = [Act(30, "fill", 1, +1, 100, 5), Act(31, "fill", 2, +1, 100, 3)]

    assert Desk(*acts).run() == []


def test_what_trades_behind_ours_was_ours_first() -> None:
    desk = Desk(BACK, Act(30, "fill", 8, +1, 100, 1), Act(40, "fill", 8, +1, 100, 3))

    assert desk.run() == [("a", 30, 1), ("a", 40, 1)]


def test_it_does_not_matter_that_those_before_ours_are_still_there() -> None:
    """The venue's word on who traded counts for more than what we think of its rules."""
    assert Desk(BACK, Act(30, "fill", 8, +1, 100, 6)).run() == [("a", 30, 2)]


def test_who_leaves_behind_ours_moves_nothing() -> None:
    acts = [BACK, Act(25, "cancel", 8), Act(30, "fill", 2, +1, 100, 3)]

    assert Desk(*acts).run() == []


def test_less_keeps_the_place() -> None:
    acts = [Act(20, "change", 2, +1, 100, 1), Act(30, "fill", 2, +1, 100, 1)]

    assert Desk(*acts).run() == []


def test_more_loses_the_place() -> None:
    acts = [Act(20, "change", 2, +1, 100, 4), Act(30, "fill", 2, +1, 100, 4)]

    assert Desk(*acts).run() == [("a", 30, 2)]


def test_less_and_then_more_than_that_loses_the_place() -> None:
    less, more = Act(20, "change", 2, +1, 100, 1), Act(21, "change", 2, +1, 100, 2)

    assert Desk(less, more, Act(30, "fill", 2, +1, 100, 2)).run() == [("a", 30, 2)]


def test_another_price_and_back_loses_the_place() -> None:
    away, back = Act(20, "change", 2, +1, 99, 3), Act(21, "change", 2, +1, 100, 3)

    assert Desk(away, back, Act(30, "fill", 2, +1, 100, 2)).run() == [("a", 30, 2)]


def test_who_leaves_and_comes_again_is_behind_ours() -> None:
    acts = [Act(20, "cancel", 1), Act(21, "add", 1, +1, 100, 5), Act(30, "fill", 1, +1, 100, 1)]

    assert Desk(*acts).run() == [("a", 30, 1)]


def test_a_trade_below_ours_fills_it_all() -> None:
    assert Desk(Act(30, "fill", 3, +1, 99, 1)).run() == [("a", 30, 2)]


def test_two_of_ours_share_what_traded_behind_both() -> None:
    desk = Desk(Act(30, "add", 8, +1, 100, 9), Act(40, "fill", 8, +1, 100, 3))
    desk.buy("b", 2, now=20)

    assert desk.run() == [("a", 40, 2), ("b", 40, 1)]


def test_what_traded_between_two_of_ours_is_the_first_ones() -> None:
    desk = Desk(BACK, Act(40, "fill", 8, +1, 100, 3))
    desk.buy("b", 2, now=30)

    assert desk.run() == [("a", 40, 2)]


@pytest.mark.parametrize(("lots", "fills"), [(1, [("b", 40, 1)]), (3, [])])
def test_a_replace_to_less_keeps_our_place(lots: int, fills: list[tuple[str, int, int]]) -> None:
    desk = Desk(BACK, Act(40, "fill", 8, +1, 100, 1))
    desk.run(30)
    replaced = (ClOrdId("b"), ClOrdId("a"), BTC.id, Ticks(100), Lots(lots))
    desk.venue.send(ReplaceOrder(*replaced), Nanos(30))

    assert desk.run() == fills


def test_a_snapshot_keeps_the_places_of_those_it_shows_again() -> None:
    again = [Act(20, "clear"), Act(20, "add", 8, +1, 100, 1), Act(20, "add", 2, +1, 100, 3)]

    assert Desk(*again, Act(30, "fill", 2, +1, 100, 3)).run() == []
    assert Desk(*again, Act(30, "fill", 8, +1, 100, 1)).run() == [("a", 30, 1)]


def test_who_is_missing_in_a_snapshot_has_left() -> None:
    """Order 1 comes back after it: behind ours."""
    acts = [Act(20, "clear"), Act(20, "add", 2, +1, 100, 3), Act(25, "add", 1, +1, 100, 5)]

    assert Desk(*acts, Act(30, "fill", 1, +1, 100, 1)).run() == [("a", 30, 1)]


def test_a_snapshot_without_our_price_empties_it() -> None:
    acts = [Act(20, "clear"), Act(20, "add", 9, -1, 105, 9), Act(25, "add", 1, +1, 100, 5)]

    assert Desk(*acts, Act(30, "fill", 1, +1, 100, 1)).run() == [("a", 30, 1)]


def test_of_several_instruments_only_the_own_rows_count() -> None:
    """Their rows lie between each other on one tape."""
    whole = told_by_order(BTC, [*BOOK, BACK, Act(30, "fill", 8, +1, 100, 1)])
    other = np.arange(len(whole)) == 1  # `BACK` belongs to somebody else's book

    market = evolve(
        whole,
        first=whole.first[~other],
        last=whole.last[~other],
        flags=whole.flags[~other],
        ts=whole.ts[~other],
    )

    assert Desk(market=whole).run() == [("a", 30, 1)]
    assert Desk(market=market).run() == []


def test_a_recording_of_levels_is_refused_and_others_are_named() -> None:
    levels = evolve(told_by_order(BTC, BOOK), orders=None)

    with pytest.raises(DataError, match=r"without order ids.*choose another"):
        Desk(market=levels)


def test_who_never_joined_has_no_number() -> None:
    market = told_by_order(BTC, [*BOOK, Act(30, "fill", 3, +1, 99, 1)])
    lines = OrderLines(market)

    assert market.flags.tolist()[0] == SNAPSHOT
    assert lines.join(Side.BUY, Ticks(100), 1) == 3
    assert lines.traded(Side.BUY, Ticks(100), 1) == NOWHERE
    assert lines.traded(Side.BUY, Ticks(99), 1) == NOWHERE


def test_a_run_over_levels_is_refused_before_it_begins() -> None:
    levels = make_tape("levels.tape", [BTC], [])

    demand_orders([levels], "pow2")
    with pytest.raises(DataError, match=r"levels\.tape: found levels without order ids"):
        demand_orders([levels], "l3_fifo")


def test_a_live_feed_of_levels_is_refused() -> None:
    with pytest.raises(DataError, match=r"BTC/USDT@v: found levels without order ids"):
        LiveVenue([BTC], RICH, FeeSchedule(0, 0), AT_ONCE, queue_model("l3_fifo"))


def test_tapes_of_one_instrument_are_joined_with_their_orders() -> None:
    tapes = [record_orders(MemoryTapes(), "t", BTC, acts) for acts in (BOOK, [BACK, BEHIND])]

    assert Desk(market=recordings(tapes)[BTC.id]).run() == [("a", 30, 1)]
    assert recordings([tapes[0], evolve(tapes[1], orders=None)])[BTC.id].orders is None
