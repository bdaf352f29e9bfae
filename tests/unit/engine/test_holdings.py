"""What is held earns what its fills say, valued where it could be closed."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.account import Account
from graphwiz_trader.domain.errors import OffGrid
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import DAY, SECOND, Asset, Nanos, StrategyId, Venue
from graphwiz_trader.engine.books import Books
from graphwiz_trader.engine.holdings import Holdings
from graphwiz_trader.engine.rates import Rates
from graphwiz_trader.testing import make

BTC = make.instrument("BTC/USDT@alpha")
ETH = make.instrument("ETH/BTC@alpha", tick="0.0001")
BNB = make.instrument("BNB/USDT@alpha")
MIDNIGHT = Nanos(make.START // DAY * DAY + DAY)


class Vault:
    """Holdings, and the books they are valued at."""

    def __init__(self) -> None:
        instruments = [BTC, ETH, BNB]
        self.books = Books(instruments)
        self.account = Account(Venue("alpha"), Decimal(10))
        self.holdings = Holdings(
            instruments,
            {self.account.venue: self.account},
            self.books,
            Rates(instruments, self.books, Asset("USDT")),
        )

    def show(self, of: Instrument, bid: str, ask: str, now: int = make.START) -> None:
        self.books.apply(make.book_update(of, [(bid, "9")], [(ask, "9")]))
        self.holdings.mark(of.id, Nanos(now))

    def trade(
        self,
        of: Instrument,
        side: Side,
        qty: str,
        price: str,
        fee: Money | None = None,
        strategy: str = "test",
        now: int = make.START,
    ) -> tuple[Decimal, Decimal]:
        order = make.order(of, side, price, qty, strategy=strategy)
        return self.holdings.fill(order, of.ticks(price), of.lots(qty), fee, Nanos(now))


@pytest.fixture
def vault() -> Vault:
    """A vault where BTC is worth 100 and owned: ten of them and a thousand of quote."""
    vault = Vault()
    vault.account.total.update({Asset("BTC"): Decimal(10), Asset("USDT"): Decimal(1000)})
    vault.show(BTC, "100.0", "100.2")
    return vault


def test_what_we_were_given_earns_nothing_however_its_price_moves(vault: Vault) -> None:
    vault.show(BTC, "500.0", "500.2")

    assert vault.holdings.pnl == 0
    assert vault.holdings.drawdown_pct() == 0


def test_a_long_is_worth_the_bid_and_a_short_the_ask(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "1", "100.2")
    long = vault.holdings.pnl
    vault.trade(BTC, Side.SELL, "2", "100.0")

    assert long == pytest.approx(-0.2)
    assert vault.holdings.pnl == pytest.approx(-0.2 - 0.2)


def test_a_fill_moves_both_assets_and_pays_its_fee(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "2", "100.2", Money(Decimal("0.2"), Asset("USDT")))

    assert vault.account.total == {"BTC": Decimal(12), "USDT": Decimal("799.4")}


def test_a_fee_in_base_is_worth_its_price_and_leaves_the_position_of_the_fills(
    vault: Vault,
) -> None:
    fee, _ = vault.trade(BTC, Side.BUY, "1", "100.2", Money(Decimal("0.001"), Asset("BTC")))

    assert fee == Decimal("0.1002")
    assert vault.holdings.positions[BTC.id].lots == BTC.lots("1")
    assert vault.account.total["BTC"] == Decimal("10.999")


def test_a_fee_in_a_third_asset_is_converted_by_its_book(vault: Vault) -> None:
    vault.show(BNB, "5.0", "5.1")

    fee, _ = vault.trade(BTC, Side.BUY, "1", "100.2", Money(Decimal("0.01"), Asset("BNB")))

    assert fee == Decimal("0.05")
    assert vault.account.total["BNB"] == Decimal("-0.01")


def test_a_rebate_is_a_negative_fee(vault: Vault) -> None:
    fee, _ = vault.trade(BTC, Side.BUY, "1", "100.0", Money(Decimal("-0.02"), Asset("USDT")))

    assert fee == Decimal("-0.02")
    assert vault.holdings.pnl == pytest.approx(0.02)


def test_profit_in_another_quote_is_converted(vault: Vault) -> None:
    vault.show(ETH, "0.0500", "0.0502")
    vault.trade(ETH, Side.BUY, "10", "0.0500")

    vault.show(ETH, "0.0510", "0.0512")

    assert vault.holdings.pnl == pytest.approx(10 * 0.001 * 100)


def test_a_book_that_may_not_be_believed_leaves_the_last_value(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "1", "100.2")
    before = vault.holdings.pnl
    vault.show(BTC, "90.0", "89.0")

    assert vault.holdings.pnl == before


def test_the_day_s_result_begins_anew_at_midnight_utc(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "1", "100.2", now=MIDNIGHT - SECOND)
    vault.show(BTC, "90.2", "90.4", now=MIDNIGHT - 1)
    yesterday = vault.holdings.day_pnl(Nanos(MIDNIGHT - 1))

    at_midnight = vault.holdings.day_pnl(MIDNIGHT)
    vault.show(BTC, "89.2", "89.4", now=MIDNIGHT)

    assert yesterday == pytest.approx(-10)
    assert at_midnight == 0
    assert vault.holdings.day_pnl(MIDNIGHT) == pytest.approx(-1)
    assert vault.holdings.pnl == pytest.approx(-11)


def test_drawdown_is_a_share_of_the_highest_equity(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "10", "100.2")
    vault.show(BTC, "150.2", "150.4")

    vault.show(BTC, "125.2", "125.4")

    assert vault.holdings.drawdown_pct() == pytest.approx(250 / (2000 + 500) * 100)


def test_rearming_counts_loss_and_drawdown_from_here(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "10", "100.2")
    vault.show(BTC, "50.2", "50.4")

    vault.holdings.rearm(make.START)

    assert (vault.holdings.day_pnl(make.START), vault.holdings.drawdown_pct()) == (0, 0)
    assert vault.holdings.pnl == pytest.approx(-500)


def test_each_strategy_realises_what_its_own_fills_earned(vault: Vault) -> None:
    """Two that hold opposite positions do not close each other's."""
    vault.trade(BTC, Side.BUY, "1", "100", strategy="long")
    _, opened = vault.trade(BTC, Side.SELL, "1", "110", strategy="short")
    _, long = vault.trade(BTC, Side.SELL, "1", "120", strategy="long")
    _, short = vault.trade(BTC, Side.BUY, "1", "130", strategy="short")

    assert (opened, long, short) == (0, 20, -20)
    assert vault.holdings.positions[BTC.id].lots == 0


def test_positions_are_counted_in_new_lots(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "1.25", "100.2")

    vault.holdings.regrid(make.instrument(BTC.id, lot="0.01"))

    assert vault.holdings.positions[BTC.id].lots == 125
    assert vault.holdings.of_strategy(StrategyId("test"), BTC.id).lots == 125


def test_positions_that_do_not_fit_new_lots_stay_as_they_are(vault: Vault) -> None:
    vault.trade(BTC, Side.BUY, "1.255", "100.2")

    with pytest.raises(OffGrid, match=r"1\.255 is not a multiple of 0\.01"):
        vault.holdings.regrid(make.instrument(BTC.id, lot="0.01"))

    assert vault.holdings.positions[BTC.id].lots == 1255


def test_equal_holdings_have_equal_content(vault: Vault) -> None:
    other = Vault()
    other.account.total.update({Asset("USDT"): Decimal("1000.00"), Asset("BTC"): Decimal("1E1")})

    assert vault.holdings.content() == other.holdings.content()
