from decimal import Decimal

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BalanceReport, BookUpdate, Trade
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdType, TimeInForce
from graphwiz_trader.domain.settings import BacktestSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import (
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.simulation.recorded import recorded_venues
from graphwiz_trader.simulation.recording import recordings
from graphwiz_trader.testing import make
from graphwiz_trader.testing.recording import recording, snapshot
from graphwiz_trader.testing.tape import make_tape

A1, B1, A2 = (InstrumentId(name) for name in ("A/Q@one", "B/Q@one", "A/Q@two"))
QUOTE = Asset("Q")


def book(name: InstrumentId, ts: int, ask: int) -> BookUpdate:
    rows = recording(make.instrument(name), snapshot(0, {1: 5}, {ask: 5})).rows
    return BookUpdate(Nanos(ts), Nanos(ts), name, rows, 0, 2, snapshot=True)


def tape(name: str, *events: BookUpdate | Trade) -> Tape:
    names = dict.fromkeys(event.instrument for event in events)
    return make_tape(name, [make.instrument(name) for name in names], events)


def test_every_instrument_of_a_tape_has_its_own_messages() -> None:
    trade = Trade(Nanos(3), Nanos(3), A1, Side.BUY, Ticks(7), Lots(2))
    found = recordings([tape("t", book(A1, 1, 7), book(B1, 2, 8), trade, book(B1, 4, 9))])

    ticks = {
        name: [found[name].rows.ticks[first:last].tolist() for first, last in
               zip(found[name].first, found[name].last, strict=True)]
        for name in found
    }  # fmt: skip

    assert ticks == {A1: [[1, 7], [7]], B1: [[1, 8], [1, 9]]}
    assert found[B1].ts.tolist() == [2, 4]


def test_tapes_of_one_instrument_are_merged_by_time() -> None:
    first, second = tape("t", book(A1, 1, 7), book(A1, 5, 8)), tape("u", book(A1, 3, 9))

    merged = recordings([first, second])[A1]

    asks = [merged.rows.ticks[last - 1].item() for last in merged.last]
    assert (merged.ts.tolist(), asks) == ([1, 3, 5], [7, 9, 8])


def test_each_venue_holds_its_balances_and_trades_at_the_settings_terms() -> None:
    balances = [
        BalanceReport(Nanos(0), Venue(venue), QUOTE, Decimal(amount), Decimal(amount))
        for venue, amount in (("one", 100), ("two", 200))
    ]
    settings = BacktestSettings(latency_ms=Decimal(2), fee_bps=Decimal(10))
    order = SubmitOrder(
        ClOrdId("a"), StrategyId("s"), A2, Side.BUY, OrdType.LIMIT, TimeInForce.IOC,
        Ticks(9), Lots(5),
    )  # fmt: skip

    venues = recorded_venues([tape("t", book(A1, 1, 7), book(A2, 2, 9))], balances, settings)
    venues[Venue("two")].send(order, Nanos(10))
    reports = venues[Venue("two")].run_next()

    fill = next(r for r in reports if isinstance(r, ExecutionReport) and r.last_qty)
    notional = make.instrument(A2).notional(9, 5)
    assert list(venues) == ["one", "two"]
    assert (fill.exec_type, fill.ts_venue, fill.ts) == (ExecType.TRADE, 2_000_010, 4_000_010)
    assert venues[Venue("one")].ledger.total(QUOTE) == 100
    assert venues[Venue("two")].ledger.total(QUOTE) == 200 - notional * Decimal("1.001")
