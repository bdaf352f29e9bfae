"""
OKX requests: orders as messages, worded once and filled in; a socket that logged in signs none.

Source: OKX API guide v5, "Place order", "Cancel order", "WS / Place order", "REST authentication".
"""

from collections.abc import Iterable
from time import gmtime, strftime
from typing import Final

from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.okx_feed import name_of
from graphwiz_trader.adapters.direct.okx_refusals import http_refusal, operation_refusal
from graphwiz_trader.adapters.direct.okx_words import Answer, read_answers, read_operated
from graphwiz_trader.adapters.direct.private_said import Reply, Terms
from graphwiz_trader.adapters.direct.signing import Signer
from graphwiz_trader.adapters.direct.step_text import StepText
from graphwiz_trader.domain.commands import CancelOrder, SubmitOrder
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, SECOND, InstrumentId, Nanos

_MARKET: Final = OrdType.MARKET
_TYPES = {TimeInForce.GTC: "limit", TimeInForce.IOC: "ioc", TimeInForce.FOK: "fok"}
_ORDER, _CANCEL = "/api/v5/trade/order", "/api/v5/trade/cancel-order"
_COUNTDOWN = "/api/v5/trade/cancel-all-after"


class OkxRequests:
    """
    Orders of one account in *instruments*.

    An amended order keeps its first id, which would name what its owner calls otherwise; a
    replacement therefore takes two requests.

    Args:
        headers: Sent with every request over HTTP.
        tag: What every order is marked with, so that a countdown can be told ours from others'.
    """

    replacing = None

    def __init__(
        self,
        instruments: Iterable[Instrument],
        credentials: Credentials,
        headers: dict[str, str],
        tag: str = "",
    ) -> None:
        self._tag = tag
        self._headers = {
            **headers,
            "Content-Type": "application/json",
            "OK-ACCESS-KEY": credentials.key,
            "OK-ACCESS-PASSPHRASE": credentials.passphrase,
        }
        self._signer = Signer(credentials.secret)
        self._names: dict[InstrumentId, str] = {}
        self._texts: dict[InstrumentId, tuple[StepText, StepText]] = {}
        self._wordings: dict[tuple[InstrumentId, int, str, str], str] = {}
        for one in instruments:
            self._names[one.id] = name_of(one)
            self.regrid(one)
            for side in Side:
                for kind in TimeInForce:
                    worded = self._worded(name_of(one), Terms(side, OrdType.LIMIT, kind))
                    key = (one.id, side.value, OrdType.LIMIT.value, kind.value)
                    self._wordings[key] = worded

    def regrid(self, instrument: Instrument) -> None:
        """Write prices and quantities of *instrument* on its new grid."""
        steps = StepText(instrument.tick_size), StepText(instrument.lot_size)
        self._texts[instrument.id] = steps

    def prepare(self) -> None:
        """Do nothing: messages are not signed."""

    def submit(self, number: int, order: SubmitOrder, at: Nanos) -> bytes:  # noqa: ARG002 # unsigned
        """Return the message of a new order."""
        return f'{{"id":"{number}","op":"order","args":[{self._placed(order)}]}}'.encode()

    def cancel(self, number: int, order: CancelOrder, at: Nanos) -> bytes:  # noqa: ARG002 # unsigned
        """Return the message that withdraws an order."""
        return f'{{"id":"{number}","op":"cancel-order","args":[{self._withdrawn(order)}]}}'.encode()

    def by_http(self, order: SubmitOrder | CancelOrder, at: Nanos) -> HttpCall:
        """Return the same over HTTP."""
        if isinstance(order, CancelOrder):
            return self.signed("POST", _CANCEL, at, self._withdrawn(order).encode())
        return self.signed("POST", _ORDER, at, self._placed(order).encode())

    def replied(self, number: int, answer: HttpAnswer, now: Nanos) -> Reply:
        """Return what the answer over HTTP says."""
        refusal = http_refusal(answer, now)
        if refusal is not None:
            return Reply(number, now, "", refusal)
        said = read_operated(answer.body)
        return operated(number, said.data, said.code, said.msg, now)

    def count_down(self, span: Nanos, at: Nanos) -> HttpCall:
        """Ask to cancel what bears our mark *span* from now, in whole seconds; 0: never."""
        body = f'{{"timeOut":"{span // SECOND}","tag":"{self._tag}"}}'
        return self.signed("POST", _COUNTDOWN, at, body.encode())

    def signed(self, verb: str, path: str, at: Nanos, body: bytes = b"") -> HttpCall:
        """Return a request with its signature; *path* holds the query."""
        second, rest = divmod(at, SECOND)
        stamp = f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(second))}.{rest // MILLISECOND:03d}Z"
        signature = self._signer.base64(f"{stamp}{verb}{path}".encode() + body)
        proof = {"OK-ACCESS-TIMESTAMP": stamp, "OK-ACCESS-SIGN": signature}
        return HttpCall(verb, path, {**self._headers, **proof}, body)

    def _placed(self, order: SubmitOrder) -> str:
        """Return the arguments of a new order."""
        name, side, kind, force = (
            order.instrument,
            order.side,
            order.ord_type,
            order.time_in_force,
        )
        # By their values, whose hashes are kept: an enumeration's member hashes in Python.
        key = (name, side._value_, kind._value_, force._value_)
        worded = self._wordings.get(key)
        if worded is None:
            worded = self._worded(self._names[name], Terms(side, kind, force))
            self._wordings[key] = worded
        price, qty = self._texts[name]
        if kind is _MARKET:
            return worded % (order.cl_ord_id, qty.of(order.order_qty))
        return worded % (order.cl_ord_id, qty.of(order.order_qty), price.of(order.price))

    def _withdrawn(self, order: CancelOrder) -> str:
        return f'{{"instId":"{self._names[order.instrument]}","clOrdId":"{order.cl_ord_id}"}}'

    def _worded(self, name: str, terms: Terms) -> str:
        """Return the arguments of an order with gaps for its id, quantity and price."""
        side = "buy" if terms.side is Side.BUY else "sell"
        mark = f'"tag":"{self._tag}",' if self._tag else ""
        head = f'{{"instId":"{name}","tdMode":"cash",{mark}"side":"{side}","clOrdId":"%s","sz":"%s"'
        if terms.ord_type is OrdType.MARKET:
            return head + ',"ordType":"market","tgtCcy":"base_ccy"}'
        is_maker = terms.ord_type is OrdType.LIMIT_MAKER
        kind = "post_only" if is_maker else _TYPES[terms.time_in_force]
        return head + f',"ordType":"{kind}","px":"%s"}}'


def socket_reply(number: int, code: str, text: str, data: bytes, now: Nanos) -> Reply:
    """Return the answer to an operation on a socket, or raise `Garbled`."""
    return operated(number, read_answers(data), code, text, now)


def operated(number: int, answers: list[Answer], code: str, text: str, now: Nanos) -> Reply:
    """Return the answer to the one operation of a request, or raise `Garbled`."""
    refusal = operation_refusal(answers, code, text, now)
    if refusal is not None:
        return Reply(number, now, "", refusal)
    if not answers:
        raise Garbled("an order was taken that is not named")
    ms = answers[0].ts
    ts_venue = Nanos(int(ms) * MILLISECOND) if ms.isdecimal() else now
    return Reply(number, ts_venue, answers[0].ord_id)
