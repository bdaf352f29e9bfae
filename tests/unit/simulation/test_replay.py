from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import CancelReject, Event
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.fees import FeeSchedule, FeeTier
from graphwiz_trader.simulation.latency import (
    ConstantLatency,
    EmpiricalLatency,
    JitteredLatency,
    LatencyModel,
    Trip,
)
from graphwiz_trader.simulation.matching import SelfTrade
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.simulation.venue import SimulatedVenue
from graphwiz_trader.testing.recording import Message, change, recording, snapshot, trade

BTC, USDT = Asset("BTC"), Asset("USDT")
SYMBOL = InstrumentId("BTC/USDT@tape")
INSTRUMENT = Instrument(
    SYMBOL, BTC, USDT, Decimal("0.5"), Decimal("0.1"), min_qty=Lots(1), max_qty=Lots(100)
)
BUY, SELL = Side.BUY, Side.SELL
GTC, IOC, FOK = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
LIMIT, MARKET, LIMIT_MAKER = OrdType.LIMIT, OrdType.MARKET, OrdType.LIMIT_MAKER
NEW, TRADE, CANCELED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED
REPLACED, REJECTED, EXPIRED = ExecType.REPLACED, ExecType.REJECTED, ExecType.EXPIRED
BOOK = snapshot(0, {99: 5, 98: 7}, {101: 4, 102: 6, 105: 9})


class Scene:
    """A venue, the hand that sends to it, and all that it said, in the order we hear it."""

    def __init__(
        self,
        *messages: Message,
        latency: LatencyModel | None = None,
        fees: FeeSchedule | None = None,
        base: str = "1000",
        quote: str = "1000000",
        self_trade: SelfTrade = SelfTrade.CANCEL_OLDEST,
        queue: str = "risk_averse",
        depletes: bool = True,
    ) -> None:
        self.venue = ReplayVenue(
            {SYMBOL: recording(INSTRUMENT, *(messages or (BOOK,)))},
            {BTC: Decimal(base), USDT: Decimal(quote)},
            fees or FeeSchedule(0, 0),
            latency or ConstantLatency(Nanos(0), Nanos(0)),
            queue_model(queue, Nanos(5)),
            self_trade=self_trade,
            depletes=depletes,
        )
        self.heard: list[Event] = []

    def order(
        self,
        name: str,
        now: int,
        side: Side,
        price: int,
        qty: int,
        ord_type: OrdType = LIMIT,
        tif: TimeInForce = GTC,
    ) -> None:
        self.send(
            SubmitOrder(
                ClOrdId(name), StrategyId("s"), SYMBOL, side, ord_type, tif, Ticks(price), Lots(qty)
            ),
            now,
        )

    def replace(self, name: str, now: int, orig: str, price: int, qty: int) -> None:
        command = ReplaceOrder(ClOrdId(name), ClOrdId(orig), SYMBOL, Ticks(price), Lots(qty))
        self.send(command, now)

    def cancel(self, name: str, now: int) -> None:
        self.send(CancelOrder(ClOrdId(name), SYMBOL), now)

    def send(self, command: OrderCommand, now: int) -> None:
        self.run(now - 1)
        self.venue.send(command, Nanos(now))

    def run(self, until: int = 1 << 60) -> None:
        while (ts := self.venue.next_ts()) is not None and ts <= until:
            self.heard.extend(self.venue.run_next())

    def told(self, name: str) -> list[tuple[ExecType, int, int]]:
        """What was said of one request: why, when at the venue, and how much traded."""
        self.run()
        return [
            (event.exec_type, event.ts_venue, event.last_qty)
            for event in self.heard
            if isinstance(event, ExecutionReport) and event.cl_ord_id == name
        ]

    def fills(self) -> list[tuple[str, int, int, int]]:
        """Return (order, venue time, ticks, lots) of every fill."""
        self.run()
        return [
            (event.cl_ord_id, event.ts_venue, event.last_px, event.last_qty)
            for event in self.heard
            if isinstance(event, ExecutionReport) and event.exec_type is TRADE
        ]

    def texts(self, exec_type: ExecType) -> Sequence[str]:
        self.run()
        return [
            event.text
            for event in self.heard
            if isinstance(event, ExecutionReport) and event.exec_type is exec_type
        ]


