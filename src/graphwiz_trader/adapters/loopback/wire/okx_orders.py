"""
OKX's private messages: orders, fills and balances on the wire.

Source: OKX API guide v5, "Order book trading: trade", "Trading account", "Order channel".
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from graphwiz_trader.adapters.loopback.account import News, PlacedOrder
from graphwiz_trader.adapters.loopback.wire.okx import millis
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol
from graphwiz_trader.adapters.loopback.wire.text import shortest
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.orders import (
    ExecType,
    ExecutionReport,
    Liquidity,
    OrdStatus,
    OrdType,
    TimeInForce,
)
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, Nanos

WOULD_TAKE = "order would take"
SILENCE = "20"
"""The cancelSource of orders that the countdown of a silent client ended."""

_STATES = {OrdStatus.NEW: "live", OrdStatus.PARTIALLY_FILLED: "partially_filled"}
_SOURCES = {WOULD_TAKE: "31", "self-trade prevention": "32", "": "1"}
_EMPTY = (
    "algoClOrdId", "algoId", "attachAlgoClOrdId", "cancelSourceReason", "ccy", "lever",
    "pxType", "pxUsd", "pxVol", "quickMgnType", "rebate", "slOrdPx", "slTriggerPx",
    "slTriggerPxType", "stpId", "tpOrdPx", "tpTriggerPx", "tpTriggerPxType",
)  # fmt: skip


def _source(order: PlacedOrder) -> str:
    return SILENCE if order.is_abandoned else _SOURCES.get(order.text, "1")


def state(order: PlacedOrder) -> str:
    """Return the state; whatever ended without filling is canceled."""
    ended = "filled" if order.status is OrdStatus.FILLED else "canceled"
    return _STATES.get(order.status, ended)


def order_type(order: PlacedOrder) -> str:
    """Return `market`, `post_only`, `ioc`, `fok` or `limit`."""
    wanted = order.wanted
    if wanted.ord_type is OrdType.MARKET:
        return "market"
    if wanted.ord_type is OrdType.LIMIT_MAKER:
        return "post_only"
    return "limit" if wanted.time_in_force is TimeInForce.GTC else wanted.time_in_force.name.lower()


def described(symbol: Symbol, order: PlacedOrder) -> dict[str, Plain]:
    """Return one order as `GET /api/v5/trade/order` shows it."""
    wanted = order.wanted
    last = order.fills[-1] if order.fills else None
    is_market = wanted.ord_type is OrdType.MARKET
    is_canceled = state(order) == "canceled"
    return {
        **dict.fromkeys(_EMPTY, ""),
        "accFillSz": symbol.qty(order.cum_qty),
        "avgPx": _average(symbol, order),
        "cTime": millis(order.created),
        "cancelSource": _source(order) if is_canceled else "",
        "category": "normal",
        "clOrdId": wanted.cl_ord_id,
        "fee": _fees(order.fills),
        "feeCcy": symbol.instrument.quote,
        "fillPx": "" if last is None else symbol.price(last.last_px),
        "fillSz": "" if last is None else symbol.qty(last.last_qty),
        "fillTime": "" if last is None else millis(last.ts_venue),
        "instId": symbol.name,
        "instType": "SPOT",
        "isTpLimit": "false",
        "ordId": order.number,
        "ordType": order_type(order),
        "pnl": "0",
        "posSide": "net",
        "px": "" if is_market else symbol.price(wanted.price),
        "rebateCcy": symbol.instrument.base,
        "reduceOnly": "false",
        "side": side_text(wanted.side),
        "source": "",
        "state": state(order),
        "stpMode": "cancel_maker",
        "sz": symbol.qty(wanted.qty),
        "tag": wanted.tag,
        "tdMode": "cash",
        "tgtCcy": "base_ccy" if is_market else "",
        "tradeId": "" if last is None else last.exec_id,
        "uTime": millis(order.updated),
    }


def update(symbol: Symbol, news: News) -> dict[str, Plain]:
    """Return one order as the channel `orders` shows it after *news*."""
    report = news.report
    is_fill = report.exec_type is ExecType.TRADE
    amended = {"amendResult": "0"} if report.exec_type is ExecType.REPLACED else {"amendResult": ""}
    own: dict[str, Plain] = {
        "fillFee": _fees((report,)) if is_fill else "0",
        "fillFeeCcy": symbol.instrument.quote if is_fill else "",
        "execType": _liquidity(report) if is_fill else "",
        "fillNotionalUsd": "",
        "notionalUsd": "",
        "lastPx": symbol.price(report.last_px) if is_fill else "",
        "amendSource": "",
        "reqId": "",
        "code": "0",
        "msg": "",
    }
    shown = described(symbol, news.order)
    if is_fill:
        shown |= {
            "fillPx": symbol.price(report.last_px),
            "fillSz": symbol.qty(report.last_qty),
            "fillTime": millis(report.ts_venue),
            "tradeId": report.exec_id,
        }
    else:
        shown |= {"fillPx": "", "fillSz": "0", "fillTime": "", "tradeId": ""}
    return {**shown, **own, **amended}


def fills(symbol: Symbol, order: PlacedOrder) -> list[dict[str, Plain]]:
    """Return the fills of one order as `GET /api/v5/trade/fills` shows them."""
    return [
        {
            "instType": "SPOT",
            "instId": symbol.name,
            "tradeId": fill.exec_id,
            "ordId": order.number,
            "clOrdId": order.wanted.cl_ord_id,
            "billId": fill.exec_id,
            "subType": "1" if order.wanted.side is Side.BUY else "2",
            "tag": order.wanted.tag,
            "fillPx": symbol.price(fill.last_px),
            "fillSz": symbol.qty(fill.last_qty),
            "side": side_text(order.wanted.side),
            "posSide": "net",
            "execType": _liquidity(fill),
            "feeCcy": symbol.instrument.quote,
            "fee": _fees((fill,)),
            "ts": millis(fill.ts_venue),
            "fillTime": millis(fill.ts_venue),
        }
        for fill in order.fills
    ]


def balance(owned: Iterable[BalanceReport], now: Nanos) -> dict[str, Plain]:
    """Return the balances as `GET /api/v5/account/balance` and the channel `account` do."""
    details: list[Plain] = [
        {
            "availBal": shortest(report.free),
            "availEq": shortest(report.free),
            "cashBal": shortest(report.total),
            "ccy": report.asset,
            "eq": shortest(report.total),
            "frozenBal": shortest(report.total - report.free),
            "ordFrozen": shortest(report.total - report.free),
            "spotBal": "",
            "uTime": millis(now),
        }
        for report in owned
    ]
    return {
        "adjEq": "",
        "details": details,
        "imr": "",
        "isoEq": "",
        "mgnRatio": "",
        "mmr": "",
        "notionalUsd": "",
        "ordFroz": "",
        "totalEq": "",
        "uTime": millis(now),
    }


def currency(asset: Asset) -> dict[str, Plain]:
    """Return one asset of `GET /api/v5/asset/currencies`."""
    return {
        "canDep": False,
        "canInternal": False,
        "canWd": False,
        "ccy": asset,
        "chain": f"{asset}-Loopback",
        "fee": "0",
        "mainNet": True,
        "maxWd": "0",
        "minWd": "0",
        "name": asset,
        "wdTickSz": "8",
    }


def config() -> dict[str, Plain]:
    """Return the answer to `GET /api/v5/account/config`: a spot account in net mode."""
    return {
        "acctLv": "1",
        "acctStpMode": "cancel_maker",
        "autoLoan": False,
        "level": "Lv1",
        "mainUid": "1",
        "perm": "read_only,trade",
        "posMode": "net_mode",
        "uid": "1",
    }


def side_text(side: Side) -> str:
    """Return `buy` or `sell`."""
    return "buy" if side is Side.BUY else "sell"


def _average(symbol: Symbol, order: PlacedOrder) -> str:
    if not order.cum_qty:
        return ""
    exact = Decimal(order.notional) / order.cum_qty * symbol.instrument.tick_size
    return shortest(exact.quantize(symbol.instrument.tick_size.scaleb(-4)))


def _fees(reports: Sequence[ExecutionReport]) -> str:
    """Return what was charged as OKX signs it: negative is a charge."""
    charged = sum(
        (fill.commission.amount for fill in reports if fill.commission is not None), Decimal(0)
    )
    return shortest(-charged) if charged else "0"


def _liquidity(fill: ExecutionReport) -> str:
    return "M" if fill.liquidity is Liquidity.MAKER else "T"
