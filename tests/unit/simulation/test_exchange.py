from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from graphwiz_trader.domain.commands import CancelAll, CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import BookUpdate, CancelReject, Event, Trade
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
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.venue import SimulatedVenue

BTC, ETH, USDT = Asset("BTC"), Asset("ETH"), Asset("USDT")
BTC_USDT, ETH_USDT = InstrumentId("BTC/USDT@sim"), InstrumentId("ETH/USDT@sim")
INSTRUMENTS = (
    Instrument(
        BTC_USDT,
        BTC,
        USDT,
        Decimal("0.01"),
        Decimal("0.001"),
        min_qty=Lots(10),
        max_qty=Lots(100_000),
        min_notional=Decimal(5),
    ),
    Instrument(ETH_USDT, ETH, USDT, Decimal("0.01"), Decimal("0.001")),
)
START = Nanos(1_000_000)
NEW, TRADE, CANCELED = ExecType.NEW, ExecType.TRADE, ExecType.CANCELED
REPLACED, REJECTED, EXPIRED = ExecType.REPLACED, ExecType.REJECTED, ExecType.EXPIRED


class Script:
    """A crowd that does what a test wrote down, each at its instant."""

    def __init__(self, *acts: tuple[int, Callable[[Exchange], object]]) -> None:
        self.acts = list(acts)

    def next_ts(self) -> Nanos | None:
        return Nanos(self.acts[0][0]) if self.acts else None

    def act(self, exchange: Exchange) -> None:
        self.acts.pop(0)[1](exchange)


def joins(side: Side, price: int, qty: int) -> Callable[[Exchange], object]:
    account = f"crowd {side.name}"
    return lambda exchange: exchange.join(account, BTC_USDT, side, Ticks(price), Lots(qty))


def exchange_of(
    *acts: tuple[int, Callable[[Exchange], object]],
    terms: Terms = Terms(maker_fee=Decimal("-0.0001"), taker_fee=Decimal("0.001")),  # noqa: B008
    btc: str = "1",
    usdt: str = "1000",
) -> Exchange:
    balances = {BTC: Decimal(btc), USDT: Decimal(usdt)}
    return Exchange(INSTRUMENTS, balances, START, terms, Script(*acts))


def submit(
    name: str = "a",
    side: Side = Side.BUY,
    price: int = 10_000,
    qty: int = 1_000,
    ord_type: OrdType = OrdType.LIMIT,
    time_in_force: TimeInForce = TimeInForce.GTC,
    instrument: str = BTC_USDT,
) -> SubmitOrder:
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("s"),
        InstrumentId(instrument),
        side,
        ord_type,
        time_in_force,
        Ticks(price),
        Lots(qty),
    )


def run(exchange: SimulatedVenue) -> list[Event]:
    told: list[Event] = []
    while exchange.next_ts() is not None:
        told.extend(exchange.run_next())
    return told


def answers(exchange: SimulatedVenue) -> list[tuple[str, ExecType, OrdStatus]]:
    """Run until nothing is left and return the reports: id, why sent, status."""
    return [
        (report.cl_ord_id, report.exec_type, report.ord_status)
        for report in run(exchange)
        if isinstance(report, ExecutionReport)
    ]


def free(exchange: Exchange) -> dict[str, Decimal]:
    return {report.asset: report.free for report in exchange.balances()}


def _content(order: VenueOrder) -> tuple[object, ...]:
    return order.number, order.price, order.order_qty, order.cum_qty, order.ord_status