def test_an_idle_venue_has_no_next_thing_however_long_its_recording_is() -> None:
    venue: SimulatedVenue = Scene(BOOK, change(5, {99: 6})).venue

    assert (venue.venue, venue.next_ts()) == (Venue("tape"), None)


def test_recordings_of_two_venues_are_refused() -> None:
    other = Instrument(
        InstrumentId("BTC/USDT@other"), BTC, USDT, INSTRUMENT.tick_size, INSTRUMENT.lot_size
    )
    both = {i.id: recording(i, BOOK) for i in (INSTRUMENT, other)}

    with pytest.raises(DomainError, match=r"other.*tape"):
        ReplayVenue(
            both,
            {},
            FeeSchedule(0, 0),
            ConstantLatency(Nanos(0), Nanos(0)),
            queue_model("risk_averse"),
        )


def test_taking_walks_the_levels_at_their_own_prices() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 102, 7, tif=IOC)

    assert scene.fills() == [("a", 10, 101, 4), ("a", 10, 102, 3)]


def test_what_an_ioc_does_not_get_expires() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 101, 7, tif=IOC)

    assert scene.told("a") == [(NEW, 10, 0), (TRADE, 10, 4), (EXPIRED, 10, 0)]


def test_a_fok_that_is_not_there_in_full_does_not_trade() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 102, 11, tif=FOK)
    scene.order("b", 11, BUY, 102, 10, tif=FOK)

    assert scene.told("a") == [(NEW, 10, 0), (EXPIRED, 10, 0)]
    assert scene.fills() == [("b", 11, 101, 4), ("b", 11, 102, 6)]


def test_a_market_order_takes_the_whole_side_if_it_must() -> None:
    scene = Scene()

    scene.order("a", 10, SELL, 0, 13, ord_type=MARKET, tif=IOC)

    assert scene.told("a") == [(NEW, 10, 0), (TRADE, 10, 5), (TRADE, 10, 7), (EXPIRED, 10, 0)]


def test_what_was_taken_is_gone_for_the_next_order() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 101, 3, tif=IOC)
    scene.order("b", 11, BUY, 101, 3, tif=IOC)
    scene.order("c", 12, BUY, 101, 3, tif=IOC)

    assert scene.fills() == [("a", 10, 101, 3), ("b", 11, 101, 1)]


@pytest.mark.parametrize(
    ("update", "got"),
    [
        (change(20, asks={101: 4}), 4),
        (change(20, asks={102: 1}), 0),
        (change(20, bids={101: 1}), 0),
        (snapshot(20, {99: 5}, {101: 4, 102: 6}), 0),
        (snapshot(20, {99: 5}, {101: 3, 102: 6}), 3),
        (trade(20, BUY, 101, 1), 0),
    ],
    ids=["a row", "another level's", "the other side's", "repeated", "changed", "a trade"],
)
def test_what_was_taken_is_back_once_the_venue_updates_the_level(update: Message, got: int) -> None:
    scene = Scene(BOOK, update)
    scene.order("a", 10, BUY, 101, 4, tif=IOC)

    scene.order("b", 30, BUY, 101, 9, tif=IOC)

    assert sum(fill[3] for fill in scene.fills()) == 4 + got


def test_a_level_that_changed_and_changed_back_is_updated() -> None:
    scene = Scene(BOOK, snapshot(20, {}, {101: 9}), snapshot(21, {}, {101: 4}))
    scene.order("a", 10, BUY, 101, 4, tif=IOC)

    scene.order("b", 30, BUY, 101, 4, tif=IOC)

    assert [fill[3] for fill in scene.fills()] == [4, 4]


def test_an_arrival_finds_the_venues_data_of_its_own_instant() -> None:
    scene = Scene(BOOK, change(10, asks={100: 1}))

    scene.order("a", 10, BUY, 100, 1, tif=IOC)

    assert scene.fills() == [("a", 10, 100, 1)]


