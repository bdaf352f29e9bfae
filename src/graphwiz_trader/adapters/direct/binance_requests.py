"""
Binance requests: orders as signed messages, worded once and filled in.

Source: Binance spot API documentation, "WebSocket API: Request security", "Trading requests",
and "General information on endpoints" for the same over HTTP.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Self
from urllib.parse import quote

from graphwiz_trader.adapters.direct import binance_words as words
from graphwiz_trader.adapters.direct.binance_feed import symbol
from graphwiz_trader.adapters.direct.binance_refusals import http_refusal
from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.private_said import Reply, Terms
from graphwiz_trader.adapters.direct.signing import Signer
from graphwiz_trader.adapters.direct.step_text import StepText
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import MILLISECOND, InstrumentId, Nanos

WINDOW = "5000"
"""How many milliseconds old a request may be when it arrives."""

_LIMIT: Final = OrdType.LIMIT
_BUY: Final = Side.BUY
_LIMIT_GAPS = ("newClientOrderId", "price", "quantity")
_PLACE, _CANCEL, _REPLACE = "order.place", "order.cancel", "order.cancelReplace"
_PATHS = {
    _PLACE: ("POST", "/api/v3/order"),
    _CANCEL: ("DELETE", "/api/v3/order"),
    _REPLACE: ("POST", "/api/v3/order/cancelReplace"),
}


class Wording:
    """
    One kind of request with gaps: its signed form, and its JSON.

    Parameters are signed in the order of their names. The key comes first of them all, so that it
    is part of the signature's keyed state; the time comes last of the gaps.
    """

    def __init__(
        self,
        method: str,
        fixed: Mapping[str, str],
        gaps: Iterable[str],
        key: str,
        signer: Signer,
    ) -> None:
        params = {**fixed, "recvWindow": WINDOW, **dict.fromkeys((*gaps, "timestamp"), "%s")}
        names = sorted(params)
        self._signer = signer
        self._to_sign = "&".join(f"{name}={params[name]}" for name in names)
        quoted = ",".join(
            f'"{name}":%s' if name == "timestamp" else f'"{name}":"{params[name]}"'
            for name in names
        )
        self._message = (
            f'{{"id":%d,"method":"{method}","params":{{"apiKey":"{key}",{quoted},'
            f'"signature":"%s"}}}}'
        )

    def message(self, number: int, *filled: object) -> bytes:
        """Return the message of request *number*; *filled* are the gaps, by their names' order."""
        signature = self._signer.hexadecimal((self._to_sign % filled).encode())
        return (self._message % (number, *filled, signature)).encode()


class LimitWording(Wording):
    """A new limit order: filling four gaps takes half the time that filling any number does."""

    def __init__(self, fixed: Mapping[str, str], key: str, signer: Signer) -> None:
        super().__init__(_PLACE, fixed, _LIMIT_GAPS, key, signer)
        a, b, c, d, e = self._to_sign.split("%s")
        self._between = a, b, c, d, e
        a, b, c, d, e, f, g = self._message.replace("%d", "%s").split("%s")
        self._around = a, b, c, d, e, f, g

    def order(self, number: int, name: str, price: str, qty: str, ms: str) -> bytes:
        """Return the message of request *number*."""
        a, b, c, d, e = self._between
        signed = f"{a}{name}{b}{price}{c}{qty}{d}{ms}{e}".encode()
        signature = self._signer.hexadecimal(signed)
        a, b, c, d, e, f, g = self._around
        return f"{a}{number}{b}{name}{c}{price}{d}{qty}{e}{ms}{f}{signature}{g}".encode()


