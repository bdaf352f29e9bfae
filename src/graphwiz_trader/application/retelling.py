"""Retelling: the record of a compiled run as the events, commands and facts it stands for."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.domain.commands import CancelOrder, Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, Event, TimerFired
from graphwiz_trader.domain.facts import Fact, FillBooked, OrderChanged, Outcome
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order import TERMINAL
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.position import ZERO, Position
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.engine.trades import Trades
from graphwiz_trader.kernels import run as c
from graphwiz_trader.simulation.compiled import CompiledRun
from graphwiz_trader.simulation.ledger import Ledger

_SAID = {
    c.ACCEPTED: ExecType.NEW,
    c.REPLACED_IT: ExecType.REPLACED,
    c.TRADED: ExecType.TRADE,
    c.WITHDRAWN: ExecType.CANCELED,
    c.LAPSED: ExecType.EXPIRED,
    c.REFUSED: ExecType.REJECTED,
}
_STATUS = (
    OrdStatus.PENDING_NEW,
    OrdStatus.NEW,
    OrdStatus.PARTIALLY_FILLED,
    OrdStatus.PENDING_CANCEL,
    OrdStatus.PENDING_REPLACE,
    OrdStatus.FILLED,
    OrdStatus.CANCELED,
    OrdStatus.REPLACED,
    OrdStatus.REJECTED,
    OrdStatus.EXPIRED,
)
_TIF = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK)
_WHY = {
    c.NOTHING_SAID: "",
    c.SELF_TRADE: "SELF_TRADE",
    c.POST_ONLY: "POST_ONLY",
    c.NO_FUNDS: "INSUFFICIENT_BALANCE",
    c.NO_BOOK: "NO_BOOK",
    c.BAD_QTY: "quantity outside what the venue takes",
    c.BAD_PRICE: "price or notional outside what the venue takes",
    c.ENDED: "order has ended",
}


@attrs.define
class Retelling:
    """
    Tells a run row by row; fees and what fills realised are worked out exactly.

    `is_heard` of a row says that it was heard from a venue, which comes before the market data
    of the same instant; a decision comes after it.
    """

    run: CompiledRun
    strategy: StrategyId
    maker: Decimal
    taker: Decimal
    _ids: list[ClOrdId] = attrs.field(init=False)
    _groups: dict[int, str] = attrs.field(init=False)
    _cum: dict[int, int] = attrs.field(init=False, factory=dict)
    _held: dict[int, Position] = attrs.field(init=False, factory=dict)
    _trades: Trades = attrs.field(init=False, factory=Trades)

    def __attrs_post_init__(self) -> None:
        ids = ClOrdIds("00", 0)
        self._ids = [ids.next(0) for _ in range(len(self.run.orders))]
        taken = (self.run.orders[:, c.INTENT] == c.TAKE).nonzero()[0].tolist()
        self._groups = {order: f"g{count}" for count, order in enumerate(taken, 1)}

    def __iter__(self) -> Iterator[tuple[Nanos, bool, Event, Outcome]]:
        """Yield when, whether it was heard, the event, and what came of it."""
        orders = self.run.orders.tolist()
        for number, row in enumerate(self.run.log.tolist()):
            ts, order = Nanos(row[c.TS]), orders[row[c.ORDER]]
            if row[c.KIND] < c.HEARD_OF:
                command = self._command(row, order)
                fired = TimerFired(ts, "", "")
                yield ts, False, fired, Outcome(number, (command,))
            elif row[c.KIND] == c.HEARD_OF + c.KEPT:
                event = CancelReject(ts, self._ids[row[c.ORDER]], _WHY[row[c.DETAIL]])
                works = _STATUS[row[c.STATE]] not in TERMINAL
                facts = (self._changed(row),) if works else ()
                yield ts, True, event, Outcome(number, (), facts)
            else:
                report = self._report(row, order)
                yield ts, True, report, Outcome(number, (), tuple(self._facts(row, order, report)))

    def _command(self, row: Sequence[int], order: Sequence[int]) -> Command:
        cl_ord_id, instrument = self._ids[row[c.ORDER]], self._instrument(order).id
        if row[c.KIND] == c.DECIDED_CANCEL:
            return CancelOrder(cl_ord_id, instrument)
        price, lots = Ticks(order[c.PRICE]), Lots(order[c.LOTS])
        if row[c.KIND] == c.DECIDED_REPLACE:
            old = self._ids[order[c.REPLACES]]
            return ReplaceOrder(cl_ord_id, old, instrument, price, lots)
        return SubmitOrder(
            cl_ord_id,
            self.strategy,
            instrument,
            Side(order[c.SIDE]),
            OrdType.LIMIT_MAKER if order[c.POST] else OrdType.LIMIT,
            _TIF[order[c.TIF]],
            price,
            lots,
        )

    def _report(self, row: Sequence[int], order: Sequence[int]) -> ExecutionReport:
        k, instrument = row[c.ORDER], self._instrument(order)
        said = _SAID[row[c.KIND] - c.HEARD_OF]
        start = Nanos(row[c.TS]), Nanos(row[c.MATCH]), self._ids[k], str(k), ""
        if said is not ExecType.TRADE:
            status = _STATUS[row[c.STATE]]
            cum = Lots(self._cum.get(k, 0))
            text = _WHY[row[c.DETAIL]]
            return ExecutionReport(*start, said, status, instrument.id, cum_qty=cum, text=text)
        price, qty = Ticks(row[c.AT]), Lots(row[c.FOR])
        self._cum[k] = self._cum.get(k, 0) + qty
        liquidity = Liquidity.MAKER if row[c.DETAIL] else Liquidity.TAKER
        rate = self.maker if row[c.DETAIL] else self.taker
        fee = Ledger({}).settle(instrument, Side(order[c.SIDE]), price, qty, rate)
        return ExecutionReport(
            *start,
            said,
            _STATUS[row[c.STATE]],
            instrument.id,
            price,
            qty,
            Lots(self._cum[k]),
            liquidity,
            fee,
        )

    def _facts(
        self, row: Sequence[int], order: Sequence[int], report: ExecutionReport
    ) -> Iterator[Fact]:
        if order[c.REPLACES] >= 0 and report.exec_type is ExecType.REPLACED:
            old = order[c.REPLACES]
            cum = Lots(self._cum.get(old, 0))
            yield OrderChanged(self._ids[old], OrdStatus.REPLACED, cum, "")
        yield self._changed(row)
        if report.exec_type is not ExecType.TRADE or report.commission is None:
            return
        instrument, side = self._instrument(order), Side(order[c.SIDE])
        held = self._held.setdefault(order[c.INSTRUMENT], Position(instrument))
        fee = report.commission.amount or ZERO
        earned = held.fill(side, report.last_px, report.last_qty, fee)
        fill = FillBooked(
            report.cl_ord_id,
            "",
            self.strategy,
            instrument.id,
            side,
            report.last_px,
            report.last_qty,
            fee,
            earned,
            report.liquidity or Liquidity.TAKER,
            report.ts_venue,
            self._groups.get(row[c.ORDER], ""),
        )
        yield fill
        opens = order[c.INTENT] != c.EXIT
        trade = self._trades.fill(fill, instrument, report.ts, opens=opens)
        if trade is not None:
            yield trade

    def _changed(self, row: Sequence[int]) -> OrderChanged:
        k = row[c.ORDER]
        cum = Lots(self._cum.get(k, 0))
        return OrderChanged(self._ids[k], _STATUS[row[c.STATE]], cum, _WHY.get(row[c.DETAIL], ""))

    def _instrument(self, order: Sequence[int]) -> Instrument:
        return self.run.columns.instruments[order[c.INSTRUMENT]]
