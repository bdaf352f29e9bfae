"""Roster: the instruments of a stream by the venue's names, each with its reader."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from graphwiz_trader.adapters.direct.message_reader import MessageReader
from graphwiz_trader.adapters.direct.row_ring import RowRing
from graphwiz_trader.adapters.direct.said import Unreadable
from graphwiz_trader.adapters.direct.schema import Message, Schema
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.value import value

NAME_WITHIN = 200
"""A frame names its instrument within so many bytes, or is taken for an answer."""


@value
class Entry:
    """One instrument of a stream."""

    instrument: Instrument
    reader: MessageReader


class Roster:
    """
    Who is who on one connection.

    Args:
        schema: What the venue's book messages mean.
        name_of: The venue's name of an instrument.
    """

    def __init__(self, schema: Schema, name_of: Callable[[Instrument], str]) -> None:
        self._schema, self._name_of = schema, name_of
        self._ring = RowRing()
        self._entries: dict[bytes, Entry] = {}

    def add(self, instruments: Iterable[Instrument]) -> list[str]:
        """Prepare to read *instruments*; return their names."""
        names = []
        for one in instruments:
            name = self._name_of(one)
            reader = MessageReader(one, name, self._schema, self._ring)
            self._entries[name.encode()] = Entry(one, reader)
            names.append(name)
        return names

    def drop(self, instruments: Iterable[Instrument]) -> list[str]:
        """Read *instruments* no more; return their names."""
        names = [self._name_of(one) for one in instruments]
        for name in names:
            self._entries.pop(name.encode(), None)
        return names

    def named(self, payload: bytes, mark: bytes) -> Entry | None:
        """Return whom the text behind *mark* names, None if nobody known."""
        at = payload.find(mark, 0, NAME_WITHIN)
        if at < 0:
            return None
        begin = at + len(mark)
        return self._entries.get(payload[begin : payload.find(b'"', begin)])

    def by_name(self, name: str) -> Instrument | None:
        """Return the instrument of that name, None if it is not on the roster."""
        entry = self._entries.get(name.encode())
        return None if entry is None else entry.instrument


def read(entry: Entry, payload: bytes) -> Message:
    """Return the book message of *entry* in *payload*, or raise `Unreadable`."""
    try:
        return entry.reader.read(payload)
    except Garbled as error:
        raise Unreadable(str(error), entry.instrument.id) from error


def chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield *names* in parts of at most *size*."""
    for first in range(0, len(names), size):
        yield names[first : first + size]
