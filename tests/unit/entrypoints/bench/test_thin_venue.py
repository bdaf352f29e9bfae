"""The benchmark's venue: that its stamps belong to the right frame."""

import multiprocessing

import pytest

from graphwiz_trader.entrypoints.bench.order_path import INTERVAL
from graphwiz_trader.entrypoints.bench.thin_venue import ThinVenue, framed, unframed


@pytest.mark.parametrize("size", [0, 1, 125, 126, 3_000, 65_535])
def test_a_clients_frame_is_read_whole_or_not_at_all(size: int) -> None:
    text, mask = bytes(k % 251 for k in range(size)), b"\x01\x80\xff\x07"
    plain = framed(text)
    start = 2 if size < 126 else 4
    masked = bytes(byte ^ mask[k % 4] for k, byte in enumerate(plain[start:]))
    frame = plain[:1] + bytes((plain[1] | 128,)) + plain[2:start] + mask + masked

    assert unframed(frame + b"next") == (text, b"next", True)
    assert unframed(frame[:-1] if size else frame[:5])[2] is False


def test_an_order_is_timed_from_the_frame_it_names() -> None:
    _, theirs = multiprocessing.Pipe()
    venue = ThinVenue(theirs, b"{}", [b"{}"] * 10, INTERVAL)
    venue._sent = {1_003: 100, 1_007: 500}
    venue._next = 8

    venue._taken(b'"newClientOrderId":"00x1","price":"100.3"', 900)
    venue._taken(b"newClientOrderId=frame1007&price=5", 900)
    venue._taken(b'"newClientOrderId":"00x2","price":"100.4"', 900)

    assert venue._latencies == [800, 400]