def test_requests_take_the_entry_latency_and_answers_the_response() -> None:
    scene = Scene(BOOK, change(14, asks={101: 1}), latency=ConstantLatency(Nanos(5), Nanos(7)))

    scene.order("a", 10, BUY, 101, 2, tif=IOC)
    scene.run()

    assert scene.fills() == [("a", 15, 101, 1)]
    assert [e.ts for e in scene.heard if isinstance(e, ExecutionReport)] == [22, 22, 22]


def test_a_later_request_never_overtakes_an_earlier_one() -> None:
    draws = iter([0.9, 0.0, 0.0, 0.0])
    jittered = JitteredLatency(Nanos(0), Nanos(0), Nanos(40), lambda: next(draws))
    scene = Scene(latency=jittered)

    scene.order("a", 10, BUY, 98, 1)
    scene.order("b", 30, BUY, 98, 1)

    assert [scene.told(name)[0][1] for name in "ab"] == [46, 46]


def test_a_request_the_venue_refused_is_rejected_after_the_measured_time() -> None:
    trips = [Trip(Nanos(10), Nanos(0), Nanos(33)), Trip(Nanos(1000), Nanos(1001), Nanos(1002))]
    scene = Scene(latency=EmpiricalLatency(trips))

    scene.order("a", 10, BUY, 101, 1)

    assert scene.told("a") == [(REJECTED, 33, 0)]


def test_a_trade_of_just_the_queue_does_not_fill_and_one_lot_more_fills_one() -> None:
    scene = Scene(BOOK, trade(20, SELL, 99, 5), trade(21, SELL, 99, 1))

    scene.order("a", 10, BUY, 99, 3)

    assert scene.fills() == [("a", 21, 99, 1)]


def test_a_maker_gets_no_more_than_traded_beyond_the_queue() -> None:
    scene = Scene(BOOK, trade(20, SELL, 99, 7), trade(21, SELL, 99, 7))

    scene.order("a", 10, BUY, 99, 3)

    assert scene.fills() == [("a", 20, 99, 2), ("a", 21, 99, 1)]


def test_a_trade_through_our_price_fills_all_at_our_price() -> None:
    scene = Scene(BOOK, trade(20, BUY, 103, 1))

    scene.order("a", 10, SELL, 102, 8)

    assert scene.fills() == [("a", 20, 102, 8)]


def test_a_trade_of_the_other_aggressor_does_not_fill() -> None:
    scene = Scene(BOOK, trade(20, BUY, 98, 50))

    scene.order("a", 10, BUY, 99, 1)

    assert scene.fills() == []


def test_an_opposite_level_at_our_price_fills_up_to_what_it_shows() -> None:
    scene = Scene(BOOK, change(20, asks={99: 2}), change(30, asks={98: 9}))

    scene.order("a", 10, BUY, 99, 5)

    assert scene.fills() == [("a", 20, 99, 2), ("a", 30, 99, 3)]
    report = next(e for e in scene.heard if isinstance(e, ExecutionReport) and e.last_qty)
    assert report.liquidity is Liquidity.MAKER


def test_an_opposite_level_fills_our_best_price_first_and_once() -> None:
    scene = Scene(BOOK, change(20, asks={97: 3}))

    scene.order("a", 10, BUY, 98, 2)
    scene.order("b", 11, BUY, 99, 2)

    assert scene.fills() == [("b", 20, 99, 2), ("a", 20, 98, 1)]


def test_two_of_our_orders_share_one_trade_in_order_of_time() -> None:
    scene = Scene(BOOK, trade(20, SELL, 99, 8))

    scene.order("a", 10, BUY, 99, 2)
    scene.order("b", 11, BUY, 99, 2)

    assert scene.fills() == [("a", 20, 99, 2), ("b", 20, 99, 1)]