class BinanceRequests:
    """
    Orders of one account in *instruments*.

    A replacement cancels and places in one request, and places only if the cancel was done.
    """

    def __init__(self, instruments: Iterable[Instrument], credentials: Credentials) -> None:
        self._credentials = credentials
        self._signer = Signer(credentials.secret)
        self._symbols: dict[InstrumentId, str] = {}
        self._order_signer = Signer(credentials.secret, f"apiKey={credentials.key}&".encode())
        self._texts: dict[InstrumentId, tuple[StepText, StepText]] = {}
        for one in instruments:
            self._symbols[one.id] = symbol(one)
            self.regrid(one)
        self._wordings: dict[tuple[str, InstrumentId, Terms | None], Wording] = {}
        self._buys: dict[InstrumentId, dict[str, LimitWording]] = {}
        self._sells: dict[InstrumentId, dict[str, LimitWording]] = {}
        for name in self._symbols:
            self._wording(_CANCEL, name, None)
            self._buys[name] = self._limits(name, Side.BUY)
            self._sells[name] = self._limits(name, Side.SELL)

    def regrid(self, instrument: Instrument) -> None:
        """Write prices and quantities of *instrument* on its new grid."""
        steps = StepText(instrument.tick_size), StepText(instrument.lot_size)
        self._texts[instrument.id] = steps

    def prepare(self) -> None:
        """Do what the next request needs whatever it says."""
        self._order_signer.prepare()

    def submit(self, number: int, order: SubmitOrder, at: Nanos) -> bytes:
        """Return the message of a new order."""
        if order.ord_type is _LIMIT:
            limits = (self._buys if order.side is _BUY else self._sells)[order.instrument]
            price, qty = self._texts[order.instrument]
            # By its value, whose hash is kept: an enumeration's member hashes in Python.
            return limits[order.time_in_force._value_].order(
                number,
                order.cl_ord_id,
                price.of(order.price),
                qty.of(order.order_qty),
                str(at // MILLISECOND),
            )
        terms = Terms(order.side, order.ord_type, order.time_in_force)
        filled = self._filled(order, terms)
        wording = self._wording(_PLACE, order.instrument, terms)
        return wording.message(number, *filled, at // MILLISECOND)

    def cancel(self, number: int, order: CancelOrder, at: Nanos) -> bytes:
        """Return the message that withdraws an order."""
        wording = self._wording(_CANCEL, order.instrument, None)
        return wording.message(number, order.cl_ord_id, at // MILLISECOND)

    def replace(self, number: int, order: ReplaceOrder, terms: Terms, at: Nanos) -> bytes:
        """Return the message that cancels one order and, if that was done, places another."""
        wording = self._wording(_REPLACE, order.instrument, terms)
        filled = (order.orig_cl_ord_id, *self._filled(order, terms))
        return wording.message(number, *filled, at // MILLISECOND)

    def by_http(self, order: SubmitOrder | CancelOrder, at: Nanos) -> HttpCall:
        """Return the same over HTTP."""
        if isinstance(order, CancelOrder):
            return self._called(_CANCEL, order.instrument, None, (order.cl_ord_id,), at)
        terms = Terms(order.side, order.ord_type, order.time_in_force)
        return self._called(_PLACE, order.instrument, terms, self._filled(order, terms), at)

    def replaced_by_http(self, order: ReplaceOrder, terms: Terms, at: Nanos) -> HttpCall:
        """Return the same over HTTP."""
        filled = (order.orig_cl_ord_id, *self._filled(order, terms))
        return self._called(_REPLACE, order.instrument, terms, filled, at)

    def replied(self, number: int, answer: HttpAnswer, now: Nanos) -> Reply:
        """Return what the answer over HTTP says."""
        refusal = http_refusal(answer, now)
        if refusal is not None:
            return Reply(number, now, "", refusal)
        said = words.read_placed(answer.body)
        placed = said.new_order_response or said
        return Reply(number, Nanos(placed.transact_time * MILLISECOND), str(placed.order_id))

    def signed(self, verb: str, path: str, params: Mapping[str, str], at: Nanos) -> HttpCall:
        """Return a request of *params*, signed."""
        query = "&".join(f"{name}={quote(text)}" for name, text in params.items())
        query += f"{'&' if query else ''}recvWindow={WINDOW}&timestamp={at // MILLISECOND}"
        signature = self._signer.hexadecimal(query.encode())
        headers = {"X-MBX-APIKEY": self._credentials.key}
        return HttpCall(verb, f"{path}?{query}&signature={signature}", headers)

    @property
    def replacing(self) -> Self:
        """These words hold those of replacements."""
        return self

    def _limits(self, name: InstrumentId, side: Side) -> dict[str, LimitWording]:
        """Return how limit orders are worded, by the value of their time in force."""
        key, signer = self._credentials.key, self._order_signer
        found = {}
        for kind in TimeInForce:
            fixed = _fixed(_PLACE, self._symbols[name], Terms(side, _LIMIT, kind))
            found[kind.value] = LimitWording(fixed, key, signer)
        return found

    def _called(
        self,
        method: str,
        name: InstrumentId,
        terms: Terms | None,
        filled: tuple[str, ...],
        at: Nanos,
    ) -> HttpCall:
        params = _fixed(method, self._symbols[name], terms)
        params |= dict(zip(_gaps(method, terms), filled, strict=True))
        return self.signed(*_PATHS[method], params, at)

    def _wording(self, method: str, name: InstrumentId, terms: Terms | None) -> Wording:
        key = (method, name, terms)
        found = self._wordings.get(key)
        if found is None:
            fixed = _fixed(method, self._symbols[name], terms)
            found = Wording(
                method, fixed, _gaps(method, terms), self._credentials.key, self._order_signer
            )
            self._wordings[key] = found
        return found

    def _filled(self, order: SubmitOrder | ReplaceOrder, terms: Terms) -> tuple[str, ...]:
        price, qty = self._texts[order.instrument]
        if terms.ord_type is OrdType.MARKET:
            return (order.cl_ord_id, qty.of(order.order_qty))
        return (order.cl_ord_id, price.of(order.price), qty.of(order.order_qty))


def _fixed(method: str, name: str, terms: Terms | None) -> dict[str, str]:
    """Return the parameters that are the same for all orders of a kind."""
    params = {"symbol": name}
    if terms is None:
        return params
    params |= {"side": terms.side.name, "type": terms.ord_type.name, "newOrderRespType": "ACK"}
    if terms.ord_type is OrdType.LIMIT:
        params["timeInForce"] = terms.time_in_force.name
    if method == _REPLACE:
        params["cancelReplaceMode"] = "STOP_ON_FAILURE"
    return params


def _gaps(method: str, terms: Terms | None) -> tuple[str, ...]:
    """Return the parameters that differ from order to order, by their names' order."""
    if terms is None:
        return ("origClientOrderId",)
    price = () if terms.ord_type is OrdType.MARKET else ("price",)
    old = ("cancelOrigClientOrderId",) if method == _REPLACE else ()
    return (*old, "newClientOrderId", *price, "quantity")
