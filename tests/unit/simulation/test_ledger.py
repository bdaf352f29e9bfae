from decimal import Decimal, Inexact

import pytest

from graphwiz_trader.domain.errors import InvariantViolation
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, InstrumentId, Lots, Ticks
from graphwiz_trader.simulation.ledger import Ledger

BTC, USDT = Asset("BTC"), Asset("USDT")
TAKER, MAKER = Decimal("0.001"), Decimal("-0.0001")


def spot(kind: Kind = Kind.SPOT) -> Instrument:
    return Instrument(
        InstrumentId("BTC/USDT@sim"), BTC, USDT, Decimal("0.01"), Decimal("0.001"), kind
    )


def account(btc: str = "1", usdt: str = "1000") -> Ledger:
    return Ledger({BTC: Decimal(btc), USDT: Decimal(usdt)})


def filled(
    ledger: Ledger,
    instrument: Instrument,
    side: Side,
    limit: Ticks,
    price: Ticks,
    qty: Lots,
    fee_rate: Decimal,
) -> Money:
    return ledger.fill(instrument, side, limit, price, qty, lock_rate=TAKER, fee_rate=fee_rate)


def test_buy_locks_notional_and_worst_fee() -> None:
    ledger = account()

    locked = ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(2_000), TAKER)

    assert locked
    assert ledger.free(USDT) == Decimal("799.8")
    assert ledger.total(USDT) == 1000


def test_sell_locks_base() -> None:
    ledger = account()

    locked = ledger.lock(spot(), Side.SELL, Ticks(10_000), Lots(400), TAKER)

    assert locked
    assert ledger.free(BTC) == Decimal("0.6")
    assert ledger.free(USDT) == 1000


def test_lock_of_more_than_free_changes_nothing() -> None:
    ledger = account(usdt="100")

    # 100 notional fits, its fee does not.
    locked = ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(1_000), TAKER)

    assert not locked
    assert ledger.free(USDT) == 100


def test_lock_of_exactly_what_is_free_passes() -> None:
    ledger = account(usdt="100.1")

    assert ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(1_000), TAKER)
    assert ledger.free(USDT) == 0


def test_rebate_does_not_lessen_the_lock() -> None:
    ledger = account()

    ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(1_000), MAKER)

    assert ledger.free(USDT) == 900


def test_release_restores_what_was_locked_piece_by_piece() -> None:
    ledger = account()
    ledger.lock(spot(), Side.BUY, Ticks(10_001), Lots(1_000), TAKER)

    ledger.release(spot(), Side.BUY, Ticks(10_001), Lots(333), TAKER)
    ledger.release(spot(), Side.BUY, Ticks(10_001), Lots(667), TAKER)

    assert ledger.free(USDT) == 1000


def test_release_of_what_is_not_locked_is_refused() -> None:
    ledger = account()

    with pytest.raises(InvariantViolation, match="0 locked"):
        ledger.release(spot(), Side.SELL, Ticks(1), Lots(1), TAKER)


def test_buy_filled_below_its_limit_pays_the_price_and_frees_the_rest() -> None:
    ledger = account()
    ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(1_000), TAKER)

    fee = filled(ledger, spot(), Side.BUY, Ticks(10_000), Ticks(9_000), Lots(1_000), TAKER)

    assert fee == Money(Decimal("0.09"), USDT)
    assert ledger.total(BTC) == 2
    assert ledger.total(USDT) == ledger.free(USDT) == Decimal("909.91")


def test_sell_filled_as_maker_earns_the_rebate() -> None:
    ledger = account()
    ledger.lock(spot(), Side.SELL, Ticks(10_000), Lots(1_000), TAKER)

    fee = filled(ledger, spot(), Side.SELL, Ticks(10_000), Ticks(10_000), Lots(500), MAKER)

    assert fee == Money(Decimal("-0.005"), USDT)
    assert ledger.total(USDT) == Decimal("1050.005")
    assert ledger.total(BTC) == Decimal("0.5")
    assert ledger.free(BTC) == 0


def test_fill_of_what_is_not_locked_is_refused() -> None:
    ledger = account()

    with pytest.raises(InvariantViolation):
        filled(ledger, spot(), Side.BUY, Ticks(10_000), Ticks(10_000), Lots(1), TAKER)


def test_linear_contract_moves_only_quote_and_may_owe_it() -> None:
    perpetual, ledger = spot(Kind.LINEAR), account(usdt="10")
    locked = ledger.lock(perpetual, Side.BUY, Ticks(10_000), Lots(1_000), TAKER)

    filled(ledger, perpetual, Side.BUY, Ticks(10_000), Ticks(10_000), Lots(1_000), TAKER)
    filled(ledger, perpetual, Side.SELL, Ticks(10_100), Ticks(10_100), Lots(1_000), TAKER)

    assert locked
    assert ledger.total(BTC) == 1
    assert ledger.total(USDT) == Decimal(10) + 1 - Decimal("0.1") - Decimal("0.101")


def test_inverse_contract_is_paid_in_base() -> None:
    perpetual, ledger = spot(Kind.INVERSE), account(btc="0")

    filled(ledger, perpetual, Side.BUY, Ticks(8_000), Ticks(8_000), Lots(1_000), TAKER)
    fee = filled(
        ledger, perpetual, Side.SELL, Ticks(10_000), Ticks(10_000), Lots(1_000), Decimal(0)
    )

    assert fee == Money(Decimal(0), BTC)
    assert ledger.total(USDT) == 1000
    assert ledger.total(BTC) == Decimal("0.0125") * (1 - TAKER) - Decimal("0.01")


def test_asset_never_deposited_is_zero_and_listed_once_received() -> None:
    ledger = Ledger({USDT: Decimal(1000)})
    before = ledger.assets
    ledger.lock(spot(), Side.BUY, Ticks(10_000), Lots(1), TAKER)

    filled(ledger, spot(), Side.BUY, Ticks(10_000), Ticks(10_000), Lots(1), TAKER)

    assert before == (USDT,)
    assert ledger.assets == (USDT, BTC)
    assert ledger.free(BTC) == Decimal("0.001")


def test_sum_that_would_be_rounded_raises() -> None:
    ledger = account(usdt="1e90")

    with pytest.raises(Inexact):
        filled(ledger, spot(Kind.LINEAR), Side.BUY, Ticks(1), Ticks(1), Lots(1), Decimal(0))
