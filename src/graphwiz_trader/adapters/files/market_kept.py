"""Market kept: how long the market data of live runs stays on disk; decisions stay for good."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from graphwiz_trader.adapters.files.packed import pack
from graphwiz_trader.adapters.files.segments import MARKET, Segment, segments
from graphwiz_trader.domain.value import value

_DAY_S = 86_400.0


@value
class _Closed:
    """A segment nobody writes to any more."""

    written: float
    path: Path
    size: int


def prune(journals: list[Path], days: float, most_bytes: int, now_s: float) -> tuple[Path, ...]:
    """
    Delete closed market segments older than *days*, then the oldest until *most_bytes* are left.

    The newest segment of every journal stays. *now_s* is in seconds since the epoch, as are the
    times of files.
    """
    closed = sorted(
        (_closed(path) for folder in journals for path in segments(folder, MARKET)[:-1]),
        key=lambda each: (each.written, each.path),
    )
    left = sum(each.size for each in closed)
    gone = []
    for each in closed:
        if now_s - each.written <= days * _DAY_S and left <= most_bytes:
            break
        each.path.unlink(missing_ok=True)
        left -= each.size
        gone.append(each.path)
    return tuple(gone)


def squeeze(journals: list[Path], idle_s: float, now_s: float) -> Iterator[tuple[Path, int]]:
    """
    Pack closed market segments nobody has written to for *idle_s*; yield each, and what it saved.

    The newest segment of every journal stays as it is: a run that goes on writes to it. So does
    one whose successor is not sure to stay.
    """
    for folder in journals:
        for path, successor in pairwise(segments(folder, MARKET)):
            try:
                if now_s - path.stat().st_mtime < idle_s or Segment(path).is_packed:
                    continue
                if Segment(successor).header() is not None:
                    yield path, pack(path)
            except FileNotFoundError:
                # It was too old, and has been deleted meanwhile.
                continue


def _closed(path: Path) -> _Closed:
    about = path.stat()
    return _Closed(about.st_mtime, path, about.st_size)
