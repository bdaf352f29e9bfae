"""Cross-exchange arbitrage takes what is left after everything, and counts what was not."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BookGap, TimerFired, Trade
from graphwiz_trader.domain.facts import Outcome, SignalApproved, SignalRefused
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Reason, Signal, Stage
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.strategies.cross_exchange import CrossExchange, CrossExchangeConfig
from graphwiz_trader.testing import make
from tests.unit.engine.engine_floor import only, submitted

ALPHA = make.instrument("BTC/USDT@alpha", "0.01")
BETA = make.instrument("BTC/USDT@beta", "0.01")
Levels = list[tuple[str, str]]
ASKS: Levels = [("100.00", "1"), ("100.10", "2"), ("100.30", "5")]
BIDS: Levels = [("100.50", "1.5"), ("100.40", "1"), ("100.20", "3")]
FLAT: Levels = [("100.00", "5")]
BUY_ALPHA = "BTC/USDT:alpha>beta"


class Route:
    """An engine with the strategy in it, shown alpha's asks against beta's bids."""

    def __init__(
        self,
        *instruments: Instrument,
        charged: str = "10",
        latency_ms: int = 0,
        limit: str = "100",
        **config: object,
    ) -> None:
        traded = instruments or (ALPHA, BETA)
        made = CrossExchangeConfig(**{"participation": 1.0, **config})  # type: ignore[arg-type] # a test names its own keys
        self.strategy = CrossExchange(StrategyId("x"), made, traded, SECOND)
        risk = RiskSettings(
            max_position_size=Decimal(limit),
            max_exposure=Decimal(10**7),
            max_orders_per_second=10**4,
            max_identical_orders_per_second=10**4,
            price_collar_bps=Decimal(5000),
        )
        latency = latency_ms * MILLISECOND
        self.engine = make.engine(traded, [self.strategy], risk, charged, latency=latency)
        self.now = make.START
        for of in traded:
            self.engine.step(make.balance(of.venue, "USDT", "100000"))
            self.engine.step(make.balance(of.venue, "BTC", "1000"))

    def asks(self, levels: Levels = ASKS, *, more: bool = False) -> Outcome:
        """Show alpha's book with *levels* asked."""
        return self._show(ALPHA, [("90.00", "9")], levels, more)

    def bids(self, levels: Levels = BIDS) -> Outcome:
        """Show beta's book with *levels* bid."""
        return self._show(BETA, levels, [("110.00", "9")], more=False)

    def both(self, asks: Levels = ASKS, bids: Levels = BIDS) -> Outcome:
        """Show both in one instant."""
        self.asks(asks, more=True)
        return self.bids(bids)

    def later(self, ms: int) -> "Route":
        """Let time pass."""
        self.now = Nanos(self.now + ms * MILLISECOND)
        return self

    def end(self, outcome: Outcome) -> None:
        """Expire every order of *outcome* unfilled."""
        for order in submitted(outcome):
            of = ALPHA if order.instrument == ALPHA.id else BETA
            self.engine.step(make.report(of, order.cl_ord_id, ExecType.EXPIRED, ts=self.now))

    def near(self, *, gone: bool = False) -> Outcome:
        """Show both with a spread of a basis point, crossed unless *gone*."""
        self._show(ALPHA, [("99.99", "9")], [("100.00", "9")], more=True)
        bid, ask = ("99.99", "100.00") if gone else ("100.50", "100.51")
        return self._show(BETA, [(bid, "9")], [(ask, "9")], more=False)

    def _show(self, of: Instrument, bids: Levels, asks: Levels, more: bool) -> Outcome:
        return self.engine.step(make.book_update(of, bids, asks, self.now, more=more))


def _stages(outcome: Outcome, route: str = BUY_ALPHA) -> list[Stage]:
    found = only(Observation, outcome.facts)
    return [o.stage for o in found if isinstance(o, Observation) and o.route == route]


def _signals(outcome: Outcome) -> list[Signal]:
    return [f.signal for f in outcome.facts if isinstance(f, SignalApproved | SignalRefused)]


def _sizes(outcome: Outcome) -> list[tuple[str, Side, str, int]]:
    return [(o.instrument, o.side, str(o.price), o.order_qty) for o in submitted(outcome)]


