"""
Frame: one line of a cryptofeed recording, and the message in it.

A line is `URL <-> ts` when a connection opened, `URL <- ts: msg` for what the client sent,
`URL -> ts: body` for the answer to a REST request, else `ts: msg`, what a websocket received.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from graphwiz_trader.adapters.files.imports.files import lines
from graphwiz_trader.adapters.files.imports.raw import Place
from graphwiz_trader.adapters.files.imports.times import nanos
from graphwiz_trader.domain.value import value

T = TypeVar("T")

_RECEIVED = re.compile(r"(\d+(?:\.\d+)?): (?=\S)")
_ANSWERED = re.compile(r"(\S+) -> (\d+(?:\.\d+)?): (?=\S)")
_OURS = re.compile(r"\S+ (?:<->|<-) \d|configuration: ")


@value
class Frame:
    """What was received: `ts` in ns, `url` of the REST request it answers or `""`, the text."""

    ts: int
    url: str
    text: str
    place: Place

    def decoded(self, kind: type[T]) -> T:
        """
        Return the message as *kind*, a msgspec structure.

        Raises:
            DataError: it is not one; says where and why.
        """
        try:
            return msgspec.json.decode(self.text, type=kind)
        except msgspec.DecodeError as error:
            raise self.place.error(str(error), f"a message like {kind.__name__}") from error

    def decoded_part(self, part: msgspec.Raw, kind: type[T]) -> T:
        """Return *part* of the message as *kind*; raise as `decoded` does."""
        try:
            return msgspec.json.decode(part, type=kind)
        except msgspec.DecodeError as error:
            raise self.place.error(str(error), f"a message like {kind.__name__}") from error


def frames(path: Path) -> Iterator[Frame]:
    """
    Yield what *path* received, in its order; what the client sent is left out.

    Raises:
        DataError: the file is missing or torn, or a line is of another form.
    """
    for number, raw in lines(path):
        place = Place(path.name, number)
        try:
            line = raw.decode().strip()
        except UnicodeDecodeError as error:
            raise place.error(str(error), "text in UTF-8") from error
        if not line or _OURS.match(line):
            continue
        if received := _RECEIVED.match(line):
            ts = nanos(received[1])
            yield Frame(ts, "", line[received.end() :], place)
        elif answered := _ANSWERED.match(line):
            ts = nanos(answered[2])
            yield Frame(ts, answered[1], line[answered.end() :], place)
        else:
            raise place.error(repr(line[:60]), "`ts: message` or `URL -> ts: body`")