@pytest.mark.parametrize("depth_first", [False, True])
def test_a_decrease_and_the_trade_that_made_it_count_once_in_either_order(
    depth_first: bool,
) -> None:
    """Level 5, trade 2 and depth 3 in either order, then trade 1.5, in half lots."""
    pair = [trade(20, SELL, 99, 4), change(20, {99: 6})]
    messages = pair[::-1] if depth_first else pair
    scene = Scene(snapshot(0, {99: 10}, {101: 4}), *messages, trade(21, SELL, 99, 3))

    scene.order("a", 10, BUY, 99, 1)

    assert scene.fills() == []


def test_a_level_seen_in_a_snapshot_moves_the_queue() -> None:
    scene = Scene(BOOK, snapshot(20, {99: 2, 98: 1}, {101: 4}), trade(31, SELL, 99, 3))

    scene.order("a", 10, BUY, 99, 1)

    assert scene.fills() == [("a", 31, 99, 1)]


def test_a_snapshot_says_nothing_of_what_lies_beyond_its_horizon() -> None:
    scene = Scene(
        BOOK, snapshot(20, {99: 2}, {101: 4}), trade(31, SELL, 98, 7), trade(32, SELL, 98, 1)
    )

    scene.order("a", 10, BUY, 98, 1)

    assert scene.fills() == [("a", 32, 98, 1)]


def test_what_a_limit_does_not_take_rests_and_earns_the_makers_fee() -> None:
    scene = Scene(BOOK, trade(20, SELL, 100, 9), fees=FeeSchedule(-1, 10))

    scene.order("a", 10, BUY, 101, 6)

    assert scene.fills() == [("a", 10, 101, 4), ("a", 20, 101, 2)]
    fees = [e.commission for e in scene.heard if isinstance(e, ExecutionReport) and e.last_qty]
    assert fees == [Money(Decimal("0.0202"), USDT), Money(Decimal("-0.00101"), USDT)]


def test_a_post_only_order_that_would_take_is_rejected() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 101, 1, ord_type=LIMIT_MAKER)

    assert (scene.told("a"), scene.texts(REJECTED)) == ([(REJECTED, 10, 0)], ["POST_ONLY"])


def test_a_post_only_order_rests_where_we_have_taken_everything() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 101, 4, tif=IOC)
    scene.order("b", 11, BUY, 101, 1, ord_type=LIMIT_MAKER)

    assert scene.told("b") == [(NEW, 11, 0)]


def test_without_depletion_a_level_can_be_taken_again() -> None:
    scene = Scene(depletes=False)

    scene.order("a", 10, BUY, 101, 4, tif=IOC)
    scene.order("b", 11, BUY, 101, 4, tif=IOC)

    assert [fill[3] for fill in scene.fills()] == [4, 4]


def test_a_canceled_order_does_not_trade_and_frees_its_funds() -> None:
    scene = Scene(BOOK, trade(30, SELL, 98, 50), quote="49.5")

    scene.order("a", 10, BUY, 99, 10)
    scene.cancel("a", 20)

    assert scene.told("a") == [(NEW, 10, 0), (CANCELED, 20, 0)]
    assert scene.venue.ledger.free(USDT) == Decimal("49.5") * 10 / 10


def test_a_fill_before_the_cancel_arrives_counts() -> None:
    scene = Scene(BOOK, trade(23, SELL, 98, 9), latency=ConstantLatency(Nanos(5), Nanos(100)))

    scene.order("a", 10, BUY, 99, 2)
    scene.cancel("a", 20)

    scene.run()
    rejects = [e for e in scene.heard if isinstance(e, CancelReject)]
    assert scene.fills() == [("a", 23, 99, 2)]
    assert [(e.cl_ord_id, e.text) for e in rejects] == [("a", "order is FILLED")]


def test_a_cancel_of_an_unknown_order_is_refused() -> None:
    scene = Scene()

    scene.cancel("x", 20)
    scene.run()

    assert scene.heard == [CancelReject(Nanos(20), ClOrdId("x"), "NOT_FOUND")]


