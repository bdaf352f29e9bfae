"""
Binance reports: what its sockets say of our orders, and how they are asked to.

Source: Binance spot API documentation, "WebSocket API", "User data streams".
"""

from collections.abc import Iterable, Sequence

from graphwiz_trader.adapters.direct import binance_words as words
from graphwiz_trader.adapters.direct.binance_feed import symbol
from graphwiz_trader.adapters.direct.binance_refusals import Error, read_refusal
from graphwiz_trader.adapters.direct.binance_requests import WINDOW
from graphwiz_trader.adapters.direct.grids import fee_of, lots_of, ticks_of
from graphwiz_trader.adapters.direct.private_said import (
    Ended,
    PrivateSaid,
    Purpose,
    Ready,
    Refused,
    Reply,
)
from graphwiz_trader.adapters.direct.signing import Signer
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity, OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, ClOrdId, Nanos

SUBSCRIPTION = 0
"""The number of the request that subscribes; those of orders count from 1."""
_S, _E = OrdStatus, ExecType
STATUSES = {
    "NEW": _S.NEW,
    "PENDING_NEW": _S.NEW,
    "PARTIALLY_FILLED": _S.PARTIALLY_FILLED,
    "PENDING_CANCEL": _S.NEW,
    "FILLED": _S.FILLED,
    "CANCELED": _S.CANCELED,
    "REJECTED": _S.REJECTED,
    "EXPIRED": _S.EXPIRED,
    "EXPIRED_IN_MATCH": _S.CANCELED,
}
_KINDS = {
    "NEW": _E.NEW,
    "TRADE": _E.TRADE,
    "CANCELED": _E.CANCELED,
    "EXPIRED": _E.EXPIRED,
    "REJECTED": _E.REJECTED,
}
_PREVENTED = "EXPIRED_IN_MATCH"
_ENDINGS = ("eventStreamTerminated", "serverShutdown")
_TRADE, _CANCELED = _E.TRADE, _E.CANCELED
_MAKER, _TAKER = Liquidity.MAKER, Liquidity.TAKER


class BinanceReports:
    """The private sockets of one account."""

    ping: bytes | None = None

    def __init__(self, instruments: Iterable[Instrument], credentials: Credentials) -> None:
        self._key = credentials.key
        self._signer = Signer(credentials.secret, f"apiKey={credentials.key}&".encode())
        self._named = {symbol(one): one for one in instruments}

    def regrid(self, instrument: Instrument) -> None:
        """Read what is said of *instrument* on its new grid."""
        self._named[symbol(instrument)] = instrument

    def hello(self, purpose: Purpose, at: Nanos) -> Sequence[bytes]:
        """Subscribe to the account's events; orders need no greeting, each is signed."""
        if purpose is Purpose.ORDERS:
            return ()
        ms = at // MILLISECOND
        signature = self._signer.hexadecimal(f"recvWindow={WINDOW}&timestamp={ms}".encode())
        return (
            f'{{"id":{SUBSCRIPTION},"method":"userDataStream.subscribe.signature","params":'
            f'{{"apiKey":"{self._key}","recvWindow":"{WINDOW}","timestamp":{ms},'
            f'"signature":"{signature}"}}}}'.encode(),
        )

    def hear(self, payload: bytes, now: Nanos, purpose: Purpose) -> PrivateSaid:  # noqa: ARG002 # messages tell themselves apart
        """Return what a message says."""
        frame = words.read_frame(payload)
        if frame.event is not None:
            return self._happened(frame.event, now)
        if frame.id == SUBSCRIPTION and frame.status == 200:
            return Ready()
        if not isinstance(frame.id, int) or frame.id == SUBSCRIPTION:
            error = frame.error or Error()
            return Refused(f"{error.code} {error.msg}")
        return reply(frame.id, frame, now)

    def _happened(self, event: words.Happened, now: Nanos) -> PrivateSaid:
        if event.e in _ENDINGS:
            return Ended(event.e)
        instrument = self._named.get(event.s)
        if event.e != "executionReport" or instrument is None:
            return None
        status = STATUSES.get(event.X)
        kind = _CANCELED if event.X == _PREVENTED else _KINDS.get(event.x)
        if status is None:
            raise Garbled(f"order {event.c}: status {event.X!r}")
        if kind is None:
            return None
        report = ExecutionReport(
            now,
            Nanos(event.T * MILLISECOND),
            ClOrdId(event.C if kind is _CANCELED and event.C else event.c),
            str(event.i),
            f"{event.x.lower()}-{event.i}",
            kind,
            status,
            instrument.id,
            cum_qty=lots_of(instrument, event.z),
            text="" if event.r == "NONE" else event.r,
        )
        return (_filled(report, event, instrument) if kind is _TRADE else report,)


def reply(number: int, frame: words.Frame, now: Nanos) -> Reply:
    """Return the answer to the request *number*."""
    used = -1
    for limit in frame.rate_limits:
        if limit.rate_limit_type == "REQUEST_WEIGHT":
            used = limit.count
    if frame.status == 200 and frame.result is not None:
        placed = frame.result.new_order_response or frame.result
        order_id = str(placed.order_id) if placed.order_id else ""
        return Reply(number, Nanos(placed.transact_time * MILLISECOND), order_id, None, used)
    refusal = read_refusal(frame.status, frame.error or Error(), now)
    return Reply(number, now, "", refusal, used)


def _filled(
    report: ExecutionReport, event: words.Happened, instrument: Instrument
) -> ExecutionReport:
    """Return *report* with its fill."""
    return ExecutionReport(
        report.ts,
        report.ts_venue,
        report.cl_ord_id,
        report.order_id,
        str(event.t),
        _TRADE,
        report.ord_status,
        report.instrument,
        ticks_of(instrument, event.L),
        lots_of(instrument, event.l),
        report.cum_qty,
        _MAKER if event.m else _TAKER,
        fee_of(instrument, event.n or "0", event.N or ""),
    )
