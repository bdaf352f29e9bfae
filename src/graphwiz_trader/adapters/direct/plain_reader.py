"""PlainReader: book messages through a JSON library and decimals, slowly and by the book."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

import msgspec
import numpy as np

from graphwiz_trader.adapters.direct.level_wire import (
    ASKS,
    BIDS,
    ENTER,
    LEVELS,
    NAME,
    NUMBER,
    PRICE,
    QTY,
    SIDE,
    TEXT,
)
from graphwiz_trader.adapters.direct.schema import Message, Schema
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import LevelRows
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MAX_TICKS

Json: TypeAlias = object
Level: TypeAlias = tuple[int, int, int]

MOST_LOTS = 10**18
SIDES = {"b": 1, "a": -1, "o": -1}
_decimal = re.compile(r"\d+(\.\d+)?", re.ASCII)
_whole = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)


class PlainReader:
    """Reads what `parse_message` reads, and what it leaves: blanks, escapes, exponents."""

    def __init__(self, instrument: Instrument, symbol: str, schema: Schema) -> None:
        self._instrument = instrument
        self._symbol = symbol
        self._schema = schema
        self._decoder = msgspec.json.Decoder(float_hook=Decimal)

    def read(self, payload: bytes) -> Message:
        """
        Return what *payload* says.

        Raises:
            Garbled: it is no book message of this instrument on its grid.
        """
        try:
            body = self._decoder.decode(payload)
        except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError) as error:
            raise self._garbled(f"no JSON ({error}): {payload[:80]!r}") from error
        numbers = [-1] * 8
        texts = [""] * self._schema.texts
        levels: list[Level] = []
        seen = 0
        for role, said in self._walk(body):
            if seen & 1 << role:
                raise self._garbled("the same key twice")
            seen |= 1 << role
            if role in (BIDS, ASKS, LEVELS):
                levels += self._levels(role, said)
            elif role >= ENTER:
                continue
            elif role >= TEXT:
                texts[role - TEXT] = self._text(said)
            elif role >= NUMBER:
                numbers[role - NUMBER] = self._number(said)
            elif role == NAME and self._text(said) != self._symbol:
                raise self._garbled(f"another symbol, {said!r}")
        if seen & self._schema.required != self._schema.required:
            raise self._garbled(f"keys are missing: {payload[:80]!r}")
        return Message(_rows(levels), len(levels), numbers, texts)

    def _walk(self, body: Json) -> Iterator[tuple[int, Json]]:
        if not isinstance(body, dict):
            raise self._garbled(f"{str(body)[:40]!r} where an object belongs")
        for key, said in body.items():
            role = self._schema.roles.get(key)
            if role is None:
                continue
            yield role, said
            if role >= ENTER:
                alone = isinstance(said, list) and len(said) == 1
                yield from self._walk(said[0] if alone else said)

    def _levels(self, role: int, said: Json) -> Iterator[Level]:
        if not isinstance(said, list):
            raise self._garbled(f"{str(said)[:40]!r} where levels belong")
        for level in said:
            parts = self._parts(role, level)
            side = {BIDS: 1, ASKS: -1}.get(role) or self._side(parts[2])
            yield side, self._ticks(parts[0]), self._lots(parts[1])

    def _parts(self, role: int, level: Json) -> tuple[Json, Json, Json]:
        """Return price, quantity and side of one level."""
        if isinstance(level, dict):
            roles = self._schema.roles
            found = {roles.get(key): part for key, part in level.items()}
            if PRICE in found and QTY in found:
                return found[PRICE], found[QTY], found.get(SIDE)
        elif isinstance(level, list) and len(level) >= 2 and role != LEVELS:
            return level[0], level[1], None
        raise self._garbled(f"{str(level)[:40]!r} where a level belongs")

    def _side(self, said: Json) -> int:
        side = SIDES.get(said[:1]) if isinstance(said, str) else None
        if side is None:
            raise self._garbled(f"side {said!r}")
        return side

    def _ticks(self, said: Json) -> int:
        steps = self._amount(said) / self._instrument.tick_size
        whole = int(steps) if steps <= MAX_TICKS else 0
        if whole != steps or whole == 0:
            raise self._garbled(f"price {said} is not a whole number of ticks up to {MAX_TICKS}")
        return whole

    def _lots(self, said: Json) -> int:
        whole = self._amount(said) // self._instrument.lot_size
        if whole >= MOST_LOTS:
            raise self._garbled(f"quantity {said} is out of range")
        return int(whole)

    def _amount(self, said: Json) -> Decimal:
        if type(said) is int or isinstance(said, Decimal):
            if 0 <= said < MOST_LOTS:
                return Decimal(said)
        elif isinstance(said, str) and len(said) < 64 and _decimal.fullmatch(said):
            return min(Decimal(said), Decimal(MOST_LOTS))
        raise self._garbled(f"{str(said)[:40]!r} where an amount belongs")

    def _number(self, said: Json) -> int:
        if type(said) is int and abs(said) < MOST_LOTS:
            return said
        if isinstance(said, str) and _whole.fullmatch(said):
            return int(said)
        raise self._garbled(f"{str(said)[:40]!r} where a whole number belongs")

    def _text(self, said: Json) -> str:
        if not isinstance(said, str):
            raise self._garbled(f"{str(said)[:40]!r} where a text belongs")
        return said

    def _garbled(self, what: str) -> Garbled:
        return Garbled(f"{self._instrument.id}: {what}")


def _rows(levels: list[Level]) -> LevelRows:
    columns = np.array(levels, np.int64).reshape(-1, 3)
    room = np.zeros((2 * len(levels) + 1, 3), np.int64)  # as a slot of a ring has
    room[: len(levels)] = columns
    return LevelRows(room[:, 0].astype(np.int8), room[:, 1].copy(), room[:, 2].copy())
