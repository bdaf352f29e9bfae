"""Both gates: signals are sized to what is left, and every order passes every rule."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.intent import Admitted, Approved, Bounds, Case, Intent
from graphwiz_trader.domain.risk import RiskPolicy, scaled
from graphwiz_trader.domain.rules import RULES
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Reason, Refused, Signal, SignalKind
from graphwiz_trader.domain.units import Lots, Nanos, StrategyId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
MINE = StrategyId("mine")


def _view(
    *instruments: Instrument, usdt: str = "10000", btc: str = "100", fee_bps: str = "0", **limits
) -> EngineState:
    """The state of an engine with money and books at 100.0 to 100.1."""
    risk = RiskSettings(**{"max_position_size": Decimal(10), **limits})
    engine = make.engine(instruments or (ALPHA, BETA), (), risk, fee_bps)
    for of in engine.state.instruments.values():
        engine.step(make.balance(of.venue, "USDT", usdt))
        engine.step(make.balance(of.venue, "BTC", btc))
        engine.step(make.book_update(of, [("100.0", "50")], [("100.1", "50")]))
    return engine.state


def _signal(qty: str, *more: Leg, kind: SignalKind = SignalKind.TAKE) -> Signal:
    """A signal to buy *qty* at alpha and sell it at beta."""
    legs = (
        Leg(ALPHA.id, Side.BUY, ALPHA.ticks("100.1"), ALPHA.lots(qty)),
        Leg(BETA.id, Side.SELL, BETA.ticks("100.0"), BETA.lots(qty)),
        *more,
    )
    return Signal(MINE, kind, legs, 1.0, make.START)


def _sizes(view: EngineState, signal: Signal) -> list[int]:
    approved = view.policy.review(signal, view)
    assert isinstance(approved, Approved)
    return [leg.qty for leg in approved.signal.legs]


def _refused(view: EngineState, signal: Signal) -> Refused:
    refused = view.policy.review(signal, view)
    assert isinstance(refused, Refused)
    return refused


def test_what_fits_is_approved_as_it_is() -> None:
    view, signal = _view(), _signal("5")

    approved = view.policy.review(signal, view)

    assert isinstance(approved, Approved)
    assert approved.signal == signal


def test_legs_shrink_together_to_what_the_smaller_one_can_do() -> None:
    view = _view()
    view.accounts["beta"].total["BTC"] = Decimal("0.25")

    assert _sizes(view, _signal("5")) == [250, 250]


def test_a_buy_shrinks_to_the_money_there_is_with_its_fee() -> None:
    view = _view(usdt="200.4", fee_bps="10")

    assert _sizes(view, _signal("5")) == [1999, 1999]


def test_legs_shrink_to_a_quantity_that_is_whole_at_both_venues() -> None:
    beta = make.instrument(BETA.id, lot="0.04")
    view = _view(ALPHA, beta)
    view.accounts["alpha"].total["USDT"] = Decimal(100)
    signal = _signal("2")
    signal = evolve(signal, legs=(signal.legs[0], evolve(signal.legs[1], qty=Lots(50))))

    assert _sizes(view, signal) == [960, 24]


def test_a_position_leaves_only_the_rest_of_its_limit() -> None:
    view = _view()
    view.holdings.fill(make.order(ALPHA), ALPHA.ticks("100"), ALPHA.lots("7"), None, make.START)

    assert view.room(MINE, ALPHA.id, Side.BUY, ALPHA.ticks("100")) == ALPHA.lots("3")
    assert view.room(MINE, ALPHA.id, Side.SELL, ALPHA.ticks("100")) == ALPHA.lots("17")


def test_open_orders_take_room_as_if_they_had_filled() -> None:
    view = _view()
    view.hold(make.order(ALPHA, qty="4"))

    assert view.room(MINE, ALPHA.id, Side.BUY, ALPHA.ticks("100")) == ALPHA.lots("6")


def test_what_is_held_elsewhere_takes_room_too() -> None:
    view = _view()
    view.holdings.fill(make.order(BETA), BETA.ticks("100"), BETA.lots("9"), None, make.START)

    assert view.room(MINE, ALPHA.id, Side.BUY, ALPHA.ticks("100")) == ALPHA.lots("1")


def test_one_order_is_no_larger_than_its_own_limit() -> None:
    view = _view(max_order_qty=Decimal("0.5"))

    assert view.room(MINE, ALPHA.id, Side.BUY, ALPHA.ticks("100")) == ALPHA.lots("0.5")


def test_a_strategy_s_own_limit_holds_where_it_is_smaller() -> None:
    engine = make.engine([ALPHA], limits={MINE: Decimal("0.2")})

    assert engine.state.position_limit(MINE) == Decimal("0.2")
    assert engine.state.position_limit(StrategyId("other")) == Decimal("1.0")


@pytest.mark.parametrize(
    ("limits", "totals", "reason"),
    [
        ({}, {"USDT": "0"}, Reason.BALANCE),
        ({"max_position_size": Decimal("0.0005")}, {}, Reason.POSITION),
    ],
)
def test_where_nothing_is_left_the_rule_that_leaves_nothing_is_named(
    limits: dict, totals: dict, reason: Reason
) -> None:
    view = _view(**limits)
    for asset, amount in totals.items():
        view.accounts["alpha"].total[asset] = Decimal(amount)

    assert _refused(view, _signal("5")).reason is reason


def test_the_minimum_notional_does_not_hide_which_rule_leaves_nothing() -> None:
    instruments = [make.instrument(of.id, min_notional="5") for of in (ALPHA, BETA)]
    view = _view(*instruments)
    view.accounts["alpha"].total["USDT"] = Decimal(0)

    refused = _refused(view, _signal("5"))

    assert (refused.reason, refused.found) == (Reason.BALANCE, "5.0050 USDT")


@pytest.mark.parametrize("qty", ["0", "-1"])
def test_a_leg_of_nothing_is_refused_and_nothing_is_divided_by_it(qty: str) -> None:
    view = _view()
    view.accounts["alpha"].total["USDT"] = Decimal(0)
    signal = _signal("5", Leg(ALPHA.id, Side.SELL, ALPHA.ticks("100"), ALPHA.lots(qty)))

    refused = _refused(view, signal)

    assert (refused.reason, refused.instrument) == (Reason.BELOW_MIN, ALPHA.id)
    assert (refused.found, refused.limit) == (str(ALPHA.lots(qty)), "1")


@pytest.mark.parametrize(("late", "passes"), [(0, True), (1, False)])
def test_a_signal_lives_up_to_and_including_its_last_instant(late: int, passes: bool) -> None:
    view = _view()
    view.now = Nanos(make.START + late)

    found = view.policy.review(_signal("1"), view)

    assert isinstance(found, Approved) is passes
    if isinstance(found, Refused):
        assert (found.reason, found.found) == (Reason.EXPIRED, "1")


def test_an_instrument_nobody_knows_is_refused_by_both_gates() -> None:
    stranger = make.instrument("XRP/USDT@alpha")
    leg = Leg(stranger.id, Side.BUY, stranger.ticks("1"), stranger.lots("1"))
    view, signal = _view(), _signal("1", leg)

    reviewed = view.policy.review(signal, view)
    admitted = view.policy.admit(Intent.of_leg(signal, leg), view)

    assert reviewed == admitted == Refused(Reason.UNKNOWN_INSTRUMENT, stranger.id)


def test_an_inverse_contract_has_a_price_above_zero() -> None:
    contract = make.instrument("BTC/USD:BTC@alpha", lot="1", kind=Kind.INVERSE)
    leg = Leg(contract.id, Side.BUY, contract.ticks("0"), Lots(1))
    view, signal = _view(ALPHA, BETA, contract), _signal("1", leg)

    reviewed = view.policy.review(signal, view)
    admitted = view.policy.admit(Intent.of_leg(signal, leg), view)

    assert reviewed == admitted
    assert reviewed == Refused(Reason.OFF_GRID, contract.id, "price 0", "a price above 0")


def test_a_signal_without_legs_is_refused() -> None:
    view = _view()

    refused = _refused(view, evolve(_signal("1"), legs=()))

    assert refused.reason is Reason.UNKNOWN_INSTRUMENT


@pytest.mark.parametrize("kind", [SignalKind.QUOTE, SignalKind.EXIT])
def test_quotes_and_exits_are_not_sized(kind: SignalKind) -> None:
    view = _view(usdt="0", btc="0")

    assert _sizes(view, _signal("5", kind=kind)) == [5000, 5000]


def test_every_rule_is_asked_until_one_says_no() -> None:
    asked = []

    def rule(name: str, answer: Refused | None):
        return lambda case, bounds: asked.append(name) or answer

    no = Refused(Reason.BALANCE, ALPHA.id)
    policy = RiskPolicy(RiskSettings(), (rule("a", None), rule("b", no), rule("c", None)))
    view = _view()

    refused = policy.admit(Intent.of_leg(_signal("1"), _signal("1").legs[0]), view)

    assert (refused, asked) == (no, ["a", "b"])


def test_an_intent_that_passes_all_of_them_is_admitted() -> None:
    view = _view()
    intent = Intent.of_leg(_signal("1"), _signal("1").legs[0])

    admitted = view.policy.admit(intent, view)

    assert isinstance(admitted, Admitted)
    assert admitted.intent is intent
    assert view.policy.rules is RULES


def test_legs_of_several_bases_shrink_by_the_same_share() -> None:
    eth = make.instrument("ETH/USDT@alpha")
    legs = (
        Leg(ALPHA.id, Side.BUY, ALPHA.ticks("100"), Lots(1000)),
        Leg(eth.id, Side.SELL, eth.ticks("5"), Lots(777)),
    )

    assert [leg.qty for leg in scaled(legs, [ALPHA, eth], 1, 2)] == [500, 388]


def test_what_is_left_for_contracts_is_counted_in_base_units() -> None:
    perp = evolve(make.instrument("BTC/USDT:USDT@alpha", lot="1"), multiplier=Decimal("0.01"))
    view = _view(perp, usdt="1e9")

    room = view.room(MINE, perp.id, Side.BUY, perp.ticks("100.0"))

    assert room == 1000


def test_legs_of_contracts_of_unlike_worth_stay_equal_in_base_units() -> None:
    perp = evolve(make.instrument("BTC/USDT:USDT@alpha", lot="1"), multiplier=Decimal("0.01"))
    legs = (
        Leg(ALPHA.id, Side.BUY, ALPHA.ticks("100.0"), ALPHA.lots("1")),
        Leg(perp.id, Side.SELL, perp.ticks("100.0"), perp.lots("100")),
    )

    assert [leg.qty for leg in scaled(legs, [ALPHA, perp], 555, 1000)] == [550, 55]


def test_a_rule_that_no_look_covers_is_always_asked() -> None:
    def never(case: Case, bounds: Bounds) -> Refused:
        return Refused(Reason.SIZE_CAP, case.intent.instrument, "mine", "none")

    view = _view(ALPHA)
    intent = Intent.of_leg(_signal("1"), Leg(ALPHA.id, Side.BUY, ALPHA.ticks("99.9"), Lots(1)))

    is_clear = view.is_clear(intent)
    refused = RiskPolicy(RiskSettings(), (*RULES, never)).admit(intent, view)

    assert is_clear
    assert isinstance(refused, Refused)
    assert refused.found == "mine"