def test_the_reference_s_sweep_is_sent_as_two_legs_at_its_marginal_prices() -> None:
    outcome = Route().both()

    assert _sizes(outcome) == [
        (ALPHA.id, Side.BUY, "10010", 2500),
        (BETA.id, Side.SELL, "10040", 2500),
    ]
    orders = submitted(outcome)
    assert [o.time_in_force for o in orders if isinstance(o, SubmitOrder)] == [
        TimeInForce.IOC,
        TimeInForce.IOC,
    ]
    (signal,) = _signals(outcome)
    assert signal.edge_bps == pytest.approx(19.916122254719095, rel=1e-9)
    assert signal.opportunity == f"{BUY_ALPHA}#1"


def test_the_least_profit_is_compared_after_the_fees_of_both_legs() -> None:
    edge = (100.50 * 0.999 / (100.00 * 1.001) - 1) * 1e4

    at = Route(min_profit_bps=edge).both()
    above = Route(min_profit_bps=edge + 1e-6).both()

    assert [o.order_qty for o in submitted(at)] == [1000, 1000]
    assert submitted(above) == []


def test_nothing_is_taken_that_earns_nothing_even_if_nothing_is_asked() -> None:
    charged = f"{(0.005 / 2.005) * 1e4:.12f}"  # 100.50 less the fee is 100.00 and the fee

    even = Route(charged=charged, min_profit_bps=0.0).both(bids=[("100.50", "5")])
    cheaper = Route(charged="24", min_profit_bps=0.0).both(bids=[("100.50", "5")])

    assert submitted(even) == []
    assert len(submitted(cheaper)) == 2


def test_no_more_than_the_share_of_the_smaller_depth_is_taken() -> None:
    """Eight are asked and five and a half bid: 0.2 of that is 1.1."""
    outcome = Route(participation=0.2).both()

    assert [o.order_qty for o in submitted(outcome)] == [1100, 1100]


def test_limits_cut_the_size_and_with_it_the_prices_reached() -> None:
    outcome = Route(limit="0.4").both()

    assert _sizes(outcome) == [
        (ALPHA.id, Side.BUY, "10000", 400),
        (BETA.id, Side.SELL, "10050", 400),
    ]


def test_a_venue_s_own_fee_comes_before_the_configured_one() -> None:
    known = Route(charged="10", fee_bps=500.0).both()
    route = Route(charged="10", fee_bps=500.0)
    route.engine.state.accounts["beta"].taker_bps = None
    unknown = route.both()

    assert len(submitted(known)) == 2
    assert submitted(unknown) == []
    assert _stages(unknown) == [Stage.SEEN]


def test_a_stale_leg_takes_nothing_and_ends_the_episode() -> None:
    route = Route(max_age_ms=500)
    route.end(route.both())

    at = route.later(500).asks()
    route.end(at)
    beyond = route.later(1).asks()
    after = route.later(100).asks()

    assert len(submitted(at)) == 2
    assert (submitted(beyond), _stages(beyond)) == ([], [Stage.CLOSED])
    assert (after.commands, after.facts) == ((), ())


def test_a_frozen_feed_leads_to_no_take_ever_again() -> None:
    route = Route(max_age_ms=500)
    route.end(route.both())

    outcomes = [route.later(501).asks()] + [route.later(50).asks() for _ in range(100)]

    assert [len(submitted(outcome)) for outcome in outcomes] == [0] * 101


def test_one_standing_quote_over_a_hundred_updates_is_one_episode() -> None:
    route = Route()
    stages: list[Stage] = []
    for _ in range(100):
        outcome = route.later(1).both()
        stages += _stages(outcome)
        route.end(outcome)

    assert stages == [Stage.SEEN, Stage.AFTER_FEES, Stage.SURVIVED]


def test_a_cross_that_comes_back_is_another_episode() -> None:
    route = Route()
    first = route.both()
    route.end(first)
    gone = route.later(1).both(bids=FLAT)
    again = route.later(1).both()

    assert _stages(gone) == [Stage.CLOSED]
    assert [_signals(o)[0].opportunity for o in (first, again)] == [
        f"{BUY_ALPHA}#1",
        f"{BUY_ALPHA}#2",
    ]


