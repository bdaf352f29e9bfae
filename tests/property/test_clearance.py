"""What the clearance lets through, every rule would let through, whatever the state and limits."""

from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.intent import Case, Intent
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.risk import CLEARED
from graphwiz_trader.domain.rules import RULES
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Lots, Nanos, StrategyId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha", min_notional="5")
BETA = make.instrument("BTC/USDT@beta", min_qty=3)
PERP = evolve(
    make.instrument("BTC/USDT:USDT@alpha", lot="1", kind=Kind.LINEAR), multiplier=Decimal("0.01")
)
INVERSE = make.instrument("BTC/USD:BTC@beta", lot="1", kind=Kind.INVERSE)
CROSS = make.instrument("ETH/BTC@beta", tick="0.001", lot="0.01")
INSTRUMENTS = (ALPHA, BETA, PERP, INVERSE, CROSS)
MINE, OTHER = StrategyId("mine"), StrategyId("other")


def _amounts(*texts: str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(text) for text in texts])


def _or_none(amounts: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal | None]:
    return st.none() | amounts


@st.composite
def limits(draw: st.DrawFn) -> RiskSettings:
    """Limits about as large as what the orders below come to, and often exactly so."""
    money = _amounts("100", "200", "200.2", "500", "1000", "1e6")
    return RiskSettings(
        max_position_size=draw(_amounts("1", "2", "3", "100")),
        max_exposure=draw(money),
        max_venue_exposure=draw(_or_none(money)),
        max_net_exposure=draw(_or_none(money)),
        max_order_qty=draw(_or_none(_amounts("1", "2"))),
        max_order_notional=draw(_or_none(money)),
        size_cap=draw(_or_none(money)),
        price_collar_bps=draw(_amounts("10", "100", "5000")),
        max_orders_per_second=draw(st.integers(1, 8)),
        max_cancels_per_second=draw(st.integers(1, 3)),
        max_order_to_trade=draw(st.integers(1, 8)),
        max_open_orders=draw(st.integers(1, 8)),
        max_identical_orders_per_second=draw(st.integers(1, 3)),
        max_drawdown_pct=draw(_amounts("0.5", "100")),
        max_consecutive_losses=draw(st.none() | st.integers(1, 3)),
    )


def _price(of: Instrument, away: int) -> int:
    """Some ticks from the middle of its book."""
    return (50 if of is CROSS else 1000) + away


@st.composite
def intents(draw: st.DrawFn) -> Intent:
    of = draw(st.sampled_from(INSTRUMENTS))
    lots = st.sampled_from(
        (1, 2, 10, 100, 200) if of in (PERP, INVERSE) else (1, 3, 50, 1000, 2000)
    )
    return Intent(
        draw(st.sampled_from((MINE, OTHER))),
        of.id,
        draw(st.sampled_from(list(Side))),
        draw(st.sampled_from((OrdType.LIMIT, OrdType.LIMIT_MAKER))),
        draw(st.sampled_from((TimeInForce.GTC, TimeInForce.IOC))),
        of.ticks(of.price(_price(of, draw(st.integers(-12, 12))))),
        Lots(draw(lots)),
        Nanos(make.START + draw(st.sampled_from((-1, 0, SECOND)))),
        reducing=draw(st.booleans()) and draw(st.booleans()),
    )


def _engine(risk: RiskSettings, funds: str) -> Engine:
    engine = make.engine(INSTRUMENTS, (), risk, "10")
    for venue in ("alpha", "beta"):
        for asset in ("USDT", "USD", "BTC", "ETH"):
            engine.step(make.balance(venue, asset, funds))
    return engine


def _show(engine: Engine, of: Instrument, ts: int) -> None:
    bid, ask = (str(of.price(_price(of, away))) for away in (-1, 1))
    engine.step(make.book_update(of, [(bid, "100")], [(ask, "100")], ts))


@settings(max_examples=300, deadline=None)
@given(
    limits(),
    st.sampled_from(("1", "150", "201", "1e6")),
    st.lists(st.tuples(intents(), st.sampled_from(("rests", "fills", "cancels"))), max_size=6),
    intents(),
    st.sampled_from((0, 0, 0, 1900, 2100)),
    st.sampled_from((None, None, None, TradingState.REDUCING, TradingState.HALTED)),
    st.sets(st.sampled_from([of.id for of in INSTRUMENTS]), max_size=1),
    st.integers(0, 2),
)
def test_what_is_clear_no_rule_refuses(
    risk: RiskSettings,
    funds: str,
    history: list[tuple[Intent, str]],
    intent: Intent,
    stale_ms: int,
    closed: TradingState | None,
    dark: set[InstrumentId],
    lost: int,
) -> None:
    engine = _engine(risk, funds)
    state = engine.state
    for of in INSTRUMENTS:
        _show(engine, of, make.START - stale_ms * MILLISECOND)
    for number, (past, end) in enumerate(history):
        order = make.order(
            state.instruments[past.instrument],
            past.side,
            str(state.instruments[past.instrument].price(past.price)),
            str(state.instruments[past.instrument].qty(past.qty)),
            f"o{number}",
            past.strategy,
        )
        state.hold(order)
        if end == "cancels":
            state.note_canceled()
        if end == "fills":
            state.holdings.fill(order, past.price, past.qty, None, state.now)
            state.orders.fills += 1
    if closed is not None:
        state.scopes.set(f"strategy:{MINE}", closed)
    for name in sorted(dark):
        state.books[name].drop("gap")
    state.losses = lost
    state.now = make.START

    is_clear = state.is_clear(intent)

    event(f"clear: {is_clear}")
    covered = [rule for rule in RULES if rule in CLEARED]
    refused = [rule(Case.of(intent, state), state.policy.bounds) for rule in covered]
    assert not is_clear or refused == [None] * len(covered)


@pytest.mark.parametrize("of", [ALPHA, BETA, PERP, CROSS], ids=lambda of: of.id)
@pytest.mark.parametrize("side", list(Side))
def test_a_small_order_far_from_every_limit_is_clear(of: Instrument, side: Side) -> None:
    engine = _engine(RiskSettings(max_exposure=Decimal(10**6)), "1e6")
    for each in INSTRUMENTS:
        _show(engine, each, make.START)
    leg = Intent(
        MINE,
        of.id,
        side,
        OrdType.LIMIT,
        TimeInForce.GTC,
        of.ticks(of.price(_price(of, -side))),
        Lots(60),
        Nanos(make.START + SECOND),
    )

    assert engine.state.is_clear(leg)
