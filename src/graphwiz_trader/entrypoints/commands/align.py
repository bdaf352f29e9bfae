"""`graphwiz data align`: by how many seconds the clocks of two tapes differ."""

from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.application.clocks import Aligned

_LONGEST_H = 24 * 31


@click.command()
@click.argument("first", metavar="TAPE")
@click.argument("second", metavar="TAPE")
@click.option(
    "--max-offset-h",
    type=float,
    default=12,
    show_default=True,
    help="How far apart the clocks may be, either way.",
)
@common_options
def align(options: Options, first: str, second: str, max_offset_h: float) -> None:
    """Say how many seconds to add to the clock of the second TAPE."""
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.application.clocks import aligned
    from graphwiz_trader.application.touches import touches_of

    if not 0 < max_offset_h <= _LONGEST_H:
        expected = f"hours above 0, up to {_LONGEST_H}"
        raise ConfigError([Problem("--max-offset-h", f"{max_offset_h:g}", expected)])
    options.say(f"comparing clocks within ±{max_offset_h:g} h")
    store = FileTapes()
    ours, theirs = (touches_of(store.open(name)) for name in (first, second))
    found = aligned(ours, theirs, round(max_offset_h * 3_600))
    offset = found.offset
    result = {
        "offset_s": offset.offset_s,
        "peak": offset.peak,
        "runner_up": offset.runner_up,
        "at_zero": offset.at_zero,
        "first": found.first,
        "second": found.second,
    }
    emit(result, _text(found))


def _text(found: "Aligned") -> str:
    from graphwiz_trader.application.clocks import LEAST_PEAK

    offset = found.offset
    there = f"{offset.peak:.2f} there, {offset.at_zero:.2f} as recorded"
    lines = [
        f"add {offset.offset_s:+.2f} s to the clock of {found.second} to agree with {found.first}",
        f"correlation of returns: {there}, at most {offset.runner_up:.2f} elsewhere",
    ]
    if offset.peak <= LEAST_PEAK:
        lines.append("that is too little to rely on: the prices hardly move together")
    elif offset.offset_s:
        venue = found.second.rpartition("@")[2]
        lines.append(f"declare it with --offset {venue}={offset.offset_s:.2f}")
    return "\n".join(lines)