def test_a_cross_that_fees_eat_is_seen_and_no_more() -> None:
    outcome = Route(charged="30").both()

    (seen,) = only(Observation, outcome.facts)
    assert isinstance(seen, Observation)
    assert (seen.stage, seen.gross_bps) == (Stage.SEEN, pytest.approx(50.0))
    assert submitted(outcome) == []


def test_a_locked_touch_is_no_episode() -> None:
    outcome = Route(charged="0").both(FLAT, FLAT)

    assert (outcome.commands, outcome.facts) == ((), ())


@pytest.mark.parametrize(
    ("bids", "survives"), [(BIDS, True), ([("100.30", "9")], True), ([("100.20", "9")], False)]
)
def test_survival_is_told_after_the_latency_on_the_books_there_are_then(
    bids: Levels, survives: bool
) -> None:
    """2.5 bought for 250.20 must still sell for as much, after both fees."""
    route = Route(latency_ms=50)
    outcome = route.both()
    timer = next(c for c in outcome.commands if not isinstance(c, SubmitOrder))
    route.end(outcome)
    route.later(49).both(bids=bids)

    fired = route.later(1).engine.step(TimerFired(route.now, timer.owner, timer.name))

    assert timer.at == make.START + 50 * MILLISECOND
    assert Stage.SURVIVED not in _stages(outcome)
    assert _stages(fired) == ([Stage.SURVIVED] if survives else [])
    assert submitted(fired) == []


def test_a_cross_whose_books_are_gone_did_not_survive() -> None:
    route = Route(latency_ms=50)
    timer = next(c for c in route.both().commands if not isinstance(c, SubmitOrder))
    route.engine.step(BookGap(route.now, BETA.id, "lost"))

    fired = route.later(50).engine.step(TimerFired(route.now, timer.owner, timer.name))

    assert fired.facts == ()


def test_nothing_more_is_taken_while_legs_are_under_way() -> None:
    route = Route()
    route.both()

    assert submitted(route.later(1).both()) == []


def test_what_limits_refuse_is_told_and_the_episode_stands() -> None:
    route = Route()
    route.engine.state.accounts["beta"].total["BTC"] = Decimal(0)

    outcome = route.both()

    (refused,) = [f.refused for f in outcome.facts if isinstance(f, SignalRefused)]
    assert (refused.reason, refused.instrument) == (Reason.BALANCE, BETA.id)
    assert _stages(outcome) == [Stage.SEEN, Stage.AFTER_FEES, Stage.SURVIVED]


@pytest.mark.parametrize(
    ("alpha", "beta", "taken"),
    [
        ("500", "500", 1),
        ("1000", "0.6", 0),
        ("0", "1000", 1),
    ],
)
def test_inventory_asks_more_of_a_trade_that_worsens_it(alpha: str, beta: str, taken: int) -> None:
    """29.9 bps after fees; 10 more are asked where alpha, which buys, holds all there is."""
    route = Route(min_profit_bps=20.0, inventory_skew_bps=20.0)
    for venue, held in (("alpha", alpha), ("beta", beta)):
        route.engine.state.accounts[venue].total["BTC"] = Decimal(held)

    outcome = route.both([("100.00", "0.5")], [("100.50", "0.5")])

    assert len(submitted(outcome)) == 2 * taken


def test_inventory_never_asks_for_a_loss() -> None:
    route = Route(charged="25", min_profit_bps=0.0, inventory_skew_bps=1000.0)
    route.engine.state.accounts["alpha"].total["BTC"] = Decimal(0)

    outcome = route.both()

    assert submitted(outcome) == []


def test_every_symbol_that_moved_in_an_instant_is_looked_at() -> None:
    eth = [make.instrument(f"ETH/USDT@{venue}", "0.01") for venue in ("alpha", "beta")]
    route = Route(ALPHA, BETA, *eth)
    route.asks(more=True)
    route._show(BETA, BIDS, [("110.00", "9")], more=True)
    for of, more in ((eth[0], True), (eth[1], False)):
        outcome = route._show(of, [("90.00", "9")], [("110.00", "9")], more)

    assert {o.instrument for o in submitted(outcome)} == {ALPHA.id, BETA.id}


