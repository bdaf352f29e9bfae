"""Flood: a venue in a process of its own that sends all it has at once, over a loopback socket."""

import socket
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha1
from multiprocessing.connection import Connection

from graphwiz_trader.adapters.direct.binance_feed import symbol
from graphwiz_trader.domain.units import MILLISECOND
from graphwiz_trader.entrypoints.bench.decimal_text import decimal_text
from graphwiz_trader.entrypoints.bench.frames import generated_frames
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SNAPSHOT_SEQ = 1000
CHUNK = 1 << 18


def numbered(count: int) -> tuple[bytes, list[bytes]]:
    """Return a REST snapshot, and *count* diffs of 7.5 levels that follow it, as spot sends."""
    begin, frames = generated_frames(count)
    rows = begin.rows
    sides: dict[int, list[str]] = {1: [], -1: []}
    for k in range(begin.first, begin.last):
        price = decimal_text(int(rows.ticks[k]), 1)
        sides[int(rows.side[k])].append(f'["{price}","{decimal_text(int(rows.lots[k]), 3)}"]')
    snapshot = (
        f'{{"lastUpdateId":{SNAPSHOT_SEQ},"bids":[{",".join(sides[1])}],'
        f'"asks":[{",".join(sides[-1])}]}}'
    ).encode()
    diffs = []
    for number, (ts, frame) in enumerate(frames, SNAPSHOT_SEQ + 1):
        ms = b'"T":%d,' % (ts // MILLISECOND)
        seq = b'"U":%d,"u":%d,' % (number, number)
        body = frame.replace(ms, b"").replace(b'"U":1,"u":2,"pu":0,', seq)
        diffs.append(b'{"stream":"%s@depth@100ms","data":%s}' % (_lower(), body))
    return snapshot, diffs


def serve(told: Connection, snapshot: bytes, diffs: Sequence[bytes]) -> None:
    """Tell the port, then serve one client: answers, the snapshot, and the *diffs* at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        told.send(listening.getsockname()[1])
        stream, _ = listening.accept()
        _upgrade(stream)
        stream.recv(CHUNK)
        stream.sendall(_framed(b'{"result":null,"id":1}') + _framed(diffs[0]))
        rest, _ = listening.accept()
        rest.recv(CHUNK)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        rest.sendall(head % len(snapshot) + snapshot)
        told.recv()
        stream.sendall(b"".join(map(_framed, diffs[1:])))
        told.recv()
        rest.close()
        stream.close()


def _upgrade(stream: socket.socket) -> None:
    request = stream.recv(CHUNK)
    key = next(
        line.partition(b":")[2].strip()
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"sec-websocket-key")
    )
    accept = b64encode(sha1(key + GUID, usedforsecurity=False).digest())
    stream.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept
    )


def _framed(text: bytes) -> bytes:
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    return bytes((0x81, 126)) + size.to_bytes(2, "big") + text


def _lower() -> bytes:
    return symbol(INSTRUMENT).lower().encode()
