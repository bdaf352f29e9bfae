"""Places in a queue by order id, against a matching engine of lists where ours stand too."""

from decimal import Decimal
from typing import TypeAlias

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import ConstantLatency
from graphwiz_trader.simulation.queue import queue_model
from graphwiz_trader.simulation.replay import ReplayVenue
from graphwiz_trader.testing.make import instrument
from graphwiz_trader.testing.order_flow import Act, OrderFlow, told_by_order

BTC = instrument("BTC/USDT@v", "0.1", "1")
RICH = {Asset("USDT"): Decimal(10**9), Asset("BTC"): Decimal(10**6)}
STEP = 1_000
Fill: TypeAlias = tuple[str, int, int]


@attrs.define
class Ours:
    """An order of ours, to be sent at *at*."""

    name: str
    at: int
    side: int
    behind: int
    left: int
    tick: int = 0
    is_crossed: bool = False


@attrs.define
class Lists:
    """Every order as a list entry, ours among them; nothing is looked up."""

    orders: list[Act | Ours] = attrs.field(factory=list)
    fills: list[Fill] = attrs.field(factory=list)

    def best(self, side: int) -> int:
        return max(side * each.tick for each in self.orders if isinstance(each, Act)
                   and each.side == side) * side  # fmt: skip

    def act(self, act: Act) -> None:
        known = [i for i, each in enumerate(self.orders)
                 if isinstance(each, Act) and each.order == act.order]  # fmt: skip
        if act.kind == "add":
            self.orders.append(act)
        elif act.kind == "cancel":
            del self.orders[known[0]]
        elif act.kind == "change":
            old = self.orders[known[0]]
            assert isinstance(old, Act)
            if act.tick == old.tick and act.lots <= old.lots:
                self.orders[known[0]] = act
            else:
                del self.orders[known[0]]
                self.orders.append(act)
        elif act.kind == "fill":
            self.fill(act, known[0])
        for each in self.orders:
            if isinstance(each, Ours) and act.kind != "fill":
                each.is_crossed |= any(
                    isinstance(other, Act)
                    and other.side == -each.side
                    and each.side * (each.tick - other.tick) >= 0
                    for other in self.orders
                )

    def fill(self, act: Act, met: int) -> None:
        left = act.lots
        for i, each in enumerate(self.orders):
            if not isinstance(each, Ours) or each.side != act.side or not each.left:
                continue
            if each.side * (each.tick - act.tick) > 0:
                self.fills.append((each.name, act.ts, each.left))
                each.left = 0
            elif each.tick == act.tick and i < met and left:
                lots = min(left, each.left)
                self.fills.append((each.name, act.ts, lots))
                left -= lots
                each.left -= lots


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Act], list[Ours]]:
    acts = list(OrderFlow(draw(st.integers(0, 10_000)), STEP).acts(draw(st.integers(50, 300))))
    ours = [
        Ours(
            str(n),
            draw(st.integers(acts[0].ts, acts[-1].ts) | st.sampled_from([act.ts for act in acts])),
            draw(st.sampled_from((1, -1))),
            draw(st.integers(0, 2)),
            draw(st.integers(1, 4)),
        )
        for n in range(draw(st.integers(1, 8)))
    ]
    return acts, sorted(ours, key=lambda each: each.at)


def venue_fills(ours: list[Ours], venue: ReplayVenue) -> list[Fill]:
    fills: list[Fill] = []

    def run(until: int) -> None:
        while (ts := venue.next_ts()) is not None and ts <= until:
            fills.extend(
                (each.cl_ord_id, each.ts_venue, each.last_qty)
                for each in venue.run_next()
                if isinstance(each, ExecutionReport) and each.exec_type is ExecType.TRADE
            )

    for each in ours:
        run(each.at)
        limit = (Side(each.side), OrdType.LIMIT, TimeInForce.GTC, Ticks(each.tick))
        name = ClOrdId(each.name)
        command = SubmitOrder(name, StrategyId("s"), BTC.id, *limit, Lots(each.left))
        venue.send(command, Nanos(each.at))
    run(1 << 62)
    return fills


@settings(max_examples=150, deadline=None)
@given(plans())
def test_fills_are_those_of_a_book_in_which_our_orders_stand(
    plan: tuple[list[Act], list[Ours]],
) -> None:
    acts, ours = plan
    market = told_by_order(BTC, acts)
    lists, waiting, sent = Lists(), list(ours), []
    for act in [*acts, Act(1 << 61, "clear")]:
        # What arrives with a message finds it told.
        while waiting and waiting[0].at < act.ts:
            each = waiting.pop(0)
            each.tick = lists.best(each.side) - each.side * each.behind
            sent.append(attrs.evolve(each))
            lists.orders.append(each)
        if act.kind != "clear":
            lists.act(act)

    at_once = ConstantLatency(Nanos(0), Nanos(0))
    venue = ReplayVenue({BTC.id: market}, RICH, FeeSchedule(0, 0), at_once, queue_model("l3_fifo"))

    crossed = {each.name for each in ours if each.is_crossed}
    found = [fill for fill in venue_fills(sent, venue) if fill[0] not in crossed]
    assert sorted(found) == sorted(fill for fill in lists.fills if fill[0] not in crossed)
