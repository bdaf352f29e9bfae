"""Request: a venue's signed order request, built around bytes made beforehand."""

from hashlib import sha256

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.sides import Side

_BUY = Side.BUY


class OrderRequest:
    """Builds signed `POST /fapi/v1/order` requests around bytes made beforehand."""

    def __init__(self, of: Instrument, symbol: str, secret: bytes) -> None:
        # Two keyed states, copied for each message: 0.8 µs where hmac.digest takes 2.0.
        block = secret.ljust(64, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))
        self._query = (
            f"symbol={symbol}&side=%s&type=LIMIT&timeInForce=GTC&quantity=%s&price=%s"
            "&newClientOrderId=%s&recvWindow=5000&timestamp=%d"
        )
        self._head = b"POST /fapi/v1/order HTTP/1.1\r\nHost: fapi.binance.com\r\n"
        self._head += b"X-MBX-APIKEY: 0123456789abcdef\r\nContent-Length: %d\r\n\r\n%s%s%s"
        self._prices = -int(of.tick_size.as_tuple().exponent)
        self._lots = -int(of.lot_size.as_tuple().exponent)

    def of(self, order: SubmitOrder, now_ms: int) -> bytes:
        """Return the request that submits *order*."""
        query = (
            self._query
            % (
                "BUY" if order.side is _BUY else "SELL",
                decimal_text(order.order_qty, self._lots),
                decimal_text(order.price, self._prices),
                order.cl_ord_id,
                now_ms,
            )
        ).encode()
        signature = self._signed(query).encode()
        return self._head % (len(query) + 75, query, b"&signature=", signature)

    def _signed(self, query: bytes) -> str:
        """Return HMAC-SHA256 of *query* in hexadecimal."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(query)
        outer.update(inner.digest())
        return outer.hexdigest()


def decimal_text(number: int, decimals: int) -> str:
    """Return *number* units of the last of *decimals* places as text."""
    digits = str(number).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}"