def test_accepted_order_is_reported_new_and_locks_its_funds() -> None:
    exchange = exchange_of()
    exchange.send(submit(), START)

    assert answers(exchange) == [("a", NEW, OrdStatus.NEW)]
    assert free(exchange)[USDT] == Decimal("899.9")
    assert [order.cl_ord_id for order in exchange.working()] == ["a"]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (submit(instrument="XRP/USDT@sim"), "unknown instrument XRP/USDT@sim"),
        (submit(qty=9), "quantity 9 is below the minimum 10 lots"),
        (submit(qty=100_001), "quantity 100001 is above the maximum 100000 lots"),
        (submit(price=0), "price 0 is not between 1 and 17592186044416 ticks"),
        (submit(price=499, qty=1_000), "notional 4.99000 is below the minimum 5"),
        (submit(qty=9_991), "insufficient balance"),
        (submit(side=Side.SELL, qty=1_001), "insufficient balance"),
        (
            submit(ord_type=OrdType.LIMIT_MAKER, time_in_force=TimeInForce.IOC),
            "LIMIT_MAKER is IOC, expected GTC",
        ),
        (submit(price=10_100, ord_type=OrdType.LIMIT_MAKER), "order would take"),
        (submit(qty=40, ord_type=OrdType.MARKET), "notional 4.04000 is below the minimum 5"),
    ],
)
def test_order_that_breaks_a_rule_is_rejected_with_the_reason(
    command: SubmitOrder, text: str
) -> None:
    exchange = exchange_of((START, joins(Side.SELL, 10_100, 5_000)))
    exchange.send(command, START)

    reports = [event for event in run(exchange) if isinstance(event, ExecutionReport)]

    assert [(r.exec_type, r.ord_status, r.text) for r in reports] == [
        (REJECTED, OrdStatus.REJECTED, text)
    ]
    assert free(exchange) == {BTC: 1, USDT: 1000}


def test_id_used_before_is_rejected() -> None:
    exchange = exchange_of()
    exchange.send(submit(), START)
    exchange.send(CancelOrder(ClOrdId("a"), BTC_USDT), START)
    exchange.send(submit(), START)

    *_, last = run(exchange)

    assert isinstance(last, ExecutionReport)
    assert (last.exec_type, last.text) == (REJECTED, "duplicate cl_ord_id a")


def test_taker_pays_each_level_its_price_and_the_taker_fee() -> None:
    exchange = exchange_of(
        (START, joins(Side.SELL, 10_000, 400)), (START, joins(Side.SELL, 10_100, 400))
    )
    exchange.send(submit(price=10_100, qty=500), START)

    fills = [e for e in run(exchange) if isinstance(e, ExecutionReport) and e.exec_type is TRADE]

    assert [(f.last_px, f.last_qty, f.cum_qty, f.ord_status) for f in fills] == [
        (10_000, 400, 400, OrdStatus.PARTIALLY_FILLED),
        (10_100, 100, 500, OrdStatus.FILLED),
    ]
    assert [f.commission for f in fills] == [
        Money(Decimal("0.04"), USDT),
        Money(Decimal("0.0101"), USDT),
    ]
    assert all(f.liquidity is Liquidity.TAKER for f in fills)
    assert free(exchange) == {BTC: Decimal("1.5"), USDT: Decimal("949.8499")}


def test_resting_order_is_filled_as_maker_when_the_crowd_comes() -> None:
    exchange = exchange_of((START + 5, joins(Side.SELL, 9_900, 300)))
    exchange.send(submit(qty=500), START)

    *_, trade, fill, book = run(exchange)

    assert isinstance(trade, Trade)
    assert (trade.side, trade.price, trade.qty) == (Side.SELL, 10_000, 300)
    assert isinstance(fill, ExecutionReport)
    assert (fill.liquidity, fill.cum_qty) == (Liquidity.MAKER, 300)
    assert fill.commission == Money(Decimal("-0.003"), USDT)
    assert isinstance(book, BookUpdate)
    assert exchange.fills(BTC_USDT, Nanos(0)) == (fill,)
    assert not exchange.fills(BTC_USDT, Nanos(START + 6))
    assert not exchange.fills(ETH_USDT, Nanos(0))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            submit(price=10_100, time_in_force=TimeInForce.IOC),
            [
                ("a", NEW, OrdStatus.NEW),
                ("a", TRADE, OrdStatus.PARTIALLY_FILLED),
                ("a", EXPIRED, OrdStatus.EXPIRED),
            ],
        ),
        (
            submit(price=10_100, time_in_force=TimeInForce.FOK),
            [("a", NEW, OrdStatus.NEW), ("a", EXPIRED, OrdStatus.EXPIRED)],
        ),
        (
            submit(price=0, ord_type=OrdType.MARKET),
            [
                ("a", NEW, OrdStatus.NEW),
                ("a", TRADE, OrdStatus.PARTIALLY_FILLED),
                ("a", EXPIRED, OrdStatus.EXPIRED),
            ],
        ),
        (
            submit(side=Side.SELL, price=0, ord_type=OrdType.MARKET),
            [("a", NEW, OrdStatus.NEW), ("a", EXPIRED, OrdStatus.EXPIRED)],
        ),
    ],
)
def test_what_may_not_rest_expires_and_frees_its_funds(
    command: SubmitOrder, expected: list[tuple[str, ExecType, OrdStatus]]
) -> None:
    exchange = exchange_of((START, joins(Side.SELL, 10_100, 400)))
    exchange.send(command, START)

    assert answers(exchange) == expected
    assert not exchange.working()
    assert all(report.free == report.total for report in exchange.balances())


