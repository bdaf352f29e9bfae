"""
ThinVenue: Binance in as few instructions as an order needs, in a process of its own.

It sends one book frame every *interval*, and stamps each as it hands it to its socket. The order
that answers it is stamped by the socket itself, when its bytes arrive there (Linux; elsewhere once
they are read). It takes every order, and cancels it at once, so that each frame can be answered.
It never sleeps: what it measures is the other side.
"""

import json
import re
import selectors
import socket
import struct
import sys
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha1
from multiprocessing.connection import Connection
from time import time_ns

import attrs

from graphwiz_trader.adapters.own_code import own_code
from graphwiz_trader.domain.units import MILLISECOND, SECOND
from graphwiz_trader.entrypoints.bench.flood import GUID, SNAPSHOT_SEQ

CHUNK = 1 << 16
STAMPED = 35
"""Linux's SO_TIMESTAMPNS: each read tells when its bytes arrived, as a timespec of the clock."""

PRICES = 1024
"""A bid's price, in ticks, is the number of the frame it answers, modulo this."""

_TIMESPEC = struct.Struct("@ll")
_ID = re.compile(rb'"id":"?([0-9a-f-]+)')
_METHOD = re.compile(rb'"method":"([\w.]+)"')
_NAME = re.compile(rb'newClientOrderId(?:":"|=)(\w+)')
_PRICE = re.compile(rb'price(?:":"|=)([0-9.]+)')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_KEY = re.compile(rb"sec-websocket-key: *(\S+)", re.IGNORECASE)
_BALANCES = {"balances": [{"asset": "USDT", "free": "1000000000", "locked": "0"}]}
_EVENT = (
    b'{"subscriptionId":0,"event":{"e":"executionReport","E":%d,"s":"BTCUSDT","c":"%s","C":"%s",'
    b'"x":"%s","X":"%s","r":"NONE","i":%d,"T":%d,"t":-1,"l":"0","L":"0","z":"0","n":"0","N":null,'
    b'"m":false}}'
)
_TAKEN = (
    b'{"symbol":"BTCUSDT","orderId":%d,"orderListId":-1,"clientOrderId":"%s","transactTime":%d%s}'
)
_FULL = (
    b',"price":"%s","origQty":"0.01000000","executedQty":"0.00000000",'
    b'"origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"0.00000000","status":"NEW",'
    b'"timeInForce":"GTC","type":"LIMIT","side":"BUY","workingTime":%d,'
    b'"selfTradePreventionMode":"NONE","fills":[]'
)


@attrs.define(eq=False)
class _Client:
    """One connection: what it has sent and is not read yet, and whether as WebSocket frames."""

    socket: socket.socket
    path: bytes = b""
    unread: bytes = b""
    is_upgraded: bool = False


