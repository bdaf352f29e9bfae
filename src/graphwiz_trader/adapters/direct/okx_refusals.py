"""
OKX refusals: what each of its error codes says about a request.

Source: OKX API guide v5, "Error code" (REST and WebSocket), "Rate limit".
"""

from collections.abc import Mapping

from graphwiz_trader.adapters.direct.http_call import HttpAnswer
from graphwiz_trader.adapters.direct.okx_words import Answer, Envelope, read_envelope
from graphwiz_trader.adapters.direct.private_said import Meaning, Refusal
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.units import SECOND, Nanos

_M = Meaning

CODES: Mapping[str, Meaning] = {
    "50001": _M.AMBIGUOUS,  # service temporarily unavailable
    "50004": _M.AMBIGUOUS,  # timeout, "does not mean that the request was successful or failed"
    "50026": _M.AMBIGUOUS,  # system error
    "51054": _M.AMBIGUOUS,  # request timed out
    "51149": _M.AMBIGUOUS,  # order timed out
    "50011": _M.LIMITED,  # requests too frequent
    "50013": _M.LIMITED,  # systems are busy; told with status 429
    "50040": _M.LIMITED,  # too frequent operations
    "50061": _M.LIMITED,  # the account's orders are too frequent
    "60014": _M.LIMITED,  # requests on the socket are too frequent
    "50102": _M.CLOCK,  # timestamp expired
    "50112": _M.CLOCK,  # invalid timestamp
    "60006": _M.CLOCK,  # timestamp expired, of a login
    **dict.fromkeys(
        (
            "50100",  # API frozen
            "50101",  # the key is of another environment: demo, or live
            "50103",
            "50104",
            "50105",  # passphrase
            "50106",
            "50107",
            "50110",  # the address is not on the list
            "50111",  # invalid key
            "50113",  # invalid signature
            "50114",
            "50119",  # no such key
            "50120",  # the key's permissions
        ),
        _M.DENIED,
    ),
    "51603": _M.ABSENT,  # order does not exist, of a question
    "51400": _M.DEFINITE,  # of a cancel: filled, canceled or unknown
    "51016": _M.DEFINITE,  # our id was used before
    "60012": _M.DEFINITE,  # illegal request
    "60013": _M.DEFINITE,  # invalid arguments
}
"""Codes with a meaning of their own; every other is told by its kind, as `by_kind` has it."""

DEFINITE_KINDS = ("51", "54", "58", "59")
"""How codes begin that speak of one order or transfer, and why it was not taken."""

LIMITED_STATUS = (403, 429)
SUCCESS = "0"
FAILED = ("1", "2")
"""All, or some, of the operations failed: each says why itself."""

_WINDOW = Nanos(2 * SECOND)
_MINUTE = Nanos(60 * SECOND)


def by_kind(code: str, status: int) -> Meaning:
    """Return what a code without a row means, under an HTTP status (200 on a socket)."""
    if status in LIMITED_STATUS:
        return Meaning.LIMITED
    if code.startswith(DEFINITE_KINDS) or 400 <= status < 500:
        return Meaning.DEFINITE
    return Meaning.AMBIGUOUS


def read_refusal(code: str, text: str, status: int, now: Nanos, retry_after: str = "") -> Refusal:
    """Return what *code* under *status* means; *retry_after* is the header, in seconds."""
    meaning = CODES.get(code) or by_kind(code, status)
    if status >= 500 and meaning is not Meaning.LIMITED:
        meaning = Meaning.AMBIGUOUS
    closed = Nanos(0)
    if status in (418, *LIMITED_STATUS):
        meaning = Meaning.LIMITED
        wait = int(retry_after) * SECOND if retry_after.isdecimal() else 0
        closed = Nanos(now + (wait or (_WINDOW if status == 429 else _MINUTE)))
    said = f"{code} {text}" if code else f"HTTP {status}"
    return Refusal(meaning, said, closed, status == 418)


def http_refusal(answer: HttpAnswer, now: Nanos) -> Refusal | None:
    """
    Return why the whole of a request over HTTP was refused, None if it was not.

    Raises:
        Garbled: the body cannot be read where the status says that all is well.
    """
    try:
        said = read_envelope(answer.body)
    except Garbled:
        if answer.status < 400:
            raise
        said = Envelope()  # a page of the firewall or of a proxy: the status says it all
    if answer.status == 200 and said.code in (SUCCESS, *FAILED):
        return None
    retry_after = answer.headers.get("Retry-After", "")
    return read_refusal(said.code, said.msg, answer.status, now, retry_after)


def operation_refusal(answers: list[Answer], code: str, text: str, now: Nanos) -> Refusal | None:
    """Return why the one operation of a request was refused, None if it was not."""
    if answers and answers[0].s_code:
        code, text = answers[0].s_code, answers[0].s_msg
    return None if code == SUCCESS else read_refusal(code, text, 200, now)