def test_cancel_all_withdraws_every_order_of_ours() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 98, 2)
    scene.order("b", 11, SELL, 105, 2)
    scene.send(CancelAll(Venue("tape")), 12)

    assert [scene.told(name)[-1] for name in "ab"] == [(CANCELED, 12, 0)] * 2
    assert scene.venue.next_ts() is None


def test_an_order_id_is_taken_once() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 98, 2)
    scene.order("a", 11, BUY, 98, 2)

    assert scene.told("a") == [(NEW, 10, 0), (REJECTED, 11, 0)]


@pytest.mark.parametrize(
    ("side", "price", "qty", "text"),
    [
        (BUY, 99, 0, "quantity 0 is below the minimum 1 lots"),
        (BUY, 99, 101, "quantity 101 is above the maximum 100 lots"),
        (BUY, 0, 1, "price 0 is not between"),
        (BUY, 99, 100, "INSUFFICIENT_BALANCE"),
        (SELL, 105, 100, "INSUFFICIENT_BALANCE"),
    ],
)
def test_an_order_against_the_rules_is_rejected(
    side: Side, price: int, qty: int, text: str
) -> None:
    scene = Scene(base="9.9", quote="494.9")

    scene.order("a", 10, side, price, qty)

    assert scene.told("a") == [(REJECTED, 10, 0)]
    assert scene.texts(REJECTED)[0].startswith(text)


def test_an_order_before_the_first_snapshot_is_rejected() -> None:
    scene = Scene(change(0, {99: 1}, {101: 1}), snapshot(20, {99: 1}, {101: 1}))

    scene.order("a", 10, BUY, 99, 1)
    scene.order("b", 20, BUY, 99, 1)

    assert [scene.told(name)[0][0] for name in "ab"] == [REJECTED, NEW]
    assert scene.texts(REJECTED) == ["NO_BOOK"]


def test_an_order_in_an_unknown_instrument_is_rejected() -> None:
    scene = Scene()
    other = InstrumentId("ETH/USDT@tape")

    scene.send(
        SubmitOrder(ClOrdId("a"), StrategyId("s"), other, BUY, LIMIT, GTC, Ticks(1), Lots(1)), 10
    )

    assert scene.told("a") == [(REJECTED, 10, 0)]


def test_a_smaller_order_at_the_same_price_keeps_its_place() -> None:
    scene = Scene(BOOK, change(15, {99: 50}), trade(30, SELL, 99, 6))

    scene.order("a", 10, BUY, 99, 3)
    scene.replace("b", 20, "a", 99, 2)

    assert scene.told("b") == [(REPLACED, 20, 0), (TRADE, 30, 1)]
    assert scene.told("a") == [(NEW, 10, 0)]


@pytest.mark.parametrize(("price", "qty"), [(99, 4), (98, 3)])
def test_a_larger_order_or_another_price_goes_to_the_end_of_the_queue(price: int, qty: int) -> None:
    scene = Scene(BOOK, change(15, {99: 50, 98: 50}), trade(30, SELL, price, 51))

    scene.order("a", 10, BUY, 99, 3)
    scene.replace("b", 20, "a", price, qty)

    assert [fill for fill in scene.fills() if fill[0] == "b"] == [("b", 30, price, 1)]


def test_a_replaced_order_may_take() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 99, 3)
    scene.replace("b", 20, "a", 101, 2)

    assert scene.told("b") == [(REPLACED, 20, 0), (TRADE, 20, 2)]


def test_a_refused_replace_ends_the_new_request_and_leaves_the_old_order() -> None:
    scene = Scene(BOOK, trade(40, SELL, 98, 1), quote="200")

    scene.order("a", 10, BUY, 99, 3, ord_type=LIMIT_MAKER)
    scene.replace("b", 20, "a", 101, 3)
    scene.replace("c", 21, "a", 98, 100)
    scene.replace("d", 22, "x", 98, 1)

    assert [scene.told(name) for name in "bcd"] == [[(REJECTED, at, 0)] for at in (20, 21, 22)]
    assert scene.texts(REJECTED) == ["POST_ONLY", "INSUFFICIENT_BALANCE", "NOT_FOUND"]
    rejects = [e.cl_ord_id for e in scene.heard if isinstance(e, CancelReject)]
    assert (rejects, scene.fills()) == (["a", "a", "x"], [("a", 40, 99, 3)])


