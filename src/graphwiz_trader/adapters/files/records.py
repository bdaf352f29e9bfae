"""
Records: one journal entry as bytes, and back.

A record's body is `kind u8, seq u64` and what the kind asks for, little-endian. Book updates,
most of a live journal, are columns; everything else is the codec's primitives as MessagePack.
"""

import struct
from array import array
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import msgspec
import numpy as np

from graphwiz_trader.domain.codec import lean, plain, restore
from graphwiz_trader.domain.errors import JournalTorn
from graphwiz_trader.domain.events import BookUpdate, LevelRows, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.units import InstrumentId, Int64s, Nanos

T = TypeVar("T")

HEADER: Final = 0
ENTRY: Final = 1
BOOK: Final = 2
REFERENCES: Final = 3
CLOSED: Final = 4

SINGLE: Final = frozenset({ENTRY, BOOK})
"""Kinds of one step."""

OPENING: Final = struct.Struct("<BQ")
"""Kind and seq: how every body begins."""

_BOOK: Final = struct.Struct("<BQqqqqqqBHI")
_SNAPSHOT: Final = 1
_MORE: Final = 2
_CHECKED: Final = 4
_CONCLUDED: Final = 8
_LEVEL_BYTES: Final = 1 + 8 + 8
_TAPE_SHIFT: Final = 48
_MESSAGE_BITS: Final = (1 << 47) - 1

_to_bytes = msgspec.msgpack.Encoder(enc_hook=plain).encode
_from_bytes = msgspec.msgpack.Decoder().decode

_ENTRY: Final = b"\x93" + _to_bytes("Entry")
"""How an entry begins: an array of three, its class first; event and outcome follow."""


def outcome_bytes(outcome: Outcome) -> bytes:
    """Return what a record says of *outcome*, b"" if nothing came of the step."""
    if outcome.commands or outcome.facts:
        return _to_bytes(lean(outcome))
    return b""


def encoded(entry: Entry, said: bytes) -> bytes:
    """Return the body of *entry*'s record; *said* is the `outcome_bytes` of its outcome."""
    event, outcome = entry.event, entry.outcome
    if type(event) is BookUpdate:
        return _encoded_book(event, outcome.seq, said)
    said = said or _to_bytes(lean(outcome))
    return b"".join((OPENING.pack(ENTRY, outcome.seq), _ENTRY, _to_bytes(lean(event)), said))


def encoded_references(seq: int, packed: Sequence[int]) -> bytes:
    """Return the body of a record of steps *seq*, *seq* + 1, … each one `reference`."""
    return OPENING.pack(REFERENCES, seq) + array("q", packed).tobytes()


def reference(tape: int, message: int, more: bool) -> int:  # noqa: FBT001
    """Return a tape message as one number; *tape* below 2¹⁵, *message* below 2⁴⁷."""
    return tape << _TAPE_SHIFT | message << 1 | more


def references(tapes: Int64s, messages: Int64s, more: Int64s) -> Int64s:
    """Return what `reference` makes of each tape message."""
    return tapes << _TAPE_SHIFT | messages << 1 | more


def count(body: bytes) -> int:
    """Return how many steps a record's body holds; raise `JournalTorn` for an unknown kind."""
    kind = body[0]
    if kind == REFERENCES:
        return (len(body) - OPENING.size) // 8
    if kind not in {HEADER, ENTRY, BOOK, CLOSED}:
        raise JournalTorn(f"found a record of kind {kind}, expected {HEADER} to {CLOSED}")
    return int(kind in SINGLE)


def decoded(body: bytes) -> Sequence[Entry]:
    """Return the entries of a record's body; raise `JournalTorn` if it makes no sense."""
    kind, seq = OPENING.unpack_from(body)
    try:
        if kind == BOOK:
            return (_decoded_book(body),)
        if kind == ENTRY:
            return (_restored(body[OPENING.size :], Entry),)
        if kind == REFERENCES:
            return tuple(_decoded_references(seq, body[OPENING.size :]))
    except (msgspec.DecodeError, struct.error, ValueError) as error:
        raise JournalTorn(f"record {seq} of kind {kind} makes no sense: {error}") from error
    return ()


def _encoded_book(update: BookUpdate, seq: int, said: bytes) -> bytes:
    first, last, rows = update.first, update.last, update.rows
    name = update.instrument.encode()
    flags, checksum = 0, update.checksum
    if update.snapshot:
        flags = _SNAPSHOT
    if update.more:
        flags |= _MORE
    if checksum is not None:
        flags |= _CHECKED
    if said:
        flags |= _CONCLUDED
    head = _BOOK.pack(
        BOOK,
        seq,
        update.ts,
        update.ts_venue,
        update.first_seq,
        update.last_seq,
        update.prev_seq,
        checksum or 0,
        flags,
        len(name),
        last - first,
    )
    side, ticks, lots = rows.side[first:last], rows.ticks[first:last], rows.lots[first:last]
    # Arrays are buffers, which Python says from 3.12 on.
    return b"".join((head, name, side, ticks, lots, said))  # type: ignore[arg-type] # see above


def _decoded_book(body: bytes) -> Entry:
    _, seq, ts, ts_venue, first_seq, last_seq, prev_seq, checksum, flags, name_size, size = (
        _BOOK.unpack_from(body)
    )
    at = _BOOK.size + name_size
    end = at + _LEVEL_BYTES * size
    # Copies: where a column begins in a body is no place for compiled code to read it from.
    whole = np.frombuffer(body, np.int64, 2 * size, at + size).copy()
    rows = LevelRows(np.frombuffer(body, np.int8, size, at).copy(), whole[:size], whole[size:])
    update = BookUpdate(
        Nanos(ts),
        Nanos(ts_venue),
        InstrumentId(body[_BOOK.size : at].decode()),
        rows,
        0,
        size,
        snapshot=bool(flags & _SNAPSHOT),
        more=bool(flags & _MORE),
        first_seq=first_seq,
        last_seq=last_seq,
        prev_seq=prev_seq,
        checksum=checksum if flags & _CHECKED else None,
    )
    return Entry(update, _restored(body[end:], Outcome) if flags & _CONCLUDED else Outcome(seq))


def _decoded_references(seq: int, packed: bytes) -> Iterator[Entry]:
    for step, number in enumerate(np.frombuffer(packed, np.int64).tolist(), seq):
        message = number >> 1 & _MESSAGE_BITS
        event = TapeMessage(number >> _TAPE_SHIFT, message, bool(number & 1))
        yield Entry(event, Outcome(step))


def _restored(packed: bytes, kind: type[T]) -> T:
    value = restore(_from_bytes(packed))
    if not isinstance(value, kind):
        raise JournalTorn(f"found a {type(value).__name__}, expected {kind.__name__}")
    return value