def test_market_buy_may_cost_no_more_than_is_free() -> None:
    exchange = exchange_of(
        (START, joins(Side.SELL, 10_000, 1_000)),
        (START, joins(Side.SELL, 90_000, 1_000)),
        usdt="900",
    )
    exchange.send(submit(price=0, qty=2_000, ord_type=OrdType.MARKET), START)

    assert answers(exchange) == [("a", REJECTED, OrdStatus.REJECTED)]


def test_cancel_ends_the_order_and_frees_its_funds() -> None:
    exchange = exchange_of()
    exchange.send(submit(), START)
    exchange.send(CancelOrder(ClOrdId("a"), BTC_USDT), START)

    assert answers(exchange)[1:] == [("a", CANCELED, OrdStatus.CANCELED)]
    assert free(exchange)[USDT] == 1000


@pytest.mark.parametrize(
    ("commands", "text"),
    [
        ([CancelOrder(ClOrdId("x"), BTC_USDT)], "unknown order x"),
        ([CancelOrder(ClOrdId("a"), BTC_USDT)] * 2, "order a is CANCELED"),
        ([CancelOrder(ClOrdId("a"), ETH_USDT)], "order is in BTC/USDT@sim"),
        (
            [
                ReplaceOrder(ClOrdId("b"), ClOrdId("a"), BTC_USDT, Ticks(10_000), Lots(100)),
                CancelOrder(ClOrdId("a"), BTC_USDT),
            ],
            "order a is REPLACED",
        ),
    ],
)
def test_cancel_of_what_does_not_work_is_refused(
    commands: list[CancelOrder | ReplaceOrder], text: str
) -> None:
    exchange = exchange_of()
    for command in [submit(qty=500), *commands]:
        exchange.send(command, START)

    refusals = [event.text for event in run(exchange) if isinstance(event, CancelReject)]

    assert refusals[-1:] == [text]


def test_cancel_all_withdraws_every_order_of_ours_and_no_other() -> None:
    exchange = exchange_of((START, joins(Side.BUY, 9_000, 100)))
    exchange.send(submit("a", qty=100), START)
    exchange.send(submit("b", Side.SELL, 10_100, 100), START)
    exchange.send(CancelAll(Venue("sim")), START)

    assert [name for name, kind, _ in answers(exchange) if kind is CANCELED] == ["a", "b"]
    assert exchange.book(BTC_USDT).best(Side.BUY) == 9_000


