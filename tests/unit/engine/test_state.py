"""What the rules and strategies see of the whole: worst cases, at the last price there was."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.instrument import Kind
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
ETH = make.instrument("ETH/BTC@beta", tick="0.001")
BTC = Asset("BTC")


def _state() -> EngineState:
    """BTC is worth 100 at alpha and 200 at beta, ETH 0.05 BTC; nothing is held."""
    engine = make.engine([ALPHA, BETA, ETH])
    for of, bid, ask in (
        (ALPHA, "99.9", "100.1"),
        (BETA, "199.9", "200.1"),
        (ETH, "0.049", "0.051"),
    ):
        engine.step(make.book_update(of, [(bid, "50")], [(ask, "50")]))
    return engine.state


def test_exposure_is_the_worst_of_what_is_held_and_what_may_fill() -> None:
    state = _state()
    state.hold(make.order(ALPHA, Side.BUY, "100", "2", "a"))
    bought = state.exposure(None)
    state.hold(make.order(ALPHA, Side.SELL, "101", "3", "b"))

    assert bought == pytest.approx(200)
    assert state.exposure(None) == pytest.approx(300)


def test_exposure_of_a_venue_is_its_own() -> None:
    state = _state()
    state.hold(make.order(ALPHA, Side.BUY, "100", "2", "a"))
    state.hold(make.order(BETA, Side.SELL, "200", "1", "b"))

    there = [state.exposure(Venue(name)) for name in ("alpha", "beta")]

    assert there == pytest.approx([200, 200])
    assert state.exposure(None) == pytest.approx(400)


def test_exposure_in_another_quote_is_converted() -> None:
    state = _state()

    state.hold(make.order(ETH, Side.BUY, "0.05", "10", "a"))

    assert state.exposure(None) == pytest.approx(10 * 0.05 * 99.9)


def test_an_order_that_ended_exposes_nothing_and_its_late_fill_does_again() -> None:
    state = _state()
    order = make.order(ALPHA, Side.BUY, "100", "2", "a")
    state.hold(order)
    left, order.ord_status = order.leaves_qty, OrdStatus.CANCELED
    state.moved(order, left)
    ended = state.exposure(None)

    state.moved(order, 0)
    state.holdings.fill(order, ALPHA.ticks("100"), ALPHA.lots("2"), None, state.now)

    assert ended == 0
    assert state.exposure(None) == pytest.approx(200)
    assert state.net_exposure() == pytest.approx(200)


def test_a_short_position_is_a_negative_net_exposure() -> None:
    state = _state()
    order = make.order(ALPHA, Side.SELL, "100", "2", "a")
    state.hold(order)
    state.holdings.fill(order, ALPHA.ticks("100"), ALPHA.lots("2"), None, state.now)

    assert state.net_exposure() == pytest.approx(-200)


def test_without_a_book_the_last_price_there_was_counts() -> None:
    state = _state()
    state.hold(make.order(ALPHA, Side.BUY, "100", "2", "a"))
    before = state.exposure(None)

    state.books.apply(make.book_update(ALPHA))

    assert before == state.exposure(None) == pytest.approx(200)


def test_an_inverse_contract_is_worth_its_face_in_base() -> None:
    contract = make.instrument("BTC/USD:BTC@alpha", lot="1", kind=Kind.INVERSE)
    engine = make.engine([ALPHA, contract])
    for of in (ALPHA, contract):
        engine.step(make.book_update(of, [("100.0", "50")], [("100.0", "50")]))

    engine.state.hold(make.order(contract, Side.BUY, "100", "300", "a"))

    assert engine.state.exposure(None) == pytest.approx(300)


def test_an_asset_is_counted_net_of_its_venues_and_orders_at_their_worst() -> None:
    state = _state()
    for of, side, qty in ((ALPHA, Side.BUY, "3"), (BETA, Side.SELL, "1")):
        order = make.order(of, side, "100", qty, of.id)
        state.holdings.fill(order, of.ticks("100"), of.lots(qty), None, state.now)
    state.hold(make.order(BETA, Side.SELL, "200", "4", "b"))

    assert state.asset_worst(BTC, Side.BUY) == 2
    assert state.asset_worst(BTC, Side.SELL) == 2


def test_new_lots_leave_an_asset_as_large_as_it_was() -> None:
    state = _state()
    for name in ("a", "b"):
        state.hold(make.order(ALPHA, Side.BUY, "100", "3", name))
    filled = make.order(ALPHA, Side.BUY, "100", "1", "c")
    state.holdings.fill(filled, ALPHA.ticks("100"), ALPHA.lots("1"), None, state.now)
    before = state.exposure(None)

    state.regrid(make.instrument(ALPHA.id, lot="0.01"))

    assert state.asset_worst(BTC, Side.BUY) == 7
    assert state.position(ALPHA.id) == 100
    assert before == state.exposure(None) == pytest.approx(700)


def test_the_reference_is_the_mean_of_the_other_venues_usable_books() -> None:
    state = _state()

    found = [state.reference_mid(name) for name in (ALPHA.id, BETA.id, ETH.id)]
    state.books[BETA.id].drop("gap")

    assert found == [pytest.approx(200), pytest.approx(100), None]
    assert state.reference_mid(ALPHA.id) is None


def test_what_is_owned_includes_what_we_were_given() -> None:
    state = _state()
    state.accounts[Venue("alpha")].total[BTC] = Decimal(7)

    assert (state.owned(ALPHA.id), state.owned(BETA.id)) == (7, 0)


def test_contracts_count_as_the_base_units_they_stand_for() -> None:
    perp = evolve(make.instrument("BTC/USDT:USDT@alpha", lot="1"), multiplier=Decimal("0.01"))
    inverse = evolve(
        make.instrument("BTC/USD:BTC@beta", lot="1", kind=Kind.INVERSE), multiplier=Decimal(50)
    )
    engine = make.engine([perp, inverse])
    for of in (perp, inverse):
        engine.step(make.book_update(of, [("99.9", "50")], [("100.1", "50")]))
    engine.state.hold(make.order(perp, Side.BUY, "100", "300", "a"))
    before = engine.state.asset_worst(BTC, Side.BUY)
    engine.state.hold(make.order(inverse, Side.BUY, "100", "4", "b"))

    assert before == 3
    assert engine.state.asset_worst(BTC, Side.BUY) == 5
