"""
Binance's private messages: orders, fills and balances on the wire.

Source: Binance spot API documentation, "Account endpoints", "Trading endpoints",
"User data streams".
"""

from collections.abc import Iterable

from graphwiz_trader.adapters.loopback.account import News, PlacedOrder
from graphwiz_trader.adapters.loopback.wire.binance import millis
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.adapters.loopback.wire.text import fixed, shortest
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
)
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Nanos

STP = "EXPIRE_MAKER"
PREVENTED = "self-trade prevention"
ZERO = "0.00000000"


def side_text(side: Side) -> str:
    """Return `BUY` or `SELL`."""
    return side.name


def status_text(order: PlacedOrder) -> str:
    """Return the status; an order ended by self-trade prevention has one of its own."""
    if order.status is OrdStatus.CANCELED and order.text == PREVENTED:
        return "EXPIRED_IN_MATCH"
    return order.status.value


def ack(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    """Return the shortest answer to a new order."""
    return {
        "symbol": symbol.name,
        "orderId": int(order.number),
        "orderListId": -1,
        "clientOrderId": order.wanted.cl_ord_id,
        "transactTime": millis(order.updated),
    }


def result(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    """Return the answer to a new order without its fills."""
    return {**ack(symbol, order), **_terms(symbol, order), "workingTime": millis(order.created)}


def full(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    """Return the answer to a new order with its fills."""
    fills: list[Plain] = [
        {
            "price": symbol.price(fill.last_px),
            "qty": symbol.qty(fill.last_qty),
            "commission": _commission(fill),
            "commissionAsset": _commission_asset(fill),
            "tradeId": int(fill.exec_id),
        }
        for fill in order.fills
    ]
    return {**result(symbol, order), "fills": fills}


def described(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    """Return one order as `GET /api/v3/order` shows it."""
    return {
        "symbol": symbol.name,
        "orderId": int(order.number),
        "orderListId": -1,
        "clientOrderId": order.wanted.cl_ord_id,
        **_terms(symbol, order),
        "stopPrice": ZERO,
        "icebergQty": ZERO,
        "time": millis(order.created),
        "updateTime": millis(order.updated),
        "isWorking": True,
        "workingTime": millis(order.created),
    }


def canceled(symbol: Symbol, order: PlacedOrder, cancel_id: str) -> dict[str, Plain]:
    """Return the answer to a cancel, which has an id of its own."""
    return {
        "symbol": symbol.name,
        "origClientOrderId": order.wanted.cl_ord_id,
        "orderId": int(order.number),
        "orderListId": -1,
        "clientOrderId": cancel_id,
        "transactTime": millis(order.updated),
        **_terms(symbol, order),
    }


def my_trades(symbol: Symbol, order: PlacedOrder) -> list[dict[str, Plain]]:
    """Return the fills of one order as `GET /api/v3/myTrades` shows them."""
    return [
        {
            "symbol": symbol.name,
            "id": int(fill.exec_id),
            "orderId": int(order.number),
            "orderListId": -1,
            "price": symbol.price(fill.last_px),
            "qty": symbol.qty(fill.last_qty),
            "quoteQty": symbol.notional(fill.last_px * fill.last_qty),
            "commission": _commission(fill),
            "commissionAsset": _commission_asset(fill),
            "time": millis(fill.ts_venue),
            "isBuyer": order.wanted.side is Side.BUY,
            "isMaker": fill.liquidity is Liquidity.MAKER,
            "isBestMatch": True,
        }
        for fill in order.fills
    ]


def account(owned: Iterable[BalanceReport], maker: str, taker: str, now: Nanos) -> dict[str, Plain]:
    """Return the answer to `GET /api/v3/account`."""
    balances: list[Plain] = [
        {
            "asset": report.asset,
            "free": fixed(report.free),
            "locked": fixed(report.total - report.free),
        }
        for report in owned
    ]
    permissions: list[Plain] = ["SPOT"]
    return {
        "makerCommission": 0,
        "takerCommission": 0,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {"maker": maker, "taker": taker, "buyer": ZERO, "seller": ZERO},
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "brokered": False,
        "requireSelfTradePrevention": True,
        "preventSor": True,
        "updateTime": millis(now),
        "accountType": "SPOT",
        "balances": balances,
        "permissions": permissions,
        "uid": 1,
    }


def position_update(owned: Iterable[BalanceReport], now: Nanos) -> dict[str, Plain]:
    """Return the event `outboundAccountPosition`."""
    balances: list[Plain] = [
        {"a": report.asset, "f": fixed(report.free), "l": fixed(report.total - report.free)}
        for report in owned
    ]
    return {"e": "outboundAccountPosition", "E": millis(now), "u": millis(now), "B": balances}


_EXEC_TYPES = {
    ExecType.NEW: "NEW",
    ExecType.TRADE: "TRADE",
    ExecType.CANCELED: "CANCELED",
    ExecType.EXPIRED: "EXPIRED",
}


def execution_report(symbol: Symbol, news: News, now: Nanos) -> dict[str, Plain]:
    """Return the event `executionReport`."""
    order, report = news.order, news.report
    wanted = order.wanted
    is_prevented = order.text == PREVENTED
    is_canceled = report.exec_type is ExecType.CANCELED and not is_prevented
    kind = "TRADE_PREVENTION" if is_prevented else _EXEC_TYPES[report.exec_type]
    return {
        "e": "executionReport",
        "E": millis(now),
        "s": symbol.name,
        "c": news.cancel_id if is_canceled else wanted.cl_ord_id,
        "S": side_text(wanted.side),
        "o": wanted.ord_type.value,
        "f": wanted.time_in_force.value,
        "q": symbol.qty(wanted.qty),
        "p": _price(symbol, order),
        "P": ZERO,
        "F": ZERO,
        "g": -1,
        "C": wanted.cl_ord_id if is_canceled else "",
        "x": kind,
        "X": status_text(order),
        "r": "NONE",
        "i": int(order.number),
        "z": symbol.qty(order.cum_qty),
        "T": millis(report.ts_venue),
        "I": int(report.exec_id),
        "w": order.is_working,
        "O": millis(order.created),
        "Z": symbol.notional(order.notional),
        "Q": ZERO,
        "W": millis(order.created),
        "V": STP,
        **_last_fill(symbol, report),
    }


def _last_fill(symbol: Symbol, report: ExecutionReport) -> dict[str, Plain]:
    """Return what an `executionReport` says of the fill it tells, zeros if it tells none."""
    is_fill = report.exec_type is ExecType.TRADE
    price, qty = (report.last_px, report.last_qty) if is_fill else (0, 0)
    return {
        "l": symbol.qty(qty),
        "L": symbol.price(price),
        "n": _commission(report),
        "N": _commission_asset(report) or None,
        "t": int(report.exec_id) if is_fill else -1,
        "m": report.liquidity is Liquidity.MAKER,
        "M": is_fill,
        "Y": symbol.notional(price * qty),
    }


def _terms(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    wanted = order.wanted
    return {
        "price": _price(symbol, order),
        "origQty": symbol.qty(wanted.qty),
        "executedQty": symbol.qty(order.cum_qty),
        "origQuoteOrderQty": ZERO,
        "cummulativeQuoteQty": symbol.notional(order.notional),
        "status": status_text(order),
        "timeInForce": wanted.time_in_force.value,
        "type": wanted.ord_type.value,
        "side": side_text(wanted.side),
        "selfTradePreventionMode": STP,
    }


def _price(symbol: Symbol, order: PlacedOrder) -> str:
    is_market = order.wanted.ord_type is OrdType.MARKET
    return ZERO if is_market else symbol.price(order.wanted.price)


def _commission(fill: ExecutionReport) -> str:
    return "0" if fill.commission is None else shortest(fill.commission.amount)


def _commission_asset(fill: ExecutionReport) -> str:
    return "" if fill.commission is None else fill.commission.asset
