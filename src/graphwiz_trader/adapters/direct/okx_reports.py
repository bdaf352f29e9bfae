"""
OKX reports: what its private sockets say of our orders, and how they are logged in to.

Source: OKX API guide v5, "WebSocket: Login", "Order channel", "Notification".
"""

from collections.abc import Iterable, Sequence

import msgspec

from graphwiz_trader.adapters.direct.grids import amount_of, lots_of, ticks_of
from graphwiz_trader.adapters.direct.okx_feed import UPGRADE, name_of
from graphwiz_trader.adapters.direct.okx_requests import socket_reply
from graphwiz_trader.adapters.direct.okx_words import Order, Said, read_pushed, read_said
from graphwiz_trader.adapters.direct.private_said import (
    Ended,
    PrivateSaid,
    Proceed,
    Purpose,
    Ready,
    Refused,
)
from graphwiz_trader.adapters.direct.signing import Signer
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Asset, ClOrdId, Nanos

_S = OrdStatus
STATES = {
    "live": _S.NEW,
    "partially_filled": _S.PARTIALLY_FILLED,
    "filled": _S.FILLED,
    "canceled": _S.CANCELED,
    "mmp_canceled": _S.CANCELED,
}
LIQUIDITY = {"M": Liquidity.MAKER, "T": Liquidity.TAKER}
_SUBSCRIBE = b'{"op":"subscribe","args":[{"channel":"orders","instType":"SPOT"}]}'


class OkxReports:
    """The private sockets of one account."""

    ping: bytes | None = b"ping"

    def __init__(self, instruments: Iterable[Instrument], credentials: Credentials) -> None:
        self._credentials = credentials
        self._signer = Signer(credentials.secret)
        self._named = {name_of(one): one for one in instruments}

    def regrid(self, instrument: Instrument) -> None:
        """Read what is said of *instrument* on its new grid."""
        self._named[name_of(instrument)] = instrument

    def hello(self, purpose: Purpose, at: Nanos) -> Sequence[bytes]:  # noqa: ARG002 # both log in
        """Log in."""
        second, ours = str(at // SECOND), self._credentials
        login = {
            "apiKey": ours.key,
            "passphrase": ours.passphrase,
            "timestamp": second,
            "sign": self._signer.base64(f"{second}GET/users/self/verify".encode()),
        }
        return (msgspec.json.encode({"op": "login", "args": [login]}),)

    def hear(self, payload: bytes, now: Nanos, purpose: Purpose) -> PrivateSaid:
        """Return what a message says."""
        if payload == b"pong":
            return None
        said = read_said(payload)
        if said.event:
            return _noticed(said, purpose)
        if said.op and said.id.isdecimal():
            return socket_reply(int(said.id), said.code, said.msg, bytes(said.data), now)
        if said.arg is None or said.arg.channel != "orders":
            return None
        return tuple(
            report for order in read_pushed(said.data) for report in self._reports(order, now)
        )

    def _reports(self, order: Order, now: Nanos) -> Sequence[ExecutionReport]:
        """Return what one push tells: a fill, how the order is, or both."""
        instrument = self._named.get(order.inst_id)
        if instrument is None or not order.cl_ord_id:
            return ()
        status = status_of(order)
        reports = []
        if order.trade_id and order.fill_sz not in ("", "0"):
            reports.append(_filled(instrument, order, status, now))
        if status is _S.CANCELED:
            reports.append(_became(instrument, order, ExecType.CANCELED, now))
        elif status is _S.NEW:
            reports.append(_became(instrument, order, ExecType.NEW, now))
        return reports


def status_of(order: Order) -> OrdStatus:
    """Return how an order is, or raise `Garbled`."""
    status = STATES.get(order.state)
    if status is None:
        raise Garbled(f"order {order.cl_ord_id}: state {order.state!r}")
    return status


def instant_of(text: str) -> Nanos:
    """Return milliseconds as an instant, or raise `Garbled`."""
    if not text.isdecimal():
        raise Garbled(f"{text!r} where milliseconds belong")
    return Nanos(int(text) * MILLISECOND)


def charged(instrument: Instrument, fee: str, asset: str) -> Money:
    """Return a commission; OKX signs the other way: negative is a charge."""
    return Money(-amount_of(fee or "0"), Asset(asset) if asset else instrument.quote)


def _noticed(said: Said, purpose: Purpose) -> PrivateSaid:
    if said.event == "login" and said.code in ("", "0"):
        return Ready() if purpose is Purpose.ORDERS else Proceed(_SUBSCRIBE)
    if said.event == "subscribe":
        return Ready()
    if said.event in ("error", "login"):
        return Refused(f"{said.code} {said.msg}")
    if said.event == "notice" and said.code == UPGRADE:
        return Ended(said.msg)
    return None


def _filled(instrument: Instrument, order: Order, status: OrdStatus, now: Nanos) -> ExecutionReport:
    return ExecutionReport(
        now,
        instant_of(order.fill_time),
        ClOrdId(order.cl_ord_id),
        order.ord_id,
        order.trade_id,
        ExecType.TRADE,
        _S.FILLED if status is _S.FILLED else _S.PARTIALLY_FILLED,
        instrument.id,
        ticks_of(instrument, order.fill_px),
        lots_of(instrument, order.fill_sz),
        lots_of(instrument, order.acc_fill_sz),
        LIQUIDITY.get(order.exec_type),
        charged(instrument, order.fill_fee, order.fill_fee_ccy),
    )


def _became(instrument: Instrument, order: Order, kind: ExecType, now: Nanos) -> ExecutionReport:
    source = f"cancelSource {order.cancel_source}" if order.cancel_source else ""
    return ExecutionReport(
        now,
        instant_of(order.u_time),
        ClOrdId(order.cl_ord_id),
        order.ord_id,
        f"{kind.value.lower()}-{order.ord_id}",
        kind,
        STATES[order.state],
        instrument.id,
        cum_qty=lots_of(instrument, order.acc_fill_sz or "0"),
        text=source,
    )
