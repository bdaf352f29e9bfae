"""Positions are the sum of unique fills, and no asset comes from nowhere or is lost."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import SignalKind
from graphwiz_trader.domain.units import Asset, Lots, Nanos, Ticks, Venue
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.holdings import Holdings
from graphwiz_trader.engine.rates import Rates
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import ALPHA, Floor, submitted

BTC = make.instrument("BTC/USDT@alpha")
ETH = make.instrument("ETH/BTC@alpha", tick="0.0001", lot="0.01")
BETA = make.instrument("BTC/USDT@beta", tick="0.5")
TRADED = (BTC, ETH, BETA)

FILLS = st.lists(
    st.tuples(
        st.sampled_from(TRADED),
        st.sampled_from(Side),
        st.integers(1, 10**6),
        st.integers(1, 10**6),
        st.decimals(-5, 5, places=6),
        st.sampled_from(["USDT", "BTC", "BNB"]),
        st.sampled_from(["one", "other"]),
    ),
    max_size=25,
)


@given(FILLS)
def test_every_asset_is_accounted_for_to_the_last_digit(fills: list[tuple]) -> None:
    books = Books(TRADED)
    accounts = {v: Account(Venue(v), None) for v in ("alpha", "beta")}
    holdings = Holdings(TRADED, accounts, books, Rates(TRADED, books, Asset("USDT")))
    owned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    held: dict[tuple[str, str], int] = defaultdict(int)

    for of, side, price, qty, fee, asset, strategy in fills:
        order = make.order(of, side, str(of.price(price)), str(of.qty(qty)), strategy=strategy)
        paid = Money(fee, Asset(asset))
        holdings.fill(order, Ticks(price), Lots(qty), paid, Nanos(0))
        owned[of.venue, of.base] += side * of.qty(qty)
        owned[of.venue, of.quote] -= side * of.price(price) * of.qty(qty)
        owned[of.venue, asset] -= fee
        held[strategy, of.id] += side * qty

    found = {(v, asset): x for v, a in holdings.accounts.items() for asset, x in a.total.items()}
    assert found == owned
    for of in TRADED:
        whole = sum(lots for (_, name), lots in held.items() if name == of.id)
        assert holdings.positions[of.id].lots == whole
    assert {key: p.lots for key, p in holdings.by_strategy.items()} == held


SENT = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(1, 400), st.booleans()), max_size=40
)


@given(SENT)
def test_a_position_is_the_sum_of_unique_fills_however_they_are_told(
    told: list[tuple[int, int, int, bool]],
) -> None:
    """Four orders of one unit; fills of few ids, many twice, some after the end, some too much."""
    floor = Floor()
    orders = []
    for i in range(4):
        quote = floor.single(Side.BUY, "1", f"{99 - i}.0", SignalKind.TAKE, TimeInForce.GTC)
        orders += submitted(floor.say(quote))
    unique: dict[tuple[int, int], int] = {}
    filled: dict[int, int] = defaultdict(int)

    for which, trade, lots, ends in told:
        order = orders[which]
        if (which, trade) not in unique and filled[which] + lots <= 1000:
            unique[which, trade] = lots
            filled[which] += lots
        floor.engine.step(
            make.report(
                ALPHA,
                order.cl_ord_id,
                ExecType.TRADE,
                qty=str(ALPHA.qty(lots)),
                price=str(ALPHA.price(order.price)),
                exec_id=f"{which}-{trade}",
                ts=floor.now,
            )
        )
        if ends:
            floor.end(order, ExecType.CANCELED)

    total = sum(unique.values())
    spent = sum(filled[i] * order.price for i, order in enumerate(orders)) * ALPHA.tick_size
    state = floor.engine.state
    assert state.position(ALPHA.id) == total
    assert state.accounts["alpha"].total["BTC"] == 10 + ALPHA.qty(total)
    assert state.accounts["alpha"].total["USDT"] == 10_000 - spent * ALPHA.lot_size
