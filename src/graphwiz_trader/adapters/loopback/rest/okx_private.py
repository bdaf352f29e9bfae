"""
OKX's private questions over HTTP.

Source: OKX API guide v5, "Trading account", "Order book trading: trade".
"""

import json
from collections.abc import Callable, Sequence

from graphwiz_trader.adapters.loopback.account import Account, PlacedOrder
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.endpoint import Answer, Endpoint, Params, Refusal
from graphwiz_trader.adapters.loopback.rest.okx import BATCH
from graphwiz_trader.adapters.loopback.rest.okx_orders import OkxOrders, Request
from graphwiz_trader.adapters.loopback.rest.okx_public import whole
from graphwiz_trader.adapters.loopback.wire import okx_orders as wire
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import InstrumentId

_PAGE = ("after", "before", "begin", "end", "limit")
_ANY = ("instId", "instIdCode", "ordId", "clOrdId", "tag", "reqId")
_ORDER = (*_ANY, "tdMode", "side", "ordType", "sz", "px", "tgtCcy", "newSz", "newPx", "cxlOnFail")


class OkxPrivate:
    """Answers what only the account's owner may ask."""

    def __init__(self, premises: Premises, account: Account, orders: OkxOrders) -> None:
        self._premises = premises
        self._account = account
        self._orders = orders

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every question."""
        several = ("instType", "instId", *_PAGE)
        return (
            _asked("account/balance", self.balance, optional=("ccy",), per_2s=10),
            _asked("asset/currencies", self.currencies, optional=("ccy",), per_2s=12),
            _asked("account/config", lambda _: [wire.config()], per_2s=5),
            _asked("trade/order", self.order, ("instId",), ("ordId", "clOrdId"), per_2s=60),
            _asked(
                "trade/orders-pending",
                self.pending,
                optional=(*several, "ordType", "state"),
                per_2s=60,
            ),
            _asked(
                "trade/orders-history",
                self.history,
                several[:1],
                (*several[1:], "ordType", "state"),
                per_2s=40,
            ),
            _asked("trade/fills", self.fills, optional=(*several, "ordId"), per_2s=60),
            _asked(
                "trade/fills-history",
                self.fills,
                several[:1],
                (*several[1:], "ordId"),
                per_2s=10,
            ),
            self._told("trade/order", "order"),
            self._told("trade/cancel-order", "cancel-order"),
            self._told("trade/amend-order", "amend-order"),
            self._told_many("trade/batch-orders", "order"),
            self._told_many("trade/cancel-batch-orders", "cancel-order"),
        )

    def balance(self, params: Params) -> Plain:
        """Return what is owned, of all assets or of those named."""
        named = params["ccy"].split(",") if "ccy" in params else None
        owned = [
            report for report in self._account.balances() if named is None or report.asset in named
        ]
        return [wire.balance(owned, self._premises.host.now)]

    def currencies(self, params: Params) -> Plain:
        """Return the assets; none can be withdrawn."""
        owned = self._account.balances()
        named = params["ccy"].split(",") if "ccy" in params else None
        return [
            wire.currency(report.asset)
            for report in owned
            if named is None or report.asset in named
        ]

    def order(self, params: Params) -> Plain:
        """Return one order."""
        found = self._orders.found(params, 51603)
        return [self._described(found)]

    def pending(self, params: Params) -> Plain:
        """Return the working orders, newest first."""
        return self._page(params, lambda order: order.is_working)

    def history(self, params: Params) -> Plain:
        """Return the orders that have ended, newest first."""
        return self._page(params, lambda order: not order.is_working)

    def fills(self, params: Params) -> Plain:
        """Return the fills, newest first."""
        rows = [
            row
            for order in self._account.orders(self._instrument(params))
            if params.get("ordId", order.number) == order.number
            for row in wire.fills(self._premises.symbols.by_id[order.wanted.instrument], order)
        ]
        rows.sort(key=lambda row: int(str(row["billId"])), reverse=True)
        return list(_paged(rows, params, "billId", "ts"))

    def _page(self, params: Params, wanted: Callable[[PlacedOrder], bool]) -> Plain:
        if params.get("instType", "SPOT") != "SPOT":
            return []
        rows = [
            self._described(order)
            for order in reversed(self._account.orders(self._instrument(params)))
            if wanted(order)
        ]
        for name in ("ordType", "state"):
            if name in params:
                rows = [row for row in rows if row[name] == params[name]]
        return list(_paged(rows, params, "ordId", "cTime"))

    def _described(self, order: PlacedOrder) -> dict[str, Plain]:
        return wire.described(self._premises.symbols.by_id[order.wanted.instrument], order)

    def _instrument(self, params: Params) -> InstrumentId | None:
        if "instId" not in params:
            return None
        symbol = self._premises.symbols.by_name.get(params["instId"])
        if symbol is None:
            raise Refusal(400, 51001, "Instrument ID doesn't exist.")
        return symbol.instrument.id

    def _told(self, path: str, op: str) -> Endpoint:
        def carry_out(params: Params) -> Plain:
            request: Request = dict(params)
            return self._orders.carry_out(op, [request])

        return _posted(path, carry_out, optional=_ORDER)

    def _told_many(self, path: str, op: str) -> Endpoint:
        def carry_out(params: Params) -> Plain:
            requests = json.loads(params[BATCH])
            if not all(isinstance(request, dict) for request in requests):
                raise Refusal(400, 50002, "JSON syntax error")
            return self._orders.carry_out(op, requests)

        return _posted(path, carry_out, required=(BATCH,))


def _asked(
    path: str,
    answer: Answer,
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    per_2s: int = 20,
) -> Endpoint:
    return Endpoint(
        f"GET /api/v5/{path}", answer, required, optional, is_signed=True, per_2s=per_2s
    )


def _posted(
    path: str, answer: Answer, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
) -> Endpoint:
    return Endpoint(
        f"POST /api/v5/{path}",
        answer,
        required,
        optional,
        is_signed=True,
        orders=1,
        per_2s=60,
    )


def _paged(
    rows: Sequence[dict[str, Plain]], params: Params, key: str, time: str
) -> Sequence[dict[str, Plain]]:
    """Return one page of *rows*, newest first: ids below `after`, above `before`."""
    limit = whole(params, "limit", 100, 100)
    bounds = {name: int(params[name]) for name in _PAGE[:4] if params.get(name, "").isdecimal()}
    if any(name in params and name not in bounds for name in _PAGE[:4]):
        raise Refusal(400, 51000, "Parameter after, before, begin or end error")
    return [
        row
        for row in rows
        if bounds.get("before", -1) < int(str(row[key])) < bounds.get("after", 1 << 64)
        and bounds.get("begin", 0) <= int(str(row[time])) <= bounds.get("end", 1 << 64)
    ][:limit]
