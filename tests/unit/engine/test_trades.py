"""A trade is one round trip from flat to flat, and a strategy's record counts them."""

from decimal import Decimal

from graphwiz_trader.domain.facts import FillBooked, TradeClosed
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.orders import ExecType, Liquidity
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import ClOrdId, Nanos, StrategyId
from graphwiz_trader.engine.trades import Record, Trades
from graphwiz_trader.testing import make
from graphwiz_trader.testing.strategy import ScriptedStrategy
from tests.unit.engine.engine_floor import only, submitted

BTC = make.instrument()
MM = StrategyId("mm")


def _fill(side: Side, qty: str, pnl: str = "0", fee: str = "0", of: Instrument = BTC) -> FillBooked:
    return FillBooked(
        ClOrdId("o"),
        "e",
        MM,
        of.id,
        side,
        of.ticks("100"),
        of.lots(qty),
        Decimal(fee),
        Decimal(pnl),
        Liquidity.TAKER,
        Nanos(0),
        "",
    )


def _closed(trades: Trades, *fills: FillBooked, of: Instrument = BTC) -> list[TradeClosed]:
    found = [trades.fill(fill, of, Nanos(i)) for i, fill in enumerate(fills)]
    return [trade for trade in found if trade is not None]


def test_a_trade_lasts_from_flat_to_flat_and_pays_the_fees_of_both_ends() -> None:
    (trade,) = _closed(
        Trades(),
        _fill(Side.BUY, "1", fee="0.1"),
        _fill(Side.BUY, "1", fee="0.1"),
        _fill(Side.SELL, "0.5", pnl="3", fee="0.1"),
        _fill(Side.SELL, "1.5", pnl="9", fee="0.1"),
    )

    assert (trade.opened, trade.closed) == (0, 3)
    assert (trade.asset, trade.pnl, trade.fees) == ("USDT", Decimal("11.6"), Decimal("0.4"))


def test_a_fill_through_zero_ends_one_trade_and_begins_the_next() -> None:
    first, second = _closed(
        Trades(),
        _fill(Side.BUY, "1"),
        _fill(Side.SELL, "3", pnl="5"),
        _fill(Side.BUY, "2", pnl="-1"),
    )

    assert (first.pnl, second.pnl) == (5, -1)
    assert (second.opened, second.closed, second.trade) == (1, 2, "t2")


def test_a_fill_through_zero_shares_its_fee_between_both_trades() -> None:
    first, second = _closed(
        Trades(),
        _fill(Side.BUY, "1"),
        _fill(Side.SELL, "3", pnl="5", fee="0.3"),
        _fill(Side.BUY, "2", fee="0.2"),
    )

    assert (first.pnl, first.fees) == (Decimal("4.9"), Decimal("0.1"))
    assert (second.pnl, second.fees) == (Decimal("-0.4"), Decimal("0.4"))


def test_closing_what_groups_hold_begins_no_trade() -> None:
    trades = Trades()

    found = [trades.fill(_fill(Side.SELL, "1"), BTC, Nanos(0), opens=False) for _ in range(2)]
    (trade,) = _closed(trades, _fill(Side.BUY, "1"), _fill(Side.SELL, "1", pnl="2"))

    assert found == [None, None]
    assert trade.pnl == 2


def test_closing_more_than_a_trade_holds_ends_it_and_begins_no_other() -> None:
    trades = Trades()
    _closed(trades, _fill(Side.BUY, "1"))

    ended = trades.fill(_fill(Side.SELL, "3", pnl="3", fee="0.3"), BTC, Nanos(1), opens=False)
    (trade,) = _closed(trades, _fill(Side.BUY, "1"), _fill(Side.SELL, "1", pnl="2"))

    assert ended is not None
    assert (ended.fees, trade.pnl) == (Decimal("0.1"), 2)


def test_a_trade_of_an_inverse_contract_is_settled_in_base() -> None:
    contract = make.instrument("BTC/USD:BTC@alpha", lot="1", kind=Kind.INVERSE)

    (trade,) = _closed(
        Trades(),
        _fill(Side.BUY, "1", of=contract),
        _fill(Side.SELL, "1", of=contract),
        of=contract,
    )

    assert trade.asset == "BTC"


def test_a_record_counts_trades_and_winners_in_the_reporting_currency() -> None:
    trades = Trades()
    for pnl in ("3", "0", "-1"):
        trade = TradeClosed(MM, "t", Nanos(0), Nanos(1), BTC.base, Decimal(pnl), Decimal(0))
        trades.close(trade, Decimal(100))

    record = trades.records[MM]

    assert (record.trades, record.wins, record.pnl) == (3, 1, 200)
    assert record.win_rate == 1 / 3


def test_nobody_wins_before_the_first_trade() -> None:
    assert Record().win_rate == 0.0


def test_profits_in_bitcoin_and_in_dollars_are_not_added_up() -> None:
    """ETH/BTC earns BTC: it is converted when the trade closes."""
    eth = make.instrument("ETH/BTC@alpha", tick="0.0001")
    strategy = ScriptedStrategy([eth.id])
    engine = make.engine([BTC, eth], [strategy])
    for asset in ("BTC", "ETH", "USDT"):
        engine.step(make.balance("alpha", asset, "100"))
    engine.step(make.book_update(BTC, [("100.0", "9")], [("100.1", "9")]))

    for side, price, kind in (
        (Side.BUY, "0.0500", SignalKind.TAKE),
        (Side.SELL, "0.0510", SignalKind.EXIT),
    ):
        leg = Leg(eth.id, side, eth.ticks(price), eth.lots("1"))
        strategy.say(Signal(strategy.id, kind, (leg,), 1.0, make.START))
        levels = [("0.0500", "9")], [("0.0510", "9")]
        (order,) = submitted(engine.step(make.book_update(eth, *levels)))
        report = make.report(eth, order.cl_ord_id, ExecType.TRADE, qty="1", price=price)
        outcome = engine.step(report)

    (trade,) = only(TradeClosed, outcome.facts)
    assert isinstance(trade, TradeClosed)
    assert (trade.asset, trade.pnl) == ("BTC", Decimal("0.001"))
    assert engine.records[strategy.id].pnl == Decimal("0.1")
