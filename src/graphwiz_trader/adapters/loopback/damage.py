"""Damage: what a fault makes of one message of a stream."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from graphwiz_trader.adapters.loopback.faults import Fault, Kind

_STRANGERS = {"s": "NONESUCH", "instId": "NONE-SUCH"}
"""Symbols that nobody lists, by the key under which a dialect tells them."""

_Json: TypeAlias = dict[str, Any]


def damaged(fault: Fault, text: str) -> tuple[str, ...]:
    """Return what leaves in place of the message *text*."""
    whole = _WHOLE.get(fault.kind)
    if whole is not None:
        return whole(text)
    message = json.loads(text)
    _WITHIN[fault.kind](fault, message)
    return (_compact(message),)


def _checksum(changed: Callable[[int], int]) -> Callable[[Fault, _Json], None]:
    def damage(_: Fault, message: _Json) -> None:
        for book in message.get("data", ()):
            if "checksum" in book:
                book["checksum"] = changed(book["checksum"])

    return damage


def _crossed(_: Fault, message: _Json) -> None:
    """Put a bid at twice the highest price told into a book's message."""
    book, bids, asks = _book(message)
    prices = [Decimal(row[0]) for row in book[bids] + book[asks]]
    if prices:
        _add(book, bids, f"{max(prices) * 2:f}")


def _bad_price(fault: Fault, message: _Json) -> None:
    """Put an ask at the fault's price into a book's message."""
    book, _, asks = _book(message)
    _add(book, asks, fault.price)


def _unknown_symbol(text: str) -> tuple[str, ...]:
    """Tell it of a symbol that nobody lists, too."""
    message = json.loads(text)
    told = message.get("data", message)
    for part in (message.get("arg", {}), *(told if isinstance(told, list) else [told])):
        part |= {key: name for key, name in _STRANGERS.items() if key in part}
    if "stream" in message:
        kind = message["stream"].partition("@")[2]
        message["stream"] = f"{_STRANGERS['s'].lower()}@{kind}"
    return (_compact(message), text)


def _compact(message: _Json) -> str:
    return json.dumps(message, separators=(",", ":"))


def _book(message: _Json) -> tuple[_Json, str, str]:
    """Return the part of *message* with the levels, and what its two sides are called."""
    told = message.get("data", message)
    book = told[0] if isinstance(told, list) else told
    return (book, "bids", "asks") if "bids" in book else (book, "b", "a")


def _add(book: _Json, side: str, price: str) -> None:
    """Put a level first on *side*; the checksum, which would give it away, is left out."""
    is_okx = "asks" in book
    book[side].insert(0, [price, "1", "0", "1"] if is_okx else [price, "1"])
    if "checksum" in book:
        book["checksum"] = 0


_WHOLE: dict[Kind, Callable[[str], tuple[str, ...]]] = {
    Kind.GAP: lambda _: (),
    Kind.DUPLICATE: lambda text: (text, text),
    Kind.TRUNCATED_FRAME: lambda text: (text[: len(text) // 2],),
    Kind.GARBAGE: lambda _: ("\ufffd{garbage\x00",),
    Kind.UNKNOWN_SYMBOL: _unknown_symbol,
}
_WITHIN: dict[Kind, Callable[[Fault, _Json], None]] = {
    Kind.BAD_CHECKSUM: _checksum(lambda right: right ^ 1),
    Kind.ZERO_CHECKSUM: _checksum(lambda _: 0),
    Kind.CROSSED: _crossed,
    Kind.BAD_PRICE: _bad_price,
}
