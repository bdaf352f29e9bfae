"""Three legs round three assets end matched or unwound, whichever of them falls short."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import RaiseAlert, SubmitOrder
from graphwiz_trader.domain.events import FeedDown, TimerFired
from graphwiz_trader.domain.facts import GroupChanged, GroupState, Outcome, TradeClosed
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import Nanos, Venue
from graphwiz_trader.testing import make
from graphwiz_trader.testing.strategy import ScriptedStrategy

BTC = make.instrument("BTC/USDT@alpha", tick="1", lot="0.001")
MID = make.instrument("ETH/BTC@alpha", tick="0.0001", lot="0.01")
ETH = make.instrument("ETH/USDT@alpha", tick="1", lot="0.01")
INSTRUMENTS = {of.id: of for of in (BTC, MID, ETH)}
SECOND = 1_000_000_000


class Floor:
    """One venue with three books, and 1 BTC sent round as 20 ETH."""

    def __init__(self, fee_bps: str = "0") -> None:
        self.strategy = ScriptedStrategy(list(INSTRUMENTS))
        risk = RiskSettings(
            max_position_size=Decimal(100),
            max_exposure=Decimal(10_000_000),
            price_collar_bps=Decimal(500),
        )
        self.engine = make.engine(list(INSTRUMENTS.values()), [self.strategy], risk, fee_bps)
        self.now = make.START
        for asset in ("USDT", "BTC", "ETH"):
            self.engine.step(make.balance("alpha", asset, "1000000"))
        self.books()

    def books(self) -> Outcome:
        rows = {BTC: ("59990", "60000"), MID: ("0.0499", "0.0500"), ETH: ("3010", "3011")}
        for of, (bid, ask) in rows.items():
            outcome = self.engine.step(
                make.book_update(of, [(bid, "50")], [(ask, "50")], self.now, more=of is not ETH)
            )
        return outcome

    def send(self, order: Sequence[int] = (0, 1, 2)) -> list[SubmitOrder]:
        """Let the three legs leave, in any order, told here as BTC, MID, ETH."""
        legs = (
            Leg(BTC.id, Side.BUY, BTC.ticks("60000"), BTC.lots("1")),
            Leg(MID.id, Side.BUY, MID.ticks("0.0500"), MID.lots("20")),
            Leg(ETH.id, Side.SELL, ETH.ticks("3010"), ETH.lots("20")),
        )
        mixed = tuple(legs[i] for i in order)
        self.strategy.say(
            Signal(self.strategy.id, SignalKind.TAKE, mixed, 30.0, Nanos(self.now + SECOND))
        )
        sent = {o.instrument: o for o in submitted(self.books())}
        return [sent[of.id] for of in (BTC, MID, ETH)]

    def fill(self, order: SubmitOrder, qty: str, price: str, fee: str = "0") -> Outcome:
        of = INSTRUMENTS[order.instrument]
        return self.engine.step(
            make.report(
                of, order.cl_ord_id, ExecType.TRADE, qty=qty, price=price, fee=fee, ts=self.now
            )
        )

    def end(self, order: SubmitOrder) -> Outcome:
        of = INSTRUMENTS[order.instrument]
        return self.engine.step(make.report(of, order.cl_ord_id, ExecType.EXPIRED, ts=self.now))

    def fill_all(self, order: SubmitOrder) -> Outcome:
        of = INSTRUMENTS[order.instrument]
        return self.fill(order, str(of.qty(order.order_qty)), str(of.price(order.price)))


def submitted(outcome: Outcome) -> list[SubmitOrder]:
    return [c for c in outcome.commands if isinstance(c, SubmitOrder)]


def told(outcome: Outcome) -> list[GroupChanged]:
    return [f for f in outcome.facts if isinstance(f, GroupChanged)]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_a_round_that_fills_is_done_with_what_it_earned(order: tuple[int, ...]) -> None:
    floor = Floor()
    buy, mid, sell = floor.send(order)

    floor.fill(buy, "1", "60000", fee="10")
    floor.fill(mid, "20", "0.0500", fee="0.0001")
    outcome = floor.fill(sell, "20", "3010", fee="10")

    (closed,) = (f for f in outcome.facts if isinstance(f, TradeClosed))
    assert told(outcome)[-1].state is GroupState.DONE
    assert (closed.asset, closed.pnl) == ("USDT", Decimal(200 - 20))
    assert closed.fees == 10 + 10 + Decimal("0.0001") * 60000


def test_the_plan_expects_the_money_s_legs_after_their_fees() -> None:
    floor = Floor(fee_bps="10")
    buy, *_ = floor.send()

    outcome = floor.fill(buy, "1", "60000")

    assert told(outcome)[0].expected == Decimal(200) - 60 - Decimal("60.2")


def test_each_leg_ahead_is_owed_at_its_planned_price() -> None:
    floor = Floor()
    buy, mid, _ = floor.send()

    first = told(floor.fill(buy, "1", "60000"))[0].debt
    second = told(floor.fill(mid, "20", "0.0500"))[0].debt

    assert (first, second) == (60_000, 20 * 3010)
    assert floor.engine.state.hedge_debt() == pytest.approx(60_200)


MISSING = [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)]


@pytest.mark.parametrize("missing", MISSING)
def test_nothing_is_left_open_whichever_legs_miss(missing: tuple[int, ...]) -> None:
    floor = Floor()
    orders = floor.send()
    waiting: list[SubmitOrder] = []
    for i, order in enumerate(orders):
        outcome = floor.end(order) if i in missing else floor.fill_all(order)
        waiting += submitted(outcome)

    while waiting:
        outcome = floor.fill_all(waiting.pop(0))
        waiting += submitted(outcome)

    state = floor.engine.state
    held = {of.base: state.position(of.id) * of.lot_size for of in (BTC, ETH)}
    passed = state.position(MID.id) * MID.lot_size
    paid = state.holdings.positions[MID.id].cash
    assert told(outcome)[-1].state in (GroupState.DONE, GroupState.UNWOUND)
    assert held[ETH.base] + passed == 0
    assert abs(held[BTC.base] + paid) < BTC.lot_size
    assert state.hedge_debt() == 0


def test_a_missed_last_leg_is_completed_inside_the_band() -> None:
    floor = Floor()
    buy, mid, sell = floor.send()
    floor.fill_all(buy)
    floor.fill_all(mid)

    hedge = submitted(floor.end(sell))

    assert [(h.instrument, h.side, h.order_qty) for h in hedge] == [
        (ETH.id, Side.SELL, ETH.lots("20"))
    ]


def test_a_missed_middle_leg_is_completed_rather_than_both_others_undone() -> None:
    floor = Floor()
    buy, mid, sell = floor.send()
    floor.fill_all(buy)
    floor.fill_all(sell)

    hedge = submitted(floor.end(mid))

    assert [(h.instrument, h.side) for h in hedge] == [(MID.id, Side.BUY)]


def test_what_is_left_below_a_lot_is_dust() -> None:
    floor = Floor()
    buy, mid, sell = floor.send()
    floor.fill(buy, "1", "60000")
    floor.fill(mid, "20", "0.0500", fee="0.0005")

    outcome = floor.fill(sell, "20", "3010")

    assert submitted(outcome) == []
    assert told(outcome)[-1].state is GroupState.DONE


def test_a_debt_that_cannot_be_traded_away_halts_and_names_the_assets() -> None:
    floor = Floor()
    buy, mid, sell = floor.send()
    floor.fill_all(buy)
    floor.end(mid)
    floor.engine.step(FeedDown(Nanos(floor.now), Venue("alpha"), "lost"))
    floor.end(sell)

    outcome = floor.engine.step(TimerFired(Nanos(floor.now + 60 * SECOND), "group:g1", "hedge"))

    alerts = [c for c in outcome.commands if isinstance(c, RaiseAlert)]
    assert told(outcome)[-1].state is GroupState.STUCK
    assert "1.000 BTC" in alerts[0].text


def test_legs_that_pass_nothing_on_owe_nothing() -> None:
    """Long one asset and short another is a purpose, not a debt."""
    floor = Floor()
    legs = (
        Leg(BTC.id, Side.BUY, BTC.ticks("60000"), BTC.lots("1")),
        Leg(ETH.id, Side.SELL, ETH.ticks("3010"), ETH.lots("20")),
    )
    floor.strategy.say(
        Signal(floor.strategy.id, SignalKind.TAKE, legs, 30.0, Nanos(floor.now + SECOND))
    )
    buy, sell = submitted(floor.books())

    first, second = floor.fill_all(buy), floor.fill_all(sell)

    assert submitted(first) == submitted(second) == []
    assert told(second)[-1].state is GroupState.DONE