def test_our_oldest_order_is_canceled_before_we_trade_with_ourselves() -> None:
    scene = Scene()

    scene.order("a", 10, SELL, 100, 3)
    scene.order("b", 20, BUY, 101, 3)

    assert scene.told("a") == [(NEW, 10, 0), (CANCELED, 20, 0)]
    assert scene.fills() == [("b", 20, 101, 3)]


def test_our_order_behind_what_is_taken_stays() -> None:
    scene = Scene()

    scene.order("a", 10, SELL, 102, 3)
    scene.order("b", 20, BUY, 105, 3)

    assert scene.told("a") == [(NEW, 10, 0)]


@pytest.mark.parametrize(
    ("policy", "old"), [(SelfTrade.CANCEL_NEWEST, NEW), (SelfTrade.CANCEL_BOTH, CANCELED)]
)
def test_other_policies_cancel_what_of_the_new_order_would_meet_ours(
    policy: SelfTrade, old: ExecType
) -> None:
    scene = Scene(self_trade=policy)

    scene.order("a", 10, SELL, 102, 3)
    scene.order("b", 20, BUY, 105, 9)

    assert scene.told("b") == [(NEW, 20, 0), (TRADE, 20, 4), (CANCELED, 20, 0)]
    assert scene.told("a")[-1][0] is old


def test_a_post_only_order_that_would_meet_ours_is_rejected() -> None:
    scene = Scene()

    scene.order("a", 10, SELL, 100, 3)
    scene.order("b", 20, BUY, 100, 3, ord_type=LIMIT_MAKER)

    assert scene.told("b") == [(REJECTED, 20, 0)]


def test_reports_are_numbered_once_and_count_what_was_filled() -> None:
    scene = Scene()

    scene.order("a", 10, BUY, 105, 12)
    scene.order("b", 11, SELL, 99, 2)
    scene.run()

    reports = [e for e in scene.heard if isinstance(e, ExecutionReport)]
    assert [e.exec_id for e in reports] == ["1", "2", "3", "4", "5", "6"]
    assert [e.cum_qty for e in reports] == [0, 4, 10, 12, 0, 2]
    assert [e.ord_status for e in reports[:4]] == [
        OrdStatus.NEW,
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.FILLED,
    ]
    assert [e.order_id for e in reports] == ["1", "1", "1", "1", "2", "2"]


def test_what_was_traded_changes_hands_exactly() -> None:
    scene = Scene(fees=FeeSchedule(2, 7.5))

    scene.order("a", 10, BUY, 102, 5, tif=IOC)
    scene.run()

    spent = Decimal("50.5") * Decimal("0.4") + Decimal(51) * Decimal("0.1")
    assert scene.venue.ledger.total(USDT) == 1_000_000 - spent * Decimal("1.00075")
    assert scene.venue.ledger.total(BTC) == Decimal("1000.5")


def test_the_tier_of_a_fill_is_that_of_its_day() -> None:
    day = 86_400_000_000_000
    tiers = (FeeTier(Decimal(1), Decimal("0.0001"), Decimal("0.0002")),)
    scene = Scene(BOOK, change(day, asks={101: 9}), fees=FeeSchedule(10, 10, tiers))

    scene.order("a", 10, BUY, 101, 1, tif=IOC)
    scene.order("b", 20, BUY, 101, 1, tif=IOC)
    scene.order("c", day + 1, BUY, 101, 1, tif=IOC)
    scene.run()

    fees = [e.commission for e in scene.heard if isinstance(e, ExecutionReport) and e.last_qty]
    amounts = [fee.amount / Decimal("5.05") for fee in fees if fee is not None]
    assert amounts == [Decimal("0.001"), Decimal("0.001"), Decimal("0.0002")]