class ThinVenue:
    """
    Serves clients until it is told to end.

    Args:
        told: Tells the port first, is told `go` and `end`, and tells the latencies last, in ns.
        snapshot: The book, over HTTP.
        diffs: The frames; the first follows the subscription, the others `go`.
        interval: Between two frames, ns.
    """

    def __init__(
        self, told: Connection, snapshot: bytes, diffs: Sequence[bytes], interval: int
    ) -> None:
        self._told, self._snapshot, self._interval = told, snapshot, interval
        self._frames = [framed(diff) for diff in diffs]
        self._sent: dict[int, int] = {}
        self._latencies: list[int] = []
        self._due = 1 << 62
        self._next = 1
        self._orders = 0
        self._market: _Client | None = None
        self._user: _Client | None = None
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Serve until told to end."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.setblocking(False)
            self._selector.register(listening, selectors.EVENT_READ)
            self._selector.register(self._told, selectors.EVENT_READ)
            self._told.send(listening.getsockname()[1])
            while self._turned(listening):
                pass
        self._told.send(self._latencies)

    def _turned(self, listening: socket.socket) -> bool:
        """Do what is due; return whether to go on."""
        now = time_ns()
        if now >= self._due and self._next < len(self._frames) and self._market is not None:
            self._sent[SNAPSHOT_SEQ + 1 + self._next] = time_ns()
            self._market.socket.sendall(self._frames[self._next])
            self._next += 1
            self._due += self._interval
        for key, _ in self._selector.select(0):
            if key.fileobj is listening:
                stream, _ = listening.accept()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if sys.platform == "linux":
                    stream.setsockopt(socket.SOL_SOCKET, STAMPED, 1)
                self._selector.register(stream, selectors.EVENT_READ, _Client(stream))
            elif key.fileobj is self._told:
                if self._told.recv() == "end":
                    return False
                self._due = time_ns()
            else:
                self._hear(key.data)
        return True

    def _hear(self, client: _Client) -> None:
        heard, said, _, _ = client.socket.recvmsg(CHUNK, socket.CMSG_SPACE(_TIMESPEC.size))
        at = _arrived(said)
        if not heard:
            self._selector.unregister(client.socket)
            client.socket.close()
            return
        client.unread += heard
        while self._took(client, at):
            pass

    def _took(self, client: _Client, at: int) -> bool:
        """Take one whole message of what is unread, if there is one."""
        if client.is_upgraded:
            text, client.unread, is_whole = unframed(client.unread)
            if is_whole:
                self._said(client, text, at)
            return is_whole
        head, end, rest = client.unread.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not end or len(rest) < size:
            return False
        body, client.unread = rest[:size], rest[size:]
        self._asked(client, head, body, at)
        return True

    def _asked(self, client: _Client, head: bytes, body: bytes, at: int) -> None:
        """Answer over HTTP."""
        method, target, _ = head.split(b"\r\n", 1)[0].split(b" ")
        path = target.partition(b"?")[0]
        key = _KEY.search(head)
        if key is not None:
            client.is_upgraded, client.path = True, path
            accept = b64encode(sha1(key[1] + GUID, usedforsecurity=False).digest())
            client.socket.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n" % accept
            )
            return
        answer = b"[]"
        if path.endswith(b"/depth"):
            answer = self._snapshot
        elif path.endswith(b"/time"):
            answer = b'{"serverTime":%d}' % (time_ns() // MILLISECOND)
        elif path.endswith(b"/account"):
            answer = json.dumps(_BALANCES).encode()
        elif method == b"POST":
            answer = self._taken(target + body, at)
        client.socket.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(answer), answer)
        )

    def _said(self, client: _Client, text: bytes, at: int) -> None:
        """Answer on a socket."""
        method, number = _METHOD.search(text), _ID.search(text)
        if method is None or number is None:
            return
        if method[1] == b"SUBSCRIBE":
            self._market = client
            answer = framed(b'{"result":null,"id":%s}' % number[1]) + self._frames[0]
            client.socket.sendall(answer)
            return
        if method[1] == b"userDataStream.subscribe.signature":
            self._user = client
            result = b'{"subscriptionId":0}'
        elif b"newClientOrderId" in text:
            result = self._taken(text, at)
        else:
            no = b'{"id":%s,"status":400,"error":{"code":-2011,"msg":"Unknown order sent."}}'
            client.socket.sendall(framed(no % number[1]))
            return
        client.socket.sendall(framed(b'{"id":%s,"status":200,"result":%s}' % (number[1], result)))
        if method[1] != b"userDataStream.subscribe.signature":
            self._tell(text)

    def _taken(self, text: bytes, at: int) -> bytes:
        """Note when an order came, and after which frame; return the answer."""
        self._orders += 1
        name, price = _NAME.search(text), _PRICE.search(text)
        if name is not None and price is not None:
            self._timed(name[1], price[1], at)
        ms = time_ns() // MILLISECOND
        # As it was asked: our adapter wants the acknowledgement, ccxt the whole order.
        rest = _FULL % (price[1] if price else b"0", ms) if b"RespType=FULL" in text else b""
        return _TAKEN % (self._orders, name[1] if name else b"", ms, rest)

    def _timed(self, name: bytes, price: bytes, at: int) -> None:
        """Find the frame that an order answers: by its name, or by its price."""
        last = SNAPSHOT_SEQ + self._next
        if name.startswith(b"frame"):
            answered = int(name[5:])
        else:
            ticks = int(price.replace(b".", b""))
            answered = last - (last - ticks) % PRICES
        sent = self._sent.get(answered)
        if sent is not None:
            self._latencies.append(at - sent)

    def _tell(self, text: bytes) -> None:
        """Tell of an order on the user's socket: that it works, and that it was canceled."""
        name = _NAME.search(text)
        if name is None or self._user is None:
            return
        ms, number = time_ns() // MILLISECOND, self._orders
        works = _EVENT % (ms, name[1], b"", b"NEW", b"NEW", number, ms)
        ended = _EVENT % (ms, b"x", name[1], b"CANCELED", b"CANCELED", number, ms)
        self._user.socket.sendall(framed(works) + framed(ended))


def serve(told: Connection, snapshot: bytes, diffs: Sequence[bytes], interval: int) -> None:
    """Serve as `ThinVenue` does; the target of a process that shares no code, as one elsewhere."""
    own_code()
    ThinVenue(told, snapshot, diffs, interval).serve()


def _arrived(said: Sequence[tuple[int, int, bytes]]) -> int:
    """Return the socket's stamp, or that it is now."""
    for _, kind, stamp in said:
        if kind == STAMPED:
            whole_s, rest = _TIMESPEC.unpack(stamp)
            return int(whole_s) * SECOND + int(rest)
    return time_ns()


def framed(text: bytes) -> bytes:
    """Return *text*, below 64 KiB, as a frame of a server."""
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    return bytes((0x81, 126)) + size.to_bytes(2, "big") + text


def unframed(unread: bytes) -> tuple[bytes, bytes, bool]:
    """Return the first message of a client's frames, the rest, and whether it was whole."""
    if len(unread) < 6:
        return b"", unread, False
    size, start = unread[1] & 127, 2
    if size == 126:
        size, start = int.from_bytes(unread[2:4], "big"), 4
    end = start + 4 + size
    if len(unread) < end:
        return b"", unread, False
    mask = (unread[start : start + 4] * (size // 4 + 1))[:size]
    masked = unread[start + 4 : end]
    text = int.from_bytes(masked, "big") ^ int.from_bytes(mask, "big")
    return text.to_bytes(size, "big"), unread[end:], True