def test_what_replaces_an_order_is_an_order_of_its_own() -> None:
    exchange = exchange_of((START + 5, joins(Side.SELL, 10_000, 300)))
    exchange.send(submit(qty=500), START)
    run(exchange)
    change = ReplaceOrder(ClOrdId("b"), ClOrdId("a"), BTC_USDT, Ticks(9_000), Lots(500))
    exchange.send(change, exchange.now)

    [report] = [event for event in run(exchange) if isinstance(event, ExecutionReport)]

    assert (report.cl_ord_id, report.exec_type) == ("b", REPLACED)
    assert (report.ord_status, report.cum_qty) == (OrdStatus.NEW, 0)
    assert free(exchange)[USDT] == Decimal(1000) - Decimal("29.997") - Decimal("45.045")
    told = [exchange.query(ClOrdId(name)) for name in ("a", "b", "c")]
    assert [report and (report.ord_status, report.cum_qty) for report in told] == [
        (OrdStatus.REPLACED, 300),
        (OrdStatus.NEW, 0),
        None,
    ]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (("x", BTC_USDT, 10_000, 500), "unknown order x"),
        (("a", ETH_USDT, 10_000, 500), "order is in BTC/USDT@sim"),
        (("a", BTC_USDT, 10_000, 9_991), "insufficient balance"),
        (("a", BTC_USDT, 10_000, 9), "quantity 9 is below the minimum 10 lots"),
        (("a", BTC_USDT, 10, 500), "notional 0.05000 is below the minimum 5"),
    ],
)
def test_refused_replace_ends_the_request_and_leaves_the_order_as_it_was(
    change: tuple[str, str, int, int], text: str
) -> None:
    exchange = exchange_of((START + 5, joins(Side.SELL, 10_000, 300)))
    exchange.send(submit(qty=500), START)
    run(exchange)
    before = _content(exchange.working()[0]), exchange.balances()
    orig, instrument, price, qty = change
    exchange.send(
        ReplaceOrder(
            ClOrdId("b"), ClOrdId(orig), InstrumentId(instrument), Ticks(price), Lots(qty)
        ),
        exchange.now,
    )

    ended, refused = run(exchange)

    assert isinstance(ended, ExecutionReport)
    assert (ended.cl_ord_id, ended.exec_type, ended.text) == ("b", REJECTED, text)
    assert isinstance(refused, CancelReject)
    assert (refused.cl_ord_id, refused.text) == (orig, text)
    assert (_content(exchange.working()[0]), exchange.balances()) == before


def test_replaced_limit_maker_that_would_take_goes_on() -> None:
    exchange = exchange_of((START, joins(Side.SELL, 10_100, 500)))
    exchange.send(submit(ord_type=OrdType.LIMIT_MAKER), START)
    exchange.send(
        ReplaceOrder(ClOrdId("b"), ClOrdId("a"), BTC_USDT, Ticks(10_100), Lots(500)), START
    )

    *_, refused = run(exchange)

    assert isinstance(refused, CancelReject)
    assert (refused.cl_ord_id, refused.text) == ("a", "order would take")
    assert [order.cl_ord_id for order in exchange.working()] == ["a"]


def test_replace_across_the_touch_is_told_before_its_fills() -> None:
    exchange = exchange_of((START, joins(Side.SELL, 10_100, 400)))
    exchange.send(submit(qty=500), START)
    exchange.send(
        ReplaceOrder(ClOrdId("b"), ClOrdId("a"), BTC_USDT, Ticks(10_100), Lots(500)), START
    )

    assert answers(exchange)[1:] == [
        ("b", REPLACED, OrdStatus.NEW),
        ("b", TRADE, OrdStatus.PARTIALLY_FILLED),
    ]


def test_own_resting_order_yields_to_a_newer_one() -> None:
    exchange = exchange_of()
    exchange.send(submit("a", Side.SELL, 10_000, 500), START)
    exchange.send(submit("b", Side.BUY, 10_000, 500), START)

    assert answers(exchange) == [
        ("a", NEW, OrdStatus.NEW),
        ("b", NEW, OrdStatus.NEW),
        ("a", CANCELED, OrdStatus.CANCELED),
    ]


def test_events_arrive_after_the_latency_of_their_route() -> None:
    terms = Terms(entry=Nanos(100), response=Nanos(20), feed=Nanos(3))
    exchange = exchange_of((START, joins(Side.SELL, 10_000, 2_000)), terms=terms)
    exchange.send(submit(), Nanos(START + 50))

    told = [(type(e).__name__, e.ts - START) for e in run(exchange) if hasattr(e, "ts")]

    assert told == [
        ("BookUpdate", 3),
        ("BookUpdate", 3),
        ("ExecutionReport", 170),
        ("ExecutionReport", 170),
        ("Trade", 153),
        ("BookUpdate", 153),
    ]


