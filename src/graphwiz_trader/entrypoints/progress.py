"""Progress: a bar on a terminal, a line in a notebook, nothing anywhere else."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(what: str, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """Yield a function that takes the share done, 0 to 1, and shows it on stderr."""
    if quiet or not sys.stderr.isatty():
        yield _silent if quiet or "ipykernel" not in sys.modules else _line(what)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _line(what: str) -> Callable[[float], None]:
    """Return what writes one line over itself, as a notebook shows it, for each percent done."""
    shown = -1

    def show(share: float) -> None:
        nonlocal shown
        percent = int(share * 100)
        if percent != shown:
            shown = percent
            sys.stderr.write(f"\r{what} {percent:3} %")
            sys.stderr.flush()

    return show


def _silent(share: float) -> None:
    """Show nothing."""
