"""
OKX questions: orders, fills and balances over HTTP.

Source: OKX API guide v5, "Order book trading: trade", "Trading account", "Public data".
"""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

from graphwiz_trader.adapters.direct.grids import amount_of, lots_of, ticks_of
from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.okx_feed import name_of
from graphwiz_trader.adapters.direct.okx_refusals import http_refusal
from graphwiz_trader.adapters.direct.okx_reports import LIQUIDITY, charged, instant_of, status_of
from graphwiz_trader.adapters.direct.okx_requests import OkxRequests
from graphwiz_trader.adapters.direct.okx_words import (
    Fill,
    Order,
    read_balances,
    read_fills,
    read_instants,
    read_orders,
)
from graphwiz_trader.adapters.direct.private_said import Refusal
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import (
    DAY,
    MILLISECOND,
    Asset,
    ClOrdId,
    InstrumentId,
    Lots,
    Nanos,
    Venue,
)
from graphwiz_trader.domain.venue import OpenOrder, OrderRef

PAGE = 100
RECENT = Nanos(3 * DAY)
"""How far back `fills` goes; what is older is in `fills-history`, for three months."""
T = TypeVar("T")
_SIDES = {"buy": Side.BUY, "sell": Side.SELL}


class OkxQuestions:
    """Asks of one account, signed as *requests* signs."""

    naming = None

    def __init__(
        self,
        venue: Venue,
        instruments: Mapping[InstrumentId, Instrument],
        requests: OkxRequests,
    ) -> None:
        self._venue, self._instruments, self._requests = venue, dict(instruments), requests
        self._named = {name_of(one): one for one in instruments.values()}

    def regrid(self, instrument: Instrument) -> None:
        """Read answers about *instrument* on its new grid."""
        self._instruments[instrument.id] = self._named[name_of(instrument)] = instrument

    def refusal(self, answer: HttpAnswer, now: Nanos) -> Refusal | None:
        """Return why a question was not answered, None if it was."""
        return http_refusal(answer, now)

    def used(self, answer: HttpAnswer) -> int:  # noqa: ARG002 # OKX counts in silence
        """Return −1: OKX does not say."""
        return -1

    @property
    def countdown(self) -> Callable[[Nanos, Nanos], HttpCall]:
        """Cancel all after: only what bears our mark."""
        return self._requests.count_down

    def time_call(self) -> HttpCall:
        """Ask for the time."""
        return HttpCall("GET", "/api/v5/public/time", {})

    def time(self, body: bytes) -> Nanos:
        """Return it."""
        return instant_of(_only(read_instants(body).data).ts)

    def query_call(self, order: OrderRef, at: Nanos) -> HttpCall:
        """Ask for one order by our own id."""
        name = name_of(self._instruments[order.instrument])
        path = f"/api/v5/trade/order?instId={name}&clOrdId={quote(order.cl_ord_id)}"
        return self._requests.signed("GET", path, at)

    def status(self, body: bytes, order: OrderRef, now: Nanos) -> ExecutionReport:
        """Return how it is."""
        found = _only(read_orders(body).data)
        return ExecutionReport(
            now,
            instant_of(found.u_time),
            order.cl_ord_id,
            found.ord_id,
            "",
            ExecType.STATUS,
            status_of(found),
            order.instrument,
            cum_qty=lots_of(self._instruments[order.instrument], found.acc_fill_sz or "0"),
        )

    def open_call(self, at: Nanos, after: str) -> HttpCall:
        """Ask for what works."""
        page = f"&after={after}" if after else ""
        path = f"/api/v5/trade/orders-pending?instType=SPOT&limit={PAGE}{page}"
        return self._requests.signed("GET", path, at)

    def open_orders(self, body: bytes) -> tuple[tuple[OpenOrder, ...], str]:
        """Return a page of what works in our instruments."""
        rows = read_orders(body).data
        found = [(self._named.get(order.inst_id), order) for order in rows]
        after = rows[-1].ord_id if len(rows) == PAGE else ""
        return tuple(_open(one, order) for one, order in found if one is not None), after

    def balance_call(self, at: Nanos) -> HttpCall:
        """Ask for what we own."""
        return self._requests.signed("GET", "/api/v5/account/balance", at)

    def balances(self, body: bytes, now: Nanos) -> tuple[BalanceReport, ...]:
        """Return it."""
        return tuple(
            BalanceReport(
                now,
                self._venue,
                Asset(one.ccy),
                amount_of(one.cash_bal or "0"),
                amount_of(one.avail_bal or "0"),
            )
            for one in _only(read_balances(body).data).details
        )

    def fills_call(self, name: InstrumentId, since: Nanos, at: Nanos, after: str) -> HttpCall:
        """Ask for fills since a time, newest first, before the fill *after*."""
        where = "fills" if at - since < RECENT or not since else "fills-history"
        path = f"/api/v5/trade/{where}?instType=SPOT&instId={name_of(self._instruments[name])}"
        path += f"&limit={PAGE}"
        path += f"&begin={since // MILLISECOND}" if since else ""
        path += f"&after={after}" if after else ""
        return self._requests.signed("GET", path, at)

    def fills(
        self, body: bytes, name: InstrumentId, now: Nanos
    ) -> tuple[tuple[ExecutionReport, ...], str]:
        """Return a page of fills."""
        instrument, rows = self._instruments[name], read_fills(body).data
        after = rows[-1].bill_id if len(rows) == PAGE else ""
        return tuple(_fill(instrument, row, now) for row in rows), after


def _only(rows: list[T]) -> T:
    if len(rows) != 1:
        raise Garbled(f"{len(rows)} rows, expected 1")
    return rows[0]


def _open(instrument: Instrument, order: Order) -> OpenOrder:
    side = _SIDES.get(order.side)
    if side is None:
        raise Garbled(f"order {order.cl_ord_id}: side {order.side!r}")
    return OpenOrder(
        instrument.id,
        ClOrdId(order.cl_ord_id),
        order.ord_id,
        side,
        ticks_of(instrument, order.px or "0"),
        lots_of(instrument, order.sz),
        lots_of(instrument, order.acc_fill_sz or "0"),
    )


def _fill(instrument: Instrument, fill: Fill, now: Nanos) -> ExecutionReport:
    return ExecutionReport(
        now,
        instant_of(fill.fill_time or fill.ts),
        ClOrdId(fill.cl_ord_id),
        fill.ord_id,
        fill.trade_id,
        ExecType.TRADE,
        OrdStatus.PARTIALLY_FILLED,
        instrument.id,
        ticks_of(instrument, fill.fill_px),
        lots_of(instrument, fill.fill_sz),
        Lots(-1),
        LIQUIDITY.get(fill.exec_type),
        charged(instrument, fill.fee, fill.fee_ccy),
    )