def test_reports_and_requests_never_overtake_each_other() -> None:
    """Latencies that shrink with time would reorder a connection."""
    terms = Terms(
        entry=lambda sent: Nanos(1_000 - 2 * (sent - START)),
        response=lambda sent: Nanos(START + 5_000 - 2 * sent),
    )
    exchange = exchange_of(terms=terms)
    for delay in range(3):
        exchange.send(submit(str(delay), qty=100), Nanos(START + 100 * delay))

    reports = [event for event in run(exchange) if isinstance(event, ExecutionReport)]

    assert [report.cl_ord_id for report in reports] == ["0", "1", "2"]
    assert all(a.ts <= b.ts and a.ts_venue <= b.ts_venue for a, b in pairwise(reports))


def test_changes_of_an_interval_go_out_together_at_its_end() -> None:
    acts = [(START + at, joins(Side.BUY, 9_000 + at, 1)) for at in (10, 20, 100, 101)]
    exchange = exchange_of(*acts, terms=Terms(publish_every=Nanos(100)))

    books = [e for e in run(exchange) if isinstance(e, BookUpdate) and e.instrument == BTC_USDT]

    assert [(b.ts_venue - START, b.last - b.first) for b in books] == [(0, 0), (100, 3), (200, 1)]


def test_arrival_at_the_instant_of_publication_is_published_next_time() -> None:
    exchange = exchange_of(
        (START + 50, joins(Side.BUY, 9_000, 1)), terms=Terms(publish_every=Nanos(100))
    )
    exchange.send(submit(qty=100), Nanos(START + 100))

    books = [e for e in run(exchange) if isinstance(e, BookUpdate) and not e.snapshot]

    assert [(b.ts_venue - START, b.rows.ticks.tolist()) for b in books] == [
        (100, [9_000]),
        (200, [10_000]),
    ]


def test_diffs_are_contiguous_own_their_rows_and_rebuild_the_book() -> None:
    exchange = exchange_of(
        (START, joins(Side.BUY, 9_000, 5)),
        (START + 1, joins(Side.SELL, 9_100, 5)),
        (START + 2, joins(Side.BUY, 9_100, 2)),
        (START + 3, joins(Side.SELL, 9_000, 5)),
    )

    books = [e for e in run(exchange) if isinstance(e, BookUpdate) and e.instrument == BTC_USDT]
    kept: dict[int, int] = {}
    for book in books:
        for side, ticks, lots in zip(book.rows.side, book.rows.ticks, book.rows.lots, strict=True):
            kept[int(side * ticks)] = int(lots)

    assert [book.snapshot for book in books] == [True] + [False] * 3
    assert all(b.first_seq == a.last_seq + 1 == b.prev_seq + 1 for a, b in pairwise(books))
    assert {key: lots for key, lots in kept.items() if lots} == {-9_100: 3}
    assert {book.rows.side.dtype for book in books} == {np.dtype(np.int8)}
    assert {book.rows.lots.dtype for book in books} == {np.dtype(np.int64)}
    assert len({id(book.rows.ticks) for book in books}) == len(books)
    final = exchange.snapshot(BTC_USDT)
    assert (final.rows.ticks.tolist(), final.last_seq) == ([9_100], books[-1].last_seq)


def test_level_that_comes_and_goes_within_an_interval_is_not_published() -> None:
    def comes_and_goes(exchange: Exchange) -> None:
        exchange.leave(exchange.join("crowd", BTC_USDT, Side.BUY, Ticks(9_000), Lots(1)))

    exchange = exchange_of((START + 5, comes_and_goes))

    assert all(event.snapshot for event in run(exchange) if isinstance(event, BookUpdate))


def test_instruments_of_two_venues_are_refused() -> None:
    other = Instrument(InstrumentId("BTC/USDT@other"), BTC, USDT, Decimal("0.01"), Decimal("0.001"))

    with pytest.raises(DomainError, match="not of one venue"):
        Exchange((INSTRUMENTS[1], other), {}, START, Terms())


def test_exchange_without_a_crowd_opens_its_books_and_waits() -> None:
    exchange = Exchange(INSTRUMENTS, {}, START, Terms())

    books = exchange.run_next()

    assert [type(book) for book in books] == [BookUpdate, BookUpdate]
    assert exchange.next_ts() is None
    assert exchange.run_next() == ()
