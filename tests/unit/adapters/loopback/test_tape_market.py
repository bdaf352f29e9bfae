from decimal import Decimal

import pytest

from graphwiz_trader.adapters.loopback.host import Host, Listener
from graphwiz_trader.adapters.loopback.ladder import Change
from graphwiz_trader.adapters.loopback.tape_market import TapeMarket
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.orders import OrdStatus, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import (
    SECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
)
from graphwiz_trader.simulation.exchange import Terms
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape
from tests.unit.adapters.loopback.venues import BEGAN

INSTRUMENT = make.instrument("BTC/USDT@binance", "0.01", "0.001")
NAME = INSTRUMENT.id
FIRST = 500 * SECOND
"""When the recording began, on its own clock."""


def at(seconds: int) -> Nanos:
    """An instant of the recording."""
    return Nanos(FIRST + seconds * SECOND)


def tape() -> Tape:
    """A book, a change of it a second later, and a trade after another."""
    return make_tape(
        "binance.tape",
        [INSTRUMENT],
        [
            make.book_update(
                INSTRUMENT,
                [("1.00", "0.005"), ("0.99", "0.005")],
                [("1.02", "0.004"), ("1.03", "0.009")],
                FIRST,
            ),
            make.book_update(
                INSTRUMENT,
                [("1.00", "0"), ("1.01", "0.002")],
                ts=FIRST + SECOND,
                snapshot=False,
            ),
            Trade(at(2), at(2), NAME, Side.BUY, Ticks(102), Lots(1)),
        ],
    )


def host() -> Host:
    """The tape, played from `BEGAN` on."""
    owned = {Asset("USDT"): Decimal(1_000), Asset("BTC"): Decimal(1)}
    return Host(TapeMarket(tape(), owned, BEGAN, Terms()))


def buy(name: str, price: int, qty: int) -> SubmitOrder:
    """A limit order of ours."""
    return SubmitOrder(
        ClOrdId(name),
        StrategyId("client"),
        InstrumentId(NAME),
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(price),
        Lots(qty),
    )


def test_what_was_recorded_is_published_from_now_on_under_own_numbers() -> None:
    played = host()
    ladder = played.ladders[NAME]

    played.advance(BEGAN)
    opened = (ladder.touch.seq, ladder.touch.bid, ladder.touch.ask)
    played.advance(Nanos(BEGAN + 3 * SECOND))

    assert opened == (4, 100, 102)
    assert (ladder.seq, ladder.touch.bid, ladder.touch.ask) == (6, 101, 102)
    (printed,) = played.prints[NAME].recent
    assert (printed.ts, printed.price) == (BEGAN + 2 * SECOND, 102)


def test_one_who_comes_before_the_first_book_is_told_it_as_a_change() -> None:
    """Numbers run on from the empty book a client may have asked for already."""
    played = host()
    changes: list[Change] = []

    class Ears(Listener):
        def on_change(self, change: Change) -> None:
            changes.append(change)

    played.listeners.append(Ears())
    played.advance(BEGAN)

    (opening,) = changes
    assert (opening.prev_seq, opening.first_seq, opening.last_seq) == (0, 1, 4)
    assert opening.bids == ((100, 5), (99, 5))


def test_our_order_takes_what_was_recorded() -> None:
    played = host()
    played.advance(BEGAN)

    played.request(buy("a1", 103, 6), Nanos(BEGAN + SECOND // 2))

    order = played.exchange.order(ClOrdId("a1"))
    assert order is not None
    assert (order.ord_status, order.cum_qty) == (OrdStatus.FILLED, 6)
    assert {str(owned.asset): owned.total for owned in played.exchange.balances()}["BTC"] == (
        Decimal("1.006")
    )


def test_our_order_rests_and_the_market_goes_on() -> None:
    played = host()
    played.advance(BEGAN)
    played.request(buy("a1", 90, 6), Nanos(BEGAN + SECOND // 2))

    played.advance(Nanos(BEGAN + 10 * SECOND))

    assert [order.cl_ord_id for order in played.exchange.working()] == ["a1"]
    assert played.ladders[NAME].touch.bid == 101


def test_a_tape_of_contracts_is_refused() -> None:
    swap = make.instrument("BTC/USDT:USDT@binance", kind=Kind.LINEAR)
    contracts = make_tape("swap.tape", [swap], [make.book_update(swap, [("1.0", "1")])])

    with pytest.raises(DomainError, match="BTC/USDT:USDT@binance"):
        TapeMarket(contracts, {}, BEGAN, Terms())
