"""
OKX's orders, placed, canceled and amended over HTTP or a socket.

Source: OKX API guide v5, "Order book trading: trade", "Error code".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import TypeAlias

from graphwiz_trader.adapters.loopback.account import (
    Account,
    Declined,
    PlacedOrder,
    Wanted,
)
from graphwiz_trader.adapters.loopback.faults import Stage
from graphwiz_trader.adapters.loopback.limits import Sliding
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Refusal
from graphwiz_trader.adapters.loopback.wire.okx import millis
from graphwiz_trader.adapters.loopback.wire.okx_orders import WOULD_TAKE
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol, on_grid
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, ClOrdId, Lots, Nanos, Ticks

Request: TypeAlias = Mapping[str, Plain]

MOST_IN_BATCH = 20
_ID = re.compile(r"[a-zA-Z0-9]{1,32}")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}
_TYPES = {
    "market": (OrdType.MARKET, TimeInForce.GTC),
    "limit": (OrdType.LIMIT, TimeInForce.GTC),
    "post_only": (OrdType.LIMIT_MAKER, TimeInForce.GTC),
    "ioc": (OrdType.LIMIT, TimeInForce.IOC),
    "fok": (OrdType.LIMIT, TimeInForce.FOK),
}
_INSTRUMENT = ("instId", "instIdCode")
_PLACE = (*_INSTRUMENT, "tdMode", "side", "ordType", "sz", "px", "clOrdId", "tag", "tgtCcy")
_CANCEL = (*_INSTRUMENT, "ordId", "clOrdId")
_AMEND = (*_CANCEL, "newSz", "newPx", "reqId", "cxlOnFail")
_REASONS = (
    ("insufficient balance", 51008, "Order failed. Insufficient balance."),
    ("duplicate cl_ord_id", 51016, "Client order ID already exists."),
    ("notional", 51020, "Your order should meet or exceed the minimum order amount."),
    ("quantity", 51020, "Your order should meet or exceed the minimum order amount."),
    ("price", 51006, "Order price is not within the price limit."),
    (WOULD_TAKE, 51503, "The amendment would take liquidity."),
)


class OkxOrders:
    """
    Carries out operations of one or several orders; each is answered with a code of its own.

    An amendment that fails leaves its order working. Market orders are sized in the base asset
    only.
    """

    def __init__(self, premises: Premises, account: Account) -> None:
        self._premises = premises
        self._account = account
        self._made = count(1)
        self._dead = count(900_000_001)
        scale = premises.limits.okx_scale
        self._rates = {
            op: Sliding(max(1, int(60 * scale)), Nanos(2 * SECOND))
            for op in ("order", "cancel-order", "amend-order")
        }
        self._operations: dict[str, Callable[[Request], PlacedOrder]] = {
            "order": self._place,
            "cancel-order": self._cancel,
            "amend-order": self._amend,
        }

    def carry_out(self, op: str, requests: Sequence[Request]) -> dict[str, Plain]:
        """Return the envelope of the answers to *requests*, each an `op`."""
        if not 1 <= len(requests) <= MOST_IN_BATCH:
            raise Refusal(400, 50044, f"{len(requests)} orders, expected 1 to {MOST_IN_BATCH}")
        healthy = len(requests) - self._is_partial(op, len(requests))
        answers = [self._one(op, request) for request in requests[:healthy]]
        answers += [_failed(request) for request in requests[healthy:]]
        failed = sum(answer["sCode"] != "0" for answer in answers)
        code = "0" if not failed else "1" if failed == len(answers) else "2"
        text = {"0": "", "1": "All operations failed", "2": "Bulk operation partially succeeded"}
        rows: list[Plain] = list(answers)
        return {"code": code, "msg": text[code], "data": rows}

    def _is_partial(self, op: str, size: int) -> bool:
        """Whether the last of a batch fails, as a fault may have it."""
        now = self._premises.host.now
        faults = self._premises.faults
        return size > 1 and faults.strike(Stage.BATCH, op, now) is not None

    def _one(self, op: str, request: Request) -> dict[str, Plain]:
        named = _named(request)
        now = self._premises.now()
        try:
            order = self._tried(op, request, now)
        except Refusal as no:
            code, text = str(no.code), no.text
        else:
            code, text = "0", "Order placed" if op == "order" else ""
            named |= {"clOrdId": order.wanted.cl_ord_id, "ordId": order.number}
        return {**named, "ts": millis(now), "sCode": code, "sMsg": text}

    def _tried(self, op: str, request: Request, now: Nanos) -> PlacedOrder:
        if not self._rates[op].take(1, now):
            raise Refusal(429, 50011, "Too Many Requests")
        return self._operations[op](request)

    def _place(self, request: Request) -> PlacedOrder:
        texts = _texts(request, _PLACE)
        symbol = self._symbol(texts)
        ord_type, tif = _TYPES[_choice(texts, "ordType", _TYPES)]
        is_market = ord_type is OrdType.MARKET
        if texts.get("tdMode") != "cash":
            raise Refusal(400, 51000, "Parameter tdMode error")
        if is_market and texts.get("side") == "buy" and texts.get("tgtCcy") != "base_ccy":
            raise Refusal(400, 51000, "Parameter tgtCcy error")
        if is_market == ("px" in texts):
            raise Refusal(400, 51000, "Parameter px error")
        instrument = symbol.instrument
        wanted = Wanted(
            ClOrdId(_id(texts, f"venue{next(self._made)}")),
            instrument.id,
            _SIDES[_choice(texts, "side", _SIDES)],
            ord_type,
            tif,
            Ticks(0 if is_market else _steps(texts, "px", instrument.tick_size, 51006)),
            Lots(_steps(texts, "sz", instrument.lot_size, 51121)),
            texts.get("tag", ""),
        )
        try:
            return self._account.place(wanted)
        except Declined as no:
            if str(no) == WOULD_TAKE:
                # OKX takes the order, and ends it before it has worked: cancelSource 31.
                return self._account.stillborn(wanted, str(next(self._dead)), WOULD_TAKE)
            raise _refusal(no) from no

    def _cancel(self, request: Request) -> PlacedOrder:
        order = self.found(_texts(request, _CANCEL), 51400)
        try:
            self._account.cancel(order)
        except Declined:
            raise Refusal(400, 51400, _GONE) from None
        return order

    def _amend(self, request: Request) -> PlacedOrder:
        texts = _texts(request, _AMEND)
        order = self.found(texts, 51503)
        if texts.get("cxlOnFail", "false") != "false":
            raise Refusal(400, 51000, "Parameter cxlOnFail error")
        if "newSz" not in texts and "newPx" not in texts:
            raise Refusal(400, 51500, "You must enter a price, quantity, or TP/SL")
        instrument = self._premises.symbols.by_id[order.wanted.instrument].instrument
        price, qty = order.wanted.price, order.wanted.qty
        if "newPx" in texts:
            price = Ticks(_steps(texts, "newPx", instrument.tick_size, 51006))
        if "newSz" in texts:
            qty = Lots(_steps(texts, "newSz", instrument.lot_size, 51121))
        if not order.is_working or qty <= order.cum_qty:
            raise Refusal(400, 51503, _GONE)
        try:
            self._account.amend(order, price, qty)
        except Declined as no:
            raise _refusal(no) from no
        return order

    def found(self, texts: Mapping[str, str], code: int) -> PlacedOrder:
        """Return the order named by `ordId`, which rules, or `clOrdId`; refuse with *code*."""
        symbol = self._symbol(texts)
        if "ordId" in texts:
            order = self._account.by_number(texts["ordId"])
        elif "clOrdId" in texts:
            order = self._account.by_id(texts["clOrdId"])
        else:
            raise Refusal(400, 51000, "Either parameter ordId or clOrdId is required")
        if order is None or order.wanted.instrument != symbol.instrument.id:
            raise Refusal(400, code, _GONE)
        return order

    def _symbol(self, texts: Mapping[str, str]) -> Symbol:
        symbols = list(self._premises.symbols.by_name.values())
        if "instIdCode" in texts:
            code = texts["instIdCode"]
            if code.isdecimal() and 1 <= int(code) <= len(symbols):
                return symbols[int(code) - 1]
        found = self._premises.symbols.by_name.get(texts.get("instId", ""))
        if found is None:
            raise Refusal(400, 51001, "Instrument ID doesn't exist.")
        return found


_GONE = "Cancellation failed as the order has been filled, canceled or does not exist."


def _named(request: Request) -> dict[str, Plain]:
    return {name: request.get(name, "") for name in ("clOrdId", "ordId", "tag")}


def _failed(request: Request) -> dict[str, Plain]:
    return {**_named(request), "ts": "", "sCode": "50013", "sMsg": "Systems are busy."}


def _texts(request: Request, known: Sequence[str]) -> dict[str, str]:
    """Return the values of *request*, all texts but for a number `instIdCode`; or refuse."""
    texts: dict[str, str] = {}
    for name, given in request.items():
        if name == "instIdCode" and isinstance(given, int):
            texts[name] = str(given)
        elif name not in known or not isinstance(given, str) or not given:
            raise Refusal(400, 51000, f"Parameter {name} error")
        else:
            texts[name] = given
    return texts


def _choice(texts: Mapping[str, str], name: str, known: Mapping[str, object]) -> str:
    if texts.get(name) not in known:
        raise Refusal(400, 51000, f"Parameter {name} error")
    return texts[name]


def _id(texts: Mapping[str, str], fresh: str) -> str:
    if not _ID.fullmatch(texts.get("clOrdId", fresh)):
        raise Refusal(400, 51000, "Parameter clOrdId error")
    return texts.get("clOrdId", fresh)


def _steps(texts: Mapping[str, str], name: str, size: Decimal, code: int) -> int:
    """Return the number *name* in steps of *size*, at least 1, or refuse."""
    text = texts.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise Refusal(400, 51000, f"Parameter {name} error")
    steps = on_grid(size, text)
    if not steps:
        raise Refusal(400, code, f"{name} {text} is not a multiple of {size}")
    return steps


def _refusal(no: Declined) -> Refusal:
    for prefix, code, text in _REASONS:
        if str(no).startswith(prefix):
            return Refusal(400, code, text)
    return Refusal(400, 51503, str(no))
