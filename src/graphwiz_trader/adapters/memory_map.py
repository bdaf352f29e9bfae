"""Memory map: what a process has in its memory, as Linux lists it."""

from collections.abc import Iterator
from pathlib import Path

from graphwiz_trader.domain.value import value

MAPS = Path("/proc/self/maps")


@value
class Mapped:
    """One stretch: where it begins, its bytes, `r-xp` and the like, and its file, "" if none."""

    begin: int
    size: int
    access: str
    name: str


def mapped(lines: list[str]) -> Iterator[Mapped]:
    """
    Yield what *lines* of such a list say.

    Source: Linux man-pages, proc_pid_maps(5).
    """
    for line in lines:
        span, access, _, _, _, *name = line.split(maxsplit=5)
        begin, end = (int(bound, 16) for bound in span.split("-"))
        yield Mapped(begin, end - begin, access, "".join(name))
