"""Binance said: what its market streams say besides diffs: trades, and answers."""

import msgspec

from graphwiz_trader.adapters.direct.json_words import reader
from graphwiz_trader.adapters.direct.said import Answered, Denied, Ending, Said, Unreadable


class TradeSaid(msgspec.Struct):
    """A trade, by the letters of the documentation; `data` holds it where it is wrapped."""

    e: str = ""
    p: str = ""
    q: str = ""
    T: int = 0
    m: bool = False
    data: "TradeSaid | None" = None


class _Answer(msgspec.Struct):
    id: int | str | None = None
    code: int | None = None
    msg: str = ""
    e: str = ""
    error: "_Answer | None" = None


_trade = reader(TradeSaid)
_answer = reader(_Answer, Unreadable)


def read_trade(payload: bytes) -> TradeSaid:
    """Return the trade itself, or raise `Garbled`."""
    said = _trade(payload)
    return said.data or said


def read_answer(payload: bytes) -> Said:
    """Return what is about no instrument, or raise `Unreadable`."""
    said = _answer(payload)
    refusal = said.error or said
    if refusal.code is not None:
        return Denied(f"{refusal.code} {refusal.msg}")
    if said.e in ("serverShutdown", "eventStreamTerminated"):
        return Ending(said.e)
    return Answered()
