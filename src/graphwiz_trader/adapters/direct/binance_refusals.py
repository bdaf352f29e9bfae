"""
Binance refusals: what each of its error codes says about a request.

Source: Binance spot API documentation, "Error codes", "General information on endpoints"
(HTTP return codes), "WebSocket API: Response format".
"""

import re
from collections.abc import Mapping

import msgspec

from graphwiz_trader.adapters.direct.http_call import HttpAnswer
from graphwiz_trader.adapters.direct.private_said import Meaning, Refusal
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos

_M = Meaning

CODES: Mapping[int, Meaning] = {
    -1000: _M.AMBIGUOUS,  # UNKNOWN: an unknown error occurred while processing the request
    -1001: _M.AMBIGUOUS,  # DISCONNECTED: internal error, unable to process
    -1006: _M.AMBIGUOUS,  # UNEXPECTED_RESP: execution status unknown
    -1007: _M.AMBIGUOUS,  # TIMEOUT: send status unknown, execution status unknown
    -1008: _M.AMBIGUOUS,  # SERVER_BUSY: nothing is said of what was done
    -1002: _M.DENIED,  # UNAUTHORIZED
    -1022: _M.DENIED,  # INVALID_SIGNATURE
    -2014: _M.DENIED,  # BAD_API_KEY_FMT
    -2015: _M.DENIED,  # REJECTED_MBX_KEY: key, address or permissions
    -1003: _M.LIMITED,  # TOO_MANY_REQUESTS
    -1015: _M.LIMITED,  # TOO_MANY_ORDERS
    -1034: _M.LIMITED,  # TOO_MANY_CONNECTIONS
    -1021: _M.CLOCK,  # INVALID_TIMESTAMP
    -2011: _M.DEFINITE,  # CANCEL_REJECTED: of a cancel, and there unknown and ended look alike
    -2013: _M.ABSENT,  # NO_SUCH_ORDER: of a question
    -2021: _M.DEFINITE,  # ORDER_CANCEL_REPLACE_PARTIALLY_FAILED
    -2022: _M.DEFINITE,  # ORDER_CANCEL_REPLACE_FAILED
}
"""Codes with a meaning of their own; every other is told by its status, as `by_status` has it."""

WITHDRAWN = -2021
"""The old order was canceled, and the new one refused."""

LIMITED_STATUS = (418, 429)
FIREWALL = 403
_MINUTE = Nanos(60 * SECOND)
_BANNED = re.compile(r"banned until (\d{12,14})")


class ErrorData(msgspec.Struct, rename="camel"):
    """What an error says beside: when to come again (ms), or why a replacement was not placed."""

    retry_after: int = 0
    new_order_response: "Error | None" = None


class Error(msgspec.Struct, rename="camel"):
    """Why a request was refused."""

    code: int = 0
    msg: str = ""
    data: ErrorData | None = None


def by_status(status: int) -> Meaning:
    """
    Return what an HTTP status, or that of a WebSocket answer, means without a known code.

    A 4xx is malformed or refused: a definite no. "It is important not to treat a 5xx as a
    failure: the execution status is unknown."
    """
    if status in LIMITED_STATUS or status == FIREWALL:
        return Meaning.LIMITED
    return Meaning.DEFINITE if 400 <= status < 500 else Meaning.AMBIGUOUS


def read_refusal(status: int, error: Error, now: Nanos, retry_after: str = "") -> Refusal:
    """Return what *error* under *status* means; *retry_after* is the header, in seconds."""
    meaning = CODES.get(error.code, by_status(status))
    if status in LIMITED_STATUS or status >= 500:
        meaning = by_status(status)
    nested = None if error.data is None else error.data.new_order_response
    text = f"{error.code} {error.msg}" if error.code or error.msg else f"HTTP {status}"
    if nested is not None and nested.code:
        text = f"{nested.code} {nested.msg}"
        meaning = CODES.get(nested.code, meaning)
    return Refusal(
        meaning,
        text,
        _closed_until(status, error, now, retry_after),
        status == 418,
        error.code == WITHDRAWN,
    )


def http_refusal(answer: HttpAnswer, now: Nanos) -> Refusal | None:
    """
    Return what an answer over HTTP refuses, None if it is an answer.

    Raises:
        Garbled: the body is no JSON where it says that all is well.
    """
    if answer.status == 200:
        return None
    try:
        error = _decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        if answer.status < 400:
            raise Garbled(f"HTTP {answer.status}: {answer.body[:80]!r}") from broken
        error = Error()  # a page of the firewall or of a proxy: the status says it all
    return read_refusal(answer.status, error, now, answer.headers.get("Retry-After", ""))


def _closed_until(status: int, error: Error, now: Nanos, retry_after: str) -> Nanos:
    """Return until when nothing may be asked, 0 if the venue did not close."""
    if status == FIREWALL:
        return Nanos(now + _MINUTE)
    if status not in LIMITED_STATUS or error.code == -1015:
        return Nanos(0)
    if retry_after.isdecimal():
        return Nanos(now + int(retry_after) * SECOND)
    banned = _BANNED.search(error.msg)
    at_ms = int(banned[1]) if banned else 0 if error.data is None else error.data.retry_after
    if at_ms:
        return Nanos(at_ms * MILLISECOND)
    return Nanos(now - now % _MINUTE + _MINUTE)


_decode = msgspec.json.Decoder(Error).decode
