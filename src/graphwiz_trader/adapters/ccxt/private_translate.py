"""PrivateTranslate: ccxt's orders, fills and balances, whose numbers are text, in our units."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from graphwiz_trader.domain.errors import Garbled, OffGrid, Transient
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, Asset, ClOrdId, Lots, Nanos, Ticks, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.venue import OrderRef

_STATUS = {
    "open": OrdStatus.NEW,
    "closed": OrdStatus.FILLED,
    "canceled": OrdStatus.CANCELED,
    "canceling": OrdStatus.NEW,
    "expired": OrdStatus.EXPIRED,
    "rejected": OrdStatus.REJECTED,
}
_LIQUIDITY = {"maker": Liquidity.MAKER, "taker": Liquidity.TAKER}
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


@value
class OrderTold:
    """
    What a venue says of one order; the ids are empty where it does not say them.

    `status` and `cum_qty` are None where it does not say, `order_qty` and `price` are 0.
    """

    cl_ord_id: ClOrdId
    order_id: str
    status: OrdStatus | None
    side: Side | None
    price: Ticks
    order_qty: Lots
    cum_qty: Lots | None
    ts_venue: Nanos
    is_maker: bool = False


@value
class FillTold:
    """What a venue says of one fill of the order `order_id`."""

    order_id: str
    exec_id: str
    price: Ticks
    qty: Lots
    liquidity: Liquidity | None
    commission: Money | None
    ts_venue: Nanos


def order_told(instrument: Instrument, order: Mapping[str, object], ts: Nanos) -> OrderTold:
    """
    Return ccxt's *order*, received at *ts*.

    Raises:
        Garbled: a number is none, or not on the instrument's grid.
    """
    status = order.get("status")
    stamp = order.get("lastUpdateTimestamp") or order.get("timestamp")
    filled, amount = number(order.get("filled")), number(order.get("amount"))
    price = number(order.get("price"))
    try:
        return OrderTold(
            ClOrdId(text_of(order.get("clientOrderId"))),
            text_of(order.get("id")),
            _STATUS.get(str(status)) if status is not None else None,
            _SIDES.get(str(order.get("side"))),
            Ticks(0) if price is None else instrument.ticks_below(price),
            Lots(0) if amount is None else instrument.lots(amount),
            None if filled is None else instrument.lots(filled),
            millis(stamp, ts),
            order.get("postOnly") is True,
        )
    except OffGrid as error:
        raise Garbled(str(error)) from error


def fill_told(
    instrument: Instrument, trade: Mapping[str, object], ts: Nanos, *, signed_fee: bool
) -> FillTold:
    """
    Return ccxt's *trade*, received at *ts*; *signed_fee*: its fee is what the balance gained.

    Raises:
        Garbled: price, quantity or an id is missing, or off the grid.
    """
    price, qty = number(trade.get("price")), number(trade.get("amount"))
    exec_id, order_id = text_of(trade.get("id")), text_of(trade.get("order"))
    if price is None or qty is None or not exec_id or not order_id:
        raise Garbled(f"{instrument.id}: found a fill without price, quantity or ids")
    try:
        return FillTold(
            order_id,
            exec_id,
            instrument.ticks(price),
            instrument.lots(qty),
            _LIQUIDITY.get(str(trade.get("takerOrMaker"))),
            _commission(trade.get("fee"), signed=signed_fee),
            millis(trade.get("timestamp"), ts),
        )
    except OffGrid as error:
        raise Garbled(str(error)) from error


def fill_report(
    told: FillTold,
    instrument: Instrument,
    cl_ord_id: ClOrdId,
    ts: Nanos,
    cum_qty: Lots = Lots(-1),  # noqa: B008 # a number
    order_qty: Lots = Lots(0),  # noqa: B008 # likewise
) -> ExecutionReport:
    """Return the report of one fill; *cum_qty* and *order_qty* where they are known."""
    is_last = order_qty > 0 and cum_qty >= order_qty
    return ExecutionReport(
        ts,
        told.ts_venue,
        cl_ord_id,
        told.order_id,
        told.exec_id,
        ExecType.TRADE,
        OrdStatus.FILLED if is_last else OrdStatus.PARTIALLY_FILLED,
        instrument.id,
        told.price,
        told.qty,
        cum_qty,
        told.liquidity,
        told.commission,
    )


def status_report(told: OrderTold, asked: OrderRef, ts: Nanos) -> ExecutionReport:
    """Return the answer to a question; raise `Transient` if it does not say what the order is."""
    if told.status is None:
        raise Transient(f"found order {asked.cl_ord_id} without a status")
    is_partial = told.status is OrdStatus.NEW and told.cum_qty
    return ExecutionReport(
        ts,
        told.ts_venue,
        asked.cl_ord_id,
        told.order_id,
        "",
        ExecType.STATUS,
        OrdStatus.PARTIALLY_FILLED if is_partial else told.status,
        asked.instrument,
        cum_qty=Lots(-1) if told.cum_qty is None else told.cum_qty,
    )


def balances_told(venue: Venue, balance: object, ts: Nanos) -> tuple[BalanceReport, ...]:
    """
    Return ccxt's balances by asset, without those that are 0.

    Raises:
        Garbled: there are none, or a number is none.
    """
    told = balance if isinstance(balance, Mapping) else {}
    totals, free = told.get("total"), told.get("free")
    if not isinstance(totals, Mapping) or not isinstance(free, Mapping):
        raise Garbled(f"{venue}: found no balances")
    found = []
    for asset, text in totals.items():
        total = number(text)
        if total:
            left = number(free.get(asset))
            left = total if left is None else left
            found.append(BalanceReport(ts, venue, Asset(asset), total, left))
    return tuple(found)


def number(text: object) -> Decimal | None:
    """Return *text* as a number, None where there is none; raise `Garbled` if it is no number."""
    if text is None or text == "":
        return None
    try:
        found = Decimal(str(text))
    except InvalidOperation as error:
        raise Garbled(f"found {text!r}, expected a number") from error
    if not found.is_finite():
        raise Garbled(f"found {text!r}, expected a finite number")
    return found


def text_of(item: object) -> str:
    """Return *item* as text, empty for None."""
    return "" if item is None else str(item)


def millis(stamp: object, otherwise: Nanos) -> Nanos:
    """Return a stamp in ms as an instant, *otherwise* where there is none."""
    return Nanos(int(stamp) * MILLISECOND) if isinstance(stamp, int | float) else otherwise


def _commission(fee: object, *, signed: bool) -> Money | None:
    if not isinstance(fee, Mapping):
        return None
    cost, asset = number(fee.get("cost")), fee.get("currency")
    if cost is None or asset is None:
        return None
    return Money(-cost if signed else cost, Asset(str(asset)))