def test_what_one_venue_shows_is_taken_once_on_the_better_route() -> None:
    gamma = make.instrument("BTC/USDT@gamma", "0.01")
    route = Route(ALPHA, BETA, gamma)
    route.asks(more=True)
    route._show(BETA, BIDS, [("110.00", "9")], more=True)

    outcome = route._show(gamma, [("100.60", "1")], [("110.00", "9")], more=False)

    assert [o.instrument for o in submitted(outcome)] == [ALPHA.id, gamma.id]
    assert _stages(outcome)[:2] == [Stage.SEEN, Stage.AFTER_FEES]


def test_a_trade_that_moves_no_book_asks_nothing() -> None:
    route = Route()
    route.end(route.both())
    route.later(1)

    outcome = route.engine.step(
        Trade(route.now, route.now, ALPHA.id, Side.BUY, Ticks(10_000), Lots(1))
    )

    assert (outcome.commands, outcome.facts) == ((), ())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BTC/USDC@beta", Kind.SPOT),
        ("BTC/USDT:USDT@beta", Kind.LINEAR),
    ],
)
def test_another_quote_or_a_contract_is_basis_and_never_paired(name: str, kind: Kind) -> None:
    other = make.instrument(name, "0.01", kind=kind)

    strategy = CrossExchange(StrategyId("x"), CrossExchangeConfig(), [ALPHA, other], SECOND)

    assert strategy.instruments == ()


def test_contracts_worth_different_amounts_are_not_paired() -> None:
    one = make.instrument("BTC/USDT:USDT@alpha", kind=Kind.LINEAR)
    same = make.instrument("BTC/USDT:USDT@beta", kind=Kind.LINEAR)
    tenth = evolve(same, multiplier=Decimal("0.1"))

    def paired(other: Instrument) -> int:
        found = CrossExchange(StrategyId("x"), CrossExchangeConfig(), [one, other], SECOND)
        return len(found.instruments)

    assert (paired(same), paired(tenth)) == (2, 0)


@pytest.mark.parametrize(("lasting_ms", "sent"), [(20, 0), (80, 2)])
def test_an_edge_that_never_lasted_until_arrival_is_not_taken(lasting_ms: int, sent: int) -> None:
    """The demanded edge is out of reach while twenty lives are learnt from, fifty ms away."""
    route = Route(latency_ms=50, latency_haircut=True, min_profit_bps=40.0)
    for _ in range(20):
        route.later(100).near()
        route.later(lasting_ms).near(gone=True)
    route.strategy._config = evolve(route.strategy._config, min_profit_bps=5.0)

    outcome = route.later(100).near()

    assert len(submitted(outcome)) == sent


def test_an_edge_of_unknown_life_is_taken_as_it_is() -> None:
    route = Route(latency_ms=50, latency_haircut=True)

    assert len(submitted(route.both())) == 2


def test_an_edge_that_may_vanish_must_pay_for_a_lone_leg() -> None:
    """Half of them last: 29.9 bps are worth 15 less half of 10 and what else undoing costs."""
    cheap, dear = (
        Route(latency_ms=50, latency_haircut=True, adverse_bps=adverse, min_profit_bps=40.0)
        for adverse in (0.0, 20.0)
    )
    sent = []
    for route in (cheap, dear):
        for lasting in (20, 80):
            for _ in range(20):
                route.end(route.later(100).near())
                route.later(lasting).near(gone=True)
        route.strategy._config = evolve(route.strategy._config, min_profit_bps=5.0)
        sent.append(len(submitted(route.later(100).near())))

    assert sent == [2, 0]


@pytest.mark.parametrize(
    "settings",
    [
        {"min_profit_bps": -1.0},
        {"participation": 0.0},
        {"participation": 1.1},
        {"max_age_ms": 0},
        {"inventory_skew_bps": float("nan")},
        {"adverse_bps": -1.0},
    ],
)
def test_settings_outside_their_range_are_refused(settings: dict[str, object]) -> None:
    (key,) = settings

    with pytest.raises(ValueError, match=key):
        CrossExchangeConfig(**settings)  # type: ignore[arg-type] # a test names its own keys
