"""JSON words: reading a venue's JSON as the little of it that is used."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from graphwiz_trader.domain.errors import Garbled

T = TypeVar("T")


def reader(kind: type[T], failure: type[Garbled] = Garbled) -> Callable[[bytes], T]:
    """Return what reads a *kind* out of JSON, or raises *failure*."""
    decode = msgspec.json.Decoder(kind).decode

    def read(payload: bytes | msgspec.Raw) -> T:
        try:
            return decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise failure(f"{bytes(payload)[:80]!r}: {error}") from error

    return read
