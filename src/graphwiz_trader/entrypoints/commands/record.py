"""`graphwiz record`: live market data, onto tapes."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.application.record import Recorded
    from graphwiz_trader.domain.settings import Settings

_GB = 1_000_000_000


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Where tapes go: VENUE-SECONDS.tape, named by when each begins.",
)
@click.option("--seconds", type=click.IntRange(1), help="Stop after that long.")
@click.option(
    "--segment-minutes",
    type=click.FloatRange(0.01),
    default=60.0,
    show_default=True,
    help="Begin a new tape so often; a crash loses the tapes that are not full.",
)
@common_options
def record(options: Options, out: Path, seconds: int | None, segment_minutes: float) -> None:
    """
    Write the books and trades of all configured venues to tapes, until interrupted.

    Stops with 4 when less than monitoring.disk_free_gb is free; what was recorded is kept.
    """
    from graphwiz_trader.entrypoints.loop import run

    settings = options.settings()
    made, messages = run(_recorded(options, settings, out, seconds, segment_minutes))
    result = {
        "folder": out,
        "messages": messages,
        "gaps": sum(each.header.gaps for each in made),
        "tapes": [_tape(each) for each in made],
    }
    lines = [f"{each.name}: {each.header.messages:,} messages" for each in made]
    emit(result, "\n".join(lines) or "nothing was received")


async def _recorded(
    options: Options, settings: "Settings", out: Path, seconds: int | None, minutes: float
) -> "tuple[tuple[Recorded, ...], int]":
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.files.disk import free_bytes
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.application.record import Record, RecordSettings
    from graphwiz_trader.bootstrap.feeds import sources_of
    from graphwiz_trader.entrypoints.loop import stop_signal

    clock = SystemClock()
    until = None if seconds is None else Nanos(clock.now() + seconds * SECOND)
    chosen = RecordSettings(
        str(out),
        Nanos(int(minutes * 60 * SECOND)),
        until,
        int(settings.monitoring.disk_free_gb * _GB),
    )
    recording = Record(FileTapes(), clock, lambda: free_bytes(out), chosen)
    sources = sources_of(settings, clock)
    with stop_signal() as stopped:
        await recording.run(sources, _progress(options), stopped.is_set)
    return tuple(recording.made), recording.messages


def _progress(options: Options) -> Callable[[Nanos, int], None]:
    def show(now: Nanos, messages: int) -> None:  # noqa: ARG001 # one figure is enough
        click.echo(f"\r{messages:,} messages", nl=False, err=True)

    def nothing(now: Nanos, messages: int) -> None:
        pass

    return show if sys.stderr.isatty() and not options.quiet else nothing


def _tape(made: "Recorded") -> dict[str, object]:
    header = made.header
    return {
        "tape": made.name,
        "messages": header.messages,
        "level_changes": header.level_changes,
        "gaps": header.gaps,
        "first_ts": header.first_ts,
        "last_ts": header.last_ts,
    }
