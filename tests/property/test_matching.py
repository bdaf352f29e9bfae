"""The matching book against the rule itself, written as plainly as it can be said."""

from collections.abc import Iterator
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import InstrumentId, Lots, Ticks
from graphwiz_trader.simulation.matching import Fill, MatchingBook, Rest, SelfTrade, VenueOrder

INSTRUMENT = InstrumentId("BTC/USDT@sim")

Arrival: TypeAlias = tuple[Side, OrdType, TimeInForce, int, int, str]
Change: TypeAlias = tuple[int, int, int]
Step: TypeAlias = Arrival | Change

ARRIVALS: st.SearchStrategy[Arrival] = st.tuples(
    st.sampled_from(list(Side)),
    st.sampled_from(list(OrdType)),
    st.sampled_from(list(TimeInForce)),
    st.integers(95, 105),
    st.integers(1, 9),
    st.sampled_from("abc"),
)
CHANGES: st.SearchStrategy[Change] = st.tuples(
    st.integers(0, 30), st.integers(95, 105), st.integers(0, 9)
)
STEPS: st.SearchStrategy[list[Step]] = st.lists(st.one_of(ARRIVALS, CHANGES), max_size=25)
POLICIES = st.sampled_from(list(SelfTrade))


def arrived(number: int, arrival: Arrival) -> VenueOrder:
    side, ord_type, time_in_force, price, qty, account = arrival
    return VenueOrder(
        number, INSTRUMENT, account, side, ord_type, time_in_force, Ticks(price), Lots(qty)
    )


def succeeding(old: VenueOrder, price: int, qty: int) -> VenueOrder:
    return old.successor(old.cl_ord_id, Ticks(price), Lots(qty))


class Run:
    """A book, everything that was ever placed in it, and everything that traded."""

    def __init__(self, policy: SelfTrade) -> None:
        self.book = MatchingBook(policy)
        self.placed: list[VenueOrder] = []
        self.fills: list[Fill] = []

    def working(self) -> list[VenueOrder]:
        return [*self.book.orders(Side.BUY), *self.book.orders(Side.SELL)]

    def step(self, step: Step) -> Rest | None:
        if len(step) == 6:
            order = arrived(len(self.placed), step)
            self.placed.append(order)
            match = self.book.place(order)
        else:
            which, price, more = step
            working = self.working()
            if not working:
                return None
            order = working[which % len(working)]
            if more == 0:
                self.book.cancel(order)
                return None
            new = succeeding(order, price, more)
            self.placed.append(new)
            match = self.book.replace(order, new)
        self.fills.extend(match.fills)
        return match.rest


def each_step(policy: SelfTrade, steps: list[Step]) -> Iterator[Run]:
    run = Run(policy)
    for step in steps:
        run.step(step)
        yield run


@given(POLICIES, STEPS)
def test_book_is_never_crossed_after_matching(policy: SelfTrade, steps: list[Step]) -> None:
    for run in each_step(policy, steps):
        bid, ask = run.book.best(Side.BUY), run.book.best(Side.SELL)

        assert bid is None or ask is None or bid < ask


@given(POLICIES, STEPS)
def test_every_lot_asked_is_filled_or_left_and_levels_are_the_sum_of_their_orders(
    policy: SelfTrade, steps: list[Step]
) -> None:
    for run in each_step(policy, steps):
        traded = dict.fromkeys(map(id, run.placed), 0)
        for fill in run.fills:
            assert fill.qty > 0
            traded[id(fill.maker)] += fill.qty
            traded[id(fill.taker)] += fill.qty

        assert all(
            order.cum_qty == traded[id(order)] and order.leaves_qty >= 0 for order in run.placed
        )
        for side in Side:
            for price, qty in run.book.levels(side):
                at_price = [o.leaves_qty for o in run.book.orders(side) if o.price == price]
                assert qty == sum(at_price) == run.book.qty_at(side * price)
                assert all(leaves > 0 for leaves in at_price)


@given(POLICIES, STEPS)
def test_nobody_trades_with_themselves_or_beyond_their_limit(
    policy: SelfTrade, steps: list[Step]
) -> None:
    run = Run(policy)

    for step in steps:
        run.step(step)

    for fill in run.fills:
        assert fill.maker.account != fill.taker.account
        assert fill.maker.side is fill.taker.side.opposite
        assert fill.maker is not fill.taker


@given(POLICIES, STEPS)
def test_fok_trades_all_or_nothing_and_ioc_never_rests(
    policy: SelfTrade, steps: list[Step]
) -> None:
    for run in each_step(policy, steps):
        newest = run.placed[-1] if run.placed else None
        if newest and newest.time_in_force is TimeInForce.FOK:
            assert newest.cum_qty in (0, newest.order_qty)
        assert all(o.time_in_force is TimeInForce.GTC for o in run.working())
        assert all(o.ord_type is not OrdType.MARKET for o in run.working())


@given(POLICIES, STEPS, ARRIVALS)
def test_fills_are_those_of_the_plain_rule(
    policy: SelfTrade,
    steps: list[Step],
    arrival: Arrival,
) -> None:
    run = Run(policy)
    for step in steps:
        run.step(step)
    expected = plainly(run, policy, arrived(len(run.placed), arrival))
    before = len(run.fills)

    run.step(arrival)

    told = [(f.maker.number, f.price, f.qty) for f in run.fills[before:]]
    assert told == expected


def plainly(run: Run, policy: SelfTrade, taker: VenueOrder) -> list[tuple[int, int, int]]:
    """What *taker* should trade: sort everybody it may meet, go through them, judge the whole."""
    resting = run.book.orders(taker.side.opposite)
    met = [
        maker
        for maker in sorted(resting, key=lambda o: taker.side * o.price)  # stable: keeps time
        if taker.ord_type is OrdType.MARKET or taker.side * (taker.price - maker.price) >= 0
    ]
    if taker.ord_type is OrdType.LIMIT_MAKER:
        return []
    left, trades = int(taker.order_qty), []
    for maker in met:
        if maker.account == taker.account:
            if policy is SelfTrade.CANCEL_OLDEST:
                continue
            break
        qty = min(left, maker.leaves_qty)
        if qty:
            trades.append((maker.number, int(maker.price), qty))
        left -= qty
    if taker.time_in_force is TimeInForce.FOK and left:
        return []
    return trades


@given(POLICIES, STEPS)
def test_diffs_of_touched_levels_rebuild_the_book(policy: SelfTrade, steps: list[Step]) -> None:
    kept: dict[int, int] = {}
    for run in each_step(policy, steps):
        for key in run.book.touched:
            kept[key] = run.book.qty_at(key)
        run.book.touched.clear()

        shown = {side * price: qty for side in Side for price, qty in run.book.levels(side)}
        assert {key: qty for key, qty in kept.items() if qty} == shown


@given(POLICIES, STEPS, st.integers(0, 30), st.integers(0, 8))
def test_size_down_keeps_the_queue_and_size_up_loses_it(
    policy: SelfTrade, steps: list[Step], which: int, change: int
) -> None:
    run = Run(policy)
    for step in steps:
        run.step(step)
    working = run.working()
    if not working:
        return
    old = working[which % len(working)]
    queue = [order for order in run.book.orders(old.side) if order.price == old.price]
    new = succeeding(old, old.price, 1 + change)

    run.book.replace(old, new)

    after = [order for order in run.book.orders(old.side) if order.price == old.price]
    if new.order_qty <= old.leaves_qty:
        assert after == [new if order is old else order for order in queue]
    else:
        assert after == [order for order in queue if order is not old] + [new]
